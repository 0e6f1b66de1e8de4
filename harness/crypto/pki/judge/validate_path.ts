/**
 * Path validation by RFC 5280 section 6 as TS 33.203 O.5.2 asks for it, saying which rule failed. pkijs has an engine
 * for this; it stops at the first thing it dislikes and does not name the rule, and so is not used.
 */
import { parseCertificate, type ParsedCertificate } from "../read/certificate.ts";
import { rootChanges } from "./changed_root.ts";
import type { NameStyle } from "./host_name.ts";
import { buildPaths, isSelfIssued, type Link, type Path } from "./path_building.ts";
import type { PathFailure, PathResult } from "./path_result.ts";
import { failure, pathFailures } from "./path_rules.ts";
import { readCrls, revocationFailures } from "./revocation.ts";
import type { RevocationList } from "../read/revocation_list.ts";

export interface ValidateOptions {
  /** As received: the entity's own certificate first; the order of the others does not matter here. */
  readonly chain: readonly Uint8Array[];
  /** Certificates that are trusted, DER. */
  readonly anchors: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the entity is in TLS. */
  readonly purpose: "server" | "client";
  /** The host name, IP address or SIP domain it must have in subjectAltName. Default: any. */
  readonly name?: string;
  /** How `name` is compared. Default "host". */
  readonly nameStyle?: NameStyle;
  /** CRLs at hand, DER. */
  readonly crls?: readonly Uint8Array[];
}

/**
 * The path that passes, or the one with the fewest failures and all of these. Never rejects: octets that are no
 * certificate are a failure as well, of the received chain; anchors that cannot be read are left out.
 */
export async function validatePath(options: ValidateOptions): Promise<PathResult> {
  const [first, ...rest] = options.chain.map(read);
  if (first === undefined) return refused([failure("chain", undefined, "no certificate was sent")]);
  if ("says" in first) return refused([failure("malformed", { index: 0 }, first.says)]);
  const leaf: Link = { certificate: first, index: 0, anchor: false };
  const malformed: PathFailure[] = [];
  const received = rest.flatMap((one, i): Link[] => {
    if (!("says" in one)) return [{ certificate: one, index: i + 1, anchor: false }];
    malformed.push(failure("malformed", { index: i + 1 }, one.says));
    return [];
  });
  const anchors = options.anchors.map(read).flatMap((one): Link[] =>
    "says" in one ? [] : [{ certificate: one, anchor: true }]
  );
  const { lists, failures: unreadable } = readCrls(options.crls ?? []);
  const common = [...malformed, ...unreadable, ...changedRoots(received, anchors)];
  const best = await bestPath(buildPaths(leaf, received, anchors), options, lists);
  const failures = [...common, ...best.failures];
  return {
    ok: failures.length === 0,
    path: best.path.map(({ certificate }) => certificate.der),
    failures,
  };
}

async function bestPath(
  paths: readonly Path[],
  options: ValidateOptions,
  lists: readonly RevocationList[],
): Promise<{ path: Path; failures: PathFailure[] }> {
  let best: { path: Path; failures: PathFailure[] } | undefined;
  for (const path of paths) {
    const failures = [
      ...await pathFailures(path, options),
      ...await revocationFailures(path, lists, options.now),
    ];
    if (best === undefined || failures.length < best.failures.length) best = { path, failures };
    if (failures.length === 0) break;
  }
  return best ?? { path: [], failures: [] };
}

function changedRoots(received: readonly Link[], anchors: readonly Link[]): PathFailure[] {
  return received.filter(({ certificate }) => isSelfIssued(certificate)).flatMap((link) => {
    const known = anchors.filter(({ certificate }) =>
      certificate.subject.canonical === link.certificate.subject.canonical
    );
    const changes = known.map(({ certificate }) => rootChanges(link.certificate, certificate));
    if (changes.length === 0 || changes.some(({ length }) => length === 0)) return [];
    const says = `the root "${link.certificate.subject.text}" was sent with another ${
      changes[0]?.join(", ")
    }`;
    return [failure("changed-root", link, says)];
  });
}

function read(der: Uint8Array): ParsedCertificate | { readonly says: string } {
  try {
    return parseCertificate(der);
  } catch (error) {
    return { says: `no certificate: ${(error as Error).message}` };
  }
}

function refused(failures: PathFailure[]): PathResult {
  return { ok: false, path: [], failures };
}
