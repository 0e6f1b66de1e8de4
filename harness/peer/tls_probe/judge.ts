/** A server's certificates, judged by RFC 5280 and by TS 33.310: what the profile trusts, and the name it tells. */
import {
  certificatesFromPem,
  checkProfile,
  describeCertificate,
  type PathResult,
  PkiSyntaxError,
  validatePath,
  type Violation,
} from "../../crypto/pki/mod.ts";
import { EnvironmentError } from "../../errors.ts";
import type { Profile } from "../../../profiles/types.ts";

export interface ChainJudgement {
  readonly path: PathResult;
  /** Of the certificate profile (TS 33.310 6.1, TS 33.203 O.5). */
  readonly violations: readonly Violation[];
  /** Each certificate in a line, by index. */
  readonly says: readonly string[];
}

/** @throws EnvironmentError where the profile has no trust anchor: then nothing can be said */
export async function judgeChain(
  chain: readonly Uint8Array[],
  profile: Profile,
  { name }: { readonly name?: string },
  now: number,
): Promise<ChainJudgement> {
  const anchors = (profile.pki?.trust ?? []).flatMap(certificatesFromPem);
  if (anchors.length === 0) {
    throw new EnvironmentError(
      `The profile "${profile.name}" has no trust anchor`,
      `Give the root that the device's certificates come from as "pki: trust:"`,
    );
  }
  const named = name === undefined ? {} : { name };
  return {
    path: await validatePath({ chain, anchors, now, purpose: "server", ...named }),
    violations: checkProfile(chain, { ...named, anchors }),
    says: chain.map(inWords),
  };
}

function inWords(der: Uint8Array): string {
  try {
    const { subject, issuer, key, signature, notBefore, notAfter } = describeCertificate(der);
    return `"${subject}" by "${issuer}", ${key}, ${signature}, ${notBefore} to ${notAfter}`;
  } catch (error) {
    if (error instanceof PkiSyntaxError) return `unreadable: ${error.message}`;
    throw error;
  }
}
