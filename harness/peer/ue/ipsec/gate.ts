/** What comes to the UE: how it came, whether it is let in, and what it does to the SAs (TS 33.203 7.1, 7.4.1a). */
import { parseMessage, SipRequest, type SipResponse, SipSyntaxError } from "sip-codec";
import { LocalMisuseError } from "../../../errors.ts";
import type { Clock, Flow, Incoming } from "../../../net/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { Inbox } from "../inbox.ts";
import { objection } from "./admission.ts";
import type { Association, ProtectedPort } from "./association.ts";
import type { SaTable } from "./sa_table.ts";
import { type Begun, Transactions } from "./transactions.ts";
import type { Carried, Discarded } from "./types.ts";

export interface GateOptions {
  readonly table: SaTable;
  readonly clock: Clock;
  readonly timers: Profile["timers"];
  readonly wrongSa: "discard" | "take";
  readonly onDiscard: (discarded: Discarded) => void;
}

/** The SA that a message came under. */
export interface Came {
  readonly set: Association;
  readonly at: ProtectedPort;
  readonly spi: number;
}

export class Gate {
  readonly discarded: Discarded[] = [];
  readonly discards: Inbox<Discarded>;
  readonly #options: GateOptions;
  readonly #transactions: Transactions;
  readonly #flows = new WeakMap<object, Flow>();

  constructor(options: GateOptions) {
    const { clock, timers } = options;
    this.#options = options;
    this.#transactions = new Transactions(64 * timers.t1);
    this.discards = new Inbox(clock);
  }

  /** Deletes the sets that have expired, and the old one where it is done with. */
  refresh(): void {
    const { table, clock } = this.#options;
    const now = clock.now();
    table.expire(now);
    if (table.old) table.retireOld(this.#transactions.pendingOn(table.old, now));
  }

  /** Told of what goes out. */
  sending(bytes: Uint8Array, to: Flow, begun: Begun | undefined): void {
    const message = understood(bytes, to);
    if (message) this.#transactions.sent(message, begun, this.#options.clock.now());
  }

  /** Whether it is handed on. What is no message is for the transaction layer to tell. */
  admits({ bytes, flow, at }: Incoming): boolean {
    const message = understood(bytes, flow);
    if (!message) return true;
    this.refresh();
    const set = this.cameUnder(flow)?.set;
    const begun = message instanceof SipRequest ? undefined : this.#transactions.answered(message);
    const why = objection(message, set, begun);
    if (why !== undefined) {
      this.#discard({ message, carried: this.#carriedOn(flow), flow, why, at });
      if (this.#options.wrongSa === "discard") return false;
    }
    this.#transactions.received(message, set);
    this.#progress(message, set, begun, at);
    this.refresh();
    return true;
  }

  /** The message that came on this flow, as those who wait for it will see it. */
  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.#flows.set(message, flow);
  }

  /** @throws LocalMisuseError for a message that came to nobody here */
  carried(message: SipRequest | SipResponse): Carried {
    const flow = this.#flows.get(message);
    if (flow) return this.#carriedOn(flow);
    throw new LocalMisuseError("carried() is for a message that came to this UE; this one did not");
  }

  /** Undefined where it came in the clear. */
  cameUnder({ security }: Flow): Came | undefined {
    const spi = spiOf(security);
    if (spi === undefined) return undefined;
    const set = this.#options.table.inbound(spi);
    const at = set?.portOf(spi);
    return set && at && { set, at, spi };
  }

  #carriedOn(flow: Flow): Carried {
    const came = this.cameUnder(flow);
    return came ? { protected: true, ...came } : { protected: false };
  }

  #discard(discarded: Discarded): void {
    this.discarded.push(discarded);
    this.discards.put(discarded);
    this.#flows.set(discarded.message, discarded.flow);
    this.#options.onDiscard(discarded);
  }

  /** SM12 takes the new SAs into use, what comes under them after it ends the old ones (7.4.1a). */
  #progress(
    message: SipRequest | SipResponse,
    set: Association | undefined,
    begun: Begun | undefined,
    at: number,
  ): void {
    const { table, timers } = this.#options;
    const isSm12 = begun?.step === "answer" && "status" in message && message.status >= 200;
    // How long they live is told when the message has been read (`Ipsec.concluded`).
    if (isSm12 && begun.set && message.status < 300) table.confirm(begun.set, at + timers.regAwaitAuth);
    else if (!isSm12 && set && set === table.current) table.heardOnCurrent();
  }
}

/** The SPI that a Flow names. */
function spiOf(security: string | undefined): number | undefined {
  const digits = security?.match(/^spi:0x([0-9a-f]{8})$/)?.[1];
  return digits === undefined ? undefined : parseInt(digits, 16);
}

/** Octets as a message; undefined for keep-alives and for what is none. */
function understood(bytes: Uint8Array, { transport }: Flow): SipRequest | SipResponse | undefined {
  try {
    return parseMessage(bytes, transport === "udp" ? "datagram" : "stream");
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
