/**
 * A bare UE for the tests of this folder: it sends what it is told on a real socket and hands over what comes, one
 * message after the other. It knows no transactions; loopback loses nothing.
 */
import {
  buildRequest,
  buildResponse,
  formatCredentials,
  type HeadersInit,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from "sip-codec";
import {
  akaPassword,
  AUTS_PASSWORD,
  digestResponse,
  type DigestSecret,
  formatAuts,
  milenageFunctions,
  parseAkaNonce,
  parseDigestAlgorithm,
  Usim,
} from "../../harness/crypto/mod.ts";
import { systemNet, type TlsConnection, type TlsHost, type TlsHostOptions } from "../../harness/net/mod.ts";
import type { Endpoint, Flow, MessageSocket } from "../../harness/net/types.ts";
import type { Subscriber } from "../../profiles/types.ts";
import type { Core } from "../mod.ts";
import { DOMAIN } from "./subscribers.ts";

export interface TestUeOptions {
  readonly address: string;
  readonly transport?: "udp" | "tcp" | "tls";
  readonly subscriber: Subscriber;
  readonly outbound?: boolean;
  /** Host to write into Via and Contact in place of the real one. */
  readonly claimedHost?: string;
  /** Over TLS: what it offers. */
  readonly client?: TlsHostOptions["client"];
  /** Where to send to in place of the core's own entry. */
  readonly through?: Endpoint;
}

/** What to change in an answer to a challenge. */
export type Lie = Partial<Record<string, string | undefined>> & { password?: string };

type Item = SipMessage | Uint8Array;

let count = 0;

export class TestUe {
  #cseq = 0;
  readonly callId = `call-${++count}`;
  readonly tag = `tag${count}`;
  readonly usim: Usim | undefined;
  #backlog: Item[] = [];
  #waiting: { wanted: (item: Item) => boolean; resolve: (item: Item) => void }[] = [];
  readonly #reading: Promise<void>;
  #flow: Flow | undefined;
  /** Over TLS: the connection that it sends on. */
  connection: TlsConnection | undefined;
  serviceRoute: string[] = [];
  /** Methods whose requests are answered with 200 at once; they can be taken as well. */
  readonly willing = new Set<string>();
  /** Asks for the source port in its Via fields (RFC 3581). */
  rport = false;

  private constructor(
    readonly core: Core,
    readonly socket: MessageSocket,
    readonly options: TestUeOptions,
  ) {
    const { aka } = options.subscriber;
    if (aka?.opc) {
      const functions = milenageFunctions({ k: aka.k, opc: aka.opc });
      this.usim = new Usim({ functions, sqn: aka.sqn, indBits: aka.ind });
    }
    this.#reading = this.#read();
  }

  static async open(core: Core, options: TestUeOptions): Promise<TestUe> {
    const transport = options.transport ?? "udp";
    const common = {
      local: { address: options.address, port: 0 },
      clock: systemNet.clock,
      framer: () => new StreamFramer(),
    };
    if (transport !== "tls") return new TestUe(core, await systemNet.open(transport, common), options);
    const host = await systemNet.tls!({ ...common, client: options.client ?? {} });
    const ue = new TestUe(core, host, options);
    try {
      await ue.connect();
      return ue;
    } catch (error) {
      await ue.close();
      throw error;
    }
  }

  get local(): Endpoint {
    return this.connection?.local ?? this.socket.local;
  }

  /** Over TLS: a new connection, which it sends on from now on. */
  async connect(options?: TestUeOptions["client"]): Promise<TlsConnection> {
    return this.connection = await (this.socket as TlsHost).connect(this.core.entry["p-cscf"].tls!, options);
  }

  get impu(): string {
    return this.options.subscriber.impus[0]!;
  }

  get contact(): string {
    const host = this.options.claimedHost ?? this.local.address;
    const uri =
      `<sip:${this.options.subscriber.name}@${host}:${this.local.port};transport=${this.socket.transport}>`;
    return this.options.outbound
      ? `${uri};reg-id=1;+sip.instance="<urn:uuid:${this.options.subscriber.name}>"`
      : uri;
  }

  /** A request with the fields every request has. */
  build(method: string, uri: string, headers: Record<string, string> = {}, body = ""): SipRequest {
    const host = this.options.claimedHost ?? this.local.address;
    const transport = this.socket.transport.toUpperCase();
    const rport = this.rport ? ";rport" : "";
    const cseq = headers["CSeq"] ?? `${++this.#cseq} ${method}`;
    const fields: Record<string, string> = {
      "Via":
        `SIP/2.0/${transport} ${host}:${this.local.port};branch=z9hG4bK-${this.callId}-${++count}${rport}`,
      "Max-Forwards": "70",
      "From": `<${this.impu}>;tag=${this.tag}`,
      "To": `<${method === "REGISTER" ? this.impu : uri}>`,
      "Call-ID": method === "REGISTER" ? this.callId : `${this.callId}-${count}`,
      "Contact": this.contact,
      ...headers,
      "CSeq": cseq,
    };
    const list: HeadersInit = Object.entries(fields).filter(([, value]) => value !== "");
    return buildRequest(method, uri, list, body);
  }

  async send(message: SipMessage | Uint8Array): Promise<void> {
    const bytes = message instanceof Uint8Array ? message : message.toBytes();
    if (this.connection) return await this.socket.send(bytes, this.connection.flow);
    const remote = this.options.through ?? this.core.entry["p-cscf"].udp;
    const { transport } = this.socket;
    const connection = this.#flow?.connection;
    await this.socket.send(bytes, {
      transport,
      local: this.local,
      remote,
      ...(connection === undefined ? {} : { connection }),
    });
  }

  /** The next octets that are no SIP message. */
  async nextRaw(): Promise<Uint8Array> {
    return (await this.#take((item) => item instanceof Uint8Array)) as Uint8Array;
  }

  /** The first item that came, or comes, and is wanted. */
  #take(wanted: (item: Item) => boolean): Promise<Item> {
    const at = this.#backlog.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#backlog.splice(at, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  async #read(): Promise<void> {
    for (let incoming = await this.socket.receive(); incoming; incoming = await this.socket.receive()) {
      this.#flow = incoming.flow;
      const item = readItem(incoming.bytes);
      if (!(item instanceof Uint8Array) && item.kind === "request" && this.willing.has(item.method)) {
        await this.answer(item, 200);
      }
      const at = this.#waiting.findIndex(({ wanted }) => wanted(item));
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(item);
      else this.#backlog.push(item);
    }
  }

  /** The next response to this request with this status class or above; 100 is passed over. */
  async response(request: SipRequest, from = 101): Promise<SipResponse> {
    const branch = request.via?.branch;
    return await this.#take((item) =>
      !(item instanceof Uint8Array) && item.kind === "response" && item.via?.branch === branch &&
      item.status >= from && item.cseq?.method === request.method
    ) as SipResponse;
  }

  /** Status of the final response if one comes within this time (ms), else "silence". */
  async statusWithin(request: SipRequest, ms: number): Promise<string> {
    const { clock } = this.core.options.net;
    const end = new AbortController();
    const status = this.response(request, 200).then((response) => String(response.status));
    const silence = clock.wait(clock.now() + ms, end.signal).then(() => "silence");
    const seen = await Promise.race([status, silence]);
    end.abort();
    return seen;
  }

  async request(method: string): Promise<SipRequest> {
    return await this.#take((item) =>
      !(item instanceof Uint8Array) && item.kind === "request" && item.method === method
    ) as SipRequest;
  }

  /** Sends and gives the final response. */
  async ask(request: SipRequest): Promise<SipResponse> {
    await this.send(request);
    return await this.response(request, 200);
  }

  async answer(
    request: SipRequest,
    status: number,
    headers: Record<string, string> = {},
    body = "",
  ): Promise<void> {
    const response = buildResponse(request, status, {
      toTag: `to-${this.tag}`,
      headers: { Contact: this.contact, ...headers },
      body,
    });
    await this.send(response);
  }

  registerRequest(headers: Record<string, string> = {}): SipRequest {
    return this.build("REGISTER", `sip:${DOMAIN}`, {
      "Authorization": formatCredentials({
        scheme: "Digest",
        parameters: {
          username: this.options.subscriber.impi,
          realm: DOMAIN,
          nonce: "",
          uri: `sip:${DOMAIN}`,
          response: "",
        },
      }),
      "Expires": "600",
      "Supported": this.options.outbound ? "path, outbound" : "path",
      ...headers,
    });
  }

  /** The whole flow. */
  async register(headers: Record<string, string> = {}, lie: Lie = {}): Promise<SipResponse> {
    const challenge = await this.ask(this.registerRequest(headers));
    if (challenge.status !== 401) return challenge;
    return await this.answerChallenge(challenge, headers, lie);
  }

  async answerChallenge(
    challenge: SipResponse,
    headers: Record<string, string> = {},
    lie: Lie = {},
  ): Promise<SipResponse> {
    const Authorization = this.credentials(challenge, "REGISTER", `sip:${DOMAIN}`, lie);
    const response = await this.ask(this.registerRequest({ ...headers, Authorization }));
    if (response.status === 200) this.serviceRoute = response.values("Service-Route");
    return response;
  }

  /** Authorization or Proxy-Authorization for a challenge; AKA in a synchronisation failure gives AUTS. */
  credentials(challenge: SipResponse, method: string, uri: string, lie: Lie = {}): string {
    const { parameters } = [...challenge.wwwAuthenticate, ...challenge.proxyAuthenticate][0]!;
    const algorithm = parameters.get("algorithm") ?? "MD5";
    const nonce = parameters.get("nonce") ?? "";
    const { secret, auts } = this.#secret(algorithm, nonce, lie);
    const { password: _, ...changed } = lie;
    const fields: Record<string, string | undefined> = {
      username: this.options.subscriber.impi,
      realm: parameters.get("realm"),
      nonce,
      uri,
      algorithm,
      qop: "auth",
      nc: "00000001",
      cnonce: "0a4f113b",
      ...(auts === undefined ? {} : { auts }),
      ...changed,
    };
    fields["response"] ??= digestResponse({
      ...secret,
      algorithm: fields["algorithm"] ?? "MD5",
      nonce: fields["nonce"] ?? "",
      uri: fields["uri"] ?? "",
      method,
      ...(fields["qop"] === undefined
        ? {}
        : { qop: "auth" as const, nc: fields["nc"] ?? "", cnonce: fields["cnonce"] ?? "" }),
    });
    const given = Object.entries(fields).filter(([, value]) => value !== undefined) as [string, string][];
    return formatCredentials({ scheme: "Digest", parameters: given });
  }

  async close(): Promise<void> {
    await this.socket.close();
    await this.#reading;
  }

  #secret(algorithm: string, nonce: string, lie: Lie): { secret: DigestSecret; auts?: string } {
    const username = lie["username"] ?? this.options.subscriber.impi;
    const common = { username, realm: DOMAIN };
    if (parseDigestAlgorithm(algorithm)?.akaVersion === undefined) {
      const password = lie.password ?? this.options.subscriber.digest?.password ?? "";
      return { secret: { ...common, password } };
    }
    const { rand, autn } = parseAkaNonce(nonce);
    const verdict = this.usim!.verify(rand, autn);
    if (verdict.ok) {
      return { secret: { ...common, password: lie.password ?? akaPassword(algorithm, verdict) } };
    }
    if (verdict.failure === "mac") throw new Error("the network's MAC is wrong");
    return { secret: { ...common, password: AUTS_PASSWORD }, auts: formatAuts(verdict.auts) };
  }
}

function readItem(bytes: Uint8Array): Item {
  try {
    const message = parseMessage(bytes);
    // What cannot be matched to anything is as good as octets.
    return message.via && message.cseq ? message : bytes;
  } catch {
    return bytes;
  }
}
