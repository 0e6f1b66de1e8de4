/** What a transaction sees of the layer it lives in. */
import type { Flow } from "../net/types.ts";
import type { Due } from "./own_timers.ts";
import type { TimerQueue } from "./timer_queue.ts";
import type { Timers, TransactionEvent } from "./types.ts";

export interface TransactionHost {
  readonly timers: Timers;
  readonly queue: TimerQueue<Due>;
  send(bytes: Uint8Array, to: Flow, key: string): void;
  emit(event: TransactionEvent): void;
  /** Timer C fired after a provisional response: the INVITE is to be cancelled (RFC 3261 16.8). */
  cancel(key: string, now: number): void;
  /** The transaction is over. */
  ended(key: string): void;
}

/** Whether the transport itself repeats what was lost (then timers A, E, G do not run and D, I, J, K are zero). */
export function isReliable(flow: Flow): boolean {
  return flow.transport !== "udp";
}
