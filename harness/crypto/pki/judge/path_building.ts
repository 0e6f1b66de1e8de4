/** Candidate paths from the certificates at hand (RFC 4158): a path is tried for every way up. */
import { equalBytes } from "../../../wire/bytes.ts";
import type { ParsedCertificate } from "../read/certificate.ts";

/** A certificate of a path. */
export interface Link {
  readonly certificate: ParsedCertificate;
  /** In the chain as received; of an anchor undefined. */
  readonly index?: number;
  readonly anchor: boolean;
}

/** From the entity's own certificate upwards; the last one is an anchor, or nothing above it was found. */
export type Path = readonly Link[];

/** A peer chooses how many certificates of one name it sends, and so how many paths there are. */
const MAX_PATHS = 64;
const MAX_LENGTH = 16;

/**
 * At most 64 paths. The likeliest come first: anchors before received certificates, key identifiers that match before
 * others.
 */
export function buildPaths(leaf: Link, received: readonly Link[], anchors: readonly Link[]): Path[] {
  const trusted = anchors.find(({ certificate }) => equalBytes(certificate.der, leaf.certificate.der));
  if (trusted) return [[{ ...leaf, anchor: true }]];
  const found: Path[] = [];
  const extend = (path: Path): void => {
    const last = path.at(-1)!;
    const above = last.anchor || path.length === MAX_LENGTH ? [] : issuersOf(last, path, received, anchors);
    if (above.length === 0) found.push(path);
    for (const next of above) {
      if (found.length < MAX_PATHS) extend([...path, next]);
    }
  };
  extend([leaf]);
  return found;
}

/** Issued by the subject of its own name (RFC 5280 3.2: self-issued). */
export function isSelfIssued({ issuer, subject }: ParsedCertificate): boolean {
  return issuer.canonical === subject.canonical;
}

function issuersOf(
  { certificate }: Link,
  path: Path,
  received: readonly Link[],
  anchors: readonly Link[],
): Link[] {
  const named = (link: Link) => link.certificate.subject.canonical === certificate.issuer.canonical;
  const fresh = (link: Link) => !path.some((one) => isSame(one.certificate, link.certificate));
  const candidates = [...anchors, ...received].filter((link) => named(link) && fresh(link));
  return candidates.sort((a, b) => Number(hasKey(b, certificate)) - Number(hasKey(a, certificate)));
}

/** RFC 5280 4.2.1.1: the identifiers help to choose; they decide nothing. */
function hasKey({ certificate }: Link, issued: ParsedCertificate): boolean {
  const wanted = issued.values.authorityKeyIdentifier;
  const found = certificate.values.subjectKeyIdentifier;
  return wanted === undefined || found === undefined || equalBytes(wanted, found);
}

function isSame(a: ParsedCertificate, b: ParsedCertificate): boolean {
  return a.subject.canonical === b.subject.canonical && equalBytes(a.publicKey.der, b.publicKey.der);
}
