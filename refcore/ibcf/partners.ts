/** The networks this one interworks with, and whose certificate is whose (TS 33.203 6.5, RFC 5922). */
import type { Endpoint } from "../../harness/net/types.ts";
import type { FaultSet } from "../faults.ts";
import { type CertificateFacts, readCertificate, sipDomains } from "./certificate.ts";

export interface Partner {
  /** What its certificate is for, and what its users' URIs have after the "@". */
  readonly domain: string;
  /** Where its proxy takes TLS connections. */
  readonly listen: Endpoint;
  /** Where it would take SIP in the clear; only a fault goes there. */
  readonly clear?: Endpoint;
  /** Within the trust domain of RFC 3325: what it asserts is believed, and it is told what is asserted. Default true. */
  readonly trusted?: boolean;
}

export class Partners {
  readonly #byDomain: Map<string, Partner>;
  readonly #anchors: readonly string[];

  constructor(readonly faults: FaultSet, partners: readonly Partner[], anchors: readonly Uint8Array[]) {
    this.#byDomain = new Map(partners.map((partner) => [partner.domain.toLowerCase(), partner]));
    this.#anchors = anchors.flatMap((der) => readCertificate(der)?.subject ?? []);
  }

  get domains(): readonly string[] {
    return [...this.#byDomain.keys()];
  }

  byDomain(domain: string): Partner | undefined {
    return this.#byDomain.get(domain.toLowerCase());
  }

  byAddress(address: string): Partner | undefined {
    return [...this.#byDomain.values()].find(({ listen }) => listen.address === address);
  }

  /** Whose a client is that shows these certificates from there; undefined: nobody's that we know. */
  ofClient(chain: readonly Uint8Array[], remote: Endpoint, now: number): Partner | undefined {
    const { faults } = this;
    const leaf = chain[0] && readCertificate(chain[0]);
    if (!leaf) {
      if (faults.has("ibcf/trusts-source-address")) return this.byAddress(remote.address);
      return faults.has("ibcf/requests-no-certificate")
        ? this.byAddress(remote.address) ?? this.#add(stranger("anybody", remote))
        : undefined;
    }
    // OpenSSL has judged the chain, but where a fault looks away from one thing of it (tls_profile.ts).
    if (faults.has("ibcf/accepts-unknown-issuer") && !isCurrent(leaf, now)) return undefined;
    if (faults.has("ibcf/accepts-expired-partner") && !this.#knowsIssuer(chain)) return undefined;
    const names = sipDomains(leaf);
    const known = names.map((name) => this.byDomain(name)).find((partner) => partner !== undefined);
    if (known || !faults.has("ibcf/accepts-any-partner-name")) return known;
    return this.#add(stranger(names[0] ?? "anybody", remote));
  }

  /** Whether a server that shows these certificates is that partner's. */
  isServerOf(partner: Partner, chain: readonly Uint8Array[], now: number): boolean {
    const { faults } = this;
    const leaf = chain[0] && readCertificate(chain[0]);
    if (!leaf) return false;
    if (faults.has("ibcf/accepts-any-server-chain") && !isCurrent(leaf, now)) return false;
    if (faults.has("ibcf/accepts-any-server-name")) return true;
    const names = [
      ...sipDomains(leaf),
      ...(faults.has("ibcf/takes-common-name") ? leaf.commonNames.map((name) => name.toLowerCase()) : []),
    ];
    return names.includes(partner.domain.toLowerCase());
  }

  #add(partner: Partner): Partner {
    this.#byDomain.set(partner.domain, partner);
    return partner;
  }

  #knowsIssuer(chain: readonly Uint8Array[]): boolean {
    const facts = chain.map((der) => readCertificate(der));
    return facts.every((one, i) =>
      one && (facts[i + 1]?.subject === one.issuer || this.#anchors.includes(one.issuer))
    );
  }
}

/** Nobody in the table, whom only a fault lets in. */
function stranger(domain: string, remote: Endpoint): Partner {
  return { domain, listen: remote, trusted: true };
}

function isCurrent({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}
