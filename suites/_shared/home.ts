/** What a P-CSCF has forwarded, read by the home network behind it that we play (TS 33.203 6.1.5, O.1.4, P.3). */
import type { SipRequest } from "sip-codec";
import type { ArrivedRegister, HomeNetwork } from "../../harness/peer/home_network/types.ts";
import { silenceIsUndefined } from "./reach.ts";

/** What cases need where the tester stands on both sides of a P-CSCF. */
export const HOME = { "single.p-cscf": true } as const;

/** They lease no subscriber: the home network makes up its users. */
export const AT_HOME = { peer: "peer-network", leases: [], seats: ["homeNetwork"] } as const;

/** Whether a user is protected by IPsec here: where the device speaks it, it wants it (TS 33.203 clause 7). */
export const IPSEC = { mechanism: "ipsec-3gpp" } as const;

/** The next REGISTER that comes within the window; undefined where none does. */
export function nextWithin(home: HomeNetwork, within: number): Promise<ArrivedRegister | undefined> {
  return silenceIsUndefined(home.nextRegister(within));
}

/**
 * What is said of the protection, however often and however spelt: the distinct values of integrity-protected in all
 * Authorization header fields. What cannot be read stands there as it came.
 */
export function flagsOf(register: Pick<ArrivedRegister, "request"> | undefined): string[] {
  const written = register?.request.all("Authorization") ?? [];
  const values = written.flatMap((field) =>
    [...field.matchAll(/integrity-protected\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*)/gi)]
      .map(([, value = ""]) => value.replace(/^"|"$/g, ""))
  );
  return [...new Set(values)];
}

/** One value that says this, no other; for checks. */
export function saysAlone(register: ArrivedRegister | undefined, value: string): boolean {
  const flags = flagsOf(register);
  return flags.length === 1 && flags[0] === value;
}

/** Digest parameters of the first Authorization as they stand, without the P-CSCF's mark. */
export function credentialsOf(request: SipRequest | undefined): Readonly<Record<string, string>> {
  const parameters = request?.authorization[0]?.parameters.without("integrity-protected");
  return Object.fromEntries(
    parameters?.names().map((name) => [name.toLowerCase(), parameters.get(name) ?? ""]) ?? [],
  );
}
