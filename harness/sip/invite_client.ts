/**
 * INVITE client transaction: RFC 3261 17.1.1 (figure 5) as corrected by RFC 6026 (state "accepted", timer M).
 *
 * Timer A retransmits (unreliable transports), B gives up, C bounds a proxy's wait for a final response (16.6, 16.8),
 * D absorbs retransmitted final responses, M collects the 2xx of all forks. Timer "cancel" ends a cancelled INVITE
 * that never gets its final response (9.1).
 */
import type { Table } from "./table.ts";

export type InviteClientState =
  | "initial"
  | "calling"
  | "proceeding"
  | "completed"
  | "accepted"
  | "terminated";

export type InviteClientEvent =
  | "send"
  | "1xx"
  | "2xx"
  | "3xx-6xx"
  | "cancelled"
  | "timer A"
  | "timer B"
  | "timer C"
  | "timer D"
  | "timer M"
  | "timer cancel"
  | "transport error";

export type InviteClientAction =
  | "send request"
  | "start A"
  | "double A"
  | "start B"
  | "start C"
  | "start D"
  | "start M"
  | "start cancel"
  | "stop timers"
  | "pass response"
  | "send ACK"
  | "send CANCEL"
  | "report timeout"
  | "report transport error";

export const INVITE_CLIENT: Table<InviteClientState, InviteClientEvent, InviteClientAction> = {
  initial: {
    "send": ["calling", "send request", "start A", "start B", "start C"],
  },
  calling: {
    "1xx": ["proceeding", "stop timers", "start C", "pass response"],
    "2xx": ["accepted", "stop timers", "start M", "pass response"],
    "3xx-6xx": ["completed", "stop timers", "send ACK", "start D", "pass response"],
    "timer A": ["calling", "send request", "double A"],
    "timer B": ["terminated", "report timeout"],
    // Without a provisional response a proxy goes on as if 408 had come (16.8).
    "timer C": ["terminated", "report timeout"],
    "transport error": ["terminated", "report transport error"],
  },
  proceeding: {
    "1xx": ["proceeding", "start C", "pass response"],
    "2xx": ["accepted", "stop timers", "start M", "pass response"],
    "3xx-6xx": ["completed", "stop timers", "send ACK", "start D", "pass response"],
    "cancelled": ["proceeding", "stop timers", "start cancel"],
    "timer C": ["proceeding", "send CANCEL"],
    "timer cancel": ["terminated", "report timeout"],
    "transport error": ["proceeding", "report transport error"],
  },
  completed: {
    "1xx": ["completed"],
    "2xx": ["completed"],
    "3xx-6xx": ["completed", "send ACK"],
    "timer D": ["terminated"],
    "transport error": ["terminated", "report transport error"],
  },
  accepted: {
    "1xx": ["accepted"],
    "2xx": ["accepted", "pass response"],
    "3xx-6xx": ["accepted"],
    "timer M": ["terminated"],
    "transport error": ["accepted", "report transport error"],
  },
  terminated: {},
};
