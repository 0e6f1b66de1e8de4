/**
 * Key pairs of certificates. They come from the platform's WebCrypto, with its randomness: keys are the one thing of a
 * run that its seed does not bring back.
 */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { derOf, fromDer, own } from "./asn1.ts";
import { CURVES } from "../oids.ts";
import { fromPem } from "../pem.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

/** What test certificates are made with. RSA of 1024 bits is too short for TS 33.310: it is here to be refused. */
export type KeyType = "P-256" | "P-384" | "RSA-1024" | "RSA-2048" | "RSA-3072" | "RSA-4096";

export interface KeyPair {
  readonly family: "EC" | "RSA";
  /** The curve as WebCrypto names it; EC only. */
  readonly curve?: string;
  /** PKCS#8, DER. */
  readonly privateKey: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/** A new pair. RSA takes its time (2048 bits: some 100 ms): hand one pair to several certificates where it may be so. */
export async function generateKeys(type: KeyType): Promise<KeyPair> {
  const algorithm = type.startsWith("RSA-")
    ? {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: Number(type.slice(4)),
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    }
    : { name: "ECDSA", namedCurve: type };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  return await describe(pair.privateKey, pair.publicKey);
}

/**
 * A pair from its private key: PKCS#8 as DER, or PEM labelled PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY.
 * @throws PkiSyntaxError where it is none of these, or encrypted
 */
export async function importKeys(key: Uint8Array | string): Promise<KeyPair> {
  const pkcs8 = own(typeof key === "string" ? pkcs8FromPem(key) : key);
  let algorithm: RsaHashedImportParams | EcKeyImportParams;
  let privateKey: CryptoKey;
  try {
    algorithm = importAlgorithm(pkijs.PrivateKeyInfo.fromBER(pkcs8).privateKeyAlgorithm);
    privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  } catch (error) {
    throw new PkiSyntaxError(`A private key must be PKCS#8 of RSA or of a NIST curve: ${why(error)}`, 0);
  }
  // The public half is in the private one's JWK: the members that are not secret.
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey("jwk", privateKey);
  const jwk = kty === "RSA" ? { kty, n: n!, e: e! } : { kty: kty!, crv: crv!, x: x!, y: y! };
  const publicKey = await crypto.subtle.importKey("jwk", jwk as JsonWebKey, algorithm, true, ["verify"]);
  return await describe(privateKey, publicKey);
}

/** The WebCrypto key to sign with. */
export function signingKey(keys: KeyPair, hash: string): Promise<CryptoKey> {
  const algorithm = keys.family === "RSA"
    ? { name: "RSASSA-PKCS1-v1_5", hash }
    : { name: "ECDSA", namedCurve: keys.curve ?? "P-256" };
  // Exportable, for what WebCrypto does not do itself (MD5).
  return crypto.subtle.importKey("pkcs8", own(keys.privateKey), algorithm, true, ["sign"]);
}

async function describe(privateKey: CryptoKey, publicKey: CryptoKey): Promise<KeyPair> {
  const bytes = {
    privateKey: new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)),
    publicKey: new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
  };
  const { namedCurve } = privateKey.algorithm as EcKeyAlgorithm;
  return namedCurve === undefined
    ? { family: "RSA", ...bytes }
    : { family: "EC", curve: namedCurve, ...bytes };
}

function importAlgorithm(algorithm: pkijs.AlgorithmIdentifier): RsaHashedImportParams | EcKeyImportParams {
  if (algorithm.algorithmId === RSA) return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const parameters: unknown = algorithm.algorithmParams;
  const curve = parameters instanceof asn1js.ObjectIdentifier
    ? CURVES[parameters.valueBlock.toString()]
    : undefined;
  if (algorithm.algorithmId !== EC || curve === undefined) {
    throw new Error(`algorithm "${algorithm.algorithmId}" is neither`);
  }
  return { name: "ECDSA", namedCurve: curve };
}

/** RFC 5208 wraps what RFC 8017 A.1.2 and RFC 5915 define; OpenSSL writes these two bare. */
function pkcs8FromPem(text: string): Uint8Array {
  const blocks = fromPem(text);
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  switch (block?.label) {
    case "PRIVATE KEY":
      return block.der;
    case "RSA PRIVATE KEY":
      return wrap(RSA, new asn1js.Null(), block.der);
    case "EC PRIVATE KEY":
      return wrap(EC, curveOf(block.der), block.der);
    default:
      throw new PkiSyntaxError(
        `A private key without password is needed, found "${block?.label ?? "none"}"`,
        Math.max(0, text.indexOf("PRIVATE KEY")),
      );
  }
}

function wrap(algorithm: string, parameters: asn1js.BaseBlock, key: Uint8Array): Uint8Array {
  return derOf(
    new asn1js.Sequence({
      value: [
        new asn1js.Integer({ value: 0 }),
        new asn1js.Sequence({ value: [new asn1js.ObjectIdentifier({ value: algorithm }), parameters] }),
        new asn1js.OctetString({ valueHex: own(key).buffer }),
      ],
    }),
  );
}

/** ECPrivateKey.parameters, [0] (RFC 5915 section 3). */
function curveOf(sec1: Uint8Array): asn1js.BaseBlock {
  const key = fromDer(sec1);
  const parts = key instanceof asn1js.Sequence ? key.valueBlock.value : [];
  for (const part of parts) {
    const oid = part instanceof asn1js.Constructed ? part.valueBlock.value[0] : undefined;
    if (oid instanceof asn1js.ObjectIdentifier) return oid;
  }
  throw new PkiSyntaxError("An EC private key must name its curve", 0);
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
