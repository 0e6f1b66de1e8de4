/** What a report shows of a certificate. */
import { sha256 } from "@noble/hashes/sha2.js";
import { formatAddress } from "../../../wire/address.ts";
import { parseCertificate } from "./certificate.ts";
import { attributeValues } from "./distinguished_name.ts";
import { purposeName } from "../oids.ts";
import { signatureScheme } from "./signature_scheme.ts";

/** Plain data: it goes into JSON as it is. */
export interface CertificateDescription {
  /** "O=Example, CN=pcscf.example.org": as the certificate has it in order. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly version: number;
  readonly commonNames: readonly string[];
  readonly dnsNames: readonly string[];
  readonly uris: readonly string[];
  readonly ipAddresses: readonly string[];
  /** "RSA 2048", "EC P-256". */
  readonly key: string;
  /** "ecdsa-with-SHA256". */
  readonly signature: string;
  readonly isCa: boolean;
  readonly keyUsage: readonly string[];
  /** By name where it is known, else the identifier. */
  readonly extendedKeyUsage: readonly string[];
  /** SHA-256 of the DER, hexadecimal. */
  readonly fingerprint: string;
}

/** @throws PkiSyntaxError where it is no certificate */
export function describeCertificate(der: Uint8Array): CertificateDescription {
  const certificate = parseCertificate(der);
  const { subject, values, signature } = certificate;
  const names = values.alternativeNames ?? [];
  return {
    subject: subject.text,
    issuer: certificate.issuer.text,
    serial: certificate.serial.toString(16),
    notBefore: iso(certificate.notBefore),
    notAfter: iso(certificate.notAfter),
    version: certificate.version,
    commonNames: attributeValues(subject, "CN"),
    dnsNames: names.flatMap((name) => name.kind === "dns" ? [name.value] : []),
    uris: names.flatMap((name) => name.kind === "uri" ? [name.value] : []),
    ipAddresses: names.flatMap((name) => name.kind === "ip" ? [address(name.value)] : []),
    key: certificate.publicKey.text,
    signature: signatureScheme(signature.algorithm)?.name ?? signature.algorithm.oid,
    isCa: values.basicConstraints?.ca ?? false,
    keyUsage: [...values.keyUsage ?? []],
    extendedKeyUsage: (values.extendedKeyUsage ?? []).map(purposeName),
    fingerprint: sha256(der).toHex(),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** An iPAddress of a wrong length is still to be shown. */
function address(octets: Uint8Array): string {
  return octets.length === 4 || octets.length === 16 ? formatAddress(octets) : octets.toHex();
}
