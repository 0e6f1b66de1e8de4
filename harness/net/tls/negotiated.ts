/** What two sides agreed upon, and what one knows of the other. */
import { collected } from "./bio.ts";
import { bytesAt, type Native, type Openssl, text } from "./library.ts";
import { type TlsVersion, VERSION_CODES } from "./options.ts";

export interface Negotiated {
  readonly version: TlsVersion;
  readonly cipherSuite: {
    /** Of the IANA registry. */
    readonly name: string;
    /** The two octets on the wire. */
    readonly code: number;
  };
  /** "X25519", "prime256v1", "ffdhe2048"…; undefined where none was used. */
  readonly group?: string;
  /** The kind of signature that the peer proved its key by: "RSASSA-PSS", "rsaEncryption", "id-ecPublicKey"… */
  readonly peerSignature?: string;
  readonly resumed: boolean;
  /** Of the session; empty where there is none yet (TLS 1.3) or the server gave none. */
  readonly sessionId: Uint8Array;
  readonly serverName?: string;
  readonly alpn?: string;
  readonly srtpProfile?: { readonly name: string; readonly code: number };
  readonly pskIdentity?: string;
  /** The peer knows RFC 5746. Says nothing in TLS 1.3. */
  readonly secureRenegotiation: boolean;
  readonly extendedMasterSecret: boolean;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
}

/** Only once a handshake is over. */
export function negotiated(ssl: Openssl, session: Native): Negotiated {
  const cipher = ssl.SSL_get_current_cipher(session);
  const code = ssl.SSL_version(session);
  const optional = {
    group: groupOf(ssl, session),
    peerSignature: signatureOf(ssl, session),
    serverName: text(ssl, ssl.SSL_get_servername(session, 0)),
    alpn: alpnOf(ssl, session),
    srtpProfile: srtpOf(ssl, session),
    pskIdentity: text(ssl, ssl.SSL_get_psk_identity(session)),
  };
  return {
    version: VERSIONS[code] ?? "TLSv1.0",
    cipherSuite: {
      name: text(ssl, ssl.SSL_CIPHER_standard_name(cipher)) ?? "",
      code: cipher === null ? 0 : ssl.SSL_CIPHER_get_protocol_id(cipher),
    },
    ...present(optional),
    resumed: ssl.SSL_session_reused(session) === 1,
    sessionId: sessionIdOf(ssl, session),
    secureRenegotiation: ssl.SSL_ctrl(session, CTRL.GET_RI_SUPPORT, 0n, null) === 1n,
    extendedMasterSecret: ssl.SSL_ctrl(session, CTRL.GET_EXTMS_SUPPORT, 0n, null) === 1n,
    clientRandom: taken(32, (out) => ssl.SSL_get_client_random(session, out, 32n)),
    serverRandom: taken(32, (out) => ssl.SSL_get_server_random(session, out, 32n)),
  };
}

/** verify_data of the Finished messages of the last handshake; empty before. */
export function finishedValues(ssl: Openssl, session: Native): { own: Uint8Array; peer: Uint8Array } {
  return {
    own: taken(64, (out) => ssl.SSL_get_finished(session, out, 64n)),
    peer: taken(64, (out) => ssl.SSL_get_peer_finished(session, out, 64n)),
  };
}

/** The peer's certificates as they came, the end entity's first. DER. */
export function peerChain(ssl: Openssl, session: Native): Uint8Array[] {
  const der = (x509: Deno.PointerValue) => collected(ssl, (bio) => ssl.i2d_X509_bio(bio, x509));
  const stack = ssl.SSL_get_peer_cert_chain(session);
  const count = stack === null ? 0 : ssl.OPENSSL_sk_num(stack);
  const listed = Array.from({ length: count }, (_, i) => der(ssl.OPENSSL_sk_value(stack, i)));
  const leaf = ssl.SSL_get1_peer_certificate(session);
  // A client that refuses the chain has the list, and no leaf.
  if (leaf === null) return listed;
  const first = der(leaf);
  ssl.X509_free(leaf);
  // The list holds the leaf at a client, and does not at a server.
  const known = listed[0]?.length === first.length && first.every((octet, i) => octet === listed[0]?.[i]);
  return known ? listed : [first, ...listed];
}

const VERSIONS = Object.fromEntries(
  Object.entries(VERSION_CODES).map(([name, code]) => [code, name]),
) as Readonly<Record<number, TlsVersion>>;

function present<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: NonNullable<Values[Key]> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof Values]?: NonNullable<Values[Key]> };
}

function groupOf(ssl: Openssl, session: Native): string | undefined {
  const nid = Number(ssl.SSL_ctrl(session, CTRL.GET_NEGOTIATED_GROUP, 0n, null));
  if (nid === 0) return undefined;
  // A group without an object identifier: its number on the wire.
  if (nid & UNKNOWN_GROUP) return `0x${(nid & 0xffff).toString(16).padStart(4, "0")}`;
  return text(ssl, ssl.OBJ_nid2sn(nid));
}

function signatureOf(ssl: Openssl, session: Native): string | undefined {
  const nid = new Int32Array(1);
  const found = ssl.SSL_get_peer_signature_type_nid(session, new Uint8Array(nid.buffer));
  return found === 1 && nid[0] ? text(ssl, ssl.OBJ_nid2sn(nid[0])) : undefined;
}

function alpnOf(ssl: Openssl, session: Native): string | undefined {
  const address = new BigUint64Array(1);
  const length = new Uint32Array(1);
  ssl.SSL_get0_alpn_selected(session, new Uint8Array(address.buffer), new Uint8Array(length.buffer));
  const [at = 0n, size = 0] = [address[0], length[0]];
  if (at === 0n || size === 0) return undefined;
  const name = new Uint8Array(size);
  ssl.memcpy_from_address(name, at, BigInt(size));
  return new TextDecoder().decode(name);
}

/** struct srtp_protection_profile_st { const char *name; unsigned long id; } */
function srtpOf(ssl: Openssl, session: Native): Negotiated["srtpProfile"] {
  const profile = ssl.SSL_get_selected_srtp_profile(session);
  if (profile === null) return undefined;
  const code = Number(new DataView(bytesAt(ssl, profile, 16).buffer).getBigUint64(8, true));
  return { name: SRTP_PROFILES[code] ?? `0x${code.toString(16).padStart(4, "0")}`, code };
}

/** RFC 5764 4.1.2, RFC 7714 14.2. */
const SRTP_PROFILES: Readonly<Record<number, string>> = {
  0x0001: "SRTP_AES128_CM_SHA1_80",
  0x0002: "SRTP_AES128_CM_SHA1_32",
  0x0005: "SRTP_NULL_SHA1_80",
  0x0006: "SRTP_NULL_SHA1_32",
  0x0007: "SRTP_AEAD_AES_128_GCM",
  0x0008: "SRTP_AEAD_AES_256_GCM",
};

/** Empty where there is none. */
export function sessionIdOf(ssl: Openssl, session: Native): Uint8Array {
  const length = new Uint32Array(1);
  const current = ssl.SSL_get_session(session);
  if (current === null) return new Uint8Array();
  const id = ssl.SSL_SESSION_get_id(current, new Uint8Array(length.buffer));
  return bytesAt(ssl, id, length[0] ?? 0);
}

function taken(room: number, fill: (out: Uint8Array<ArrayBuffer>) => bigint): Uint8Array {
  const out = new Uint8Array(room);
  return out.subarray(0, Math.min(room, Number(fill(out))));
}

/** Commands of SSL_ctrl(), from openssl/ssl.h. */
const CTRL = { GET_RI_SUPPORT: 76, GET_EXTMS_SUPPORT: 122, GET_NEGOTIATED_GROUP: 134 } as const;
/** TLSEXT_nid_unknown */
const UNKNOWN_GROUP = 0x1000000;
