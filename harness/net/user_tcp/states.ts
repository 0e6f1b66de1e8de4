/**
 * The states of a connection: RFC 9293 3.3.2, figure 5. LISTEN is not among them: a listener is no connection. A
 * close in SYN-RECEIVED waits for the end of the handshake, as 3.10.4 allows, so that it has no transition there.
 */
import { LocalMisuseError } from "../../errors.ts";

export type TcpState = keyof typeof TRANSITIONS;

/**
 * What moves a connection. "syn", "syn-ack" and "fin" are the peer's; "acked" is the acknowledgement of our SYN or
 * FIN; "over" is the end of a wait, and "gone" a reset, an abort or a timeout.
 */
export type TcpTransition =
  | "open"
  | "accept"
  | "syn"
  | "syn-ack"
  | "acked"
  | "close"
  | "fin"
  | "over"
  | "gone";

/** @throws LocalMisuseError where the table has no such transition */
export function nextState(state: TcpState, transition: TcpTransition): TcpState {
  const next = (TRANSITIONS[state] as Row)[transition];
  if (next) return next;
  const possible = Object.keys(TRANSITIONS[state]).map((name) => `"${name}"`).join(", ");
  throw new LocalMisuseError(
    `A TCP connection cannot take "${transition}" in state "${state}"; it can take ${possible}`,
  );
}

type Row = Partial<Record<TcpTransition, TcpState>>;

export const TRANSITIONS = {
  "closed": { open: "syn-sent", accept: "syn-received" },
  "syn-sent": { "syn": "syn-received", "syn-ack": "established", "close": "closed", "gone": "closed" },
  "syn-received": { acked: "established", gone: "closed" },
  "established": { close: "fin-wait-1", fin: "close-wait", gone: "closed" },
  "fin-wait-1": { acked: "fin-wait-2", fin: "closing", gone: "closed" },
  "fin-wait-2": { fin: "time-wait", over: "closed", gone: "closed" },
  "close-wait": { close: "last-ack", gone: "closed" },
  "closing": { acked: "time-wait", gone: "closed" },
  "last-ack": { acked: "closed", gone: "closed" },
  "time-wait": { over: "closed", gone: "closed" },
} as const satisfies Record<string, Partial<Record<TcpTransition, string>>>;
