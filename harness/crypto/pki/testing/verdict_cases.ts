/** Certificates good and bad, with the rules they break; for our own tests and for openssl as a second judge. */
import { BAD_CERTIFICATES, type BadCertificate, issueBad } from "../issue/bad_certificates.ts";
import { type Authority, createAuthority, type IssuedCertificate } from "../issue/authority.ts";
import type { CertificateOptions } from "../issue/build_certificate.ts";
import type { PathRule } from "../judge/path_result.ts";
import type { ValidateOptions } from "../judge/validate_path.ts";
import { ca, DAY, good, HOUR, NAME, NAMES, NOW, root, rsa } from "./world.ts";

export interface VerdictCase {
  readonly what: string;
  readonly make: () => Promise<Judged> | Judged;
  /** Rules broken; none: the path is right. */
  readonly breaks?: readonly PathRule[];
  /** Why openssl says otherwise, and rightly so by its own rules. */
  readonly opensslDiffers?: string;
}

/** Defaults: the root as anchor, the name and purpose of a server, no CRL. */
export type Judged =
  & Pick<ValidateOptions, "chain">
  & Partial<Pick<ValidateOptions, "anchors" | "name" | "purpose" | "crls">>;

/** What the kinds of bad_certificates.ts break is told there; here only where openssl sees it otherwise. */
const OPENSSL_ON_KINDS: Readonly<Partial<Record<BadCertificate, string>>> = {
  "common-name-only":
    "RFC 6125 lets a verifier fall back to CN where there is no dNSName; O.5.1 and RFC 9525 do not",
  "version-1": "as above: a version 1 certificate has no subjectAltName, openssl takes its CN",
  "issuer-encoding": "openssl compares names as RFC 5280 7.1 has it, O.5.2 octet by octet",
  "changed-root": "openssl takes the root it knows and leaves alone the one that was sent",
};

const kinds = (Object.keys(BAD_CERTIFICATES) as BadCertificate[]).map((kind): VerdictCase => {
  const { says, path } = BAD_CERTIFICATES[kind];
  const differs = OPENSSL_ON_KINDS[kind];
  return {
    what: `a certificate ${says}`,
    make: async () => {
      const { chain, crl } = await issueBad(ca, kind, { name: NAME });
      return { chain, ...(crl ? { crls: [crl] } : {}) };
    },
    ...(path ? { breaks: [path] } : {}),
    ...(differs ? { opensslDiffers: differs } : {}),
  };
});

const entities: VerdictCase[] = [
  { what: "a good one", make: () => good },
  { what: "one directly below the root", make: () => root.issue(NAMES) },
  {
    what: "one below three intermediates",
    make: async () =>
      (await (await ca.intermediate({ name: "2nd" })).intermediate({ name: "3rd" })).issue(NAMES),
  },
  { what: "one with an RSA key below an RSA CA", make: () => belowRsa({ key: rsa }) },
  { what: "one signed with RSA and SHA-384", make: () => belowRsa({ signatureHash: "SHA-384" }) },
  { what: "one signed with RSA and SHA-512", make: () => belowRsa({ signatureHash: "SHA-512" }) },
  { what: "one signed with RSA and SHA-1", make: () => belowRsa({ signatureHash: "SHA-1" }) },
  {
    what: "one signed with P-384 and SHA-384",
    make: () => below({ key: "P-384" }, { signatureHash: "SHA-384" }),
  },
  { what: "one signed with P-384 and SHA-256", make: () => below({ key: "P-384" }, {}) },
  { what: "one that ends in 2051", make: () => ca.issue({ ...NAMES, notAfter: Date.UTC(2051, 5, 1) }) },
  { what: "one in its first second", make: () => ca.issue({ ...NAMES, notBefore: NOW }) },
  {
    what: "one that begins in a second",
    make: () => ca.issue({ ...NAMES, notBefore: NOW + 1000 }),
    breaks: ["validity"],
  },
  {
    what: "one that ended a second ago",
    make: () => ca.issue({ ...NAMES, notAfter: NOW - 1000 }),
    breaks: ["validity"],
  },
  {
    what: "one in its last second",
    make: () => ca.issue({ ...NAMES, notAfter: NOW }),
    opensslDiffers: "RFC 5280 4.1.2.5 includes notAfter; openssl's comparison does not",
  },
  { what: "one for clients", make: async () => ({ ...await ca.issue(NAMES), purpose: "client" }) },
  {
    what: "one of servers as a client's",
    make: async () => ({
      ...await ca.issue({ ...NAMES, extendedKeyUsage: ["serverAuth"] }),
      purpose: "client",
    }),
    breaks: ["extended-key-usage"],
  },
  {
    what: "a client's with a key to encipher only",
    make: async () => ({ ...await ca.issue({ ...NAMES, keyUsage: ["keyEncipherment"] }), purpose: "client" }),
    breaks: ["key-usage"],
  },
  {
    what: "one without key usage and purposes",
    make: () => ca.issue({ ...NAMES, keyUsage: false, extendedKeyUsage: false }),
  },
  {
    what: "one for any purpose",
    make: () => ca.issue({ ...NAMES, extendedKeyUsage: ["any"] }),
    opensslDiffers:
      "RFC 5280 4.2.1.12 lets a verifier refuse it, which openssl does; the profile check tells it",
  },
  {
    what: "one with an unknown extension that is not critical",
    make: () => ca.issue({ ...NAMES, extraExtensions: [extra(false)] }),
  },
  {
    what: "one with an extension twice",
    make: () => ca.issue({ ...NAMES, extraExtensions: [extra(false), extra(false)] }),
    breaks: ["malformed"],
    opensslDiffers: "openssl sees it only for extensions that it knows",
  },
  {
    what: "one with key usage twice",
    make: () =>
      ca.issue({
        ...NAMES,
        extraExtensions: [{ oid: "2.5.29.15", critical: true, value: Uint8Array.of(3, 2, 7, 128) }],
      }),
    breaks: ["malformed"],
  },
  {
    what: "one with critical policies",
    make: () =>
      ca.issue({ ...NAMES, extraExtensions: [{ oid: "2.5.29.32", critical: true, value: ANY_POLICY }] }),
  },
  {
    what: "one of a CA that asks for explicit policies",
    make: () =>
      below({
        extraExtensions: [{ oid: "2.5.29.36", critical: true, value: Uint8Array.of(0x30, 3, 0x80, 1, 0) }],
      }, {}),
    breaks: ["critical-extension"],
    opensslDiffers: "openssl looks at policies only when asked to; what is not processed here is refused",
  },
  {
    what: "one with an authority key identifier of another key",
    make: () => ca.issue({ ...NAMES, authorityKeyIdentifier: new Uint8Array(20) }),
    opensslDiffers: "RFC 5280 6.1 does not look at it, openssl finds no issuer by it",
  },
  {
    what: "one without key identifiers",
    make: () => ca.issue({ ...NAMES, authorityKeyIdentifier: false, subjectKeyIdentifier: false }),
  },
];

const names: VerdictCase[] = [
  { what: "a name in other case", make: () => ca.issue({ ...NAMES, dnsNames: [NAME.toUpperCase()] }) },
  {
    what: "a wildcard for the first label",
    make: () => ca.issue({ ...NAMES, dnsNames: ["*.ims.example.org"] }),
  },
  {
    what: "a wildcard for two labels",
    make: () => ca.issue({ ...NAMES, dnsNames: ["*.example.org"] }),
    breaks: ["name"],
  },
  {
    what: "a wildcard in the middle",
    make: () => ca.issue({ ...NAMES, dnsNames: ["pcscf.*.example.org"] }),
    breaks: ["name"],
  },
  {
    what: "a name that the meant one ends with",
    make: () => ca.issue({ ...NAMES, dnsNames: ["ims.example.org"] }),
    breaks: ["name"],
  },
  {
    what: "the last of many names",
    make: () => ca.issue({ ...NAMES, dnsNames: ["a.example.org", "b.example.org", NAME] }),
  },
  {
    what: "an address",
    make: async () => ({ ...await ca.issue({ ipAddresses: ["192.0.2.7"] }), name: "192.0.2.7" }),
  },
  {
    what: "an IPv6 address",
    make: async () => ({ ...await ca.issue({ ipAddresses: ["2001:db8::7"] }), name: "2001:db8:0::7" }),
  },
  {
    what: "another address",
    make: async () => ({ ...await ca.issue({ ipAddresses: ["192.0.2.7"] }), name: "192.0.2.8" }),
    breaks: ["name"],
  },
  {
    what: "an address in a dNSName",
    make: async () => ({ ...await ca.issue({ dnsNames: ["192.0.2.7"] }), name: "192.0.2.7" }),
    breaks: ["name"],
  },
];

const authorities: VerdictCase[] = [
  { what: "a CA that ended", make: () => below({ notAfter: NOW - HOUR }, {}), breaks: ["validity"] },
  {
    what: "a CA that begins tomorrow",
    make: () => below({ notBefore: NOW + DAY }, {}),
    breaks: ["validity"],
  },
  {
    what: "a CA with a changed signature",
    make: () => below({ corruptSignature: true }, {}),
    breaks: ["signature"],
  },
  {
    what: "a CA with an unknown critical extension",
    make: () => below({ extraExtensions: [extra(true)] }, {}),
    breaks: ["critical-extension"],
  },
  { what: "a CA for servers only", make: () => below({ extendedKeyUsage: ["serverAuth"] }, {}) },
  {
    what: "a CA for signing code",
    make: () => below({ extendedKeyUsage: ["codeSigning"] }, {}),
    breaks: ["extended-key-usage"],
  },
  { what: "a CA of version 1", make: () => below({ version: 1 }, {}), breaks: ["basic-constraints"] },
  { what: "a CA with room for one below, and one below", make: () => belowTwo(1) },
  { what: "a CA without room, and one below", make: () => belowTwo(0), breaks: ["path-length"] },
  {
    what: "a CA without room, and its next key below, which does not count",
    make: async () => {
      const rolling = { name: "Rolling", basicConstraints: { ca: true, pathLength: 0 } };
      return (await (await root.intermediate(rolling)).intermediate(rolling)).issue(NAMES);
    },
  },
  {
    what: "two CAs of one name, the wrong one first",
    make: async () => {
      const [wrong, right] = [
        await root.intermediate({ name: "Twin" }),
        await root.intermediate({ name: "Twin" }),
      ];
      const { certificate } = await right.issue(NAMES);
      return { chain: [certificate, wrong.certificate, right.certificate] };
    },
  },
  {
    what: "a CA crossed by an unknown one and the root",
    make: async () => {
      const stranger = await createAuthority({ name: "Stranger", now: NOW });
      const crossed = await stranger.intermediate({ name: "Crossed" });
      const again = await root.intermediate({ name: "Crossed", key: crossed.keys });
      const { certificate } = await crossed.issue(NAMES);
      return { chain: [certificate, crossed.certificate, stranger.certificate, again.certificate] };
    },
    opensslDiffers: "it follows the first issuer that fits and does not come back; RFC 4158 does",
  },
];

const constrained: VerdictCase[] = [
  {
    what: "a CA for the domain",
    make: () => below({ nameConstraints: { permitted: { dnsNames: ["example.org"] } } }, {}),
  },
  {
    what: "a CA for that host",
    make: () => below({ nameConstraints: { permitted: { dnsNames: [NAME] } } }, {}),
  },
  {
    what: "a CA for another domain",
    make: () => below({ nameConstraints: { permitted: { dnsNames: ["example.net"] } } }, {}),
    breaks: ["name-constraints"],
  },
  {
    what: "a CA without a part of the domain",
    make: () =>
      below({
        nameConstraints: {
          permitted: { dnsNames: ["example.org"] },
          excluded: { dnsNames: ["ims.example.org"] },
        },
      }, {}),
    breaks: ["name-constraints"],
  },
  {
    what: "a CA for a network, and an address in it",
    make: () =>
      below({ nameConstraints: { permitted: { ipNetworks: ["192.0.2.0/24"] } } }, {
        ipAddresses: ["192.0.2.9"],
      }),
  },
  {
    what: "a CA for a network, and an address outside",
    make: () =>
      below({ nameConstraints: { permitted: { ipNetworks: ["192.0.2.0/25"] } } }, {
        ipAddresses: ["192.0.2.200"],
      }),
    breaks: ["name-constraints"],
  },
  {
    what: "a root for another domain",
    make: async () => {
      const limited = await createAuthority({
        name: "Limited",
        now: NOW,
        nameConstraints: { excluded: { dnsNames: ["example.org"] } },
      });
      return { ...await limited.issue(NAMES), anchors: [limited.certificate] };
    },
    breaks: ["name-constraints"],
  },
];

const roots: VerdictCase[] = [
  { what: "the root sent along", make: () => ({ chain: [...good.chain, root.certificate] }) },
  {
    what: "the root sent along with another serial and validity",
    make: async () => {
      const again = await reissuedRoot({ serial: 77n, notAfter: NOW + 9 * DAY });
      return { chain: [...good.chain, again.certificate] };
    },
  },
  {
    what: "the root sent along with another key usage",
    make: async () => ({
      chain: [...good.chain, (await reissuedRoot({ keyUsage: ["keyCertSign"] })).certificate],
    }),
    breaks: ["changed-root"],
    opensslDiffers: "openssl takes the root it knows and leaves alone the one that was sent",
  },
  { what: "no anchors", make: () => ({ chain: good.chain, anchors: [] }), breaks: ["chain"] },
  {
    what: "no anchors, and the root sent along",
    make: () => ({ chain: [...good.chain, root.certificate], anchors: [] }),
    breaks: ["untrusted"],
  },
  {
    what: "a root that ended",
    make: async () => {
      const old = await createAuthority({ name: "Old", now: NOW, notAfter: NOW - DAY });
      return { ...await old.issue(NAMES), anchors: [old.certificate] };
    },
    opensslDiffers:
      "an anchor is a name and a key (RFC 5280 6.1.1 d): its dates are the lab's affair, not the device's",
  },
  {
    what: "a root without room for a CA below",
    make: async () => {
      const small = await createAuthority({
        name: "Small",
        now: NOW,
        basicConstraints: { ca: true, pathLength: 0 },
      });
      return {
        ...await (await small.intermediate({ name: "Below" })).issue(NAMES),
        anchors: [small.certificate],
      };
    },
    breaks: ["path-length"],
  },
  {
    what: "one signed by itself, and trusted",
    make: async () => {
      const { chain, certificate } = await ca.issue({ ...NAMES, selfSigned: true });
      return { chain, anchors: [certificate] };
    },
  },
  {
    what: "one signed by itself, trusted, and ended",
    make: async () => {
      const { chain, certificate } = await ca.issue({ ...NAMES, selfSigned: true, notAfter: NOW - DAY });
      return { chain, anchors: [certificate] };
    },
    breaks: ["validity"],
  },
];

const revocations: VerdictCase[] = [
  { what: "a CRL without it", make: async () => ({ ...good, crls: [await ca.crl({ revoked: [1n] })] }) },
  {
    what: "a CRL with it",
    make: async () => ({ ...good, crls: [await ca.crl({ revoked: [1n, good.serial] })] }),
    breaks: ["revoked"],
  },
  {
    what: "no CRL of its CA",
    make: async () => ({ ...good, crls: [await root.crl()] }),
    opensslDiffers: "O.5.3: that there is no CRL is no failure",
  },
  {
    what: "a CRL that ended",
    make: async () => ({ ...good, crls: [await ca.crl({ nextUpdate: NOW - HOUR })] }),
    breaks: ["crl"],
  },
  {
    what: "a CRL that begins in an hour",
    make: async () => ({ ...good, crls: [await ca.crl({ thisUpdate: NOW + HOUR })] }),
    breaks: ["crl"],
  },
  {
    what: "a CRL without an end",
    make: async () => ({ ...good, crls: [await ca.crl({ nextUpdate: false })] }),
    breaks: ["crl"],
    opensslDiffers: "RFC 5280 5.1.2.5 requires nextUpdate, openssl does not",
  },
  {
    what: "a CRL of another key",
    make: async () => ({ ...good, crls: [await ca.crl({ signWith: rsa })] }),
    breaks: ["crl"],
  },
  {
    what: "a CRL with an unknown critical extension",
    make: async () => ({ ...good, crls: [await ca.crl({ extraExtensions: [extra(true)] })] }),
    breaks: ["crl"],
  },
  {
    what: "a CRL of a CA whose key may not sign CRLs",
    make: async () => {
      const mute = await root.intermediate({ name: "Mute", keyUsage: ["keyCertSign"] });
      return { ...await mute.issue(NAMES), crls: [await mute.crl()] };
    },
    breaks: ["crl"],
  },
];

export const VERDICT_CASES: readonly VerdictCase[] = [
  ...kinds,
  ...entities,
  ...names,
  ...authorities,
  ...constrained,
  ...roots,
  ...revocations,
];

async function below(authority: CertificateOptions, entity: CertificateOptions): Promise<IssuedCertificate> {
  return await (await root.intermediate({ name: "Below", ...authority })).issue({ ...NAMES, ...entity });
}

async function belowRsa(entity: CertificateOptions): Promise<IssuedCertificate> {
  return await below({ key: rsa }, entity);
}

async function belowTwo(pathLength: number): Promise<IssuedCertificate> {
  const upper = await root.intermediate({ name: "Upper", basicConstraints: { ca: true, pathLength } });
  return await (await upper.intermediate({ name: "Lower" })).issue(NAMES);
}

async function reissuedRoot(options: CertificateOptions): Promise<Authority> {
  return await createAuthority({ name: "Test root", now: NOW, key: root.keys, ...options });
}

function extra(critical: boolean) {
  return { oid: "1.3.6.1.4.1.32473.2", critical, value: Uint8Array.of(0x05, 0x00) };
}

/** CertificatePolicies with anyPolicy (2.5.29.32.0). */
const ANY_POLICY = Uint8Array.fromHex("300830060604551d2000");
