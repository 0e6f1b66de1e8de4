import assert from "node:assert/strict";
import fc from "fast-check";
import { createAuthority } from "../issue/authority.ts";
import { BAD_CERTIFICATES, type BadCertificate, issueBad } from "../issue/bad_certificates.ts";
import type { CertificateOptions } from "../issue/build_certificate.ts";
import { generateKeys } from "../issue/keys.ts";
import { ca, good, NAME, NAMES, NOW, root } from "../testing/world.ts";
import { checkProfile } from "./profile.ts";

const options = { name: NAME, anchors: [root.certificate] };

/** "rule@index" of what is not as it shall be. */
function broken(chain: readonly Uint8Array[], more = {}): string[] {
  return checkProfile(chain, { ...options, ...more })
    .filter(({ level }) => level === "shall").map(({ rule, index }) => `${rule}@${index}`);
}

/** The same of one that is right but for these options. */
async function brokenBy(entity: CertificateOptions, more = {}): Promise<string[]> {
  return broken((await ca.issue({ ...NAMES, ...entity })).chain, more);
}

for (const kind of Object.keys(BAD_CERTIFICATES) as BadCertificate[]) {
  const { says, profile } = BAD_CERTIFICATES[kind];
  Deno.test(`checkProfile() finds ${profile ?? "nothing"} in a certificate ${says}`, async () => {
    const { chain } = await issueBad(ca, kind, { name: NAME });
    const rules = broken(chain).map((one) => one.split("@")[0]);
    assert.ok(profile === undefined ? rules.length === 0 : rules.includes(profile), rules.join(", "));
  });
}

Deno.test("checkProfile() cites the requirement, with the value found and the one needed", async () => {
  const { chain } = await issueBad(ca, "two-common-names", { name: NAME });
  assert.deepEqual(checkProfile(chain, options), [
    {
      rule: "common-name",
      requirement: "33.203/O.5.1/04",
      clause: "TS 33.203 O.5.1",
      level: "shall",
      index: 0,
      says: `The common name must be the FQDN "${NAME}" alone, found "${NAME}", "other.${NAME}"`,
    },
    {
      rule: "crl-distribution-point",
      requirement: "33.203/O.5.1/03",
      clause: "TS 33.203 O.5.1",
      level: "report",
      index: 0,
      says: "There is no CRL distribution point, which O.5.1 allows",
    },
  ]);
});

Deno.test("checkProfile() finds nothing in what is right", async () => {
  assert.deepEqual(broken(good.chain), []);
  assert.deepEqual(broken([...good.chain, root.certificate]), []);
  const complete = await ca.issue({ ...NAMES, crlUrls: ["http://crl.example.org/ca.crl"] });
  assert.deepEqual(checkProfile(complete.chain, options), []);
  assert.deepEqual(checkProfile(complete.chain), []);
});

Deno.test("checkProfile() asks for keys of RSA from 2048 bits, P-256 or P-384", async () => {
  assert.deepEqual(await brokenBy({ key: "P-384" }), []);
  assert.deepEqual(await brokenBy({ key: await generateKeys("RSA-2048") }), []);
  assert.deepEqual(await brokenBy({ key: "RSA-1024" }), ["key@0"]);
});

Deno.test("checkProfile() asks for usages and purposes of the end it is", async () => {
  assert.deepEqual(await brokenBy({ extendedKeyUsage: false }), []);
  assert.deepEqual(await brokenBy({ keyUsage: false }), ["key-usage@0"]);
  assert.deepEqual(await brokenBy({ extendedKeyUsage: ["clientAuth"] }), ["extended-key-usage@0"]);
  assert.deepEqual(await brokenBy({ extendedKeyUsage: ["any"] }), ["extended-key-usage@0"]);
  assert.deepEqual(await brokenBy({ extendedKeyUsage: ["clientAuth"] }, { purpose: "client" }), []);
  assert.deepEqual(await brokenBy({ extendedKeyUsage: ["serverAuth"] }, { purpose: "client" }), [
    "extended-key-usage@0",
  ]);
});

Deno.test("checkProfile() wants one FQDN in CN, and it in subjectAltName, whatever the name is", async () => {
  const noName = { name: undefined };
  const found = async (...commonNames: string[]) =>
    broken((await ca.issue({ ...NAMES, commonNames })).chain, noName);
  assert.deepEqual(await found(NAME), []);
  assert.deepEqual(await found("other.example.org"), ["alternative-name@0"]);
  for (const names of [[], ["pcscf"], ["192.0.2.1"], [`${NAME},b.example.org`], ["2001:db8::1"]]) {
    assert.deepEqual(await found(...names), ["common-name@0", "alternative-name@0"], names.join());
  }
  assert.deepEqual(await brokenBy({ commonNames: [NAME.toUpperCase()] }), []);
});

Deno.test("checkProfile() wants positive serial numbers of 20 octets at most", async () => {
  assert.deepEqual(await brokenBy({ serial: 0n }), ["serial@0"]);
  assert.deepEqual(await brokenBy({ serial: -5n }), ["serial@0"]);
  assert.deepEqual(await brokenBy({ serial: 1n << 159n }), ["serial@0"]);
  assert.deepEqual(await brokenBy({ serial: (1n << 159n) - 1n }), []);
});

Deno.test("checkProfile() judges the certificates of CAs, and reports limits of names", async () => {
  const below = async (authority: CertificateOptions) =>
    (await (await root.intermediate({ name: "x", ...authority })).issue(NAMES)).chain;
  assert.deepEqual(broken(await below({ signatureHash: "SHA-1" })), ["signature-hash@1"]);
  assert.deepEqual(broken(await below({ keyUsage: false })), ["key-usage@1"]);
  assert.deepEqual(broken(await below({ version: 1 })), ["version@1", "basic-constraints@1", "key-usage@1"]);
  const basic = { oid: "2.5.29.19", critical: false, value: Uint8Array.fromHex("30030101ff") };
  assert.deepEqual(broken(await below({ basicConstraints: false, extraExtensions: [basic] })), [
    "basic-constraints@1",
  ]);
  const limited = await below({ nameConstraints: { permitted: { dnsNames: ["example.org"] } } });
  assert.deepEqual(
    checkProfile(limited, options).filter(({ index }) => index === 1).map(({ rule, level }) => [rule, level]),
    [["name-constraints", "report"]],
  );
});

Deno.test("checkProfile() wants each certificate's issuer next", () => {
  assert.deepEqual(broken([good.certificate, root.certificate, ca.certificate]), ["order@1", "order@2"]);
});

Deno.test("checkProfile() wants a root that is sent to be a known one", async () => {
  const stranger = await createAuthority({ name: "Stranger", now: NOW });
  const { chain } = await stranger.issue(NAMES);
  assert.deepEqual(broken([...chain, stranger.certificate]), ["root@1"]);
  assert.deepEqual(broken([...chain, stranger.certificate], { anchors: undefined }), []);
  const again = await createAuthority({ name: "Test root", now: NOW + 5000, key: root.keys, serial: 9n });
  assert.deepEqual(broken([...good.chain, again.certificate]), []);
});

Deno.test("checkProfile() only reports a weak signature that a root makes of itself", async () => {
  const old = await createAuthority({ name: "Old", now: NOW, signatureHash: "SHA-1" });
  const chain = [...(await old.issue(NAMES)).chain, old.certificate];
  const found = checkProfile(chain, { name: NAME, anchors: [old.certificate] });
  assert.deepEqual(found.filter(({ rule }) => rule === "signature-hash").map(({ level }) => level), [
    "report",
  ]);
});

Deno.test("checkProfile() never throws", () => {
  assert.deepEqual(broken([new Uint8Array(), ca.certificate]), ["malformed@0"]);
  fc.assert(fc.property(fc.nat(good.certificate.length - 1), fc.nat(255), (at, octet) => {
    checkProfile([good.certificate.with(at, octet), ...good.chain.slice(1)], options);
  }));
});
