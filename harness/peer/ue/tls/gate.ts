/** What comes to a UE with TLS: how it came, and whether it is let in (TS 33.203 O.2.2, O.2.3). */
import { parseMessage, SipRequest, type SipResponse, SipSyntaxError } from "sip-codec";
import { LocalMisuseError } from "../../../errors.ts";
import type { Clock, Flow, Incoming } from "../../../net/types.ts";
import type { TlsConnection } from "../../../net/tls/types.ts";
import { Inbox } from "../inbox.ts";
import { lenient } from "../lenient.ts";
import { type Came, objection } from "./admission.ts";
import type { Link } from "./link.ts";
import type { UeTlsDiscarded } from "./types.ts";
import type { Route } from "./ways.ts";

export interface GateParts {
  readonly clock: Clock;
  readonly agreement: boolean;
  readonly wrongWay: "discard" | "take";
  /** The connection of this flow; undefined where it is none of TLS. */
  linkAt(flow: Flow): Link | undefined;
  /** What carries the registration; undefined while none does. */
  carrier(): Link | "clear" | undefined;
  onDiscard(response: SipResponse): void;
}

export class Gate {
  readonly discarded: UeTlsDiscarded[] = [];
  readonly discards: Inbox<UeTlsDiscarded>;
  readonly #parts: GateParts;
  /** The way of each request of ours, for good: a late response is judged as well. */
  readonly #begun = new Map<string, Route>();
  readonly #flows = new WeakMap<SipRequest | SipResponse, Flow>();
  /** What the latest 2xx of REGISTER came on: it carries the registration before anybody has read that. */
  #granted: Link | undefined;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.discards = new Inbox(parts.clock);
  }

  /** Told of what goes out. */
  sending(bytes: Uint8Array, route: Route): void {
    const message = understood(bytes, "stream");
    const key = message instanceof SipRequest ? keyOf(message) : undefined;
    if (key !== undefined && !this.#begun.has(key)) this.#begun.set(key, route);
  }

  /** Whether it is handed on. What is no message is for the transaction layer to tell. */
  admits({ bytes, flow, at }: Incoming): boolean {
    const message = understood(bytes, flow.transport === "udp" ? "datagram" : "stream");
    if (!message) return true;
    const { agreement, wrongWay, onDiscard } = this.#parts;
    const came: Came = {
      link: this.#parts.linkAt(flow),
      carrier: this.#parts.carrier(),
      granted: this.#granted,
    };
    const key = keyOf(message);
    const begun = message instanceof SipRequest || key === undefined ? undefined : this.#begun.get(key);
    const why = objection(message, came, begun, agreement);
    if (why === undefined) this.#note(message, begun);
    else {
      const discarded: UeTlsDiscarded = { message, flow, why, at };
      this.discarded.push(discarded);
      this.discards.put(discarded);
      this.#flows.set(message, flow);
      if (!(message instanceof SipRequest)) onDiscard(message);
    }
    return why === undefined || wrongWay === "take";
  }

  /** The message that came on this flow, as those who wait for it will see it. */
  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.#flows.set(message, flow);
  }

  /** @throws LocalMisuseError for a message that came to nobody here */
  carried(message: SipRequest | SipResponse): TlsConnection | undefined {
    const flow = this.#flows.get(message);
    if (flow) return this.#parts.linkAt(flow)?.connection;
    throw new LocalMisuseError("carried() is for a message that came to this UE; this one did not");
  }

  #note(message: SipRequest | SipResponse, begun: Route | undefined): void {
    if (message instanceof SipRequest || message.status < 200 || message.status >= 300) return;
    if (begun?.link && lenient(() => message.cseq?.method) === "REGISTER") this.#granted = begun.link;
  }
}

/** RFC 3261 17.1.3; undefined where the fields for it cannot be read. */
function keyOf(message: SipRequest | SipResponse): string | undefined {
  return lenient(() => {
    const branch = message.via?.branch;
    const method = message.cseq?.method;
    return branch === undefined || method === undefined ? undefined : `${branch} ${method}`;
  });
}

/** Octets as a message; undefined for keep-alives and for what is none. */
function understood(bytes: Uint8Array, framing: "datagram" | "stream"): SipRequest | SipResponse | undefined {
  try {
    return parseMessage(bytes, framing);
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
