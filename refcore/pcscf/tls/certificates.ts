/** What the P-CSCF shows to UEs: certificates by TS 33.203 O.5.1 (TS 33.310 6.1), and by each fault a wrong one. */
import {
  type Authority,
  type CertificateOptions,
  createAuthority,
  generateKeys,
  type IssuedCertificate,
  type KeyPair,
  parseCertificate,
} from "../../../harness/crypto/pki/mod.ts";
import type { TlsCertificate } from "../../../harness/net/mod.ts";
import type { FaultSet } from "../../faults.ts";

/** One per kind of key, so that suites with either come about. `root` is what UEs trust; it is not sent. */
export async function certificatesFor(
  root: Authority,
  name: string,
  faults: FaultSet,
): Promise<readonly TlsCertificate[]> {
  if (!isFaulty(faults)) return await cached(root, name, () => issueHonest(root, name));
  if (faults.has("pcscf/tls-weak-certificate")) {
    const ca = await cached(root, "", () => accessCa(root));
    return [await ca.issue({ ...namesOf(name), key: "RSA-1024", signatureHash: "SHA-1" })];
  }
  const ca = await issuerFor(root, name, faults);
  const options = wrongly(name, root.now, faults);
  const issued = [
    await ca.issue({ ...namesOf(name), ...options }),
    await ca.issue({ ...namesOf(name), ...options, key: await rsaKeys() }),
  ];
  const others = faults.has("pcscf/tls-other-root") ? [await namesake(root)] : [];
  return issued.map((one) => sent(one, others, faults));
}

/** What the CAs of these certificates have revoked, for whoever looks (O.5.3). DER. */
export async function revocationLists(
  root: Authority,
  certificates: readonly TlsCertificate[],
  faults: FaultSet,
): Promise<readonly Uint8Array[]> {
  // The CA of a certificate that is wrong is no CA to be relied on.
  if (isFaulty(faults)) return [];
  const ca = await cached(root, "", () => accessCa(root));
  if (!faults.has("pcscf/tls-revoked-certificate")) {
    return [await cached(root, "crl", () => ca.crl()), await cached(root, "root crl", () => root.crl())];
  }
  const serials = certificates.flatMap(({ chain: [own] }) => own ? [parseCertificate(own).serial] : []);
  return [await ca.crl({ revoked: serials })];
}

const CERTIFICATE_FAULTS = [
  "pcscf/tls-expired-certificate",
  "pcscf/tls-self-signed-certificate",
  "pcscf/tls-weak-certificate",
  "pcscf/tls-two-common-names",
  "pcscf/tls-no-alternative-name",
  "pcscf/tls-ca-name-constraints",
  "pcscf/tls-omits-intermediate",
  "pcscf/tls-other-root",
  "pcscf/tls-intermediate-without-ca-flag",
  "pcscf/tls-issuer-encoding",
] as const;

function isFaulty(faults: FaultSet): boolean {
  return CERTIFICATE_FAULTS.some((fault) => faults.has(fault));
}

async function issueHonest(root: Authority, name: string): Promise<TlsCertificate[]> {
  const ca = await cached(root, "", () => accessCa(root));
  return [
    await ca.issue(namesOf(name)),
    await ca.issue({ ...namesOf(name), key: await rsaKeys() }),
  ];
}

/** O.5.1: the FQDN is the one CN, and stands in subjectAltName. */
function namesOf(name: string): CertificateOptions {
  return { commonNames: [name], dnsNames: [name] };
}

function wrongly(name: string, now: number, faults: FaultSet): CertificateOptions {
  if (faults.has("pcscf/tls-expired-certificate")) return { notBefore: now - 90 * DAY, notAfter: now - DAY };
  if (faults.has("pcscf/tls-self-signed-certificate")) return { selfSigned: true };
  if (faults.has("pcscf/tls-two-common-names")) return { commonNames: [name, `gm.${name}`] };
  if (faults.has("pcscf/tls-no-alternative-name")) return { dnsNames: [] };
  return faults.has("pcscf/tls-issuer-encoding") ? { issuerEncoding: "printable" } : {};
}

const DAY = 86_400_000;
const CA_NAME = "imspeer access CA";

function accessCa(root: Authority): Promise<Authority> {
  return root.intermediate({ name: CA_NAME });
}

async function issuerFor(root: Authority, name: string, faults: FaultSet): Promise<Authority> {
  if (faults.has("pcscf/tls-intermediate-without-ca-flag")) {
    return await root.intermediate({ name: CA_NAME, basicConstraints: false });
  }
  if (faults.has("pcscf/tls-ca-name-constraints")) {
    const domain = name.slice(name.indexOf(".") + 1);
    return await root.intermediate({
      name: CA_NAME,
      nameConstraints: { permitted: { dnsNames: [domain] } },
    });
  }
  return await cached(root, "", () => accessCa(root));
}

/** A root of the same name, whose key is another. */
async function namesake(root: Authority): Promise<Uint8Array> {
  const { certificate } = await createAuthority({ name: ROOT_NAME, now: root.now });
  return certificate;
}

/** Name of the roots that are made for a core (`coreAuthority()`). */
const ROOT_NAME = "imspeer root CA";

/** A root for a core, and for whoever issues certificates that the core is to trust. `now`: ms since 1970. */
export function coreAuthority(now: number): Promise<Authority> {
  return createAuthority({ name: ROOT_NAME, now });
}

function sent({ chain, key }: IssuedCertificate, roots: Uint8Array[], faults: FaultSet): TlsCertificate {
  if (faults.has("pcscf/tls-omits-intermediate")) return { chain: chain.slice(0, 1), key };
  return { chain: [...chain, ...roots], key };
}

/** RSA takes its time; which key it is says nothing. */
function rsaKeys(): Promise<KeyPair> {
  return rsa ??= generateKeys("RSA-2048");
}

let rsa: Promise<KeyPair> | undefined;

/** What is issued under a root once serves all cores that have it. */
function cached<T>(root: Authority, key: string, make: () => Promise<T>): Promise<T> {
  const known = CACHE.get(root) ?? new Map<string, Promise<unknown>>();
  CACHE.set(root, known);
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made as Promise<T>;
}

const CACHE = new WeakMap<Authority, Map<string, Promise<unknown>>>();
