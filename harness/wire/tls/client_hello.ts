/** A ClientHello of any kind, forbidden ones too (RFC 8446 4.1.2, RFC 5246 7.4.1.2, RFC 6101 5.6.1.2). */
import { concat, utf8 } from "../bytes.ts";
import { EXTENSION, HANDSHAKE_TYPE } from "./codes.ts";
import { codes, uint, vector } from "./writer.ts";

export interface ClientHelloFields {
  /** legacy_version: the highest that is offered, up to TLS 1.2. */
  readonly version: number;
  /** 32 octets. */
  readonly random: Uint8Array;
  /** Up to 32 octets; default none. */
  readonly sessionId?: Uint8Array;
  readonly suites: readonly number[];
  /** Default: null alone. */
  readonly compression?: readonly number[];
  /** In this order. Left out or empty: the hello ends before them, as before RFC 3546. */
  readonly extensions?: readonly TlsExtension[];
}

export interface TlsExtension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The handshake message with its header. Throws RangeError for what its field cannot hold. */
export function buildClientHello(fields: ClientHelloFields): Uint8Array {
  const { version, random, sessionId = new Uint8Array(), suites, compression = [0], extensions = [] } =
    fields;
  const body = [uint(version, 2), random, vector(1, sessionId), codes(2, suites)];
  body.push(vector(1, Uint8Array.from(compression)));
  if (extensions.length > 0) {
    body.push(vector(2, ...extensions.map(({ type, data }) => concat(uint(type, 2), vector(2, data)))));
  }
  return concat(uint(HANDSHAKE_TYPE.clientHello, 1), vector(3, ...body));
}

/** RFC 6066 3: a DNS name. */
export function serverName(name: string): TlsExtension {
  const entry = concat(uint(0, 1), vector(2, utf8(name)));
  return { type: EXTENSION.serverName, data: vector(2, entry) };
}

/** RFC 8446 4.2.1 */
export function supportedVersions(versions: readonly number[]): TlsExtension {
  return { type: EXTENSION.supportedVersions, data: codes(1, versions) };
}

/** RFC 8446 4.2.7 */
export function supportedGroups(groups: readonly number[]): TlsExtension {
  return { type: EXTENSION.supportedGroups, data: codes(2, groups) };
}

/** RFC 8422 5.1.2: uncompressed, and two compressed ones that old servers want to see. */
export function pointFormats(formats: readonly number[] = [0]): TlsExtension {
  return { type: EXTENSION.pointFormats, data: vector(1, Uint8Array.from(formats)) };
}

/** RFC 8446 4.2.3 */
export function signatureAlgorithms(schemes: readonly number[]): TlsExtension {
  return { type: EXTENSION.signatureAlgorithms, data: codes(2, schemes) };
}

/** RFC 8446 4.2.8 */
export function keyShares(shares: readonly { group: number; key: Uint8Array }[]): TlsExtension {
  const entries = shares.map(({ group, key }) => concat(uint(group, 2), vector(2, key)));
  return { type: EXTENSION.keyShare, data: vector(2, ...entries) };
}

/** RFC 8446 4.2.9: psk_dhe_ke. */
export function pskModes(modes: readonly number[] = [1]): TlsExtension {
  return { type: EXTENSION.pskKeyExchangeModes, data: vector(1, Uint8Array.from(modes)) };
}

/** RFC 7301 3.1 */
export function alpn(protocols: readonly string[]): TlsExtension {
  const names = protocols.map((protocol) => vector(1, utf8(protocol)));
  return { type: EXTENSION.alpn, data: vector(2, ...names) };
}

/** RFC 5077 3.2: a ticket, or none to ask for one. */
export function sessionTicket(ticket: Uint8Array = new Uint8Array()): TlsExtension {
  return { type: EXTENSION.sessionTicket, data: ticket };
}

/** RFC 5746 3.2: of an initial handshake, or with the verify_data of one before. */
export function renegotiationInfo(verifyData: Uint8Array = new Uint8Array()): TlsExtension {
  return { type: EXTENSION.renegotiationInfo, data: vector(1, verifyData) };
}

/** Those that say all by being there: extended_master_secret, encrypt_then_mac, early_data, post_handshake_auth. */
export function flag(
  name: "extendedMasterSecret" | "encryptThenMac" | "earlyData" | "postHandshakeAuth",
): TlsExtension {
  return { type: EXTENSION[name], data: new Uint8Array() };
}

/** RFC 6066 8: an OCSP response is wanted, of no responder in particular. */
export function statusRequest(): TlsExtension {
  return { type: EXTENSION.statusRequest, data: Uint8Array.of(1, 0, 0, 0, 0) };
}
