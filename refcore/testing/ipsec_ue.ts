/**
 * A bare UE that speaks IPsec, for the tests of this folder: it makes its SAs from what SM6 says and sends each
 * message on the set that it is told. Its rules are the tests'.
 */
import {
  buildResponse,
  parseMessage,
  type SecurityMechanism,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from "sip-codec";
import { expandEspKeys, parseAkaNonce, type Usim } from "../../harness/crypto/mod.ts";
import { type EspPolicy, type EspWay, spiOf, systemNet } from "../../harness/net/mod.ts";
import type { IpsecHost } from "../../harness/net/mod.ts";
import type { Endpoint, Flow, MessageSocket } from "../../harness/net/types.ts";
import {
  type EncryptionAlgorithm,
  type EspKeys,
  type EspOverrides,
  EspSa,
  type IntegrityAlgorithm,
} from "../../harness/wire/esp.ts";
import type { Subscriber } from "../../profiles/types.ts";
import type { Core } from "../mod.ts";
import { DOMAIN } from "./subscribers.ts";
import { TestUe } from "./ue.ts";

export interface IpsecUeOptions {
  readonly subscriber: Subscriber;
  readonly address: string;
  /** What it offers. Default: "UDP-enc-tun", with a private address in Via, as behind a NAT. */
  readonly mode?: "trans" | "UDP-enc-tun";
  readonly pairs?: readonly (readonly [alg: string, ealg: string])[];
  /** Where SM1 and encapsulated packets go in place of the core: a NAT in front of it. */
  readonly through?: { readonly sip: Endpoint; readonly encapsulated: Endpoint };
}

export interface UeSet {
  readonly spiUc: number;
  readonly spiUs: number;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portUc: number;
  readonly portUs: number;
  readonly portPc: number;
  readonly portPs: number;
  readonly keys: EspKeys;
  readonly inbound: readonly EspSa[];
  readonly toServer: EspSa;
  readonly toClient: EspSa;
}

export interface Heard {
  readonly message: SipMessage;
  readonly flow: Flow;
}

export interface Challenged {
  readonly response: SipResponse;
  readonly flow: Flow;
  readonly set: UeSet;
  readonly client: string;
}

const PRIVATE = "192.168.7.7";
const PAIRS = [["null", "aes-gcm"], ["hmac-sha-1-96", "aes-cbc"], ["aes-gmac", "null"], [
  "hmac-sha-1-96",
  "null",
]] as const;

let count = 0;
/** UEs of one test may share an address, and SPIs and ports must not be guessed equal. */
let numbers = 20_000;

export class IpsecUe {
  readonly sets: UeSet[] = [];
  readonly #heard: Heard[] = [];
  #waiting: { wanted: (heard: Heard) => boolean; resolve: (heard: Heard) => void }[] = [];
  readonly #reading: Promise<void>[] = [];
  readonly #open = new Map<string, Promise<MessageSocket>>();
  readonly portUs = ++numbers;
  /** For one message: what its ESP packet has otherwise. */
  overrides: EspOverrides & { readonly copies?: number; readonly innerSource?: string } = {};
  /** Methods whose requests are answered with 200 at once. */
  readonly willing = new Set<string>();

  private constructor(
    readonly core: Core,
    readonly phone: TestUe,
    readonly host: IpsecHost,
    readonly options: IpsecUeOptions,
  ) {}

  static async open(core: Core, options: IpsecUeOptions): Promise<IpsecUe> {
    const { address, subscriber, mode = "UDP-enc-tun", through } = options;
    const phone = await TestUe.open(core, {
      address,
      subscriber,
      ...(mode === "trans" ? {} : { claimedHost: PRIVATE }),
      ...(through ? { through: through.sip } : {}),
    });
    phone.rport = true;
    let ue: IpsecUe | undefined;
    const policy: EspPolicy = {
      outbound: (packet) => ue?.outboundWay(packet.local, packet.remote) ?? "drop",
      inbound: (spi) => ue?.sets.flatMap(({ inbound }) => inbound).findLast((sa) => sa.spi === spi),
    };
    const host = await systemNet.ipsec!({
      address,
      carriers: mode === "trans" ? { raw: true } : { udp: { port: 0 } },
      policy,
      clock: systemNet.clock,
      random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
    });
    return ue = new IpsecUe(core, phone, host, options);
  }

  get impu(): string {
    return this.phone.impu;
  }

  get usim(): Usim {
    return this.phone.usim!;
  }

  /** What the network sees of the address. */
  get publicAddress(): string {
    return this.#public ?? this.options.address;
  }

  #public: string | undefined;

  get contact(): string {
    return `<sip:${this.options.subscriber.name}@${this.publicAddress}:${this.portUs}>`;
  }

  /** SM1 and its answer, whatever it is. `on`: the set it is sent on; in the clear without. */
  async sm1(headers: Record<string, string> = {}, on?: UeSet): Promise<Heard & { readonly client: string }> {
    const client = headers["Security-Client"] ?? this.offer();
    const request = this.register({ "Security-Client": client, ...headers }, on);
    const heard = await this.ask(request, on);
    return { ...heard, client };
  }

  /** SM1 that must be challenged, and the SAs that follow from SM6. */
  async challenge(headers: Record<string, string> = {}, on?: UeSet): Promise<Challenged> {
    const { message, flow, client } = await this.sm1(headers, on);
    const response = message as SipResponse;
    if (response.status !== 401) throw new Error(`SM1 was answered ${response.status} ${response.reason}`);
    if (!on) this.#public = response.via?.received;
    const set = this.#makeSet(response, client);
    this.sets.push(set);
    await this.#socket("udp", set.portUc);
    await this.#socket("udp", set.portUs);
    return { response, flow, set, client };
  }

  /** SM7 on the set of its challenge, or as told. */
  async sm7(
    challenged: Challenged,
    headers: Record<string, string> = {},
    response?: string,
  ): Promise<Heard> {
    return await this.ask(this.sm7Request(challenged, headers, challenged.set, response), challenged.set);
  }

  sm7Request(
    challenged: Challenged,
    headers: Record<string, string> = {},
    on: UeSet | "clear" = challenged.set,
    wrongResponse?: string,
  ): SipRequest {
    const { response, client } = challenged;
    return this.register({
      "Authorization": wrongResponse === undefined
        ? this.#credentials(challenged)
        : this.#credentials(challenged).replace(/(\bresponse=)"[^"]*"/, `$1"${wrongResponse}"`),
      "Security-Client": client,
      "Security-Verify": response.values("Security-Server").join(", "),
      ...headers,
    }, on === "clear" ? undefined : on);
  }

  /** The card answers a challenge once; what is sent again says the same. */
  #credentials(challenged: Challenged): string {
    const credentials = this.#answers.get(challenged) ??
      this.phone.credentials(challenged.response, "REGISTER", `sip:${DOMAIN}`);
    this.#answers.set(challenged, credentials);
    return credentials;
  }

  readonly #answers = new WeakMap<Challenged, string>();

  async registerFully(headers: Record<string, string> = {}, on?: UeSet): Promise<UeSet> {
    const challenged = await this.challenge(headers, on);
    const { message } = await this.sm7(challenged, headers);
    if ((message as SipResponse).status !== 200) {
      throw new Error(`SM7 was answered ${(message as SipResponse).status}`);
    }
    this.serviceRoute = message.values("Service-Route");
    return challenged.set;
  }

  serviceRoute: string[] = [];

  /** Security-Client with fresh SPIs and a fresh client port. */
  offer(more: { portC?: number; portS?: number; spiC?: number; spiS?: number; mode?: string } = {}): string {
    const { mode = this.options.mode ?? "UDP-enc-tun", portC = ++numbers, portS = this.portUs } = more;
    const spiC = more.spiC ?? 300_000 + 2 * ++count;
    const spiS = more.spiS ?? spiC + 1;
    return (this.options.pairs ?? PAIRS).map(([alg, ealg]) =>
      `ipsec-3gpp;alg=${alg};ealg=${ealg};mod=${mode};spi-c=${spiC};spi-s=${spiS};port-c=${portC};port-s=${portS}`
    ).join(", ");
  }

  register(headers: Record<string, string>, on?: UeSet): SipRequest {
    return this.phone.registerRequest({
      "Require": "sec-agree",
      "Proxy-Require": "sec-agree",
      ...(on ? { "Via": this.#via(), "Contact": this.contact } : {}),
      ...(this.options.mode === "trans" ? { "Contact": this.contact } : {}),
      ...headers,
    });
  }

  build(method: string, uri: string, headers: Record<string, string> = {}, body = ""): SipRequest {
    const route = this.serviceRoute.join(", ");
    return this.phone.build(method, uri, {
      "Via": this.#via(),
      "Contact": this.contact,
      ...(route === "" ? {} : { "Route": route }),
      ...headers,
    }, body);
  }

  #via(): string {
    return `SIP/2.0/UDP ${this.publicAddress}:${this.portUs};branch=z9hG4bK-ipsec-${++count}`;
  }

  async send(message: SipMessage, on?: UeSet): Promise<void> {
    if (!on) return await this.phone.send(message);
    const socket = await this.#socket("udp", on.portUc);
    await socket.send(message.toBytes(), this.#flow("udp", socket.local.port, on.portPs));
  }

  /** Sends over TCP inside the set, from port_uc to port_ps. */
  async sendTcp(message: SipMessage, on: UeSet): Promise<void> {
    const socket = await this.#socket("tcp", on.portUc);
    await socket.send(message.toBytes(), this.#flow("tcp", on.portUc, on.portPs));
  }

  /** Listens for connections on port_us. */
  async listen(): Promise<void> {
    await this.#socket("tcp", this.portUs);
  }

  async ask(request: SipRequest, on?: UeSet): Promise<Heard> {
    await this.send(request, on);
    return await this.answerTo(request, on);
  }

  /** The final response, wherever it comes. */
  async answerTo(request: SipRequest, on?: UeSet): Promise<Heard> {
    if (on) return await this.#take(isAnswerTo(request));
    const clear = this.phone.response(request, 200).then((message) => ({ message, flow: this.#clearFlow() }));
    return await clear;
  }

  /** The final response's status if it comes within this time (ms), else "silence". */
  async statusWithin(request: SipRequest, ms: number): Promise<string> {
    const end = new AbortController();
    const silence = systemNet.clock.wait(systemNet.clock.now() + ms, end.signal).then(() => "silence");
    const answer = this.#take(isAnswerTo(request)).then(({ message }) =>
      String((message as SipResponse).status)
    );
    const seen = await Promise.race([answer, silence]);
    end.abort();
    return seen;
  }

  /** Whether a request on this set is answered. */
  async served(on: UeSet, ms = 200): Promise<string> {
    const request = this.build("OPTIONS", `sip:${this.core.entry["p-cscf"].udp.address}:${on.portPs}`);
    await this.send(request, on);
    return await this.statusWithin(request, ms);
  }

  async incoming(method: string): Promise<Heard> {
    return await this.#take(({ message }) => message.kind === "request" && message.method === method);
  }

  /** Answers a request from port_uc to port_ps, or back on the connection. */
  async answer({ message, flow }: Heard, status: number, on: UeSet): Promise<void> {
    const response = buildResponse(message as SipRequest, status, {
      toTag: "ue",
      headers: { Contact: this.contact },
    });
    if (flow.transport === "tcp") {
      const socket = await this.#socket("tcp", flow.local.port);
      return await socket.send(response.toBytes(), flow);
    }
    await this.send(response, on);
  }

  /** Which set and port a message came to: "us 1" is port_us of the second set; "clear". */
  where({ flow }: Pick<Heard, "flow">): string {
    const spi = spiOf(flow.security);
    const at = this.sets.findIndex((set) => spi === set.spiUc || spi === set.spiUs);
    if (at < 0) return "clear";
    return `${spi === this.sets[at]!.spiUs ? "us" : "uc"} ${at}`;
  }

  outboundWay(local: Endpoint, remote: Endpoint): EspWay | undefined {
    const set = this.sets.findLast(({ portUc, portPs, portUs, portPc }) =>
      portUc === local.port && portPs === remote.port || portUs === local.port && portPc === remote.port
    );
    if (!set) return undefined;
    const sa = local.port === set.portUs ? set.toClient : set.toServer;
    const { copies = 1, innerSource: _, ...overrides } = this.overrides;
    if ((this.options.mode ?? "UDP-enc-tun") === "trans") {
      return { sa, carrier: "raw", mode: "transport", overrides, copies };
    }
    const outer = this.options.through?.encapsulated ?? this.core.ipsec!.encapsulation!;
    return { sa, carrier: "udp", mode: "tunnel", outer, overrides, copies };
  }

  async close(): Promise<void> {
    await this.phone.close();
    await this.host.close();
    await Promise.all(this.#reading);
  }

  #makeSet(response: SipResponse, client: string): UeSet {
    const offered = client.split(",").map((entry) => new Map(entry.split(";").map(pairOf)));
    const mine = offered[0]!;
    const fits = ({ params }: SecurityMechanism) =>
      offered.some((one) =>
        one.get("alg") === params.get("alg") && one.get("ealg") === (params.get("ealg") ?? "null")
      );
    const chosen = response.securityServer.find(fits) ?? response.securityServer[0]!;
    const number = (name: string) => Number(chosen.params.get(name));
    const own = (name: string) => Number(mine.get(name));
    const { rand, autn } = parseAkaNonce(response.wwwAuthenticate[0]!.parameters.get("nonce")!);
    const keys = expandEspKeys({
      integrity: chosen.params.get("alg") as IntegrityAlgorithm,
      encryption: (chosen.params.get("ealg") ?? "null") as EncryptionAlgorithm,
    }, keysOf(this.usim, rand, autn));
    const random = (octets: number) => crypto.getRandomValues(new Uint8Array(octets));
    const sa = (spi: number) => new EspSa({ spi, keys, random });
    return {
      spiUc: own("spi-c"),
      spiUs: own("spi-s"),
      portUc: own("port-c"),
      portUs: own("port-s"),
      spiPc: number("spi-c"),
      spiPs: number("spi-s"),
      portPc: number("port-c"),
      portPs: number("port-s"),
      keys,
      inbound: [sa(own("spi-c")), sa(own("spi-s"))],
      toServer: sa(number("spi-s")),
      toClient: sa(number("spi-c")),
    };
  }

  #socket(transport: "udp" | "tcp", port: number): Promise<MessageSocket> {
    const name = `${transport} ${this.publicAddress} ${port}`;
    const known = this.#open.get(name);
    if (known) return known;
    const opening = this.host.open(transport, {
      port,
      address: this.publicAddress,
      clear: false,
      listen: port === this.portUs,
      framer: () => new StreamFramer(),
    });
    this.#open.set(name, opening);
    this.#reading.push(opening.then((socket) => this.#read(socket)));
    return opening;
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const heard = { message: parseMessage(incoming.bytes), flow: incoming.flow };
      const { message } = heard;
      const on = this.sets.at(-1);
      if (on && message.kind === "request" && this.willing.has(message.method)) {
        await this.answer(heard, 200, on);
      }
      const at = this.#waiting.findIndex(({ wanted }) => wanted(heard));
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(heard);
      else this.#heard.push(heard);
    }
  }

  #take(wanted: (heard: Heard) => boolean): Promise<Heard> {
    const at = this.#heard.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#heard.splice(at, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  #flow(transport: "udp" | "tcp", from: number, to: number): Flow {
    const { address } = this.core.entry["p-cscf"].udp;
    return {
      transport,
      local: { address: this.publicAddress, port: from },
      remote: { address, port: to },
    };
  }

  #clearFlow(): Flow {
    return { transport: "udp", local: this.phone.local, remote: this.core.entry["p-cscf"].udp };
  }
}

function isAnswerTo(request: SipRequest): (heard: Heard) => boolean {
  const branch = request.via?.branch;
  return ({ message }) =>
    message.kind === "response" && message.status >= 200 && message.via?.branch === branch &&
    message.cseq?.method === request.method;
}

function pairOf(part: string): [string, string] {
  const [name = "", value = ""] = part.trim().split("=");
  return [name, value];
}

/** CK and IK of a challenge, without moving the card's SQN. */
function keysOf(usim: Usim, rand: Uint8Array, autn: Uint8Array): { ck: Uint8Array; ik: Uint8Array } {
  const seen = usim.inspect(rand, autn);
  return { ck: seen.ck, ik: seen.ik };
}
