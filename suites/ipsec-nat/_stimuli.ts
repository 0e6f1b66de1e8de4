/** What the UEs of this suite are and offer, and what they say wrongly. */
import type { AlgorithmPair, IpsecOptions } from "../../harness/peer/ue/ipsec/types.ts";
import type { AnswerOptions, Tamper } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

/** Behind a NAT that we play; offers both modes. */
export const BEHIND_NAT: IpsecOptions = { mechanism: "ipsec-3gpp", nat: true };

/** The same, and native ESP is open besides: what comes that way is seen, what goes that way is wrong. */
export const WITH_NATIVE_ESP: IpsecOptions = { ...BEHIND_NAT, carriers: ["udp", "raw"] };

/** No NAT in between; able to do both modes. */
export const DIRECT: IpsecOptions = {
  mechanism: "ipsec-3gpp",
  modes: ["trans", "UDP-enc-tun"],
  // The port of encapsulation is left to others who stand on the same address.
  carriers: ["raw"],
};

export const AUTHENTICATION_ONLY: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "null" };

/** For an SM7 without encryption, whatever SM6 wants. */
export const IN_NULL: AnswerOptions = { choose: { ...AUTHENTICATION_ONLY, mode: "UDP-enc-tun" } };

/** Encryption that the profile claims, as Annex H pairs it with integrity. */
export function ciphers({ capabilities }: CaseContext["profile"]): AlgorithmPair[] {
  const claims = (name: string, algorithm: string) => {
    const claim = capabilities[name];
    return Array.isArray(claim) && claim.includes(algorithm);
  };
  const pairs = [{ alg: "hmac-sha-1-96", ealg: "aes-cbc" }, { alg: "null", ealg: "aes-gcm" }];
  return pairs.filter(({ alg, ealg }) => claims("ipsec.alg", alg) && claims("ipsec.ealg", ealg));
}

/** Another host in sent-by of the topmost Via; the port stays. */
export function viaHost(host: string): Tamper {
  return (request) => {
    const written = request.get("Via") ?? "";
    request.set("Via", written.replace(/^(\S+\s+)(?:\[[^\]]*\]|[^:;\s]+)/, `$1${bracketed(host)}`));
  };
}

/** A received parameter that only the P-CSCF may write (RFC 3261 18.2.1). */
export function viaReceived(address: string): Tamper {
  return (request) => void request.set("Via", `${request.get("Via")};received=${address}`);
}

/** Another host, and port, in the URI of Contact. */
export function contactAt(address: string, port: number): Tamper {
  return (request) => {
    const written = request.get("Contact") ?? "";
    request.set("Contact", written.replace(/@[^;>]+/, `@${bracketed(address)}:${port}`));
  };
}

/** An address of the same family that nobody has (RFC 5737, RFC 3849). */
export function nobodys(like: string): string {
  return like.includes(":") ? "2001:db8::77" : "192.0.2.77";
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
