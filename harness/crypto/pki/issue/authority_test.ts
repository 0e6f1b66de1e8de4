import assert from "node:assert/strict";
import { checkProfile } from "../judge/profile.ts";
import { validatePath } from "../judge/validate_path.ts";
import { toPem } from "../pem.ts";
import { parseCertificate } from "../read/certificate.ts";
import { ca, DAY, good, HOUR, NAME, NAMES, NOW, root, rsa } from "../testing/world.ts";
import { createAuthority, importAuthority } from "./authority.ts";
import { generateKeys, importKeys } from "./keys.ts";

Deno.test("issue() is dated by the authority, and counts serial numbers", async () => {
  const { notBefore, notAfter, serial } = parseCertificate(good.certificate);
  assert.deepEqual([notBefore, notAfter], [NOW - HOUR, NOW + 90 * DAY]);
  assert.equal(serial, good.serial);
  const [first, second] = [await ca.issue(NAMES), await ca.issue(NAMES)];
  assert.equal(second.serial, first.serial + 1n);
  assert.notEqual((await root.issue(NAMES)).serial >> 20n, first.serial >> 20n);
});

Deno.test("issue() sends itself and the CAs above, never the root", async () => {
  assert.deepEqual(good.chain, [good.certificate, ca.certificate]);
  assert.deepEqual((await root.issue(NAMES)).chain.length, 1);
  assert.deepEqual((await ca.issue({ ...NAMES, selfSigned: true })).chain.length, 1);
  const lower = await ca.intermediate({ name: "Lower" });
  assert.deepEqual([lower.path, lower.root], [[lower.certificate, ca.certificate], root.certificate]);
});

Deno.test("issue() writes the issuer's subject octet by octet, or in another encoding, or another name", async () => {
  const subject = parseCertificate(ca.certificate).subject;
  const issuerOf = async (options: Parameters<typeof ca.issue>[0]) =>
    parseCertificate((await ca.issue(options)).certificate).issuer;
  assert.deepEqual((await issuerOf({})).der, subject.der);
  const printable = await issuerOf({ issuerEncoding: "printable" });
  assert.notDeepEqual(printable.der, subject.der);
  assert.equal(printable.canonical, subject.canonical);
  assert.equal((await issuerOf({ issuer: [{ type: "CN", value: "Somebody" }] })).text, "CN=Somebody");
});

Deno.test("issue() puts into the certificate what it is told", async () => {
  const { certificate } = await ca.issue({
    subject: [{ type: "C", value: "DE" }, { type: "DC", value: "example" }, { type: "CN", value: NAME }],
    dnsNames: [NAME],
    uris: ["sip:example.org"],
    ipAddresses: ["192.0.2.1", "2001:db8::1"],
    keyUsage: ["digitalSignature", "decipherOnly"],
    extendedKeyUsage: ["sipDomain", "1.2.3.4"],
    basicConstraints: { ca: false },
    serial: 0x80n,
    extraExtensions: [{ oid: "1.2.3.5", critical: true, value: Uint8Array.of(5, 0) }],
  });
  const { subject, values, serial, extensions } = parseCertificate(certificate);
  assert.equal(subject.text, `C=DE, DC=example, CN=${NAME}`);
  assert.deepEqual(subject.attributes.map(({ tag }) => tag), [0x13, 0x16, 0x0c]);
  assert.deepEqual(values.alternativeNames?.map(({ kind }) => kind), ["dns", "uri", "ip", "ip"]);
  assert.deepEqual([...values.keyUsage!], ["digitalSignature", "decipherOnly"]);
  assert.deepEqual(values.extendedKeyUsage, ["1.3.6.1.5.5.7.3.20", "1.2.3.4"]);
  assert.deepEqual(values.basicConstraints, { ca: false });
  assert.equal(serial, 0x80n);
  assert.deepEqual(extensions.at(-1), { oid: "1.2.3.5", critical: true, value: Uint8Array.of(5, 0) });
});

Deno.test("issue() takes a key pair in place of a kind of key", async () => {
  const [one, two] = [await ca.issue({ ...NAMES, key: rsa }), await ca.issue({ ...NAMES, key: rsa })];
  assert.deepEqual(one.key, two.key);
  assert.equal(parseCertificate(one.certificate).publicKey.text, "RSA 2048");
});

Deno.test("intermediate() makes CAs that are no certificate at all, if it is told to", async () => {
  const twice = { oid: "2.5.29.19", critical: true, value: Uint8Array.of(0x05, 0x00) };
  const wrong = await root.intermediate({ name: "Wrong", extraExtensions: [twice] });
  assert.throws(() => parseCertificate(wrong.certificate), /must not stand there twice/);
  assert.equal((await wrong.issue(NAMES)).chain[1], wrong.certificate);
});

Deno.test("issue() refuses MD5 with ECDSA, which has no identifier", async () => {
  await assert.rejects(ca.issue({ signatureHash: "MD5" }), /"MD5" needs an RSA key, found "P-256"/);
});

Deno.test("importAuthority() goes on with a CA of PEM files", async () => {
  const imported = await importAuthority({
    certificate: ca.pem() + root.pem(),
    key: toPem("PRIVATE KEY", ca.keys.privateKey),
    now: NOW,
  });
  assert.deepEqual([imported.path, imported.root], [[ca.certificate], root.certificate]);
  const { chain } = await imported.issue(NAMES);
  const { failures } = await validatePath({
    chain,
    anchors: [root.certificate],
    now: NOW,
    purpose: "server",
    name: NAME,
  });
  assert.deepEqual(failures, []);
  assert.deepEqual(checkProfile(chain, { name: NAME }).filter(({ level }) => level === "shall"), []);
});

Deno.test("importAuthority() takes DER, and a root alone", async () => {
  const imported = await importAuthority({
    certificate: root.certificate,
    key: root.keys.privateKey,
    now: NOW,
  });
  assert.deepEqual([imported.path, imported.root], [[], root.certificate]);
});

Deno.test("importAuthority() refuses another key, and what is none", async () => {
  const { certificate } = root;
  await assert.rejects(
    importAuthority({ certificate, key: ca.keys.privateKey, now: NOW }),
    /must be the one of the authority/,
  );
  await assert.rejects(
    importAuthority({ certificate, key: "nothing", now: NOW }),
    /without password is needed, found "none"/,
  );
  const locked = toPem("ENCRYPTED PRIVATE KEY", new Uint8Array(3));
  await assert.rejects(
    importAuthority({ certificate, key: locked, now: NOW }),
    /found "ENCRYPTED PRIVATE KEY"/,
  );
  await assert.rejects(
    importAuthority({ certificate, key: Uint8Array.of(0x30, 0), now: NOW }),
    /must be PKCS#8/,
  );
  await assert.rejects(
    importAuthority({ certificate: new Uint8Array(3), key: root.keys.privateKey, now: NOW }),
    /DER/,
  );
});

Deno.test("importKeys() brings back what generateKeys() made", async () => {
  for (const type of ["P-256", "P-384", "RSA-1024"] as const) {
    const keys = await generateKeys(type);
    assert.deepEqual(await importKeys(keys.privateKey), keys);
    assert.deepEqual(await importKeys(toPem("PRIVATE KEY", keys.privateKey)), keys);
  }
});

Deno.test("createAuthority() makes a root that lasts, and pem() shows it", async () => {
  const authority = await createAuthority({ name: "Root", now: NOW, organization: "Lab" });
  const { subject, issuer, notAfter, values } = parseCertificate(authority.certificate);
  assert.equal(subject.text, "O=Lab, CN=Root");
  assert.deepEqual(issuer.der, subject.der);
  assert.ok(notAfter > NOW + 3000 * DAY);
  assert.deepEqual([...values.keyUsage!], ["keyCertSign", "cRLSign"]);
  assert.equal(values.extendedKeyUsage, undefined);
  assert.match(authority.pem(), /^-----BEGIN CERTIFICATE-----\n/);
  assert.match((await authority.issue(NAMES)).pem(), /-----BEGIN PRIVATE KEY-----\n/);
});
