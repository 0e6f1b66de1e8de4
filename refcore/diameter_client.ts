/** A Diameter connection of a box to a server outside this process: made when something is asked, and made again. */
import { DiameterConnection, type DiameterNode, sessionOf } from "../harness/diameter/mod.ts";
import { EnvironmentError } from "../harness/errors.ts";
import type { Clock, Endpoint, Net, Tap } from "../harness/net/types.ts";
import {
  type Avp,
  avp,
  type CommandName,
  type DiameterMessage,
  RESULT,
} from "../harness/wire/diameter/mod.ts";
import { WireSyntaxError } from "../harness/wire/mod.ts";

export interface DiameterClientOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** Address of the box: connections come from it. */
  readonly address: string;
  readonly server: Endpoint;
  /** Name and realm of the box. */
  readonly self: Pick<DiameterNode, "host" | "realm">;
  /** Realm that questions are for. Default: that of the box. */
  readonly realm?: string;
  readonly application: { readonly id: number; readonly vendor: number };
  readonly random: (length: number) => Uint8Array;
  readonly problem: (error: unknown) => void;
  readonly tap?: Tap;
  /** Milliseconds until a question is given up; default 5000. */
  readonly answerMs?: number;
  /** Gives the Result-Code for what the server asks for. Default: commands are unsupported. */
  readonly obey?: (request: DiameterMessage) => number;
}

export class DiameterClient {
  readonly #options: DiameterClientOptions;
  #connection: Promise<DiameterConnection> | undefined;
  #sessions = 0;
  #closed = false;

  constructor(options: DiameterClientOptions) {
    this.#options = options;
  }

  /** The answer; rejects with EnvironmentError where there is none. The session and who asks are added. */
  async ask(command: CommandName, avps: readonly Avp[]): Promise<DiameterMessage> {
    const { self, clock, application, realm = self.realm } = this.#options;
    const connection = await this.#connected();
    return await connection.request(command, application.id, [
      avp("Session-Id", `${self.host};${clock.now() / 1000 >>> 0};${++this.#sessions}`),
      ...this.#head(),
      avp("Destination-Realm", realm),
      ...avps,
    ]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #connected(): Promise<DiameterConnection> {
    return this.#connection ??= this.#connect().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
  }

  async #connect(): Promise<DiameterConnection> {
    const { net, clock, address, server, self, application, random, tap, answerMs } = this.#options;
    if (!net.stream || this.#closed) {
      throw new EnvironmentError("There is no way to the Diameter server", "Give it a TCP net.");
    }
    const stream = await net.stream({ clock, local: { address, port: 0 }, remote: server });
    const connection = new DiameterConnection(stream, {
      role: "initiator",
      self: { ...self, addresses: [address], product: "imspeer reference core", applications: [application] },
      random: () => new DataView(random(4).buffer).getUint32(0),
      clock,
      ...(tap ? { tap } : {}),
      ...(answerMs === undefined ? {} : { answerMs }),
      onRequest: (request) => this.#ordered(request, connection),
      onClosed: () => void (this.#connection = undefined),
    });
    await connection.opened;
    return connection;
  }

  #ordered(request: DiameterMessage, connection: DiameterConnection): void {
    const { obey = () => RESULT.DIAMETER_COMMAND_UNSUPPORTED, problem } = this.#options;
    let result: number = RESULT.DIAMETER_INVALID_AVP_VALUE;
    try {
      result = obey(request);
    } catch (error) {
      if (!(error instanceof WireSyntaxError)) problem(error);
    }
    connection.answer(request, [...sessionOf(request), ...this.#head(), avp("Result-Code", result)]);
  }

  #head(): Avp[] {
    const { self: { host, realm }, application: { id, vendor } } = this.#options;
    return [
      avp("Vendor-Specific-Application-Id", [avp("Vendor-Id", vendor), avp("Auth-Application-Id", id)]),
      avp("Auth-Session-State", NO_STATE_MAINTAINED),
      avp("Origin-Host", host),
      avp("Origin-Realm", realm),
    ];
  }
}

/** RFC 6733 8.11 */
const NO_STATE_MAINTAINED = 1;
