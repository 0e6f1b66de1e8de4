/**
 * What a UAS repeats itself, end to end: a 2xx to INVITE until its ACK (RFC 3261 13.3.1.4: interval from T1, doubling
 * up to T2) and a reliable provisional response until its PRACK (RFC 3262 3: doubling without a bound), 64*T1 long.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Flow } from "../net/types.ts";
import { OwnTimers } from "./own_timers.ts";
import type { TransactionHost } from "./transaction_host.ts";

interface Repeat {
  readonly key: string;
  readonly invite: SipRequest;
  readonly bytes: Uint8Array;
  readonly to: Flow;
  readonly provisional: boolean;
  readonly timers: OwnTimers<"again" | "end">;
}

export class Repeats {
  readonly #byId = new Map<string, Repeat>();

  constructor(readonly host: TransactionHost) {}

  /** Begins after the first sending. The response is a 2xx, or a 1xx with RSeq; others are not repeated. */
  start(
    key: string,
    invite: SipRequest,
    response: SipResponse,
    bytes: Uint8Array,
    to: Flow,
    now: number,
  ): void {
    const provisional = response.status < 200;
    const id = readable(() => provisional ? provisionalId(response) : finalId(response));
    if (id === undefined) return;
    this.#stop(id);
    const timers = new OwnTimers<"again" | "end">(this.host.queue);
    const repeat = { key, invite, bytes, to, provisional, timers };
    this.#byId.set(id, repeat);
    const { t1 } = this.host.timers;
    this.#schedule(repeat, t1, now);
    timers.start("end", now + 64 * t1, () => {
      this.#stop(id);
      this.host.emit({ type: "timeout", key, request: invite });
    });
  }

  /** An ACK or PRACK from the network ends the repeating of what it acknowledges. */
  acknowledge(request: SipRequest): void {
    const id = readable(() => request.method === "ACK" ? finalId(request) : prackId(request));
    if (id !== undefined) this.#stop(id);
  }

  /** A final response is on its way: its provisional ones are not repeated any more (RFC 3262 3). */
  finalSent(key: string): void {
    for (const [id, repeat] of this.#byId) if (repeat.key === key && repeat.provisional) this.#stop(id);
  }

  /** Nothing of this transaction is repeated any more. */
  abandon(key: string): void {
    for (const [id, repeat] of this.#byId) if (repeat.key === key) this.#stop(id);
  }

  #schedule(repeat: Repeat, interval: number, now: number): void {
    const next = repeat.provisional ? 2 * interval : Math.min(2 * interval, this.host.timers.t2);
    repeat.timers.start("again", now + interval, (then) => {
      this.host.send(repeat.bytes, repeat.to, repeat.key);
      this.#schedule(repeat, next, then);
    });
  }

  #stop(id: string): void {
    this.#byId.get(id)?.timers.clear();
    this.#byId.delete(id);
  }
}

/** Call-ID, both tags and the INVITE's CSeq number are what a 2xx shares with its ACK. */
function finalId(message: SipRequest | SipResponse): string | undefined {
  const dialog = dialogPart(message);
  return dialog && `${dialog} ${message.cseq?.seq}`;
}

/** A reliable 1xx is known by its RSeq, and by the CSeq that RAck repeats (RFC 3262 7.2). */
function provisionalId(response: SipResponse): string | undefined {
  const dialog = dialogPart(response);
  if (!dialog || response.rseq === undefined) return undefined;
  return `${dialog} ${response.rseq} ${response.cseq?.seq} ${response.cseq?.method}`;
}

function prackId(prack: SipRequest): string | undefined {
  const dialog = dialogPart(prack);
  const { rack } = prack;
  return dialog && rack && `${dialog} ${rack.rseq} ${rack.cseq} ${rack.method}`;
}

function dialogPart(message: SipRequest | SipResponse): string | undefined {
  const to = message.to?.tag;
  if (to === undefined) return undefined;
  return JSON.stringify([message.get("Call-ID"), message.from?.tag ?? "", to]);
}

/** What cannot be read acknowledges nothing, and cannot be acknowledged. */
function readable(id: () => string | undefined): string | undefined {
  try {
    return id();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
