/**
 * Non-INVITE client transaction: RFC 3261 17.1.2 (figure 6).
 *
 * Timer E retransmits (unreliable transports), F gives up, K absorbs retransmitted final responses.
 */
import type { Table } from "./table.ts";

export type NonInviteClientState = "initial" | "trying" | "proceeding" | "completed" | "terminated";

export type NonInviteClientEvent =
  | "send"
  | "1xx"
  | "2xx"
  | "3xx-6xx"
  | "timer E"
  | "timer F"
  | "timer K"
  | "transport error";

export type NonInviteClientAction =
  | "send request"
  | "start E"
  | "double E"
  | "start E at T2"
  | "start F"
  | "start K"
  | "stop timers"
  | "pass response"
  | "report timeout"
  | "report transport error";

export const NON_INVITE_CLIENT: Table<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction> = {
  initial: {
    "send": ["trying", "send request", "start E", "start F"],
  },
  trying: {
    "1xx": ["proceeding", "pass response"],
    "2xx": ["completed", "stop timers", "start K", "pass response"],
    "3xx-6xx": ["completed", "stop timers", "start K", "pass response"],
    "timer E": ["trying", "send request", "double E"],
    "timer F": ["terminated", "report timeout"],
    "transport error": ["terminated", "report transport error"],
  },
  proceeding: {
    "1xx": ["proceeding", "pass response"],
    "2xx": ["completed", "stop timers", "start K", "pass response"],
    "3xx-6xx": ["completed", "stop timers", "start K", "pass response"],
    "timer E": ["proceeding", "send request", "start E at T2"],
    "timer F": ["terminated", "report timeout"],
    "transport error": ["terminated", "report transport error"],
  },
  completed: {
    "1xx": ["completed"],
    "2xx": ["completed"],
    "3xx-6xx": ["completed"],
    "timer K": ["terminated"],
    "transport error": ["completed", "report transport error"],
  },
  terminated: {},
};
