/**
 * INVITE server transaction: RFC 3261 17.2.1 (figure 7) as corrected by RFC 6026 (state "accepted", timer L; a
 * transport error no longer ends it).
 *
 * Timer "100" answers 100 when the user is slow (200 ms), G repeats a non-2xx final response (unreliable transports),
 * H gives up waiting for its ACK, I absorbs further ACKs, L absorbs retransmitted INVITEs after a 2xx.
 */
import type { Table } from "./table.ts";

export type InviteServerState =
  | "initial"
  | "proceeding"
  | "accepted"
  | "completed"
  | "confirmed"
  | "terminated";

export type InviteServerEvent =
  | "request"
  | "ACK"
  | "respond 1xx"
  | "respond 2xx"
  | "respond 3xx-6xx"
  | "timer 100"
  | "timer G"
  | "timer H"
  | "timer I"
  | "timer L"
  | "transport error";

export type InviteServerAction =
  | "pass request"
  | "pass ACK"
  | "report ACK"
  | "send response"
  | "repeat response"
  | "send 100"
  | "start 100"
  | "start G"
  | "double G"
  | "start H"
  | "start I"
  | "start L"
  | "stop timers"
  | "report timeout"
  | "report transport error";

export const INVITE_SERVER: Table<InviteServerState, InviteServerEvent, InviteServerAction> = {
  initial: {
    "request": ["proceeding", "start 100", "pass request"],
  },
  proceeding: {
    "request": ["proceeding", "repeat response"],
    // Nothing to acknowledge yet: the user may want to know of such a peer.
    "ACK": ["proceeding", "pass ACK"],
    "respond 1xx": ["proceeding", "stop timers", "send response"],
    "respond 2xx": ["accepted", "stop timers", "send response", "start L"],
    "respond 3xx-6xx": ["completed", "stop timers", "send response", "start G", "start H"],
    "timer 100": ["proceeding", "send 100"],
    "transport error": ["proceeding", "report transport error"],
  },
  accepted: {
    "request": ["accepted"],
    "ACK": ["accepted", "pass ACK"],
    "respond 2xx": ["accepted", "send response"],
    "timer L": ["terminated"],
    "transport error": ["accepted", "report transport error"],
  },
  completed: {
    "request": ["completed", "repeat response"],
    "ACK": ["confirmed", "stop timers", "start I", "report ACK"],
    "timer G": ["completed", "repeat response", "double G"],
    "timer H": ["terminated", "report timeout"],
    "transport error": ["completed", "report transport error"],
  },
  confirmed: {
    "request": ["confirmed"],
    "ACK": ["confirmed"],
    "timer I": ["terminated"],
    "transport error": ["confirmed", "report transport error"],
  },
  terminated: {},
};
