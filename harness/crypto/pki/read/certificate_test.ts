import assert from "node:assert/strict";
import fc from "fast-check";
import { EXTENSION } from "../oids.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";
import { ca, good, NAME, NAMES, NOW } from "../testing/world.ts";
import { parseCertificate } from "./certificate.ts";
import { describeCertificate } from "./describe_certificate.ts";
import { parseRevocationList } from "./revocation_list.ts";

Deno.test("describeCertificate() tells what a report shows", async () => {
  const { certificate } = await ca.issue({
    ...NAMES,
    serial: 0xabcn,
    uris: ["sip:example.org"],
    ipAddresses: ["192.0.2.1", "2001:db8::1"],
  });
  const { fingerprint, ...described } = describeCertificate(certificate);
  assert.match(fingerprint, /^[0-9a-f]{64}$/);
  assert.deepEqual(described, {
    subject: `CN=${NAME}`,
    issuer: "O=imspeer test, CN=Test CA",
    serial: "abc",
    notBefore: "2030-01-15T11:00:00Z",
    notAfter: "2030-04-15T12:00:00Z",
    version: 3,
    commonNames: [NAME],
    dnsNames: [NAME],
    uris: ["sip:example.org"],
    ipAddresses: ["192.0.2.1", "2001:db8::1"],
    key: "EC P-256",
    signature: "ecdsa-with-SHA256",
    isCa: false,
    keyUsage: ["digitalSignature"],
    extendedKeyUsage: ["serverAuth", "clientAuth"],
  });
});

Deno.test("parseCertificate() refuses extensions that are not of their type", async () => {
  const refused: [oid: string, hex: string, why: RegExp][] = [
    [EXTENSION.basicConstraints, "3000ff", /followed by/],
    [EXTENSION.basicConstraints, "30060101ff0201ff", /0 or more/],
    [EXTENSION.basicConstraints, "30090101ff020100020100", /a part more/],
    [EXTENSION.keyUsage, "0500", /BIT STRING/],
    [EXTENSION.keyUsage, "030100", /name a usage/],
    [EXTENSION.extendedKeyUsage, "3000", /list of identifiers/],
    [EXTENSION.extendedKeyUsage, "30030101ff", /list of identifiers/],
    [EXTENSION.subjectAltName, "3000", /must have a name/],
    [EXTENSION.subjectAltName, "30038201ff", /above 0x7F/],
    [EXTENSION.subjectAltName, "30030101ff", /unknown tag "0x1"/],
    [EXTENSION.nameConstraints, "300aa0083006820161800101", /a part more/],
    [EXTENSION.nameConstraints, "300aa00830068704c0000201", /mask/],
    [EXTENSION.subjectKeyIdentifier, "0500", /OCTET STRING/],
    [EXTENSION.authorityKeyIdentifier, "0500", /needs the tag "0x30", found "0x05"/],
    [EXTENSION.policyConstraints, "0500", /needs the tag/],
  ];
  for (const [oid, hex, why] of refused) {
    const { certificate } = await ca.issue({
      keyUsage: false,
      extendedKeyUsage: false,
      subjectKeyIdentifier: false,
      authorityKeyIdentifier: false,
      extraExtensions: [{ oid, critical: false, value: Uint8Array.fromHex(hex) }],
    });
    assert.throws(() => parseCertificate(certificate), (error) => {
      assert.ok(error instanceof PkiSyntaxError, hex);
      assert.match(error.message, why, hex);
      return true;
    });
  }
});

Deno.test("parseCertificate() takes names of all string types", async () => {
  const bmp = "300e310c300a06035504031e0300c400"; // a BMPString of an odd length
  const teletex = "300d310b3009060355040314024dfc";
  const { certificate } = await ca.issue({ ...NAMES, subject: Uint8Array.fromHex(teletex) });
  assert.equal(parseCertificate(certificate).subject.text, "CN=Mü");
  assert.throws(() => parseCertificate(Uint8Array.fromHex(bmp)), PkiSyntaxError);
});

Deno.test("parseCertificate() wants dates that exist", async () => {
  const { certificate } = await ca.issue({ ...NAMES, notAfter: Date.UTC(2031, 1, 28, 23, 59, 59) });
  const february = new TextEncoder().encode("310228235959Z").toHex();
  const wrong = certificate.toHex().replace(february, new TextEncoder().encode("310230235959Z").toHex());
  assert.throws(() => parseCertificate(Uint8Array.fromHex(wrong)), /"310230235959Z" is no date/);
});

Deno.test("parseRevocationList() reads numbers and dates", async () => {
  const list = parseRevocationList(await ca.crl({ revoked: [1n, 1n << 70n], nextUpdate: Date.UTC(2055, 0) }));
  assert.equal(list.version, 2);
  assert.deepEqual([...list.revoked.keys()], [1n, 1n << 70n]);
  assert.deepEqual([list.thisUpdate, list.nextUpdate], [NOW - 3_600_000, Date.UTC(2055, 0)]);
  assert.equal(parseRevocationList(await ca.crl({ nextUpdate: false })).nextUpdate, undefined);
});

Deno.test("parseCertificate() and parseRevocationList() give a value or a PkiSyntaxError for any octets", async () => {
  const crl = await ca.crl({ revoked: [1n] });
  for (const [bytes, parse] of [[good.certificate, parseCertificate], [crl, parseRevocationList]] as const) {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const changed = bytes.slice();
          for (const [at, octet] of changes) changed[at] = octet;
          try {
            parse(changed);
          } catch (error) {
            assert.ok(error instanceof PkiSyntaxError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  }
});
