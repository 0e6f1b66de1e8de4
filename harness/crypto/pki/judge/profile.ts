/**
 * The certificate profile of TLS entities and their CAs: TS 33.310 clause 6.1 with what TS 33.203 O.5.1 and O.5.2 add.
 * Of TS 33.310 the rules are checked that the catalogue names for 33.203/O.5.1/02, with what RFC 5280 asks of those
 * who issue by it; no others.
 * A chain that validates may still break it, and the other way round: nothing here depends on time or trust.
 */
import { equalBytes } from "../../../wire/bytes.ts";
import { parseCertificate, type ParsedCertificate } from "../read/certificate.ts";
import { rootChanges } from "./changed_root.ts";
import { attributeValues } from "../read/distinguished_name.ts";
import { addressOf, isFqdn, sameHost } from "./host_name.ts";
import { EXTENDED_KEY_USAGE, EXTENSION, purposeName } from "../oids.ts";
import { isSelfIssued } from "./path_building.ts";
import { unknownCritical } from "./path_rules.ts";
import { parsePssParameters, PSS_HASH_NAMES } from "./pss.ts";
import { signatureScheme } from "../read/signature_scheme.ts";

export type ProfileRule =
  | "malformed"
  | "version"
  | "serial"
  | "signature-hash"
  | "key"
  | "key-exponent"
  | "key-usage"
  | "extended-key-usage"
  | "basic-constraints"
  | "critical-extension"
  | "self-signed"
  | "common-name"
  | "alternative-name"
  | "crl-distribution-point"
  | "name-constraints"
  | "order"
  | "issuer-encoding"
  | "root";

export interface Violation {
  readonly rule: ProfileRule;
  /** Id in the catalogue of requirements. */
  readonly requirement: string;
  readonly clause: string;
  /** "shall": the profile is broken. "report": allowed, and worth to be told. */
  readonly level: "shall" | "report";
  /** In the chain as received. */
  readonly index: number;
  /** A sentence, with the value found and the one needed. */
  readonly says: string;
}

export interface ProfileOptions {
  /** The FQDN that was connected to. Default: whatever the common name is. */
  readonly name?: string;
  /** Default "server". */
  readonly purpose?: "server" | "client";
  /** Known roots, DER: to compare one that was sent. */
  readonly anchors?: readonly Uint8Array[];
}

/** Everything about the chain (as received) that breaks the profile, by index. Never throws. */
export function checkProfile(chain: readonly Uint8Array[], options: ProfileOptions = {}): Violation[] {
  const certificates = chain.map(read);
  return certificates.flatMap((certificate, index) => {
    if (typeof certificate === "string") return [violation("malformed", index, certificate)];
    const below = certificates[index - 1];
    const findings = [
      ...commonFindings(certificate),
      ...(index === 0 ? entityFindings(certificate, options) : authorityFindings(certificate)),
      ...(typeof below === "object" ? linkFindings(below, certificate) : []),
      ...(index > 0 && isSelfIssued(certificate) ? rootFindings(certificate, options.anchors) : []),
    ];
    return findings.map(([rule, says, level]) => violation(rule, index, says, level));
  });
}

type Finding = readonly [rule: ProfileRule, says: string, level?: Violation["level"]];

/** TS 33.310 6.1.1: what holds for every certificate. */
function commonFindings(certificate: ParsedCertificate): Finding[] {
  const { version, serial, publicKey, extensions } = certificate;
  const found: Finding[] = [];
  if (version !== 3) found.push(["version", `The version must be 3, found ${version}`]);
  // RFC 5280 4.1.2.2
  if (serial <= 0n || serial >= 1n << 159n) {
    found.push(["serial", `The serial number must be above 0 and of 20 octets at most, found ${serial}`]);
  }
  const hash = signatureHash(certificate);
  if (WEAK.has(hash)) {
    // Nobody relies on the signature that a root makes of itself.
    const level = isSelfIssued(certificate) ? "report" : "shall";
    found.push(["signature-hash", `The signature must use SHA-256 or stronger, found ${hash}`, level]);
  }
  const isStrong = publicKey.family === "RSA"
    ? publicKey.bits >= 2048
    : publicKey.family === "EC" && ["P-256", "P-384"].includes(publicKey.curve);
  if (!isStrong) {
    found.push(["key", `The key must be RSA of 2048 bits or more, P-256 or P-384, found ${publicKey.text}`]);
  }
  if (publicKey.family === "RSA" && publicKey.exponent < 65537n) {
    found.push(["key-exponent", `The RSA exponent is ${publicKey.exponent}, 65537 is usual`, "report"]);
  }
  for (const oid of unknownCritical(extensions)) {
    found.push(["critical-extension", `The extension "${oid}" is critical, and none of RFC 5280`]);
  }
  return found;
}

function entityFindings(certificate: ParsedCertificate, options: ProfileOptions): Finding[] {
  const { values, extensions } = certificate;
  const found: Finding[] = [...nameFindings(certificate, options.name)];
  if (isSelfIssued(certificate)) {
    found.push(["self-signed", "The certificate must be signed by a trusted party, its issuer is itself"]);
  }
  if (!values.keyUsage?.has("digitalSignature")) {
    const usages = values.keyUsage ? [...values.keyUsage].join(", ") : "none";
    found.push(["key-usage", `keyUsage must have digitalSignature, found ${usages}`]);
  }
  const wanted = options.purpose === "client" ? EXTENDED_KEY_USAGE.clientAuth : EXTENDED_KEY_USAGE.serverAuth;
  if (values.extendedKeyUsage && !values.extendedKeyUsage.includes(wanted)) {
    const purposes = values.extendedKeyUsage.map(purposeName).join(", ");
    found.push([
      "extended-key-usage",
      `extendedKeyUsage must have ${purposeName(wanted)}, found ${purposes}`,
    ]);
  }
  if (values.basicConstraints?.ca) {
    found.push(["basic-constraints", "Only certificates of CAs may have CA set, the entity's has"]);
  }
  if (!extensions.some(({ oid }) => oid === EXTENSION.crlDistributionPoints)) {
    found.push([
      "crl-distribution-point",
      "There is no CRL distribution point, which O.5.1 allows",
      "report",
    ]);
  }
  return found;
}

/** O.5.1: CN is one FQDN, the server's; subjectAltName has it too. */
function nameFindings({ subject, values }: ParsedCertificate, name: string | undefined): Finding[] {
  const commonNames = attributeValues(subject, "CN");
  const [commonName] = commonNames;
  const found: Finding[] = [];
  const needs = name === undefined ? "one FQDN" : `the FQDN "${name}" alone`;
  const has = commonNames.length > 0 ? commonNames.map((one) => `"${one}"`).join(", ") : "none";
  const isRight = commonNames.length === 1 && commonName !== undefined && isFqdn(commonName) &&
    addressOf(commonName) === undefined && (name === undefined || sameHost(commonName, name));
  if (!isRight) found.push(["common-name", `The common name must be ${needs}, found ${has}`]);
  const dnsNames = (values.alternativeNames ?? []).flatMap((one) => one.kind === "dns" ? [one.value] : []);
  const wanted = name ?? commonName ?? "";
  if (!dnsNames.some((one) => sameHost(one, wanted))) {
    const names = dnsNames.length > 0 ? dnsNames.map((one) => `"${one}"`).join(", ") : "none";
    found.push(["alternative-name", `subjectAltName must have the dNSName "${wanted}", found ${names}`]);
  }
  return found;
}

function authorityFindings({ values, extensions }: ParsedCertificate): Finding[] {
  const found: Finding[] = [];
  if (!values.basicConstraints?.ca) {
    found.push(["basic-constraints", "A CA's certificate must have CA set in basicConstraints"]);
  } else if (!extensions.some(({ oid, critical }) => oid === EXTENSION.basicConstraints && critical)) {
    found.push(["basic-constraints", "A CA's basicConstraints must be critical"]);
  }
  if (!values.keyUsage?.has("keyCertSign")) {
    const usages = values.keyUsage ? [...values.keyUsage].join(", ") : "none";
    found.push(["key-usage", `A CA's keyUsage must have keyCertSign, found ${usages}`]);
  }
  if (values.nameConstraints) {
    found.push(["name-constraints", "The CA's certificate limits the names below it", "report"]);
  }
  return found;
}

/** RFC 5246 7.4.2: each certificate certifies the one before it; O.5.2: with the very octets of its name. */
function linkFindings(below: ParsedCertificate, above: ParsedCertificate): Finding[] {
  if (below.issuer.canonical !== above.subject.canonical) {
    return [["order", `Here must stand the issuer "${below.issuer.text}", found "${above.subject.text}"`]];
  }
  if (equalBytes(below.issuer.der, above.subject.der)) return [];
  const says = `The subject "${above.subject.text}" must be the issuer of the one before it octet by octet`;
  return [["issuer-encoding", `${says}, it is another encoding of it`]];
}

function rootFindings(root: ParsedCertificate, anchors: readonly Uint8Array[] | undefined): Finding[] {
  if (anchors === undefined) return [];
  const known = anchors.map(read).filter((one) => typeof one === "object")
    .filter(({ subject }) => subject.canonical === root.subject.canonical)
    .map((one) => rootChanges(root, one));
  if (known.some(({ length }) => length === 0)) return [];
  const [changes] = known;
  const what = changes ? `it has another ${changes.join(", ")}` : "no known root has its name";
  return [[
    "root",
    `A root that is sent must be a known one but for serial, validity and signature: ${what}`,
  ]];
}

function signatureHash({ signature: { algorithm } }: ParsedCertificate): string {
  const scheme = signatureScheme(algorithm);
  if (scheme?.family !== "RSA-PSS") return scheme?.hash ?? scheme?.name ?? algorithm.oid;
  try {
    const { hash } = parsePssParameters(algorithm.parameters);
    return PSS_HASH_NAMES[hash] ?? hash;
  } catch {
    return "unreadable parameters";
  }
}

function violation(
  rule: ProfileRule,
  index: number,
  says: string,
  level: Violation["level"] = "shall",
): Violation {
  const [requirement, clause] = REQUIREMENTS[rule];
  return { rule, requirement: `33.203/${requirement}`, clause, level, index, says };
}

function read(der: Uint8Array): ParsedCertificate | string {
  try {
    return parseCertificate(der);
  } catch (error) {
    return `This is no certificate: ${(error as Error).message}`;
  }
}

const WEAK: ReadonlySet<string> = new Set(["MD5", "SHA-1", "unreadable parameters"]);

const PROFILE = ["O.5.1/02", "TS 33.310 6.1, TS 33.203 O.5.1"] as const;

const REQUIREMENTS: Readonly<Record<ProfileRule, readonly [requirement: string, clause: string]>> = {
  "malformed": PROFILE,
  "version": PROFILE,
  "serial": PROFILE,
  "signature-hash": PROFILE,
  "key": PROFILE,
  "key-exponent": PROFILE,
  "key-usage": PROFILE,
  "extended-key-usage": PROFILE,
  "basic-constraints": PROFILE,
  "critical-extension": PROFILE,
  "self-signed": ["O.5.1/01", "TS 33.203 O.5.1"],
  "common-name": ["O.5.1/04", "TS 33.203 O.5.1"],
  "alternative-name": ["O.5.1/05", "TS 33.203 O.5.1"],
  "crl-distribution-point": ["O.5.1/03", "TS 33.203 O.5.1"],
  "name-constraints": ["O.5.1/06", "TS 33.203 O.5.1"],
  "order": ["O.5.2/01", "TS 33.203 O.5.2, RFC 5246 7.4.2"],
  "issuer-encoding": ["O.5.2/04", "TS 33.203 O.5.2"],
  "root": ["O.5.2/02", "TS 33.203 O.5.2"],
};
