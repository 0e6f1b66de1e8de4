/** Where GGSNs tell the HSS of PDP contexts: RADIUS accounting (RFC 2866, TS 33.203 T.4). */
import { md5 } from "@noble/hashes/legacy.js";
import type { Clock, Endpoint, Incoming, MessageSocket, Net, Tap } from "../../harness/net/types.ts";
import { WireSyntaxError } from "../../harness/wire/mod.ts";
import {
  accountingRequestIsSigned,
  type ContextAccounting,
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

/** Takes down what is told; false where it cannot be. */
export type Recorder = (context: ContextAccounting) => boolean;

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
   * request was taken down. A repetition is answered like the first, since it changes nothing.
   */
  #answer({ bytes, flow }: Incoming, record: Recorder): Uint8Array | undefined {
    const { secret, admits, faults } = this.#options;
    const packet = parseRadius(bytes);
    if (packet.code !== RADIUS_CODE.accountingRequest) return undefined;
    const anybody = faults.has("hss/takes-accounting-from-anybody");
    const genuine = admits(flow.remote.address) && accountingRequestIsSigned(packet, secret, md5);
    if (!genuine && !anybody) return undefined;
    if (!taken(packet, record)) return undefined;
    return signAccountingResponse(packet, secret, md5);
  }
}

/** What is of no context (Accounting-On and -Off) needs nothing to be done. */
function taken(packet: RadiusPacket, record: Recorder): boolean {
  const context = readAccounting(packet);
  return context === undefined || record(context);
}
