/** The rules of RFC 5280 6.1 and TS 33.203 O.5.2 for one path, each failure by the rule it breaks. */
import { equalBytes } from "../../../wire/bytes.ts";
import { isNamed, type NameStyle } from "./host_name.ts";
import { NameConstraints } from "./name_constraints.ts";
import { EXTENDED_KEY_USAGE, EXTENSION, type KeyUsage, purposeName } from "../oids.ts";
import { isSelfIssued, type Link, type Path } from "./path_building.ts";
import { CLAUSES, type PathFailure, type PathRule } from "./path_result.ts";
import type { RawExtension } from "../read/raw_extension.ts";
import { verifySignature } from "./signatures.ts";

export interface PathQuestion {
  readonly now: number;
  readonly purpose: "server" | "client";
  readonly name?: string;
  readonly nameStyle?: NameStyle;
}

/**
 * All failures of a path, the topmost certificate's first. An anchor is trusted as it is: of it count only the limits
 * that it sets to those below (RFC 5280 6.1.1 (d), RFC 5937), neither its dates nor its own signature.
 */
export async function pathFailures(path: Path, question: PathQuestion): Promise<PathFailure[]> {
  const found: PathFailure[] = [];
  const constraints = new NameConstraints();
  // How many more certificates of CAs may come; those issued to themselves do not count (6.1.4 l).
  let pathLength = Infinity;
  for (let at = path.length - 1; at >= 0; at--) {
    const link = path[at]!;
    const { certificate } = link;
    const isLeaf = at === 0;
    if (!link.anchor) {
      found.push(...await linkFailures(link, path[at + 1], question));
      if (isLeaf || !isSelfIssued(certificate)) {
        found.push(
          ...constraints.problems(certificate).map((says) => failure("name-constraints", link, says)),
        );
      }
      if (!isLeaf) {
        found.push(...authorityFailures(link));
        if (!isSelfIssued(certificate) && pathLength-- <= 0) {
          found.push(failure("path-length", link, "there are more CAs in the path than a CA above allows"));
        }
      }
    }
    if (isLeaf) {
      found.push(...entityFailures(link, question));
      break;
    }
    found.push(...purposeFailures(link, question, "CA"));
    const { basicConstraints, nameConstraints } = certificate.values;
    pathLength = Math.min(pathLength, basicConstraints?.pathLength ?? Infinity);
    if (nameConstraints) constraints.add(nameConstraints);
  }
  return found;
}

export function failure(rule: PathRule, link: { index?: number } | undefined, says: string): PathFailure {
  return {
    rule,
    ...(link?.index === undefined ? {} : { index: link.index }),
    says: `${says[0]?.toUpperCase()}${says.slice(1)}`,
    clause: CLAUSES[rule],
  };
}

/** What holds for each certificate below the anchor. */
async function linkFailures(
  link: Link,
  issuer: Link | undefined,
  { now }: PathQuestion,
): Promise<PathFailure[]> {
  const { certificate } = link;
  const { notBefore, notAfter } = certificate;
  const found: PathFailure[] = [];
  if (now < notBefore) found.push(failure("validity", link, `it is not valid before ${date(notBefore)}`));
  // notAfter is valid as a whole second (4.1.2.5).
  if (now >= notAfter + 1000) found.push(failure("validity", link, `it was valid until ${date(notAfter)}`));
  found.push(...criticalFailures(link));
  if (issuer === undefined) return [...found, missingIssuer(link)];
  const verdict = await verifySignature(certificate.signature, certificate.tbs, issuer.certificate.publicKey);
  if (!verdict.valid) {
    const rule = verdict.unsupported ? "unsupported" : "signature";
    found.push(failure(rule, link, `signed by "${certificate.issuer.text}": ${verdict.why}`));
  }
  if (!equalBytes(certificate.issuer.der, issuer.certificate.subject.der)) {
    const says = `the issuer "${certificate.issuer.text}" is not written octet by octet as its subject is`;
    found.push(failure("issuer-encoding", link, says));
  }
  return found;
}

function missingIssuer(link: Link): PathFailure {
  const { subject, issuer } = link.certificate;
  return isSelfIssued(link.certificate)
    ? failure("untrusted", link, `"${subject.text}" signs itself and is no trust anchor`)
    : failure("chain", link, `the issuer "${issuer.text}" was not sent, and no trust anchor has this name`);
}

/** 6.1.4 (k), (n): what makes a certificate one of a CA. */
function authorityFailures(link: Link): PathFailure[] {
  const { values, version } = link.certificate;
  const found: PathFailure[] = [];
  if (version < 3 || !values.basicConstraints?.ca) {
    found.push(
      failure("basic-constraints", link, "it issues certificates, and does not say that it is a CA's"),
    );
  }
  if (values.keyUsage && !values.keyUsage.has("keyCertSign")) {
    found.push(failure("key-usage", link, `it issues certificates, its key is for ${list(values.keyUsage)}`));
  }
  return found;
}

/** What holds for the entity's own certificate, whoever issued it. */
function entityFailures(link: Link, question: PathQuestion): PathFailure[] {
  const { certificate } = link;
  const { keyUsage, alternativeNames = [] } = certificate.values;
  const found: PathFailure[] = link.anchor ? entityAnchorFailures(link, question) : [];
  if (keyUsage && !TLS_USAGES[question.purpose].some((usage) => keyUsage.has(usage))) {
    found.push(
      failure("key-usage", link, `a key for ${list(keyUsage)} is none of a TLS ${question.purpose}`),
    );
  }
  found.push(...purposeFailures(link, question, "entity"));
  if (question.name !== undefined && !isNamed(alternativeNames, question.name, question.nameStyle)) {
    const names = alternativeNames.flatMap((one) => typeof one.value === "string" ? [`"${one.value}"`] : []);
    const has = names.length > 0 ? names.join(", ") : "none";
    found.push(
      failure("name", link, `the name "${question.name}" must be in subjectAltName, which has ${has}`),
    );
  }
  return found;
}

/** A certificate that is trusted itself is still one of an entity: it ends, and may say what is not understood. */
function entityAnchorFailures(link: Link, { now }: PathQuestion): PathFailure[] {
  const { notBefore, notAfter } = link.certificate;
  const isCurrent = now >= notBefore && now < notAfter + 1000;
  const says = `it is valid from ${date(notBefore)} to ${date(notAfter)}`;
  return [...(isCurrent ? [] : [failure("validity", link, says)]), ...criticalFailures(link)];
}

/**
 * 4.2.1.12. A CA's extension limits what it issues, which RFC 5280 leaves open and all TLS stacks do. Any purpose is
 * each purpose.
 */
function purposeFailures(link: Link, { purpose }: PathQuestion, whose: string): PathFailure[] {
  const purposes = link.certificate.values.extendedKeyUsage;
  const wanted = purpose === "server" ? EXTENDED_KEY_USAGE.serverAuth : EXTENDED_KEY_USAGE.clientAuth;
  if (!purposes || purposes.includes(wanted) || purposes.includes(EXTENDED_KEY_USAGE.any)) return [];
  const found = purposes.map(purposeName).join(", ");
  return [
    failure("extended-key-usage", link, `the ${whose}'s purposes are ${found}, not ${purposeName(wanted)}`),
  ];
}

function criticalFailures(link: Link): PathFailure[] {
  const { extensions, values } = link.certificate;
  const found = extensions.filter(({ oid, critical }) => critical && !PROCESSED.has(oid))
    .map(({ oid }) =>
      failure("critical-extension", link, `the extension "${oid}" is critical and not known`)
    );
  if (values.requiresExplicitPolicy) {
    found.push(
      failure("critical-extension", link, "it asks for explicit policies, which are not judged here"),
    );
  }
  return found;
}

/** Identifiers of critical extensions that are not acted upon here. */
export function unknownCritical(extensions: readonly RawExtension[]): string[] {
  return extensions.filter(({ oid, critical }) => critical && !PROCESSED.has(oid)).map(({ oid }) => oid);
}

/**
 * What this file and its neighbours act upon. Policies have no effect as long as no certificate asks for an explicit
 * one and the user accepts any (6.1.1 (c), (e)).
 */
const PROCESSED: ReadonlySet<string> = new Set([
  EXTENSION.subjectKeyIdentifier,
  EXTENSION.authorityKeyIdentifier,
  EXTENSION.keyUsage,
  EXTENSION.subjectAltName,
  EXTENSION.basicConstraints,
  EXTENSION.nameConstraints,
  EXTENSION.crlDistributionPoints,
  EXTENSION.certificatePolicies,
  EXTENSION.policyMappings,
  EXTENSION.policyConstraints,
  EXTENSION.inhibitAnyPolicy,
  EXTENSION.extendedKeyUsage,
]);

/** What keys of TLS do: sign, take secrets encrypted to them, agree on one (RFC 5246 7.4.2, 7.4.6). */
const TLS_USAGES: Readonly<Record<PathQuestion["purpose"], readonly KeyUsage[]>> = {
  server: ["digitalSignature", "keyEncipherment", "keyAgreement"],
  client: ["digitalSignature", "keyAgreement"],
};

function list(usages: ReadonlySet<string>): string {
  return [...usages].join(", ");
}

function date(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
