/** A P-CSCF for TLS that fits into a test: sec-agree and Digest over a TLS host, the clear over a scripted network. */
import { buildRequest, parseMessage, SipRequest, SipResponse, StreamFramer } from "sip-codec";
import type { TlsHost, TlsOptions } from "../../../net/mod.ts";
import { SERVER_RSA } from "../../../net/tls/testing/certificates.ts";
import type { Clock, Endpoint, Flow, Net } from "../../../net/types.ts";
import { granted, isRight } from "./registrar.ts";
import { answer, ScriptedNetwork } from "./scripted_network.ts";
import { DORA } from "./world.ts";

export interface HeardOverTls {
  readonly message: SipRequest | SipResponse;
  readonly flow: Flow;
}

/** How the P-CSCF answers; what is left out is as it should be. */
export interface TlsPcscfOptions {
  /** What SM6 says in Security-Server where SM1 had Security-Client; undefined leaves it out. */
  readonly server?: string | undefined;
  /** Whether a REGISTER on a registered connection is challenged. Default false. */
  readonly challenges?: boolean;
  /** In place of the answer. */
  readonly instead?: (request: SipRequest, usual: SipResponse) => SipResponse | undefined;
  readonly tls?: TlsOptions;
}

export class TlsPcscf {
  readonly heard: HeardOverTls[] = [];
  /** What comes besides REGISTER. */
  readonly scripts = new Map<string, (request: SipRequest) => SipResponse | undefined>();
  options: TlsPcscfOptions = {};
  readonly #net: Net;
  readonly #clock: Clock;
  readonly #at: Endpoint;
  readonly network: ScriptedNetwork;
  #host: TlsHost | undefined;
  #reading: Promise<void> = Promise.resolve();
  readonly #registered = new Set<string>();
  readonly #nonces = new Set<string>();
  #made = 0;

  constructor(network: ScriptedNetwork, net: Net, clock: Clock, at: Endpoint) {
    this.network = network;
    this.#net = net;
    this.#clock = clock;
    this.#at = at;
    network.on("REGISTER", (request) => this.#registrar(request, undefined));
  }

  async open(options: TlsPcscfOptions = {}): Promise<this> {
    this.options = options;
    const framer = () => new StreamFramer();
    const server: TlsOptions = { certificates: [SERVER_RSA], ...options.tls };
    this.#host = await this.#net.tls!({ local: this.#at, clock: this.#clock, framer, server });
    this.#reading = this.#read(this.#host);
    return this;
  }

  async close(): Promise<void> {
    await this.#host?.close();
    await this.#reading;
  }

  get host(): TlsHost {
    return this.#host!;
  }

  of(method: string): SipRequest[] {
    return this.heard.flatMap(({ message }) =>
      message instanceof SipRequest && message.method === method ? [message] : []
    );
  }

  get responses(): SipResponse[] {
    return this.heard.flatMap(({ message }) => message instanceof SipResponse ? [message] : []);
  }

  /** A request of the network on this connection, by default the one that was heard last. */
  async request(method: string, flow: Flow = this.heard.at(-1)!.flow): Promise<SipRequest> {
    const request = this.build(method);
    await this.host.send(request.toBytes(), flow);
    return request;
  }

  build(method: string, transport = "TLS", headers: Readonly<Record<string, string>> = {}): SipRequest {
    const { address, port } = this.host.local;
    return buildRequest(method, `sip:dora@10.2.0.1`, {
      Via: `SIP/2.0/${transport} ${address}:${port};branch=z9hG4bKp${++this.#made}`,
      "Max-Forwards": "70",
      From: "<sip:bob@home1.example>;tag=b0b",
      To: "<sip:dora@home1.example>",
      "Call-ID": `call-${this.#made}`,
      CSeq: `1 ${method}`,
      Contact: `<sip:bob@${address}:${port};transport=tls>`,
      ...headers,
    });
  }

  async #read(host: TlsHost): Promise<void> {
    for (let incoming = await host.receive(); incoming; incoming = await host.receive()) {
      const { bytes, flow } = incoming;
      if (bytes.length === 4) {
        await host.send(bytes.subarray(2), flow);
        continue;
      }
      const message = parseMessage(bytes, "stream");
      this.heard.push({ message, flow });
      if (!(message instanceof SipRequest) || message.method === "ACK") continue;
      const response = message.method === "REGISTER"
        ? this.#registrar(message, flow.connection)
        : this.scripts.get(message.method)?.(message);
      if (response && host.connection(flow.connection ?? "")?.open) await host.send(response.toBytes(), flow);
    }
  }

  #registrar(request: SipRequest, connection: string | undefined): SipResponse | undefined {
    const usual = this.#answer(request, connection);
    return this.options.instead ? this.options.instead(request, usual) : usual;
  }

  #answer(request: SipRequest, connection: string | undefined): SipResponse {
    const nonce = request.authorization[0]?.parameters.get("nonce") ?? "";
    if (connection && this.#registered.has(connection) && !this.options.challenges && nonce === "") {
      return granted(request);
    }
    if (this.#nonces.delete(nonce)) {
      if (!connection || !isRight(request, DORA.digest!.password, nonce)) return answer(request, 403);
      this.#registered.add(connection);
      return granted(request);
    }
    return this.#challenge(request);
  }

  #challenge(request: SipRequest): SipResponse {
    const nonce = `nonce-${++this.#made}`;
    this.#nonces.add(nonce);
    const response = answer(request, 401, {
      "WWW-Authenticate": `Digest realm="home1.example", nonce="${nonce}", algorithm=MD5, qop="auth"`,
    });
    const server = "server" in this.options ? this.options.server : "tls;q=0.2";
    if (request.has("Security-Client") && server !== undefined) response.set("Security-Server", server);
    return response;
  }
}
