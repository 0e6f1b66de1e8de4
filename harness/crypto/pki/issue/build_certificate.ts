/** One certificate, signed: right by the profile of TS 33.203 O.5.1 unless its options say otherwise. */
import { sha1 } from "@noble/hashes/legacy.js";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { EXTENSION } from "../oids.ts";
import type { SignatureHash } from "../rsa.ts";
import { derOf, own, timeOf } from "./asn1.ts";
import { buildExtensions, type ExtensionOptions } from "./extensions.ts";
import type { KeyPair, KeyType } from "./keys.ts";
import { sign, signatureAlgorithm } from "./signing.ts";
import { buildName, type NameAttribute, type NameEncoding, nameFromDer } from "./subject.ts";

/** Times are milliseconds since 1970, as `Clock.now()` has them. `false` leaves an extension out. */
export interface CertificateOptions extends Omit<ExtensionOptions, Switchable> {
  /** Each becomes an attribute of its own, after `organization`. */
  readonly commonNames?: readonly string[];
  readonly organization?: string;
  /** The whole subject, in place of the two above; or the DER of a name, to be taken as it is. */
  readonly subject?: readonly NameAttribute[] | Uint8Array;
  readonly subjectEncoding?: NameEncoding;
  /** Default: an hour before the authority's `now`. */
  readonly notBefore?: number;
  /** Default: 90 days after the authority's `now`; of an authority ten years. */
  readonly notAfter?: number;
  /** A kind of key to make, or a pair to use. Default "P-256". */
  readonly key?: KeyType | KeyPair;
  /** Default "SHA-256"; the key that signs is the issuer's. */
  readonly signatureHash?: SignatureHash;
  /** Default: the next of a count that starts at a number of 64 bits made from the issuer's key. */
  readonly serial?: bigint;
  /** Default: the issuer's subject, octet by octet. Otherwise written anew, in this encoding (O.5.2). */
  readonly issuerEncoding?: NameEncoding;
  /** Another name than the issuer's. */
  readonly issuer?: readonly NameAttribute[];
  /** Signed by its own key, issuer as subject. */
  readonly selfSigned?: boolean;
  /** Default 3; 1 has no extensions at all. */
  readonly version?: 1 | 3;
  readonly keyUsage?: Exclude<ExtensionOptions["keyUsage"], undefined> | false;
  readonly extendedKeyUsage?: Exclude<ExtensionOptions["extendedKeyUsage"], undefined> | false;
  readonly basicConstraints?: Exclude<ExtensionOptions["basicConstraints"], undefined> | false;
  readonly subjectKeyIdentifier?: Uint8Array | false;
  readonly authorityKeyIdentifier?: Uint8Array | false;
  /** Flips a bit of the signature. */
  readonly corruptSignature?: boolean;
}

export interface Issuer {
  readonly keys: KeyPair;
  readonly name: pkijs.RelativeDistinguishedNames;
  readonly identifier: Uint8Array;
}

/** Signed by `issuer`, or by itself without one. DER. `keys` are the subject's. */
export async function buildCertificate(
  options: CertificateOptions,
  keys: KeyPair,
  issuer: Issuer | undefined,
  now: number,
): Promise<Uint8Array> {
  const { signatureHash = "SHA-256", version = 3 } = options;
  const signer = issuer?.keys ?? keys;
  const subject = subjectOf(options);
  const algorithm = signatureAlgorithm(signer, signatureHash);
  const certificate = new pkijs.Certificate({
    version: version - 1,
    serialNumber: asn1js.Integer.fromBigInt(options.serial ?? 1n),
    signature: algorithm,
    signatureAlgorithm: algorithm,
    issuer: issuer?.name ?? subject,
    notBefore: timeOf(options.notBefore ?? now - HOUR),
    notAfter: timeOf(options.notAfter ?? now + 90 * DAY),
    subject,
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(own(keys.publicKey)),
    ...(version === 3 ? { extensions: buildExtensions(extensionsOf(options, keys, issuer)) } : {}),
  });
  certificate.tbsView = derOf(certificate.encodeTBS());
  const signature = await sign(certificate.tbsView, signer, signatureHash);
  if (options.corruptSignature) signature[signature.length - 1]! ^= 0x01;
  certificate.signatureValue = new asn1js.BitString({ valueHex: own(signature).buffer });
  return derOf(certificate.toSchema());
}

function extensionsOf(
  options: CertificateOptions,
  keys: KeyPair,
  issuer: Issuer | undefined,
): ExtensionOptions {
  const identifier = keyHash(keys.publicKey);
  const wanted = {
    // A key of RSA may also be one to encrypt to (suites without forward secrecy).
    keyUsage: keys.family === "RSA" ? ["digitalSignature", "keyEncipherment"] : ["digitalSignature"],
    extendedKeyUsage: ["serverAuth", "clientAuth"],
    subjectKeyIdentifier: identifier,
    authorityKeyIdentifier: issuer?.identifier ?? identifier,
    ...options,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== false));
}

function subjectOf(options: CertificateOptions): pkijs.RelativeDistinguishedNames {
  const { organization, commonNames, subject, subjectEncoding } = options;
  if (subject instanceof Uint8Array) return nameFromDer(subject);
  return buildName(
    subject ?? [
      ...(organization === undefined ? [] : [{ type: "O", value: organization }]),
      ...(commonNames ?? []).map((value) => ({ type: "CN", value })),
    ],
    subjectEncoding,
  );
}

/** RFC 5280 4.2.1.2 (1): SHA-1 of the key's BIT STRING. */
function keyHash(publicKey: Uint8Array): Uint8Array {
  const { subjectPublicKey } = pkijs.PublicKeyInfo.fromBER(own(publicKey));
  return sha1(subjectPublicKey.valueBlock.valueHexView);
}

/** What the certificate itself says its key is called, or what it would be called. */
export function subjectKeyIdentifier(certificate: pkijs.Certificate): Uint8Array {
  const found = certificate.extensions?.find(({ extnID }) => extnID === EXTENSION.subjectKeyIdentifier)
    ?.parsedValue;
  if (found instanceof asn1js.OctetString) return found.valueBlock.valueHexView;
  return sha1(certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView);
}

type Switchable =
  | "keyUsage"
  | "extendedKeyUsage"
  | "basicConstraints"
  | "subjectKeyIdentifier"
  | "authorityKeyIdentifier";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
