/** Security agreement and IPsec in the P-CSCF: what the SIP side asks, and what joins it to the SAs. */
import { parseMessage, parseSecurityMechanisms, type SipMessage, type SipRequest } from "sip-codec";
import { spiOf } from "../../../harness/net/mod.ts";
import type { Endpoint, Flow } from "../../../harness/net/types.ts";
import type { EspPair } from "../../../harness/wire/esp.ts";
import type { BoxContext } from "../../types.ts";
import type { AccessType } from "../access.ts";
import { Allocation } from "./allocation.ts";
import { defectsFor } from "./defects.ts";
import type { IpsecEnd } from "./end.ts";
import type { SessionKeys } from "./esp_keys.ts";
import { admits } from "./gate.ts";
import { rewriteContact, throughGateway } from "./gateway.ts";
import { Lifecycle } from "./lifecycle.ts";
import { PendingTransactions } from "./pending.ts";
import { type OrderedPolicy, PolicyOrders } from "./policy_orders.ts";
import type { Proposal } from "./proposal.ts";
import { factsOf } from "./register_facts.ts";
import { type Agreement, SaSet } from "./sa_set.ts";
import type { SaTable } from "./sa_table.ts";
import { samePair, supportedPairs } from "./security_policy.ts";
import type { Selection } from "./selection.ts";
import { Sender } from "./sender.ts";
import { formatServerLine } from "./set_up_line.ts";
import { overhear } from "./overheard.ts";

export interface SecurityOptions {
  /** The unprotected port. */
  readonly gm: Endpoint;
  readonly accessOf: (address: string) => AccessType;
  readonly isBound: (token: string) => boolean;
  readonly hasBindings: (impi: string) => boolean;
  /** A user is registered there who is known by her address (TS 33.203 Annex T): she has no SAs. */
  readonly isBundled: (address: string) => boolean;
  /** A binding has no SAs any more. */
  readonly abandoned: (token: string) => void;
  readonly sendClear: (bytes: Uint8Array, to: Flow) => Promise<void>;
  /** Takes what a fault has let in. */
  readonly receive: (bytes: Uint8Array, flow: Flow) => void;
}

/** Everything that a challenge brings together. */
export interface SetWishes extends Omit<Agreement, "client" | "server" | "serverLine"> {
  readonly offer: Selection & { readonly proposal: Proposal };
  readonly keys: SessionKeys;
  readonly ueAddress: string;
}

export class PcscfSecurity {
  readonly life: Lifecycle;
  readonly orders: PolicyOrders;
  readonly #allocation: Allocation;
  readonly #sender: Sender;
  /** Keys of the latest challenge, by IMPI; an honest core has them with the SAs alone. */
  readonly #lastKeys = new Map<string, SessionKeys>();

  constructor(readonly context: BoxContext, readonly end: IpsecEnd, readonly options: SecurityOptions) {
    const { isBound, hasBindings, abandoned } = options;
    this.life = new Lifecycle(context, end.table, { isBound, hasBindings, abandoned });
    this.orders = new PolicyOrders(context.policy.security);
    this.#allocation = new Allocation(context, end);
    this.#sender = new Sender(this);
    overhear(this);
  }

  get table(): SaTable {
    return this.end.table;
  }

  get gm(): Endpoint {
    return this.options.gm;
  }

  /** Whether SIP from there has to be protected. */
  protects(address: string): boolean {
    return this.context.policy.protectedAccess.includes(this.options.accessOf(address));
  }

  /** Whether a UE there may have protection if it asks for it (P.3). */
  offers(address: string): boolean {
    return this.context.policy.optionalAccess.includes(this.options.accessOf(address)) &&
      !this.context.faults.has("pcscf/no-agreement-on-nass");
  }

  policyFor(address: string): OrderedPolicy {
    return this.orders.for(address);
  }

  /** What our Via says to a UE under SAs: its responses come to port_ps, whatever port ours left from (7.1). */
  sentBy(to: Flow): { readonly host: string; readonly port: number; readonly rport: boolean } | undefined {
    const set = this.end.isProtected(to.local.port) ? this.setTo(to) : undefined;
    if (!set) return undefined;
    const { address } = this.end.host;
    const host = address.includes(":") ? `[${address}]` : address;
    return { host, port: set.numbers.portPs, rport: false };
  }

  /** port_ps of the UE behind a binding. */
  serverPortOf(token: string): number | undefined {
    return this.table.all.findLast((set) => set.established && set.token === token)?.numbers.portPs;
  }

  /** The set under whose inbound SA something came. */
  setOf({ security }: Flow): SaSet | undefined {
    const spi = spiOf(security);
    return spi === undefined ? undefined : this.table.bySpi(spi);
  }

  /** The set that something goes under. */
  setTo({ remote, local }: Flow): SaSet | undefined {
    return this.table.byPorts(remote.address, remote.port, local.port);
  }

  incompleteOf(token: string): SaSet | undefined {
    const impi = this.table.all.find((set) => set.token === token)?.impi;
    return impi === undefined
      ? undefined
      : this.table.ofImpi(impi).find(({ state }) => state === "registration");
  }

  /** Header fields that tell a UE what there is (RFC 3329 2.3.1). */
  listing(address: string): Record<string, string> {
    const { policy } = this.policyFor(address);
    const { faults } = this.context;
    const line = formatServerLine({
      pairs: supportedPairs(policy, faults),
      mode: "trans",
      withoutCiphers: policy.confidentiality === "never",
    }, faults);
    return { "Require": "sec-agree", ...(line === "" ? {} : { "Security-Server": line }) };
  }

  /** Whether a message may be taken. One that is, is remembered with its SAs. */
  admits(bytes: Uint8Array, flow: Flow): boolean {
    const concerned = flow.security !== undefined || this.table.size > 0 ||
      this.protects(flow.remote.address);
    if (!concerned) return true;
    const message = readMessage(bytes);
    const set = this.setOf(flow);
    if (!message) return flow.security === undefined || set?.established === true;
    try {
      if (!admits(this, message, flow)) return false;
      if (set) this.#heard(message, set);
      return true;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // What cannot be judged is refused with an error, and where there are no errors it is dropped.
      return set ? set.established : message.kind === "request" && message.method !== "ACK";
    }
  }

  /** Octets of ours to the UE, by the way that the rules have for them. */
  send(bytes: Uint8Array, to: Flow): Promise<void> {
    return this.#sender.send(bytes, readMessage(bytes), to);
  }

  /** Notes that a message went or came on a set, or belongs to what began on another. */
  note(message: SipMessage, set: SaSet): void {
    const own = this.table.ofImpi(set.impi);
    const owner = own.find(({ pending }) => pending.holdsBranch(message)) ??
      own.find(({ pending }) => pending.holds(message)) ?? set;
    owner.pending.saw(message);
  }

  /** What a P-CSCF with Annex M changes in a message of a tunnel (M.7.2). */
  adapt(message: SipMessage, set: SaSet | undefined): void {
    if (set?.mode !== "UDP-enc-tun") return;
    const { faults } = this.context;
    if (!faults.has("pcscf/nat-private-sdp")) throughGateway(message, this.gm.address);
    if (faults.has("pcscf/nat-rewrites-contact")) rewriteContact(message, set);
  }

  makeSet(wishes: SetWishes): SaSet {
    const { offer, ueAddress, impi, keys, ...agreement } = wishes;
    const { context } = this;
    const { faults } = context;
    const { proposal, pair, mode } = offer;
    const { policy, disabled } = this.policyFor(ueAddress);
    const own = this.table.ofImpi(impi).filter(({ established }) => established);
    const numbers = this.#allocation.numbers({ proposal, ueAddress, own });
    const serverLine = formatServerLine({
      pairs: listedPairs(supportedPairs(policy, faults), proposal, faults),
      mode,
      numbers,
      withoutCiphers: policy.confidentiality === "never" &&
        !faults.has("pcscf/sec-agree-lists-unused-cipher"),
    }, faults);
    const set: SaSet = new SaSet({
      ...agreement,
      ...numbers,
      impi,
      spiUc: proposal.spiC,
      spiUs: proposal.spiS,
      portUc: proposal.portC,
      portUs: proposal.portS,
      pair,
      mode,
      keys,
      ueAddress,
      localAddress: this.end.host.address,
      client: proposal,
      serverLine,
      server: parseSecurityMechanisms(serverLine, "Security-Server"),
      before: own.at(-1)?.setup.keys,
      random: (octets) => context.random.bytes(octets),
      pending: new PendingTransactions({
        scheduler: context.scheduler,
        t1: context.timers.t1,
        onIdle: () => this.life.idle(set),
      }),
      defects: defectsFor({
        pair,
        mode,
        keys,
        aborted: this.#lastKeys.get(impi),
        listed: [...supportedPairs(policy, faults), ...disabled],
        mandatory: policy.confidentiality === "required",
      }, faults),
    }, faults);
    if (faults.size > 0) this.#lastKeys.set(impi, keys);
    return set;
  }

  /** 7.1 rule 3: with further SAs this IMPI would have more than it may. */
  isFull(impi: string): boolean {
    return this.table.isFull(impi) && !this.context.faults.has("pcscf/ipsec-unbounded-sas");
  }

  /** Only a fault remembers who has left a challenge open. */
  isBlocked(impi: string): boolean {
    return this.context.faults.has("pcscf/sec-agree-half-open-blocks") && this.#lastKeys.has(impi) &&
      !this.table.ofImpi(impi).some(({ established }) => established);
  }

  /** A core that is alone on its machine sends nothing out of it. */
  mayReach(address: string): boolean {
    return !this.gm.address.startsWith("127.") || address.startsWith("127.");
  }

  reset(): void {
    this.table.clear();
    this.orders.clear();
    this.#lastKeys.clear();
  }

  #heard(message: SipMessage, set: SaSet): void {
    this.note(message, set);
    if (!isAnswerAgain(message, set)) this.life.heard(set);
  }
}

/** SM7 once more: no further message in the sense of 7.4.2a. */
function isAnswerAgain(message: SipMessage, set: SaSet): boolean {
  return message.kind === "request" && message.method === "REGISTER" &&
    factsOf(message as SipRequest).nonce === set.nonce;
}

/** 7.2: the list of SM6 does not depend on what was offered. */
function listedPairs(
  pairs: ReturnType<typeof supportedPairs>,
  { alternatives }: Proposal,
  faults: BoxContext["faults"],
): ReturnType<typeof supportedPairs> {
  const has = (test: (pair: (typeof pairs)[number]) => boolean) => alternatives.some((one) => test(one.pair));
  if (faults.has("pcscf/sec-agree-lists-intersection")) {
    return pairs.filter((pair) =>
      has((one) => one.integrity === pair.integrity && one.encryption === pair.encryption)
    );
  }
  if (faults.has("pcscf/sec-agree-hides-ciphers") && !has(({ encryption }) => encryption !== "null")) {
    return pairs.filter(({ encryption }) => encryption === "null");
  }
  if (faults.has("pcscf/sec-agree-reorders-list")) {
    return pairs.toSorted((a, b) => rankOf(a, alternatives) - rankOf(b, alternatives));
  }
  return pairs;
}

/** As the UE has ordered them, and what it has not offered last; for a fault alone. */
function rankOf(pair: EspPair, alternatives: Proposal["alternatives"]): number {
  const rank = alternatives.findIndex((one) => samePair(one.pair, pair));
  return rank < 0 ? alternatives.length : rank;
}

/** Undefined for what is no SIP message: keep-alives, and octets that the stack will refuse. */
function readMessage(bytes: Uint8Array): SipMessage | undefined {
  try {
    return parseMessage(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
