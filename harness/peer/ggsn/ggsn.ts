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
    const sent = this.#send({ ...context, status, sessionId }, secret);
    return quiet(sent.then((one) => this.#answer(one, within)).then(() => true, orSilence(false)));
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

  /** Twice again, since UDP may lose it (RFC 2866 2). */
  async #insist(status: ContextAccounting["status"], sessionId: string, context: PdpContext): Promise<void> {
    const { answer } = this.#setup.timers;
    for (let left = 3; left > 0; left--) {
      const sent = await this.#send({ ...context, status, sessionId });
      const heard = await this.#answer(sent, answer / 3).then(() => true, orSilence(false));
      if (heard) return;
    }
    throw new NoAnswer(`an answer to RADIUS accounting "${status}"`, answer);
  }

  async #send(context: ContextAccounting, secret = this.#setup.secret): Promise<Sent> {
    const identifier = this.#identifier = (this.#identifier + 1) % 256;
    const bytes = signAccountingRequest(
      { identifier, attributes: accountingAttributes(context) },
      secret,
      md5,
    );
    const { local } = this.#socket;
    await this.#socket.send(bytes, { transport: "udp", local, remote: this.#setup.target });
    return { packet: parseRadius(bytes), secret };
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
