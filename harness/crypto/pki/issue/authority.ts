/**
 * A test CA, made per run. What it issues is right by default, by the profile of TS 33.203 O.5.1, and as wrong as its
 * options say: a tester needs certificates that no real CA would sign.
 *
 * No clock: `now` is an argument. Keys and the randomness of ECDSA come from the platform's WebCrypto; serial numbers
 * are counted.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { LocalMisuseError } from "../../../errors.ts";
import { bytesToBigint, equalBytes } from "../../../wire/bytes.ts";
import { certificatesFromPem, toPem } from "../pem.ts";
import { parseCertificate } from "../read/certificate.ts";
import { derOf, own } from "./asn1.ts";
import {
  buildCertificate,
  type CertificateOptions,
  type Issuer,
  subjectKeyIdentifier,
} from "./build_certificate.ts";
import { buildCrl, type CrlOptions } from "./crl.ts";
import { generateKeys, importKeys, type KeyPair, type KeyType } from "./keys.ts";
import { attributesOf, buildName, type NameEncoding } from "./subject.ts";

export interface IssuedCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** PKCS#8, DER. */
  readonly key: Uint8Array;
  readonly keys: KeyPair;
  readonly serial: bigint;
  /** What a server sends: its own first, then intermediates, no root. */
  readonly chain: readonly Uint8Array[];
  /** The chain, then the key. */
  pem(): string;
}

export interface AuthorityOptions extends CertificateOptions {
  /** Common name of the CA. */
  readonly name: string;
  readonly now: number;
}

/** A root: self-signed, to be configured as a trust anchor. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const keys = await pair(options.key);
  const certificate = await buildCertificate(authorityDefaults(options), keys, undefined, options.now);
  return new Authority({ certificate, keys, now: options.now });
}

/**
 * An authority that a lab hands us, with its certificate and key as PEM or DER. `chain`, or what follows the first
 * certificate in its PEM, are the certificates above it: sent after its own where it is no root.
 * @throws PkiSyntaxError where they cannot be read, LocalMisuseError where the key is another certificate's
 */
export async function importAuthority(
  options: { certificate: string | Uint8Array; key: string | Uint8Array; now: number; chain?: Uint8Array[] },
): Promise<Authority> {
  const [certificate, ...above] = typeof options.certificate === "string"
    ? certificatesFromPem(options.certificate)
    : [options.certificate];
  const chain = [certificate!, ...options.chain ?? above];
  for (const der of chain) parseCertificate(der);
  const keys = await importKeys(options.key);
  const authority = new Authority({
    certificate: certificate!,
    keys,
    now: options.now,
    above: chain.slice(1),
  });
  if (!equalBytes(authority.publicKey, keys.publicKey)) {
    throw new LocalMisuseError("The key must be the one of the authority's certificate, it is another");
  }
  return authority;
}

export class Authority {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly keys: KeyPair;
  /** What certificates issued here are dated by; an argument may say otherwise for each. */
  readonly now: number;
  /** What is sent after a certificate issued here: this one and those above it, without the root. */
  readonly path: readonly Uint8Array[];
  /** The root of this one; itself, if it is one. Undefined where an imported chain has none. */
  readonly root: Uint8Array | undefined;
  readonly #parsed: pkijs.Certificate;
  #serial: bigint;

  constructor(
    options: { certificate: Uint8Array; keys: KeyPair; now: number; above?: readonly Uint8Array[] },
  ) {
    this.certificate = options.certificate;
    this.keys = options.keys;
    this.now = options.now;
    const all = [options.certificate, ...(options.above ?? [])];
    const top = all[all.length - 1]!;
    this.root = isSelfIssued(top) ? top : undefined;
    // Not all that are self-issued are roots: a CA may certify its next key (RFC 5280 3.2).
    this.path = this.root ? all.slice(0, -1) : all;
    this.#parsed = read(options.certificate);
    this.#serial = bytesToBigint(sha1(options.keys.publicKey).subarray(0, 8)) >> 1n;
  }

  /** SubjectPublicKeyInfo of the certificate, DER. */
  get publicKey(): Uint8Array {
    return derOf(this.#parsed.subjectPublicKeyInfo.toSchema());
  }

  /** The root's subject, or this one's where the root is not at hand, DER. */
  get rootSubject(): Uint8Array {
    return derOf((this.root ? read(this.root) : this.#parsed).subject.toSchema());
  }

  /** How the subject is written, as far as it can be written otherwise. */
  get subjectEncoding(): NameEncoding {
    const isUtf8 = this.#parsed.subject.typesAndValues.some(({ value }) =>
      value instanceof asn1js.Utf8String
    );
    return isUtf8 ? "utf8" : "printable";
  }

  /** PEM of the certificate. */
  pem(): string {
    return toPem("CERTIFICATE", this.certificate);
  }

  /** An authority below this one. */
  async intermediate(options: CertificateOptions & { readonly name: string }): Promise<Authority> {
    const { certificate, keys } = await this.issue(authorityDefaults({ now: this.now, ...options }));
    const above = [...this.path, ...(this.root ? [this.root] : [])];
    return new Authority({ certificate, keys, now: this.now, above });
  }

  /** A certificate of an entity: without options right for both ends of TLS, but without names. */
  async issue(options: CertificateOptions): Promise<IssuedCertificate> {
    const keys = await pair(options.key);
    const serial = options.serial ?? ++this.#serial;
    const certificate = await buildCertificate({ ...options, serial }, keys, this.#issuer(options), this.now);
    const chain = [certificate, ...(options.selfSigned ? [] : this.path)];
    return {
      certificate,
      key: keys.privateKey,
      keys,
      serial,
      chain,
      pem: () =>
        chain.map((der) => toPem("CERTIFICATE", der)).join("") + toPem("PRIVATE KEY", keys.privateKey),
    };
  }

  /** A CRL of this authority (RFC 5280 5), DER. PEM label "X509 CRL". */
  crl(options: CrlOptions = {}): Promise<Uint8Array> {
    const issuer = { name: this.#parsed.subject, identifier: subjectKeyIdentifier(this.#parsed) };
    return buildCrl({ now: this.now, ...options }, this.keys, issuer);
  }

  #issuer({ selfSigned, issuer, issuerEncoding }: CertificateOptions): Issuer | undefined {
    if (selfSigned) return undefined;
    const { subject } = this.#parsed;
    const written = issuer || issuerEncoding;
    return {
      keys: this.keys,
      identifier: subjectKeyIdentifier(this.#parsed),
      name: written ? buildName(issuer ?? attributesOf(subject), issuerEncoding) : subject,
    };
  }
}

/** TS 33.310 6.1: CA certificates have critical basicConstraints and a key usage for certificates and CRLs. */
function authorityDefaults(options: AuthorityOptions): CertificateOptions {
  return {
    organization: "imspeer test",
    commonNames: [options.name],
    basicConstraints: { ca: true },
    keyUsage: ["keyCertSign", "cRLSign"],
    extendedKeyUsage: false,
    notBefore: options.now - DAY,
    notAfter: options.now + 3650 * DAY,
    ...options,
  };
}

function isSelfIssued(der: Uint8Array): boolean {
  const { subject, issuer } = read(der);
  return equalBytes(derOf(subject.toSchema()), derOf(issuer.toSchema()));
}

/** Of certificates that are ours, and perhaps wrong by intent, or that were checked. */
function read(der: Uint8Array): pkijs.Certificate {
  return pkijs.Certificate.fromBER(own(der));
}

async function pair(key: KeyType | KeyPair = "P-256"): Promise<KeyPair> {
  return typeof key === "string" ? await generateKeys(key) : key;
}

const DAY = 24 * 3_600_000;
