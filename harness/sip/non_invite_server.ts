/**
 * Non-INVITE server transaction: RFC 3261 17.2.2 (figure 8). Timer J absorbs retransmitted requests.
 *
 * Deviation: a second final response is discarded there; here it is a misuse of ours and throws.
 */
import type { Table } from "./table.ts";

export type NonInviteServerState = "initial" | "trying" | "proceeding" | "completed" | "terminated";

export type NonInviteServerEvent =
  | "request"
  | "respond 1xx"
  | "respond 2xx"
  | "respond 3xx-6xx"
  | "timer J"
  | "transport error";

export type NonInviteServerAction =
  | "pass request"
  | "send response"
  | "repeat response"
  | "start J"
  | "report transport error";

export const NON_INVITE_SERVER: Table<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction> = {
  initial: {
    "request": ["trying", "pass request"],
  },
  trying: {
    "request": ["trying"],
    "respond 1xx": ["proceeding", "send response"],
    "respond 2xx": ["completed", "send response", "start J"],
    "respond 3xx-6xx": ["completed", "send response", "start J"],
    "transport error": ["trying", "report transport error"],
  },
  proceeding: {
    "request": ["proceeding", "repeat response"],
    "respond 1xx": ["proceeding", "send response"],
    "respond 2xx": ["completed", "send response", "start J"],
    "respond 3xx-6xx": ["completed", "send response", "start J"],
    "transport error": ["terminated", "report transport error"],
  },
  completed: {
    "request": ["completed", "repeat response"],
    "timer J": ["terminated"],
    "transport error": ["terminated", "report transport error"],
  },
  terminated: {},
};
