/** Cx over Diameter: a CSCF that asks an HSS which is not in this process (TS 29.228, TS 29.229). */
import { CX, DiameterConnection, type DiameterNode, sessionOf } from "../../harness/diameter/mod.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import type { Clock, Endpoint, Net, Tap } from "../../harness/net/types.ts";
import {
  APPLICATION,
  type Avp,
  avp,
  COMMAND,
  type CommandName,
  type DiameterMessage,
  RESULT,
  valueOf,
  VENDOR,
} from "../../harness/wire/diameter/mod.ts";
import { WireSyntaxError } from "../../harness/wire/mod.ts";
import type * as cx from "../cx.ts";
import * as read from "./answers.ts";
import * as write from "./questions.ts";

export interface DiameterCxOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** Address of the box: connections come from it. */
  readonly address: string;
  readonly hss: Endpoint;
  /** Name and realm of the CSCF. */
  readonly self: Pick<DiameterNode, "host" | "realm">;
  readonly random: (length: number) => Uint8Array;
  readonly problem: (error: unknown) => void;
  readonly tap?: Tap;
}

/** Connects when it is first asked something, and again after the connection was lost. */
export class DiameterCx implements cx.Cx {
  readonly #options: DiameterCxOptions;
  #connection: Promise<DiameterConnection> | undefined;
  #listener: cx.CxListener | undefined;
  #sessions = 0;
  #closed = false;

  constructor(options: DiameterCxOptions) {
    this.#options = options;
  }

  /** Who is told what the HSS says unasked. */
  listen(listener: cx.CxListener): void {
    this.#listener = listener;
  }

  async userAuthorization(request: cx.UserAuthorizationRequest): Promise<cx.UserAuthorizationAnswer> {
    return await this.#ask("User-Authorization", write.userAuthorization(request), read.userAuthorization);
  }

  async multimediaAuth(request: cx.MultimediaAuthRequest): Promise<cx.MultimediaAuthAnswer> {
    return await this.#ask("Multimedia-Auth", write.multimediaAuth(request), read.multimediaAuth);
  }

  async serverAssignment(request: cx.ServerAssignmentRequest): Promise<cx.ServerAssignmentAnswer> {
    return await this.#ask("Server-Assignment", write.serverAssignment(request), read.serverAssignment);
  }

  async locationInfo(request: { readonly impu: string }): Promise<cx.LocationInfoAnswer> {
    return await this.#ask("Location-Info", write.locationInfo(request), read.locationInfo);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  /** No answer, and one that cannot be read, are the HSS's inability to comply. */
  async #ask<Answer>(
    command: CommandName,
    avps: readonly Avp[],
    read: (answer: DiameterMessage) => Answer,
  ): Promise<Answer | cx.CxRefusal> {
    try {
      const connection = await this.#connected();
      const answer = await connection.request(command, APPLICATION.cx, [
        avp(
          "Session-Id",
          `${this.#options.self.host};${this.#options.clock.now() / 1000 >>> 0};${++this.#sessions}`,
        ),
        avp("Vendor-Specific-Application-Id", [
          avp("Vendor-Id", VENDOR.tgpp),
          avp("Auth-Application-Id", APPLICATION.cx),
        ]),
        avp("Auth-Session-State", 1),
        ...this.#origin(),
        avp("Destination-Realm", this.#options.self.realm),
        ...avps,
      ]);
      return read(answer);
    } catch (error) {
      if (!(error instanceof EnvironmentError || error instanceof WireSyntaxError)) throw error;
      return { result: "unable-to-comply" };
    }
  }

  #connected(): Promise<DiameterConnection> {
    return this.#connection ??= this.#connect().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
  }

  async #connect(): Promise<DiameterConnection> {
    const { net, clock, address, hss, self, random, tap } = this.#options;
    if (!net.stream || this.#closed) {
      throw new EnvironmentError("There is no way to the HSS", "Give it a TCP net.");
    }
    const stream = await net.stream({ clock, local: { address, port: 0 }, remote: hss });
    const connection = new DiameterConnection(stream, {
      role: "initiator",
      self: { ...self, addresses: [address], product: "imspeer reference core", applications: [CX] },
      random: () => new DataView(random(4).buffer).getUint32(0),
      clock,
      ...(tap ? { tap } : {}),
      onRequest: (request) => this.#ordered(request, connection),
      onClosed: () => void (this.#connection = undefined),
    });
    await connection.opened;
    return connection;
  }

  /** RTR and PPR. */
  #ordered(request: DiameterMessage, connection: DiameterConnection): void {
    let result: number = RESULT.DIAMETER_SUCCESS;
    try {
      result = this.#obey(request);
    } catch (error) {
      if (!(error instanceof WireSyntaxError)) this.#options.problem(error);
      result = RESULT.DIAMETER_INVALID_AVP_VALUE;
    }
    connection.answer(request, [
      ...sessionOf(request),
      avp("Vendor-Specific-Application-Id", [
        avp("Vendor-Id", VENDOR.tgpp),
        avp("Auth-Application-Id", APPLICATION.cx),
      ]),
      avp("Auth-Session-State", 1),
      ...this.#origin(),
      avp("Result-Code", result),
    ]);
  }

  #obey({ command, avps }: DiameterMessage): number {
    const impi = valueOf(avps, "User-Name");
    if (impi === undefined) return RESULT.DIAMETER_MISSING_AVP;
    switch (command) {
      case COMMAND["Registration-Termination"]:
        this.#listener?.terminateRegistration({ impi });
        return RESULT.DIAMETER_SUCCESS;
      case COMMAND["Push-Profile"]: {
        const vector = read.authenticationData(valueOf(avps, "SIP-Auth-Data-Item") ?? []);
        const taken = vector?.scheme !== "digest" || this.#listener?.pushDigest({ impi, vector }) !== false;
        return taken ? RESULT.DIAMETER_SUCCESS : RESULT.DIAMETER_UNABLE_TO_COMPLY;
      }
      default:
        return RESULT.DIAMETER_COMMAND_UNSUPPORTED;
    }
  }

  #origin(): Avp[] {
    const { host, realm } = this.#options.self;
    return [avp("Origin-Host", host), avp("Origin-Realm", realm)];
  }
}
