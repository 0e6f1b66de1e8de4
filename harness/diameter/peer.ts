/**
 * One Diameter connection without its socket (RFC 6733 clause 5): capabilities exchange, watchdog, disconnection, and
 * requests that find their answers. What a command means is its user's business.
 */
import { LocalMisuseError } from "../errors.ts";
import {
  APPLICATION,
  type Avp,
  avp,
  buildDiameter,
  COMMAND,
  type CommandName,
  type DiameterMessage,
  parseDiameter,
  RESULT,
  valueOf,
  valuesOf,
  VENDOR,
} from "../wire/diameter/mod.ts";
import { WireSyntaxError } from "../wire/mod.ts";

export interface DiameterNode {
  /** DiameterIdentity: an FQDN. */
  readonly host: string;
  readonly realm: string;
  /** IP literals, for Host-IP-Address. */
  readonly addresses: readonly string[];
  readonly product: string;
  /** What it serves; an empty list is a relay's. */
  readonly applications: readonly DiameterApplication[];
}

export interface DiameterApplication {
  readonly id: number;
  /** 0: an application of the IETF. */
  readonly vendor: number;
}

export const CX: DiameterApplication = { id: APPLICATION.cx, vendor: VENDOR.tgpp };
export const E2: DiameterApplication = { id: APPLICATION.e2, vendor: VENDOR.etsi };

export interface DiameterPeerOptions {
  /** Who opened the connection says who it is first. */
  readonly role: "initiator" | "responder";
  readonly self: DiameterNode;
  /** Any 32 bits: where hop-by-hop and end-to-end identifiers begin. */
  readonly random: () => number;
  /** Milliseconds of silence after which a watchdog is sent; twice as long ends the connection. Default 30000. */
  readonly watchdogMs?: number;
  /** Milliseconds until a request without answer is given up. Default 5000. */
  readonly answerMs?: number;
  /** As a responder: who may come; what is returned goes into Result-Code. Default: who shares an application. */
  readonly admits?: (peer: DiameterNode) => number;
}

export type DiameterEvent =
  /** Capabilities were exchanged: requests may be sent. */
  | { readonly type: "open"; readonly peer: DiameterNode }
  | { readonly type: "request"; readonly request: DiameterMessage }
  | {
    readonly type: "answer";
    readonly key: number;
    readonly request: DiameterMessage;
    readonly answer: DiameterMessage;
  }
  | { readonly type: "timeout"; readonly key: number; readonly request: DiameterMessage }
  /** An answer to nothing that is awaited. */
  | { readonly type: "stray"; readonly answer: DiameterMessage }
  | { readonly type: "malformed"; readonly bytes: Uint8Array; readonly error: SyntaxError }
  /** The connection is to be closed once everything was sent. */
  | { readonly type: "closed"; readonly why: string };

interface Pending {
  readonly request: DiameterMessage;
  readonly until: number;
}

export class DiameterPeer {
  readonly #options: DiameterPeerOptions;
  readonly #out: Uint8Array[] = [];
  readonly #events: DiameterEvent[] = [];
  readonly #pending = new Map<number, Pending>();
  #state: "new" | "exchanging" | "open" | "leaving" | "closed" = "new";
  #hopByHop: number;
  #endToEnd: number;
  #heard: number | undefined;
  #watching = false;

  constructor(options: DiameterPeerOptions) {
    this.#options = options;
    this.#hopByHop = options.random() >>> 0;
    this.#endToEnd = options.random() >>> 0;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** The connection stands: who opened it begins. */
  connected(now: number): void {
    this.#heard = now;
    this.#state = "exchanging";
    if (this.#options.role === "initiator") {
      this.#ask(COMMAND["Capabilities-Exchange"], this.#capabilities(), now);
    }
  }

  /** One message as the framer cut it out. */
  receive(bytes: Uint8Array, now: number): void {
    if (this.#state === "closed") return;
    this.#heard = now;
    this.#watching = false;
    let message: DiameterMessage;
    try {
      message = parseDiameter(bytes);
      if (message.request) this.#requested(message);
      else this.#answered(message);
    } catch (error) {
      if (!(error instanceof WireSyntaxError)) throw error;
      this.#events.push({ type: "malformed", bytes, error });
    }
  }

  nextEvent(): DiameterEvent | undefined {
    return this.#events.shift();
  }

  toSend(): Uint8Array[] {
    return this.#out.splice(0);
  }

  deadline(): number | undefined {
    if (this.#heard === undefined || this.#state === "closed") return undefined;
    const untils = [...this.#pending.values()].map(({ until }) => until);
    return Math.min(...untils, this.#heard + this.#patience());
  }

  expire(now: number): void {
    for (const [key, { request, until }] of this.#pending) {
      if (until > now) continue;
      this.#pending.delete(key);
      if (ofBase(request)) continue;
      this.#events.push({ type: "timeout", key, request });
    }
    if (this.#heard === undefined || now < this.#heard + this.#patience()) return;
    if (this.#watching || this.#state !== "open") return this.#close("the peer says nothing any more");
    this.#watching = true;
    this.#ask(COMMAND["Device-Watchdog"], this.#origin(), now);
  }

  /**
   * Sends a request of an application; the key comes back with its answer, or with "timeout". Origin-Host and
   * Origin-Realm are to be among the AVPs.
   * @throws LocalMisuseError before capabilities were exchanged
   */
  request(command: CommandName, application: number, avps: readonly Avp[], now: number): number {
    if (this.#state !== "open") {
      throw new LocalMisuseError(`Diameter: no request can be sent, ${this.#state}`);
    }
    return this.#ask(COMMAND[command], avps, now, application);
  }

  /** `error`: a protocol error, with the E bit. */
  answer(request: DiameterMessage, avps: readonly Avp[], error = false): void {
    const { command, application, proxiable, hopByHop, endToEnd } = request;
    const flags = { request: false, proxiable, error, retransmitted: false };
    this.#send({ command, application, hopByHop, endToEnd, ...flags, avps });
  }

  /** Octets as they are: a message no builder makes. */
  sendRaw(bytes: Uint8Array): void {
    this.#out.push(bytes);
  }

  /** Takes leave (DPR); "closed" comes when the answer has come, or was waited for. */
  disconnect(now: number): void {
    if (this.#state !== "open") return this.#close("left before it was open");
    this.#state = "leaving";
    // REBOOTING: the peer shall not connect again by itself to where we will not be.
    this.#ask(COMMAND["Disconnect-Peer"], [...this.#origin(), avp("Disconnect-Cause", 0)], now);
  }

  /** The connection was lost. */
  lost(why: string): void {
    this.#close(why);
  }

  #patience(): number {
    const { watchdogMs = 30_000, answerMs = 5000 } = this.#options;
    return this.#state === "open" ? this.#watching ? 2 * watchdogMs : watchdogMs : answerMs;
  }

  #requested(request: DiameterMessage): void {
    switch (request.command) {
      case COMMAND["Capabilities-Exchange"]:
        return this.#introduced(request);
      case COMMAND["Device-Watchdog"]:
        return this.answer(request, [avp("Result-Code", RESULT.DIAMETER_SUCCESS), ...this.#origin()]);
      case COMMAND["Disconnect-Peer"]:
        this.answer(request, [avp("Result-Code", RESULT.DIAMETER_SUCCESS), ...this.#origin()]);
        return this.#close("the peer has taken leave");
    }
    if (this.#state !== "open") return this.#close(`command ${request.command} came before capabilities`);
    const { applications } = this.#options.self;
    if (applications.length > 0 && !applications.some(({ id }) => id === request.application)) {
      const result = avp("Result-Code", RESULT.DIAMETER_APPLICATION_UNSUPPORTED);
      return this.answer(request, [...sessionOf(request), result, ...this.#origin()], true);
    }
    this.#events.push({ type: "request", request });
  }

  #introduced(request: DiameterMessage): void {
    const peer = nodeOf(request.avps);
    const result = (this.#options.admits ?? ((node) => commonApplication(this.#options.self, node)))(peer);
    this.answer(request, [avp("Result-Code", result), ...this.#capabilities()]);
    if (result === RESULT.DIAMETER_SUCCESS) this.#opened(peer);
    else this.#close(`not admitted: "${peer.host}", Result-Code ${result}`);
  }

  #opened(peer: DiameterNode): void {
    this.#state = "open";
    this.#events.push({ type: "open", peer });
  }

  #answered(answer: DiameterMessage): void {
    const pending = this.#pending.get(answer.hopByHop);
    if (!pending || pending.request.command !== answer.command) {
      return void this.#events.push({ type: "stray", answer });
    }
    this.#pending.delete(answer.hopByHop);
    const { request } = pending;
    if (!ofBase(request)) {
      return void this.#events.push({ type: "answer", key: answer.hopByHop, request, answer });
    }
    if (answer.command === COMMAND["Disconnect-Peer"]) return this.#close("we have taken leave");
    if (answer.command !== COMMAND["Capabilities-Exchange"]) return;
    const result = valueOf(answer.avps, "Result-Code");
    if (result === RESULT.DIAMETER_SUCCESS) return this.#opened(nodeOf(answer.avps));
    this.#close(`the peer does not admit us: Result-Code ${result ?? "missing"}`);
  }

  #ask(command: number, avps: readonly Avp[], now: number, application = 0): number {
    this.#hopByHop = (this.#hopByHop + 1) >>> 0;
    this.#endToEnd = (this.#endToEnd + 1) >>> 0;
    const request: DiameterMessage = {
      command,
      application,
      request: true,
      proxiable: application !== 0,
      error: false,
      retransmitted: false,
      hopByHop: this.#hopByHop,
      endToEnd: this.#endToEnd,
      avps,
    };
    this.#pending.set(this.#hopByHop, { request, until: now + (this.#options.answerMs ?? 5000) });
    this.#send(request);
    return this.#hopByHop;
  }

  #send(message: DiameterMessage): void {
    this.#out.push(buildDiameter(message));
  }

  #origin(): Avp[] {
    const { host, realm } = this.#options.self;
    return [avp("Origin-Host", host), avp("Origin-Realm", realm)];
  }

  /** What CER and CEA say of us. */
  #capabilities(): Avp[] {
    const { addresses, product, applications } = this.#options.self;
    const vendors = new Set(applications.map(({ vendor }) => vendor).filter((vendor) => vendor !== 0));
    return [
      ...this.#origin(),
      ...addresses.map((address) => avp("Host-IP-Address", address)),
      avp("Vendor-Id", 0),
      avp("Product-Name", product),
      ...[...vendors].map((vendor) => avp("Supported-Vendor-Id", vendor)),
      ...applications.map(({ id, vendor }) =>
        vendor === 0
          ? avp("Auth-Application-Id", id)
          : avp("Vendor-Specific-Application-Id", [avp("Vendor-Id", vendor), avp("Auth-Application-Id", id)])
      ),
      ...(applications.length === 0 ? [avp("Auth-Application-Id", APPLICATION.relay)] : []),
    ];
  }

  #close(why: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    for (const [key, { request }] of this.#pending) {
      if (!ofBase(request)) this.#events.push({ type: "timeout", key, request });
    }
    this.#pending.clear();
    this.#events.push({ type: "closed", why });
  }
}

/** Session-Id belongs first into what answers a request (RFC 6733 8.8). */
export function sessionOf({ avps }: DiameterMessage): Avp[] {
  const session = valueOf(avps, "Session-Id");
  return session === undefined ? [] : [avp("Session-Id", session)];
}

/** Result-Code or Experimental-Result-Code, whichever there is. */
export function resultOf(
  { avps }: DiameterMessage,
): { readonly code: number; readonly experimental: boolean } | undefined {
  const code = valueOf(avps, "Result-Code");
  if (code !== undefined) return { code, experimental: false };
  const experimental = valueOf(valueOf(avps, "Experimental-Result") ?? [], "Experimental-Result-Code");
  return experimental === undefined ? undefined : { code: experimental, experimental: true };
}

function ofBase({ application, command }: DiameterMessage): boolean {
  return application === 0 && (command === 257 || command === 280 || command === 282);
}

function commonApplication(self: DiameterNode, peer: DiameterNode): number {
  const relay = [self, peer].some(({ applications }) =>
    applications.length === 0 || applications.some(({ id }) => id === APPLICATION.relay)
  );
  const common = peer.applications.some(({ id }) => self.applications.some((own) => own.id === id));
  return relay || common ? RESULT.DIAMETER_SUCCESS : RESULT.DIAMETER_NO_COMMON_APPLICATION;
}

/** Who speaks in CER or CEA. */
function nodeOf(avps: readonly Avp[]): DiameterNode {
  const specific = valuesOf(avps, "Vendor-Specific-Application-Id").map((group) => ({
    id: valueOf(group, "Auth-Application-Id") ?? valueOf(group, "Acct-Application-Id") ?? 0,
    vendor: valueOf(group, "Vendor-Id") ?? 0,
  }));
  const plain = valuesOf(avps, "Auth-Application-Id").map((id) => ({ id, vendor: 0 }));
  return {
    host: valueOf(avps, "Origin-Host") ?? "",
    realm: valueOf(avps, "Origin-Realm") ?? "",
    addresses: valuesOf(avps, "Host-IP-Address"),
    product: valueOf(avps, "Product-Name") ?? "",
    applications: [...specific, ...plain],
  };
}
