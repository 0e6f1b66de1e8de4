/** RFC 3263 4: from a SIP URI to the places where its server is, in the order in which they are to be tried. */
import type { DnsNaptr, DnsRecord, DnsSrv } from "../../wire/dns.ts";
import { sameDnsName } from "../../wire/dns.ts";
import { AddressSyntaxError, parseAddress } from "../cidr.ts";
import type { Ask, DnsAnswer, DnsRandom, Located, SipTarget, SipTransport } from "./types.ts";

/** The parts of a URI that matter. IPv6 addresses with or without brackets. */
export interface SipAddress {
  readonly scheme: "sip" | "sips";
  readonly host: string;
  readonly port?: number | undefined;
  /** The parameter, as written. */
  readonly transport?: string | undefined;
}

/** Rejects as `ask` does. No targets where there are no records, or none for us. */
export async function locateSip(
  uri: SipAddress,
  options: { readonly ask: Ask; readonly random: DnsRandom; readonly transports: readonly SipTransport[] },
): Promise<Located> {
  const questions: DnsAnswer[] = [];
  const ask: Ask = async (name, type) => {
    const known = questions.find((one) => one.type === type && sameDnsName(one.name, name));
    if (known) return known;
    const answer = await options.ask(name, type);
    questions.push(answer);
    return answer;
  };
  const targets = await new Search(uri, { ...options, ask }).targets();
  return { targets, questions, records: questions.flatMap(({ records }) => records) };
}

class Search {
  constructor(
    readonly uri: SipAddress,
    readonly options: {
      readonly ask: Ask;
      readonly random: DnsRandom;
      readonly transports: readonly SipTransport[];
    },
  ) {}

  async targets(): Promise<SipTarget[]> {
    const { host, port } = this.uri;
    const literal = addressLiteral(host);
    const asked = this.#asked();
    // 4.1: a numeric host or a port leave nothing to NAPTR and SRV.
    if (literal !== undefined || port !== undefined) {
      const transport = asked ?? (this.uri.scheme === "sips" ? "tls" : "udp");
      const at = port ?? DEFAULT_PORT[transport];
      if (!this.options.transports.includes(transport)) return [];
      if (literal !== undefined) return [{ transport, address: literal, port: at, name: literal }];
      return await this.#addresses(host, transport, at);
    }
    const services = asked ? [{ transport: asked, name: serviceName(asked, host) }] : await this.#services();
    for (const { transport, name } of services) {
      const found = await this.#servers(transport, name);
      // A service that is there is the one that is used; RFC 3263 4.3: all its servers, one after the other.
      if (found) return found;
    }
    const transport = asked ?? (this.uri.scheme === "sips" ? "tls" : "udp");
    // The domain says which services it has, and none of them is for us.
    if (!asked && await this.#hasNaptr()) return [];
    if (!this.options.transports.includes(transport)) return [];
    return await this.#addresses(host, transport, DEFAULT_PORT[transport]);
  }

  /** By the transport parameter; sips makes tls of tcp (RFC 3261 26.2.2). */
  #asked(): SipTransport | undefined {
    const parameter = this.uri.transport?.toLowerCase();
    if (parameter === undefined) return undefined;
    if (parameter === "tcp" && this.uri.scheme === "sips") return "tls";
    return parameter === "udp" || parameter === "tcp" || parameter === "tls" ? parameter : undefined;
  }

  /** The names that SRV is asked for: by NAPTR, else by what we speak. */
  async #services(): Promise<{ transport: SipTransport; name: string }[]> {
    const { host } = this.uri;
    const usable = this.options.transports.filter((one) => this.uri.scheme === "sip" || one === "tls");
    if (!await this.#hasNaptr()) {
      return usable.map((transport) => ({ transport, name: serviceName(transport, host) }));
    }
    return (await this.#naptr())
      .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
      .flatMap(({ services, flags, replacement }) => {
        const transport = SERVICES.get(services.toUpperCase());
        const fits = transport !== undefined && usable.includes(transport) && flags.toLowerCase() === "s";
        return fits ? [{ transport, name: replacement }] : [];
      });
  }

  async #naptr(): Promise<DnsNaptr[]> {
    const { records } = await this.options.ask(this.uri.host, "NAPTR");
    return records.filter((record) => record.type === "NAPTR");
  }

  async #hasNaptr(): Promise<boolean> {
    return (await this.#naptr()).some(({ services }) => /^SIPS?\+D2/i.test(services));
  }

  /** Undefined where there are no such records. */
  async #servers(transport: SipTransport, name: string): Promise<SipTarget[] | undefined> {
    const { records } = await this.options.ask(name, "SRV");
    const servers = records.filter((record) => record.type === "SRV");
    if (servers.length === 0) return undefined;
    const found: SipTarget[] = [];
    for (const { target, port } of inSrvOrder(servers, this.options.random)) {
      if (target !== "") found.push(...await this.#addresses(target, transport, port));
    }
    return found;
  }

  async #addresses(host: string, transport: SipTransport, port: number): Promise<SipTarget[]> {
    const [v4, v6] = [await this.options.ask(host, "A"), await this.options.ask(host, "AAAA")];
    const name = this.uri.host;
    return [...addressesOf(v4.records), ...addressesOf(v6.records)]
      .map((address) => ({ transport, address, port, name }));
  }
}

/** RFC 2782: by priority; within one, each time by chance among those that are left, as their weights are. */
export function inSrvOrder<T extends Pick<DnsSrv, "priority" | "weight">>(
  records: readonly T[],
  random: DnsRandom,
): T[] {
  const left = records.toSorted((a, b) =>
    a.priority - b.priority || Number(a.weight !== 0) - Number(b.weight !== 0)
  );
  const ordered: T[] = [];
  while (left.length > 0) {
    const group = left.filter(({ priority }) => priority === left[0]!.priority);
    const sum = group.reduce((total, { weight }) => total + weight, 0);
    // "uniform random number between 0 and the sum computed (inclusive)"
    const mark = random.integer(sum + 1);
    let running = 0;
    const chosen = group.find(({ weight }) => (running += weight) >= mark) ?? group[0]!;
    ordered.push(...left.splice(left.indexOf(chosen), 1));
  }
  return ordered;
}

/** RFC 3263 4.1 and the registry "SIP/SIPS NAPTR service fields". */
const SERVICES: ReadonlyMap<string, SipTransport> = new Map([
  ["SIPS+D2T", "tls"],
  ["SIP+D2T", "tcp"],
  ["SIP+D2U", "udp"],
]);
const SERVICE_LABELS = { tls: "_sips._tcp", tcp: "_sip._tcp", udp: "_sip._udp" } as const;
/** RFC 3261 19.1.2 */
const DEFAULT_PORT = { tls: 5061, tcp: 5060, udp: 5060 } as const;

function serviceName(transport: SipTransport, host: string): string {
  return `${SERVICE_LABELS[transport]}.${host}`;
}

function addressesOf(records: readonly DnsRecord[]): string[] {
  return records.flatMap((record) => record.type === "A" || record.type === "AAAA" ? [record.address] : []);
}

function addressLiteral(host: string): string | undefined {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  try {
    parseAddress(bare);
    return bare;
  } catch (error) {
    if (error instanceof AddressSyntaxError) return undefined;
    throw error;
  }
}
