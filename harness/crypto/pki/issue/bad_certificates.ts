/**
 * Certificates that a verifier must refuse, by what is wrong with them: what a faulty server presents, and what we
 * present to a device to see whether it looks.
 */
import { type Authority, createAuthority, type IssuedCertificate } from "./authority.ts";
import type { CertificateOptions } from "./build_certificate.ts";
import type { PathRule } from "../judge/path_result.ts";
import type { ProfileRule } from "../judge/profile.ts";

export interface BadCertificateKind {
  /** What is wrong, to be read after "a certificate". */
  readonly says: string;
  /** The rule of path validation it breaks, if the path itself is broken. */
  readonly path?: PathRule;
  /** The rule of the certificate profile (O.5) it breaks, if it breaks one of `shall`. */
  readonly profile?: ProfileRule;
}

export interface BadCertificateResult extends IssuedCertificate {
  /** Of kind "revoked": what says so, DER. */
  readonly crl?: Uint8Array;
}

/** All else about each is right: nothing but the rules that are named here can be a reason to refuse it. */
const KINDS = {
  "expired": { says: "that ended an hour ago", path: "validity" },
  "not-yet-valid": { says: "that begins in an hour", path: "validity" },
  "other-name": { says: "of another host", path: "name", profile: "alternative-name" },
  "common-name-only": { says: "with its name in CN only", path: "name", profile: "alternative-name" },
  "other-common-name": { says: "with another name in CN", profile: "common-name" },
  "two-common-names": { says: "with two CN attributes", profile: "common-name" },
  "wildcard": { says: "with a wildcard as its name", profile: "common-name" },
  "address-as-name": {
    says: "with an IP address as CN and in a dNSName",
    path: "name",
    profile: "common-name",
  },
  "self-signed": { says: "signed by its own key", path: "untrusted", profile: "self-signed" },
  "unknown-authority": { says: "of a CA that nobody knows", path: "chain" },
  "impostor-authority": {
    says: "of a CA with the name of the known root and another key",
    path: "signature",
  },
  "missing-intermediate": { says: "sent without the CA that issued it", path: "chain" },
  "wrong-order": { says: "sent with its CAs in the wrong order", profile: "order" },
  "changed-root": {
    says: "sent with a root of the known name and another key",
    path: "changed-root",
    profile: "root",
  },
  "issuer-encoding": {
    says: "with its issuer's name in another encoding",
    path: "issuer-encoding",
    profile: "issuer-encoding",
  },
  "revoked": { says: "that is in its issuer's CRL", path: "revoked" },
  "key-usage": { says: "whose key may only encipher data", path: "key-usage", profile: "key-usage" },
  "purpose": { says: "for signing code only", path: "extended-key-usage", profile: "extended-key-usage" },
  "issuer-not-ca": {
    says: "issued with a certificate that is no CA's",
    path: "basic-constraints",
    profile: "basic-constraints",
  },
  "issuer-key-usage": {
    says: "of a CA whose key may not sign certificates",
    path: "key-usage",
    profile: "key-usage",
  },
  "path-length": { says: "of a CA below one that allows none below it", path: "path-length" },
  "name-constraints": { says: "of a CA that may not certify its name", path: "name-constraints" },
  "critical-extension": {
    says: "with a critical extension that nobody knows",
    path: "critical-extension",
    profile: "critical-extension",
  },
  "bad-signature": { says: "with a bit of its signature changed", path: "signature" },
  "sha1": { says: "signed with SHA-1", profile: "signature-hash" },
  "md5": { says: "signed with MD5", profile: "signature-hash" },
  "short-key": { says: "with an RSA key of 1024 bits", profile: "key" },
  "entity-is-ca": { says: "of an entity with the CA flag", profile: "basic-constraints" },
  "version-1": { says: "of version 1", path: "name", profile: "version" },
} as const satisfies Readonly<Record<string, BadCertificateKind>>;

export type BadCertificate = keyof typeof KINDS;

/** What each breaks. */
export const BAD_CERTIFICATES: Readonly<Record<BadCertificate, BadCertificateKind>> = KINDS;

/**
 * A certificate for the host `name` below `authority`, which must be trusted, or its root. Kinds that need a root of
 * their own take the name of the authority's.
 */
export async function issueBad(
  authority: Authority,
  kind: BadCertificate,
  { name, ...rest }: CertificateOptions & { readonly name: string },
): Promise<BadCertificateResult> {
  const { now } = authority;
  const right: CertificateOptions = { commonNames: [name], dnsNames: [name], ...rest };
  const issue = (options: CertificateOptions) => authority.issue({ ...right, ...options });
  const below = (options: CertificateOptions) =>
    authority.intermediate({ name: "imspeer test CA", ...options });
  const other = `other.${name}`;
  switch (kind) {
    case "expired":
      return await issue({ notBefore: now - 2 * HOUR, notAfter: now - HOUR });
    case "not-yet-valid":
      return await issue({ notBefore: now + HOUR, notAfter: now + 2 * HOUR });
    case "other-name":
      return await issue({ commonNames: [other], dnsNames: [other] });
    case "common-name-only":
      return await issue({ dnsNames: [] });
    case "other-common-name":
      return await issue({ commonNames: [other] });
    case "two-common-names":
      return await issue({ commonNames: [name, other] });
    case "wildcard": {
      const wildcard = name.replace(/^[^.]+/, "*");
      return await issue({ commonNames: [wildcard], dnsNames: [wildcard, name] });
    }
    case "address-as-name":
      return await issue({ commonNames: [ADDRESS], dnsNames: [ADDRESS] });
    case "self-signed":
      return await issue({ selfSigned: true });
    case "unknown-authority":
      return await (await createAuthority({ name: "imspeer unknown CA", now })).issue(right);
    case "impostor-authority":
      return await (await impostor(authority)).issue(right);
    case "missing-intermediate": {
      const issued = await (await below({})).issue(right);
      return { ...issued, chain: issued.chain.slice(0, 1) };
    }
    case "wrong-order": {
      const lower = await (await below({})).intermediate({ name: "imspeer test CA below" });
      const { chain: [own, first, ...above], ...issued } = await lower.issue(right);
      return { ...issued, chain: [own!, ...above, first!] };
    }
    case "changed-root": {
      const issued = await issue({});
      return { ...issued, chain: [...issued.chain, (await impostor(authority)).certificate] };
    }
    case "issuer-encoding":
      return await issue({ issuerEncoding: authority.subjectEncoding === "utf8" ? "printable" : "utf8" });
    case "revoked": {
      const issued = await issue({});
      return { ...issued, crl: await authority.crl({ revoked: [issued.serial] }) };
    }
    case "key-usage":
      return await issue({ keyUsage: ["dataEncipherment"] });
    case "purpose":
      return await issue({ extendedKeyUsage: ["codeSigning"] });
    case "issuer-not-ca":
      return await (await below({ basicConstraints: { ca: false } })).issue(right);
    case "issuer-key-usage":
      return await (await below({ keyUsage: ["digitalSignature"] })).issue(right);
    case "path-length": {
      const limited = await below({ basicConstraints: { ca: true, pathLength: 0 } });
      return await (await limited.intermediate({ name: "imspeer test CA below" })).issue(right);
    }
    case "name-constraints":
      return await (await below({ nameConstraints: { excluded: { dnsNames: [name] } } })).issue(right);
    case "critical-extension":
      return await issue({ extraExtensions: [UNKNOWN_EXTENSION, ...rest.extraExtensions ?? []] });
    case "bad-signature":
      return await issue({ corruptSignature: true });
    case "sha1":
      return await issue({ signatureHash: "SHA-1" });
    case "md5":
      // MD5 has a name with RSA only.
      return await (await below({ key: "RSA-2048" })).issue({ ...right, signatureHash: "MD5" });
    case "short-key":
      return await issue({ key: "RSA-1024" });
    case "entity-is-ca":
      return await issue({ basicConstraints: { ca: true } });
    case "version-1":
      return await issue({ version: 1 });
  }
}

/** A root with the subject of the authority's root, octet by octet, and a key of its own. */
async function impostor(authority: Authority): Promise<Authority> {
  return await createAuthority({ name: "", now: authority.now, subject: authority.rootSubject });
}

/** From a block for documentation (RFC 5737). */
const ADDRESS = "192.0.2.1";

/** Below the arc of the IANA for examples (RFC 5612); the value is NULL. */
const UNKNOWN_EXTENSION = {
  oid: "1.3.6.1.4.1.32473.1",
  critical: true,
  value: Uint8Array.of(0x05, 0x00),
};

const HOUR = 3_600_000;
