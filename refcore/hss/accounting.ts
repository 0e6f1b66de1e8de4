/** Where GGSNs tell the HSS of PDP contexts: RADIUS accounting (RFC 2866, TS 33.203 T.4). */
import { md5 } from "@noble/hashes/legacy.js";
import type { Clock, Endpoint, Incoming, MessageSocket, Net, Tap } from "../../harness/net/types.ts";
import { WireSyntaxError } from "../../harness/wire/mod.ts";
import {
  accountingRequestIsSigned,
  type ContextAccounting,
  isRestart,
  nasOf,
  parseRadius,
  RADIUS_CODE,
  type RadiusPacket,
  readAccounting,
  signAccountingResponse,
} from "../../harness/wire/radius.ts";
import type { FaultSet } from "../faults.ts";

export interface AccountingOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly local: Endpoint;
  readonly secret: string;
  readonly faults: FaultSet;
  readonly problem: (error: unknown) => void;
  /** Is there a client at this address? */
  readonly admits: (address: string) => boolean;
  readonly tap?: Tap;
}

/** `ggsn`: who tells it, by its own name, else its address. */
export interface Recorder {
  /** Takes down what is told; false where it cannot be. */
  context(context: ContextAccounting, ggsn: string): boolean;
  /** It has no contexts any more. */
  restart(ggsn: string): void;
}

export class AccountingServer {
  readonly #options: AccountingOptions;
  readonly #socket: MessageSocket;
  #reading: Promise<void> | undefined;

  /** Rejects with EnvironmentError where the port is taken. */
  static async open(options: AccountingOptions): Promise<AccountingServer> {
    const { net, clock, local, tap } = options;
    const told = tap ? { tap: (record: Parameters<Tap>[0]) => tap({ ...record, layer: "udp" }) } : {};
    return new AccountingServer(options, await net.open("udp", { clock, local, ...told }));
  }

  private constructor(options: AccountingOptions, socket: MessageSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  /** Begins to listen. */
  serve(record: Recorder): void {
    this.#reading = this.#read(record);
  }

  async close(): Promise<void> {
    await this.#socket.close();
    await this.#reading;
  }

  async #read(record: Recorder): Promise<void> {
    for (let came = await this.#socket.receive(); came; came = await this.#socket.receive()) {
      try {
        const answer = this.#answer(came, record);
        if (answer) await this.#socket.send(answer, came.flow);
      } catch (error) {
        if (!(error instanceof WireSyntaxError)) this.#options.problem(error);
      }
    }
  }

  /**
   * RFC 2866 2 and 4.1: who is no client or does not know the secret hears nothing, nor is there an answer before the
   * request was taken down. A repetition is answered like the first, since it changes nothing; a restart that is told
   * twice is one twice, as nothing tells the two apart and an address too many is worse than one too few.
   */
  #answer({ bytes, flow }: Incoming, record: Recorder): Uint8Array | undefined {
    const { secret, admits, faults } = this.#options;
    const packet = parseRadius(bytes);
    if (packet.code !== RADIUS_CODE.accountingRequest) return undefined;
    const anybody = faults.has("hss/takes-accounting-from-anybody");
    const genuine = admits(flow.remote.address) && accountingRequestIsSigned(packet, secret, md5);
    if (!genuine && !anybody) return undefined;
    if (!taken(packet, flow.remote.address, record)) return undefined;
    return signAccountingResponse(packet, secret, md5);
  }
}

/**
 * Accounting-On and -Off (RFC 2866 5.1) keep the GGSN and who hears of its contexts at one: those that were are over
 * (TS 29.061 16.3). What else is of no context needs nothing to be done.
 */
function taken(packet: RadiusPacket, from: string, record: Recorder): boolean {
  const ggsn = nasOf(packet) ?? from;
  if (isRestart(packet)) record.restart(ggsn);
  const context = readAccounting(packet);
  return context === undefined || record.context(context, ggsn);
}
