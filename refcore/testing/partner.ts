/**
 * A bare partner network for the tests of the border: one TLS endpoint that sends what it is told and hands over what
 * comes. It knows no transactions.
 */
import {
  buildRequest,
  buildResponse,
  type HeadersInit,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from "sip-codec";
import type { Authority, CertificateOptions } from "../../harness/crypto/pki/mod.ts";
import { systemNet } from "../../harness/net/mod.ts";
import type { ConnectOptions, TlsOptions } from "../../harness/net/tls/options.ts";
import type { TlsConnection, TlsHost } from "../../harness/net/tls/types.ts";
import type { Endpoint } from "../../harness/net/types.ts";

export interface Received<Message> {
  readonly message: Message;
  readonly connection: TlsConnection;
}

let count = 0;

export class TestPartner {
  readonly #host: TlsHost;
  readonly #backlog: Received<SipMessage>[] = [];
  readonly #waiting: {
    wanted: (message: SipMessage) => boolean;
    resolve: (item: Received<SipMessage>) => void;
  }[] = [];
  readonly #reading: Promise<void>;

  private constructor(host: TlsHost, readonly domain: string, readonly identity: TlsOptions) {
    this.#host = host;
    this.#reading = this.#read();
  }

  /** Its certificate is for the domain unless `wrongly` has another. */
  static async open(
    authority: Authority,
    domain: string,
    local: Endpoint,
    wrongly: CertificateOptions = {},
  ): Promise<TestPartner> {
    const { chain, key } = await authority.issue({ uris: [`sip:${domain}`], ...wrongly });
    const identity = { certificates: [{ chain, key }] };
    const host = await systemNet.tls!({
      local,
      clock: systemNet.clock,
      framer: () => new StreamFramer(),
      server: { ...identity, clientCertificate: "request" },
      client: identity,
    });
    return new TestPartner(host, domain, identity);
  }

  get local(): Endpoint {
    return this.#host.local;
  }

  get connections(): readonly TlsConnection[] {
    return this.#host.connections;
  }

  get refused(): TlsHost["refused"] {
    return this.#host.refused;
  }

  connect(to: Endpoint, options: TlsOptions & ConnectOptions = {}): Promise<TlsConnection> {
    return this.#host.connect(to, { ...this.identity, ...options });
  }

  build(method: string, uri: string, headers: Record<string, string> = {}, body = ""): SipRequest {
    const { address, port } = this.local;
    const n = ++count;
    const fields: Record<string, string> = {
      "Via": `SIP/2.0/TLS ${address}:${port};branch=z9hG4bK-partner-${n}`,
      "Max-Forwards": "70",
      "From": `<sip:peer@${this.domain}>;tag=p${n}`,
      "To": `<${uri}>`,
      "Call-ID": `partner-${n}`,
      "CSeq": `${n} ${method}`,
      "Contact": `<sip:peer@${address}:${port};transport=tls>`,
      ...headers,
    };
    const list: HeadersInit = Object.entries(fields).filter(([, value]) => value !== "");
    return buildRequest(method, uri, list, body);
  }

  async send(message: SipMessage, connection: TlsConnection): Promise<void> {
    await this.#host.send(message.toBytes(), connection.flow);
  }

  async ask(request: SipRequest, connection: TlsConnection): Promise<SipResponse> {
    await this.send(request, connection);
    return (await this.response(request)).message;
  }

  async answer(
    { message, connection }: Received<SipRequest>,
    status: number,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const { address, port } = this.local;
    const Contact = `<sip:peer@${address}:${port};transport=tls>`;
    const options = { toTag: `to-${this.domain}`, headers: { Contact, ...headers } };
    await this.send(buildResponse(message, status, options), connection);
  }

  async request(method: string): Promise<Received<SipRequest>> {
    return await this.#take((message) => message.kind === "request" && message.method === method) as Received<
      SipRequest
    >;
  }

  async response(request: SipRequest, from = 101): Promise<Received<SipResponse>> {
    const branch = request.via?.branch;
    return await this.#take((message) =>
      message.kind === "response" && message.via?.branch === branch && message.status >= from
    ) as Received<SipResponse>;
  }

  /** Requests of this method that have come and were not taken. */
  left(method: string): number {
    return this.#backlog.filter(({ message }) => message.kind === "request" && message.method === method)
      .length;
  }

  async close(): Promise<void> {
    await this.#host.close();
    await this.#reading;
  }

  #take(wanted: (message: SipMessage) => boolean): Promise<Received<SipMessage>> {
    const at = this.#backlog.findIndex(({ message }) => wanted(message));
    if (at >= 0) return Promise.resolve(this.#backlog.splice(at, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  async #read(): Promise<void> {
    for (let incoming = await this.#host.receive(); incoming; incoming = await this.#host.receive()) {
      const connection = this.#host.connection(incoming.flow.connection ?? "")!;
      const item = { message: parseMessage(incoming.bytes, "stream"), connection };
      const at = this.#waiting.findIndex(({ wanted }) => wanted(item.message));
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(item);
      else this.#backlog.push(item);
    }
  }
}
