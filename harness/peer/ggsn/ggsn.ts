/** RADIUS accounting of a GGSN (RFC 2866, TS 29.061 16.4) on a UDP socket of its own. */
import { md5 } from "@noble/hashes/legacy.js";
import type { Clock, Endpoint, MessageSocket, Net, Tap } from "../../net/types.ts";
import {
  accountingAttributes,
  type ContextAccounting,
  parseRadius,
  type RadiusPacket,
  responseIsSigned,
  signAccountingRequest,
} from "../../wire/radius.ts";
import { WireSyntaxError } from "../../wire/mod.ts";
import { NoAnswer, orSilence, quiet } from "../no_answer.ts";
import { Inbox } from "../ue/inbox.ts";
import type { Ggsn, PdpContext } from "./types.ts";

export interface GgsnSetup {
  readonly net: Net;
  readonly clock: Clock;
  /** Address of ours; port 0 takes any. */
  readonly local: Endpoint;
  /** Where the HSS under test takes accounting. */
  readonly target: Endpoint;
  readonly secret: string;
  readonly timers: { readonly answer: number; readonly silence: number; readonly t1: number };
  readonly random: { token(length?: number): string };
  readonly tap?: Tap;
}

/** Rejects with EnvironmentError where the socket cannot be opened. */
export async function createGgsn(setup: GgsnSetup): Promise<Ggsn> {
  const { net, clock, local, tap } = setup;
  const socket = await net.open("udp", {
    clock,
    local,
    ...(tap ? { tap: (record) => tap({ ...record, layer: "udp" }) } : {}),
  });
  return new LiveGgsn(setup, socket);
}

interface Sent {
  readonly bytes: Uint8Array;
  readonly packet: RadiusPacket;
  readonly secret: string;
}

class LiveGgsn implements Ggsn {
  readonly contexts = new Map<string, PdpContext>();
  readonly #setup: GgsnSetup;
  readonly #socket: MessageSocket;
  readonly #answers: Inbox<RadiusPacket>;
  readonly #reading: Promise<void>;
  #identifier = 0;
  #closed: Promise<void> | undefined;

  constructor(setup: GgsnSetup, socket: MessageSocket) {
    this.#setup = setup;
    this.#socket = socket;
    this.#answers = new Inbox(setup.clock);
    this.#reading = this.#read();
  }

  start(context: PdpContext): Promise<string> {
    const sessionId = this.#setup.random.token(16);
    this.contexts.set(sessionId, context);
    return quiet(this.#insist("start", sessionId, context).then(() => sessionId));
  }

  update(sessionId: string, context: PdpContext): Promise<void> {
    this.contexts.set(sessionId, context);
    return quiet(this.#insist("interim", sessionId, context));
  }

  stop(sessionId: string): Promise<void> {
    const context = this.contexts.get(sessionId) ?? {};
    this.contexts.delete(sessionId);
    return quiet(this.#insist("stop", sessionId, context));
  }

  say(
    status: ContextAccounting["status"],
    context: PdpContext,
    options: { readonly sessionId?: string; readonly secret?: string; readonly within?: number } = {},
  ): Promise<boolean> {
    const { sessionId = this.#setup.random.token(16), secret, within = this.#setup.timers.silence } = options;
    const sent = this.#signed({ ...context, status, sessionId }, secret);
    return quiet(
      this.#send(sent).then(() => this.#answer(sent, within)).then(() => true, orSilence(false)),
    );
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    // What the HSS does not take back is the next case's precondition to find out.
    await Promise.all([...this.contexts.keys()].map((sessionId) => this.stop(sessionId).catch(() => {})));
    this.#answers.close();
    await this.#socket.close();
    await this.#reading;
  }

  /**
   * Twice again, octet by octet, since UDP may lose it (RFC 2866 2, RFC 2865 2.5): the answer to any of them will do, and
   * it may take as long as one in SIP.
   */
  async #insist(status: ContextAccounting["status"], sessionId: string, context: PdpContext): Promise<void> {
    const { clock, timers: { answer, t1 } } = this.#setup;
    const patience = Math.max(answer, 64 * t1);
    const sent = this.#signed({ ...context, status, sessionId });
    const over = new AbortController();
    const heard = this.#answer(sent, patience).then(() => true, orSilence(false)).finally(() => over.abort());
    for (let left = 3; left > 0 && !over.signal.aborted; left--) {
      await this.#send(sent);
      await clock.wait(clock.now() + answer / 3, over.signal);
    }
    if (!await heard) throw new NoAnswer(`an answer to RADIUS accounting "${status}"`, patience);
  }

  #signed(context: ContextAccounting, secret = this.#setup.secret): Sent {
    const identifier = this.#identifier = (this.#identifier + 1) % 256;
    const attributes = accountingAttributes({ nas: this.#socket.local.address, ...context });
    const bytes = signAccountingRequest({ identifier, attributes }, secret, md5);
    return { bytes, packet: parseRadius(bytes), secret };
  }

  async #send({ bytes }: Sent): Promise<void> {
    await this.#socket.send(bytes, {
      transport: "udp",
      local: this.#socket.local,
      remote: this.#setup.target,
    });
  }

  #answer({ packet, secret }: Sent, within: number): Promise<RadiusPacket> {
    const fits = (response: RadiusPacket) => responseIsSigned(response, packet, secret, md5);
    return this.#answers.take({ what: "a RADIUS accounting response", fits }, within);
  }

  async #read(): Promise<void> {
    for (let came = await this.#socket.receive(); came; came = await this.#socket.receive()) {
      try {
        this.#answers.put(parseRadius(came.bytes));
      } catch (error) {
        if (!(error instanceof WireSyntaxError)) throw error;
      }
    }
  }
}
