/** Cx for CSCFs that are not in this process: an HSS behind Diameter (TS 29.228, TS 29.229). */
import { CX, DiameterConnection, type DiameterNode, sessionOf } from "../../../harness/diameter/mod.ts";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { ByteStream, StreamListener } from "../../../harness/net/byte_stream.ts";
import type { Clock, Endpoint, Net } from "../../../harness/net/types.ts";
import {
  APPLICATION,
  type Avp,
  avp,
  COMMAND,
  type CommandName,
  type DiameterMessage,
  RESULT,
  VENDOR,
} from "../../../harness/wire/diameter/mod.ts";
import { WireSyntaxError } from "../../../harness/wire/mod.ts";
import type { Cx, CxListener } from "../../cx.ts";
import * as write from "./answers.ts";
import * as read from "./questions.ts";

export interface CxServerOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly local: Endpoint;
  /** Name and realm of the HSS. */
  readonly self: Pick<DiameterNode, "host" | "realm">;
  readonly random: (length: number) => Uint8Array;
  readonly problem: (error: unknown) => void;
  /** Who may connect, by address. */
  readonly admits: (address: string) => boolean;
}

/** The HSS, and where S-CSCFs say that they are to be told what happens unasked. */
export interface Served extends Cx {
  listen(serverName: string, listener: CxListener): void;
  /** Is this the name of an S-CSCF that listens in this process? */
  hears(serverName: string): boolean;
}

export class CxServer {
  readonly #options: CxServerOptions;
  readonly #listener: StreamListener;
  readonly #connections = new Set<DiameterConnection>();
  /** Names of S-CSCFs that came over Diameter. */
  readonly #remote = new Set<string>();
  #served: Served | undefined;
  #sessions = 0;

  /** Rejects with EnvironmentError where the port is taken. */
  static async open(options: CxServerOptions): Promise<CxServer> {
    const { net, local } = options;
    if (!net.listen) throw new EnvironmentError("The HSS cannot listen for Diameter", "Give it a TCP net.");
    const opened: { server?: CxServer } = {};
    const listener = await net.listen(local, (stream) => {
      if (opened.server) opened.server.#accept(stream);
      else void stream.destroy();
    });
    return opened.server = new CxServer(options, listener);
  }

  private constructor(options: CxServerOptions, listener: StreamListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get local(): Endpoint {
    return this.#listener.local;
  }

  /** Answers out of this HSS from now on. */
  serve(hss: Served): void {
    this.#served = hss;
  }

  async close(): Promise<void> {
    // A listener has closed when the last of its connections has.
    const closed = this.#listener.close();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    await closed;
  }

  #accept(stream: ByteStream): void {
    const { self, clock, random, admits, local } = this.#options;
    if (!admits(stream.remote.address)) return void stream.destroy();
    const connection = new DiameterConnection(stream, {
      role: "responder",
      self: { ...self, addresses: [local.address], product: "imspeer reference core", applications: [CX] },
      random: () => new DataView(random(4).buffer).getUint32(0),
      clock,
      onRequest: (request) => void this.#answer(request, connection).catch(this.#options.problem),
      onClosed: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  async #answer(request: DiameterMessage, connection: DiameterConnection): Promise<void> {
    const head = [...sessionOf(request), ...APPLICATION_ID, avp("Auth-Session-State", 1), ...this.#origin()];
    const reply = await this.#reply(request, connection);
    connection.answer(request, [...head, ...reply.avps], reply.error);
  }

  async #reply(
    request: DiameterMessage,
    connection: DiameterConnection,
  ): Promise<{ readonly avps: readonly Avp[]; readonly error?: true }> {
    const result = (code: number) => [avp("Result-Code", code)];
    try {
      const avps = this.#served && await this.#ask(this.#served, request, connection);
      return avps ? { avps } : { avps: result(RESULT.DIAMETER_COMMAND_UNSUPPORTED), error: true };
    } catch (error) {
      if (error instanceof read.MissingAvp) return { avps: result(RESULT.DIAMETER_MISSING_AVP) };
      if (error instanceof WireSyntaxError) return { avps: result(RESULT.DIAMETER_INVALID_AVP_VALUE) };
      throw error;
    }
  }

  /** Undefined for a command that is none of Cx. */
  async #ask(
    hss: Served,
    request: DiameterMessage,
    connection: DiameterConnection,
  ): Promise<readonly Avp[] | undefined> {
    switch (request.command) {
      case COMMAND["User-Authorization"]:
        return write.userAuthorization(await hss.userAuthorization(read.userAuthorization(request)));
      case COMMAND["Multimedia-Auth"]: {
        const question = read.multimediaAuth(request);
        if (!question) return write.refusal({ result: "auth-scheme-not-supported" });
        this.#note(hss, question.serverName, connection);
        return write.multimediaAuth(question, await hss.multimediaAuth(question));
      }
      case COMMAND["Server-Assignment"]: {
        const question = read.serverAssignment(request);
        if (!question) return write.refusal({ result: "unable-to-comply" });
        this.#note(hss, question.serverName, connection);
        return write.serverAssignment(await hss.serverAssignment(question), WITH_PROFILE.has(question.type));
      }
      case COMMAND["Location-Info"]:
        return write.locationInfo(await hss.locationInfo(read.locationInfo(request)));
    }
    return undefined;
  }

  /** From now on this S-CSCF is told over this connection; one in this process keeps its own way. */
  #note(hss: Served, serverName: string, connection: DiameterConnection): void {
    if (hss.hears(serverName) && !this.#remote.has(serverName)) return;
    this.#remote.add(serverName);
    hss.listen(serverName, {
      terminateRegistration: ({ impi }) =>
        this.#tell(connection, "Registration-Termination", impi, [
          avp("Deregistration-Reason", [avp("Reason-Code", PERMANENT_TERMINATION)]),
        ]),
      pushDigest: ({ impi, vector }) => {
        this.#tell(connection, "Push-Profile", impi, [
          avp("SIP-Auth-Data-Item", write.authenticationData(vector)),
        ]);
        return true;
      },
    });
  }

  #tell(connection: DiameterConnection, command: CommandName, impi: string, avps: readonly Avp[]): void {
    const { peer } = connection;
    if (!connection.open || !peer) return;
    const { self: { host }, clock, problem } = this.#options;
    connection.request(command, APPLICATION.cx, [
      avp("Session-Id", `${host};${clock.now() / 1000 >>> 0};${++this.#sessions}`),
      ...APPLICATION_ID,
      avp("Auth-Session-State", 1),
      ...this.#origin(),
      avp("Destination-Host", peer.host),
      avp("Destination-Realm", peer.realm),
      avp("User-Name", impi),
      ...avps,
    ]).catch((error) => {
      // An S-CSCF that does not answer is not told; what it knows runs out.
      if (!(error instanceof EnvironmentError)) problem(error);
    });
  }

  #origin(): Avp[] {
    const { host, realm } = this.#options.self;
    return [avp("Origin-Host", host), avp("Origin-Realm", realm)];
  }
}

const APPLICATION_ID: readonly Avp[] = [
  avp("Vendor-Specific-Application-Id", [
    avp("Vendor-Id", VENDOR.tgpp),
    avp("Auth-Application-Id", APPLICATION.cx),
  ]),
];

/** TS 29.228 table 6.1.2.2: an answer to these carries the user's profile. */
const WITH_PROFILE: ReadonlySet<string> = new Set([
  "registration",
  "re-registration",
  "no-assignment",
  "unregistered-user",
]);

/** Reason-Code, TS 29.229 6.3.17. */
const PERMANENT_TERMINATION = 0;
