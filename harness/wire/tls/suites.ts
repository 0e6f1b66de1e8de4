/** Cipher suites by code and by name, and what a name says of a suite (RFC 5246 C, RFC 8446 B.4). */
import { SUITE_NAMES } from "./suite_names.ts";

export interface CipherSuite {
  readonly code: number;
  /** Of the IANA registry; "0x1a1a" for what is not there. */
  readonly name: string;
  /** "RSA", "ECDHE_ECDSA", "DH_anon", "RSA_EXPORT"…; undefined in TLS 1.3, which names none. */
  readonly keyExchange?: string;
  /** "AES_128_GCM", "3DES_EDE_CBC", "NULL"… */
  readonly cipher: string;
  /** Of the MAC, or of the key derivation where the cipher needs no MAC: "SHA256", "MD5". */
  readonly hash: string;
}

/** Every suite of the registry that is no signal, by code. */
export const CIPHER_SUITES: ReadonlyMap<number, CipherSuite> = readNames(SUITE_NAMES);

export function suiteOf(code: number): CipherSuite {
  const name = `0x${code.toString(16).padStart(4, "0")}`;
  return CIPHER_SUITES.get(code) ?? { code, name, cipher: "unknown", hash: "unknown" };
}

/**
 * By the name of the registry.
 * @throws RangeError for a name that is not there
 */
export function suiteNamed(name: string): CipherSuite {
  const suite = byName.get(name);
  if (!suite) throw new RangeError(`"${name}" is no name of a cipher suite in the IANA registry`);
  return suite;
}

/** Suites of this version of TLS: 1.3 has its own, AEAD and SHA-256 came with 1.2 (RFC 5246 1.2). */
export function suitesFor(version: number): CipherSuite[] {
  return [...CIPHER_SUITES.values()].filter((suite) => {
    if (isTls13Suite(suite)) return version >= 0x0304;
    return version < 0x0304 && (version === 0x0303 || isOld(suite));
  });
}

export function isTls13Suite({ keyExchange }: CipherSuite): boolean {
  return keyExchange === undefined;
}

function isOld({ cipher, hash }: CipherSuite): boolean {
  return !/_(GCM|CCM|CCM_8|OCB)$|POLY1305/.test(cipher) && !/^SHA(256|384)$/.test(hash);
}

function readNames(text: string): ReadonlyMap<number, CipherSuite> {
  const suites = text.split("\n").flatMap((line): CipherSuite[] => {
    const [hex = "", name = ""] = line.split(" ");
    return name === "" || name.endsWith("SCSV") ? [] : [partsOf(Number.parseInt(hex, 16), name)];
  });
  return new Map(suites.map((suite) => [suite.code, suite]));
}

/** TLS_<key exchange>_WITH_<cipher>_<hash>, TLS_<cipher>_<hash> since 1.3; CCM names no hash (RFC 6655: SHA-256). */
function partsOf(code: number, name: string): CipherSuite {
  const [, keyExchange, protection = ""] = /^TLS_(?:(.*)_WITH_)?(.*)$/.exec(name) ?? [];
  const [, cipher = protection, hash = "SHA256"] = /^(.*)_(MD5|SHA\d*|NULL|SM3)$/.exec(protection) ?? [];
  return { code, name, ...(keyExchange === undefined ? {} : { keyExchange }), cipher, hash };
}

const byName = new Map([...CIPHER_SUITES.values()].map((suite) => [suite.name, suite]));
