/** A server's certificates, judged by RFC 5280 and by TS 33.310: what the profile trusts, and the name it tells. */
import {
  checkProfile,
  describeCertificate,
  fromPem,
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
  /** How many CRLs the profile has. */
  readonly crls: number;
}

/** @throws EnvironmentError where the profile has no trust anchor: then nothing can be said */
export async function judgeChain(
  chain: readonly Uint8Array[],
  profile: Profile,
  { name }: { readonly name?: string },
  now: number,
): Promise<ChainJudgement> {
  const { anchors, crls } = trustOf(profile);
  if (anchors.length === 0) {
    throw new EnvironmentError(
      `The profile "${profile.name}" has no trust anchor`,
      `Give the root that the device's certificates come from as "pki: trust:"`,
    );
  }
  const named = name === undefined ? {} : { name };
  return {
    path: await validatePath({ chain, anchors, now, purpose: "server", ...named, crls }),
    violations: checkProfile(chain, { ...named, anchors }),
    says: chain.map(inWords),
    crls: crls.length,
  };
}

/** What stands under "pki: trust:": certificates of roots, and the CRLs of whichever CA beside them. DER. */
function trustOf({ pki }: Profile): { anchors: Uint8Array[]; crls: Uint8Array[] } {
  const blocks = (pki?.trust ?? []).flatMap(fromPem);
  const labelled = (pattern: RegExp) =>
    blocks.filter(({ label }) => pattern.test(label)).map(({ der }) => der);
  return { anchors: labelled(/CERTIFICATE$/), crls: labelled(/CRL$/) };
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
