/** What CRLs say of a path (RFC 5280 6.3). That there is none is no failure (TS 33.203 O.5.3). */
import { equalBytes } from "../../../wire/bytes.ts";
import { EXTENSION } from "../oids.ts";
import type { Link, Path } from "./path_building.ts";
import type { PathFailure } from "./path_result.ts";
import { failure } from "./path_rules.ts";
import { parseRevocationList, type RevocationList } from "../read/revocation_list.ts";
import { verifySignature } from "./signatures.ts";

/** Those that are no CRL, as failures that are about no certificate. */
export function readCrls(crls: readonly Uint8Array[]): { lists: RevocationList[]; failures: PathFailure[] } {
  const lists: RevocationList[] = [];
  const failures: PathFailure[] = [];
  for (const crl of crls) {
    try {
      lists.push(parseRevocationList(crl));
    } catch (error) {
      failures.push(failure("crl", undefined, `a CRL cannot be read: ${(error as Error).message}`));
    }
  }
  return { lists, failures };
}

/**
 * Which certificates of the path are revoked, and which CRLs of their issuers are not to be relied on where no better
 * one is at hand. A CRL that its issuer signed revokes even when it is old.
 */
export async function revocationFailures(
  path: Path,
  lists: readonly RevocationList[],
  now: number,
): Promise<PathFailure[]> {
  const found: PathFailure[] = [];
  for (const [at, link] of path.entries()) {
    const issuer = path[at + 1];
    if (issuer === undefined) break;
    const own = lists.filter((list) => equalBytes(list.issuer.der, link.certificate.issuer.der));
    const judged = await Promise.all(
      own.map(async (list) => ({ list, problem: await problem(list, issuer, now) })),
    );
    for (const { list, problem } of judged) {
      const since = list.revoked.get(link.certificate.serial);
      if (since !== undefined && problem !== "forged") found.push(revoked(link, since));
    }
    const bad = judged.find(({ problem }) => problem !== undefined);
    if (bad && judged.every(({ problem }) => problem !== undefined)) {
      const says = `the CRL of "${bad.list.issuer.text}" cannot be relied on: ${SAYINGS[bad.problem!]}`;
      found.push(failure("crl", link, says));
    }
  }
  return found;
}

type CrlProblem = "forged" | "future" | "stale" | "endless" | "extension";

const SAYINGS: Readonly<Record<CrlProblem, string>> = {
  forged: "its issuer did not sign it, or may not sign CRLs",
  future: "its thisUpdate is still to come",
  stale: "its nextUpdate is past",
  endless: "it has no nextUpdate",
  extension: "it has a critical extension that is not known here",
};

async function problem(list: RevocationList, issuer: Link, now: number): Promise<CrlProblem | undefined> {
  const { publicKey, values } = issuer.certificate;
  // 6.3.3 (f), (g)
  if (values.keyUsage && !values.keyUsage.has("cRLSign")) return "forged";
  if (!(await verifySignature(list.signature, list.tbs, publicKey)).valid) return "forged";
  // 5.2: delta CRLs and those of a distribution point are critical in what they say.
  const known: readonly string[] = [EXTENSION.authorityKeyIdentifier, EXTENSION.crlNumber];
  const isForeign = [...list.extensions, ...list.entryExtensions].some(({ oid, critical }) =>
    critical && !known.includes(oid)
  );
  if (isForeign) return "extension";
  if (now < list.thisUpdate) return "future";
  if (list.nextUpdate === undefined) return "endless";
  return now >= list.nextUpdate + 1000 ? "stale" : undefined;
}

function revoked(link: Link, since: number): PathFailure {
  const { serial, issuer } = link.certificate;
  const when = new Date(since).toISOString().slice(0, 10);
  return failure("revoked", link, `"${issuer.text}" revoked the number ${serial.toString(16)} on ${when}`);
}
