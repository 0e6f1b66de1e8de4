/** What TS 33.310 Annex E (TS 33.210 6.2) makes of cipher suites, groups and versions. */
import {
  type CipherSuite,
  type GroupName,
  suiteNamed,
  suitesFor,
  TLS_VERSION,
  type TlsVersionName,
} from "../../harness/peer/tls_probe/mod.ts";

/** Annex E, TS 33.210 6.2.1; RFC 7568, RFC 8996. */
export const FORBIDDEN_VERSIONS: readonly TlsVersionName[] = ["SSLv3", "TLSv1.0", "TLSv1.1"];

/** Suites alone of which a server must be able to live, one per kind of its key. */
export const MANDATORY: Readonly<Record<"TLSv1.2" | "TLSv1.3", readonly CipherSuite[]>> = {
  "TLSv1.2": [
    suiteNamed("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    suiteNamed("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
  ],
  "TLSv1.3": [suiteNamed("TLS_AES_128_GCM_SHA256")],
};

type Kind = (suite: CipherSuite) => boolean;

/** Kinds of suites that may never be used, by what is wrong with them. */
const WEAK: Readonly<Record<string, Kind>> = {
  "anonymous": ({ keyExchange = "" }) => /_anon(_|$)|^NULL$/.test(keyExchange),
  "export": ({ keyExchange = "", cipher }) => /EXPORT/.test(keyExchange) || /_40$|DES40/.test(cipher),
  // RFC 7465
  "RC4 or RC2": ({ cipher }) => /^RC[24]/.test(cipher),
  // RFC 5469; blocks of 64 bits (Sweet32)
  "DES, 3DES or IDEA": ({ cipher }) => /^(3?DES|IDEA)/.test(cipher),
  "MD5": ({ hash }) => hash === "MD5",
};

export const WEAK_KINDS = Object.keys(WEAK);

/** Weak suites of a version, by kind; one of several kinds counts for the first. */
export function weakSuites(version: TlsVersionName): Readonly<Record<string, readonly CipherSuite[]>> {
  const byKind: Record<string, CipherSuite[]> = {};
  for (const suite of suitesFor(TLS_VERSION[version])) {
    const kind = WEAK_KINDS.find((name) => WEAK[name]!(suite));
    if (kind !== undefined) (byKind[kind] ??= []).push(suite);
  }
  return byKind;
}

/** NULL encryption; in TLS 1.3 the suites of RFC 9150. */
export function isNull({ keyExchange, cipher }: CipherSuite): boolean {
  return cipher === "NULL" || (keyExchange === undefined && /^SHA\d+$/.test(cipher));
}

/** NULL encryption, yet with integrity and an authenticated server: what O.2.1 leaves to policy. */
export function isHonestNull(suite: CipherSuite): boolean {
  return isNull(suite) && suite.hash !== "NULL" && WEAK_KINDS.every((kind) => !WEAK[kind]!(suite));
}

/** Suites whose key exchange is of this kind: "ECDHE", "DHE". */
export function ephemeral(kind: "ECDHE" | "DHE"): CipherSuite[] {
  const pattern = new RegExp(`^${kind}_(RSA|ECDSA|DSS)$`);
  return suitesFor(TLS_VERSION["TLSv1.2"]).filter(({ keyExchange = "", cipher }) =>
    pattern.test(keyExchange) && /AES/.test(cipher)
  );
}

/** TS 33.210 6.2.3: smaller ones than these do not do. Bits of a finite field, and of a curve. */
export const LEAST_BITS = { dh: 2048, curve: 255 } as const;

export const WEAK_CURVES: readonly GroupName[] = [
  ...["sect163k1", "sect163r1", "sect163r2", "sect193r1", "sect193r2", "sect233k1", "sect233r1"] as const,
  ...["sect239k1", "secp160k1", "secp160r1", "secp160r2", "secp192k1", "secp192r1"] as const,
  ...["secp224k1", "secp224r1"] as const,
];

/** "A, B"; "none". */
export function namesOf(suites: readonly CipherSuite[]): string {
  return suites.map(({ name }) => name).join(", ") || "none";
}
