/** A ClientHello from what a case wants of it. Keys in it are nobody's: no handshake comes of it. */
import {
  buildClientHello,
  CIPHER_SUITES,
  type CipherSuite,
  COMPRESSION,
  flag,
  GROUP,
  type GroupName,
  handshakeRecords,
  isTls13Suite,
  keyShares,
  pointFormats,
  pskModes,
  renegotiationInfo,
  serverName,
  SIGNAL_SUITE,
  SIGNATURE_SCHEME,
  signatureAlgorithms,
  type SignatureSchemeName,
  suiteNamed,
  supportedGroups,
  supportedVersions,
  TLS_VERSION,
  type TlsExtension,
} from "../../wire/tls/mod.ts";
import { LocalMisuseError } from "../../errors.ts";
import type { Random } from "../ue/types.ts";
import type { Offer } from "./breaches.ts";
import type { HelloOptions } from "./types.ts";

export interface Hello {
  readonly records: Uint8Array;
  /** The version that they bear. */
  readonly recordVersion: number;
  /** What stands in them. */
  readonly offer: Offer;
}

export function helloRecords(options: HelloOptions, random: Random): Hello {
  const { versions = ["TLSv1.2", "TLSv1.3"], compression = ["null"] } = options;
  const codes = versions.map((version) => TLS_VERSION[version]);
  const highest = Math.max(...codes);
  const legacy = Math.min(highest, TLS_VERSION["TLSv1.2"]);
  const tls13 = highest >= TLS_VERSION["TLSv1.3"];
  const suites = (options.suites ?? defaultSuites(codes)).map(({ code }) => code);
  const signal = options.renegotiation ?? (legacy > TLS_VERSION.SSLv3 ? "extension" : "suite");
  if (signal === "suite") suites.push(SIGNAL_SUITE.renegotiation);
  if (options.fallbackScsv) suites.push(SIGNAL_SUITE.fallback);
  const fields = {
    version: legacy,
    random: random.bytes(32),
    // RFC 8446 D.4: one that is filled makes old boxes on the way take TLS 1.3 for a resumption.
    sessionId: options.sessionId ?? (tls13 ? random.bytes(32) : new Uint8Array()),
    suites,
    compression: compression.map((method) => COMPRESSION[method]),
    // SSL 3.0 has none (RFC 6101 5.6.1.2).
    extensions: legacy === TLS_VERSION.SSLv3 ? [] : extensionsOf(options, codes, random),
  };
  const { groups = GROUPS, signatureSchemes = SIGNATURES } = options;
  const offer: Offer = {
    ...fields,
    versions: codes,
    extensions: fields.extensions.map(({ type }) => type),
    groups: groups.map((group) => GROUP[group]),
    keyShares: sharesOf(options).map((group) => GROUP[group]),
    signatureSchemes: signatureSchemes.map((scheme) => SIGNATURE_SCHEME[scheme]),
  };
  // RFC 8446 5.1: the first record bears 0x0301 for the sake of old servers.
  const recordVersion = Math.min(legacy, TLS_VERSION["TLSv1.0"]);
  return { records: handshakeRecords(buildClientHello(fields), recordVersion), recordVersion, offer };
}

/** TS 33.210 6.2.2 and 6.2.3: AEAD with an ephemeral key exchange. */
export const PROFILE_SUITES: readonly CipherSuite[] = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
].map(suiteNamed);

const GROUPS: readonly GroupName[] = [
  ...["secp256r1", "x25519", "secp384r1", "secp521r1"] as const,
  ...["ffdhe2048", "ffdhe3072", "ffdhe4096"] as const,
];

const SIGNATURES: readonly SignatureSchemeName[] = [
  ...["ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ed25519"] as const,
  ...["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"] as const,
  ...["rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512", "rsa_pkcs1_sha1", "ecdsa_sha1"] as const,
  ...["dsa_sha256", "dsa_sha1"] as const,
];

/** Before TLS 1.2 none of the profile's suites exists: every suite goes. */
function defaultSuites(versions: readonly number[]): readonly CipherSuite[] {
  const tls12 = versions.includes(TLS_VERSION["TLSv1.2"]);
  const tls13 = versions.includes(TLS_VERSION["TLSv1.3"]);
  if (!tls12 && !tls13) return [...CIPHER_SUITES.values()].filter((suite) => !isTls13Suite(suite));
  return PROFILE_SUITES.filter((suite) => isTls13Suite(suite) ? tls13 : tls12);
}

function extensionsOf(options: HelloOptions, versions: readonly number[], random: Random): TlsExtension[] {
  const { groups = GROUPS, signatureSchemes = SIGNATURES } = options;
  const tls13 = versions.includes(TLS_VERSION["TLSv1.3"]);
  const old = versions.some((version) => version < TLS_VERSION["TLSv1.3"]);
  const extensions: TlsExtension[] = [];
  if (typeof options.serverName === "string") extensions.push(serverName(options.serverName));
  if (groups.length > 0) extensions.push(supportedGroups(groups.map((group) => GROUP[group])));
  if (old) extensions.push(pointFormats());
  if (versions.some((version) => version >= TLS_VERSION["TLSv1.2"])) {
    extensions.push(signatureAlgorithms(signatureSchemes.map((scheme) => SIGNATURE_SCHEME[scheme])));
  }
  if (old && options.extendedMasterSecret !== false) extensions.push(flag("extendedMasterSecret"));
  if ((options.renegotiation ?? "extension") === "extension") extensions.push(renegotiationInfo());
  if (tls13) {
    extensions.push(
      supportedVersions(versions),
      pskModes(),
      keyShares(sharesOf(options).map((group) => ({ group: GROUP[group], key: someKey(group, random) }))),
    );
  }
  return [...extensions, ...options.extensions ?? []];
}

/** Groups for which a key is sent at once. */
function sharesOf({ groups = GROUPS, keyShares }: HelloOptions): readonly GroupName[] {
  return keyShares ?? groups.filter((group) => group === "secp256r1" || group === "x25519");
}

/** A public key that a server can work with; nobody has the private one, or everybody (the generator of a curve). */
function someKey(group: GroupName, random: Random): Uint8Array {
  const generator = GENERATORS[group];
  if (generator !== undefined) return Uint8Array.fromHex(`04${generator}`);
  if (group === "x25519") return random.bytes(32);
  if (group === "x448") return random.bytes(56);
  const [, bits] = /^ffdhe(\d+)$/.exec(group) ?? [];
  if (bits === undefined) throw new LocalMisuseError(`There is no key share for the group "${group}"`);
  // A power of the generator: a server may look whether a key is in the group (RFC 7919 5.1).
  return new Uint8Array(Number(bits) / 8).with(-1, 4);
}

/** Origin: SEC 2 version 2.0, 2.4.2 and 2.5.1: the base points, x and y. */
const GENERATORS: Readonly<Partial<Record<GroupName, string>>> = {
  "secp256r1": "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "secp384r1":
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" +
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
};
