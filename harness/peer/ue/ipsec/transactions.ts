/**
 * Which way each transaction of ours went: what its responses must come by, and what is pending on an SA set
 * (TS 33.203 7.4.1a).
 */
import { SipRequest, type SipResponse } from "sip-codec";
import type { Step } from "../protection.ts";
import { lenient } from "../lenient.ts";
import type { Association } from "./association.ts";

/** A request on its way; `set` is undefined where it went in the clear. */
export interface Begun {
  readonly step: Step;
  readonly set: Association | undefined;
  /** Of SM7: the way of the SM1 it belongs to. */
  readonly first?: { readonly set: Association | undefined } | undefined;
}

export class Transactions {
  readonly #timeoutMs: number;
  /** What we asked, for good: a late response is judged as well. */
  readonly #begun = new Map<string, Begun>();
  readonly #clients = new Map<string, { readonly set: Association | undefined; readonly until: number }>();
  readonly #servers = new Map<string, Association>();

  /** @param timeoutMs 64*T1 */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Told of each request and response that goes out. */
  sent(message: SipRequest | SipResponse, begun: Begun | undefined, now: number): void {
    const key = keyOf(message);
    if (key === undefined) return;
    if (!(message instanceof SipRequest)) {
      if (message.status >= 200) this.#servers.delete(key);
      return;
    }
    if (!begun || message.method === "ACK" || this.#begun.has(key)) return;
    this.#begun.set(key, begun);
    // An INVITE may ring as long as it likes.
    const until = message.method === "INVITE" ? Infinity : now + this.#timeoutMs;
    this.#clients.set(key, { set: begun.set, until });
  }

  /** Told of each message that is let in, with the set it came under. */
  received(message: SipRequest | SipResponse, set: Association | undefined): void {
    const key = keyOf(message);
    if (key === undefined) return;
    if (!(message instanceof SipRequest)) {
      if (message.status >= 200) this.#clients.delete(key);
    } else if (set && message.method !== "ACK") this.#servers.set(key, set);
  }

  /** The request that this answers, if it is one of ours. */
  answered(response: SipResponse): Begun | undefined {
    const key = keyOf(response);
    return key === undefined ? undefined : this.#begun.get(key);
  }

  /** Whether a transaction that was begun on this set goes on. */
  pendingOn(set: Association, now: number): boolean {
    for (const [key, { until }] of this.#clients) if (now >= until) this.#clients.delete(key);
    return [...this.#clients.values()].some((client) => client.set === set) ||
      [...this.#servers.values()].includes(set);
  }
}

/** RFC 3261 17.1.3, 17.2.3; undefined where the fields for it cannot be read. */
function keyOf(message: SipRequest | SipResponse): string | undefined {
  return lenient(() => {
    const branch = message.via?.branch;
    const method = message.cseq?.method;
    return branch === undefined || method === undefined ? undefined : `${branch} ${method}`;
  });
}
