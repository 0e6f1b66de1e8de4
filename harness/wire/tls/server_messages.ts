/** The handshake messages of a server that can be read without keys. All throw WireSyntaxError. */
import { WireSyntaxError } from "../errors.ts";
import { EXTENSION } from "./codes.ts";
import type { TlsExtension } from "./client_hello.ts";
import { Reader } from "./reader.ts";
import { suiteOf } from "./suites.ts";

/** ServerHello, or HelloRetryRequest, which is one by its looks (RFC 8446 4.1.3, 4.1.4). */
export interface ServerHello {
  /** What was chosen: supported_versions, or the version field where there is none. */
  readonly version: number;
  /** The version field. */
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: readonly TlsExtension[];
  /** It is a HelloRetryRequest. */
  readonly retry: boolean;
  /** Of key_share: the server's, or the one that it wants to see. */
  readonly group?: number;
  /** RFC 5746 3.6 */
  readonly secureRenegotiation: boolean;
  /** The server says that a higher version was possible (RFC 8446 4.1.3): the highest that it negotiated then. */
  readonly downgradeSentinel?: "TLSv1.2" | "TLSv1.1 or below";
}

export interface ServerKeyExchange {
  /** Undefined where the suite has another way. */
  readonly group?: number;
  /** Of the server's Diffie-Hellman group (RFC 5246 7.4.3). */
  readonly dh?: { readonly bits: number; readonly prime: Uint8Array; readonly generator: Uint8Array };
  /** SignatureScheme; before TLS 1.2 not told. */
  readonly signatureScheme?: number;
  readonly signed: boolean;
}

/** RFC 5246 7.4.4 */
export interface CertificateRequest {
  readonly types: readonly number[];
  readonly signatureSchemes: readonly number[];
  /** Names in DER. */
  readonly authorities: readonly Uint8Array[];
}

/** `base`: offset of the body, for errors. */
export function parseServerHello(body: Uint8Array, base = 0): ServerHello {
  const reader = new Reader(body, "ServerHello", base);
  const legacyVersion = reader.uint(2);
  const random = reader.take(32);
  const sessionId = reader.vector(1);
  if (sessionId.length > 32) {
    throw new WireSyntaxError(
      `ServerHello has a session id of ${sessionId.length} octets, may have 32`,
      base + 34,
    );
  }
  const suite = reader.uint(2);
  const compression = reader.uint(1);
  const extensions = reader.left > 0 ? readExtensions(reader.inner(2, "ServerHello extensions")) : [];
  reader.end();
  const retry = equals(random, RETRY);
  const share = extensions.find(({ type }) => type === EXTENSION.keyShare)?.data;
  const version = extensions.find(({ type }) => type === EXTENSION.supportedVersions)?.data;
  const sentinel = random.subarray(24, 31);
  const last = random[31] ?? 0xff;
  return {
    version: version ? new Reader(version, "supported_versions", base).uint(2) : legacyVersion,
    legacyVersion,
    random,
    sessionId,
    suite,
    compression,
    extensions,
    retry,
    ...(share ? { group: new Reader(share, "key_share", base).uint(2) } : {}),
    secureRenegotiation: extensions.some(({ type }) => type === EXTENSION.renegotiationInfo),
    ...(equals(sentinel, DOWNGRADE) && last <= 1
      ? { downgradeSentinel: last === 1 ? "TLSv1.2" : "TLSv1.1 or below" }
      : {}),
  };
}

/** Certificates in DER, the server's own first; Certificate of TLS 1.2 and before (RFC 5246 7.4.2). */
export function parseCertificates(body: Uint8Array, base = 0): Uint8Array[] {
  const reader = new Reader(body, "Certificate", base);
  const list = reader.inner(3, "certificate_list");
  reader.end();
  const certificates: Uint8Array[] = [];
  while (list.left > 0) certificates.push(list.vector(3));
  return certificates;
}

/** TLS 1.2 and before; what it holds depends on the suite (RFC 5246 7.4.3, RFC 8422 5.4, RFC 4279). */
export function parseServerKeyExchange(
  body: Uint8Array,
  { suite, version }: Pick<ServerHello, "suite" | "version">,
  base = 0,
): ServerKeyExchange {
  const { keyExchange = "" } = suiteOf(suite);
  const reader = new Reader(body, "ServerKeyExchange", base);
  if (keyExchange.includes("PSK")) reader.vector(2); // psk_identity_hint
  const shared = /^ECDHE?_/.test(keyExchange)
    ? readCurve(reader)
    : /^DHE?_|_DHE$/.test(keyExchange)
    ? readGroup(reader)
    : undefined;
  // RSA export (a key), SRP, PSK alone…: nothing here that anyone asks for.
  if (!shared) return { signed: false };
  if (reader.left === 0) return { ...shared, signed: false };
  const scheme = version >= 0x0303 ? { signatureScheme: reader.uint(2) } : {};
  // Of SSL 3.0 there is none of known length for anonymous suites; what is there counts.
  const signature = reader.vector(2);
  reader.end();
  return { ...shared, ...scheme, signed: signature.length > 0 };
}

/** TLS 1.2 and before. */
export function parseCertificateRequest(body: Uint8Array, version: number, base = 0): CertificateRequest {
  const reader = new Reader(body, "CertificateRequest", base);
  const types = [...reader.vector(1)];
  const signatureSchemes = version >= 0x0303 ? reader.inner(2, "supported_signature_algorithms").codes() : [];
  const names = reader.inner(2, "certificate_authorities");
  reader.end();
  const authorities: Uint8Array[] = [];
  while (names.left > 0) authorities.push(names.vector(2));
  return { types, signatureSchemes, authorities };
}

function readExtensions(reader: Reader): TlsExtension[] {
  const extensions: TlsExtension[] = [];
  while (reader.left > 0) {
    const type = reader.uint(2);
    extensions.push({ type, data: reader.vector(2) });
  }
  return extensions;
}

function readCurve(reader: Reader): Pick<ServerKeyExchange, "group"> {
  const kind = reader.uint(1);
  if (kind !== NAMED_CURVE) {
    throw new WireSyntaxError(
      `ServerKeyExchange has a curve of type ${kind}, needs a named one (3)`,
      reader.offset - 1,
    );
  }
  const group = reader.uint(2);
  reader.vector(1); // the point
  return { group };
}

function readGroup(reader: Reader): Pick<ServerKeyExchange, "dh"> {
  const prime = reader.vector(2);
  const generator = reader.vector(2);
  reader.vector(2); // the public value
  return { dh: { bits: bitLength(prime), prime, generator } };
}

function bitLength(number: Uint8Array): number {
  const first = number.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first]!) + 24;
}

function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

/** RFC 8422 5.4 */
const NAMED_CURVE = 3;
/** RFC 8446 4.1.3: the random of a HelloRetryRequest, SHA-256 of its name; and what a downgraded random ends with. */
const RETRY = Uint8Array.fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
const DOWNGRADE = Uint8Array.fromHex("444f574e475244");
