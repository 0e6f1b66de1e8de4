import assert from "node:assert/strict";
import fc from "fast-check";
import { createAuthority } from "../issue/authority.ts";
import { issueBad } from "../issue/bad_certificates.ts";
import { VERDICT_CASES } from "../testing/verdict_cases.ts";
import { ca, good, NAME, NAMES, NOW, root, rsa } from "../testing/world.ts";
import { parseCertificate } from "../read/certificate.ts";
import { validatePath } from "./validate_path.ts";

const question = { anchors: [root.certificate], now: NOW, purpose: "server", name: NAME } as const;

for (const { what, make, breaks = [] } of VERDICT_CASES) {
  Deno.test(`validatePath() finds ${breaks.length > 0 ? breaks.join(", ") : "nothing wrong"} in: ${what}`, async () => {
    const { ok, path, failures } = await validatePath({ ...question, ...await make() });
    assert.deepEqual([...new Set(failures.map(({ rule }) => rule))], breaks, JSON.stringify(failures));
    assert.equal(ok, breaks.length === 0);
    assert.ok(!ok || path.length > 0);
  });
}

Deno.test("validatePath() gives the path that it found, the anchor last", async () => {
  const { path } = await validatePath({ ...question, chain: [...good.chain, root.certificate] });
  assert.deepEqual(path, [good.certificate, ca.certificate, root.certificate]);
});

Deno.test("validatePath() says which certificate, the values, and the clause", async () => {
  const limited = await root.intermediate({ name: "Limited", basicConstraints: { ca: true, pathLength: 0 } });
  const lower = await limited.intermediate({ name: "Lower", keyUsage: ["digitalSignature"] });
  const { chain } = await lower.issue({ ...NAMES, notAfter: NOW - 1000 });
  const { failures } = await validatePath({ ...question, chain });
  assert.deepEqual(failures, [
    {
      rule: "key-usage",
      index: 1,
      says: "It issues certificates, its key is for digitalSignature",
      clause: "RFC 5280 6.1.4 (n), 4.2.1.3",
    },
    {
      rule: "path-length",
      index: 1,
      says: "There are more CAs in the path than a CA above allows",
      clause: "RFC 5280 6.1.4 (l), (m)",
    },
    {
      rule: "validity",
      index: 0,
      says: "It was valid until 2030-01-15T11:59:59Z",
      clause: "RFC 5280 6.1.3 (a)(2)",
    },
  ]);
});

Deno.test("validatePath() takes the certificates above the first in any order, and more than are needed", async () => {
  const upper = await root.intermediate({ name: "Upper" });
  const lower = await upper.intermediate({ name: "Lower" });
  const { certificate } = await lower.issue(NAMES);
  const chain = [certificate, ca.certificate, upper.certificate, root.certificate, lower.certificate];
  assert.deepEqual((await validatePath({ ...question, chain })).failures, []);
});

Deno.test("validatePath() compares SIP domains as RFC 5922 has it", async () => {
  const verdict = async (names: { uris?: string[]; dnsNames?: string[] }) => {
    const { chain } = await ca.issue({ commonNames: ["example.org"], ...names });
    return (await validatePath({ ...question, chain, name: "example.org", nameStyle: "sip-domain" })).ok;
  };
  assert.equal(await verdict({ uris: ["sip:example.org"] }), true);
  assert.equal(await verdict({ dnsNames: ["example.org"] }), true);
  assert.equal(await verdict({ uris: ["sip:alice@example.org"] }), false);
  assert.equal(await verdict({ uris: ["sips:example.org"] }), false);
  assert.equal(await verdict({ dnsNames: ["*.example.org"] }), false);
  assert.equal(await verdict({}), false);
});

Deno.test("validatePath() sees that a CA in the path is revoked", async () => {
  const crls = [await root.crl({ revoked: [parseCertificate(ca.certificate).serial] })];
  const { failures } = await validatePath({ ...question, chain: good.chain, crls });
  assert.deepEqual(failures.map(({ rule, index }) => [rule, index]), [["revoked", 1]]);
});

Deno.test("validatePath() relies on a good CRL beside a bad one, and on the word of an old one", async () => {
  const old = { thisUpdate: NOW - 9e6, nextUpdate: NOW - 5e6 };
  const rules = async (...crls: Promise<Uint8Array>[]) =>
    (await validatePath({ ...question, chain: good.chain, crls: await Promise.all(crls) })).failures.map((
      { rule },
    ) => rule);
  assert.deepEqual(await rules(ca.crl(old), ca.crl()), []);
  assert.deepEqual(await rules(ca.crl({ ...old, revoked: [good.serial] }), ca.crl()), ["revoked"]);
  assert.deepEqual(await rules(ca.crl({ ...old, revoked: [good.serial] })), ["revoked", "crl"]);
  assert.deepEqual(await rules(ca.crl({ signWith: rsa, revoked: [good.serial] }), ca.crl()), []);
  assert.deepEqual(await rules(Promise.resolve(Uint8Array.of(0x30))), ["crl"]);
});

Deno.test("validatePath() refuses what is no certificate, wherever it stands", async () => {
  const rules = async (...chain: Uint8Array[]) =>
    (await validatePath({ ...question, chain })).failures.map(({ rule, index }) => [rule, index]);
  assert.deepEqual(await rules(), [["chain", undefined]]);
  assert.deepEqual(await rules(Uint8Array.of(1, 2, 3), ...good.chain), [["malformed", 0]]);
  assert.deepEqual(await rules(...good.chain, Uint8Array.of(0x30, 0x00)), [["malformed", 2]]);
  const trailing = new Uint8Array([...good.certificate, 0]);
  assert.deepEqual(await rules(trailing, ca.certificate), [["malformed", 0]]);
});

Deno.test("validatePath() leaves out anchors that are none", async () => {
  const anchors = [new Uint8Array(3), root.certificate];
  assert.equal((await validatePath({ ...question, anchors, chain: good.chain })).ok, true);
});

Deno.test("validatePath() ends soon however many certificates of one name come", async () => {
  const twins = await Promise.all(
    Array.from({ length: 12 }, () => createAuthority({ name: "Test CA", now: NOW })),
  );
  const chain = [good.certificate, ...twins.map(({ certificate }) => certificate)];
  assert.equal((await validatePath({ ...question, chain })).ok, false);
  assert.equal((await validatePath({ ...question, chain: [...chain, ca.certificate] })).ok, true);
});

Deno.test("validatePath() is never content with a certificate of which a bit was flipped", async () => {
  const rsaCa = await root.intermediate({ name: "RSA CA", key: rsa });
  const leaves = [good, await rsaCa.issue({ ...NAMES, key: good.keys })];
  for (const { chain: [leaf, above] } of leaves) {
    for (let at = 0; at < leaf!.length; at++) {
      const changed = flipped(leaf!, at, at % 8);
      const { ok } = await validatePath({ ...question, chain: [changed, above!] });
      assert.equal(ok, false, `octet ${at}, bit ${at % 8}`);
    }
  }
});

Deno.test("validatePath() is never content with a CA of which a bit was flipped, nor with a CRL that revokes", async () => {
  const crl = await ca.crl({ revoked: [good.serial] });
  for (let at = 0; at < ca.certificate.length; at += 5) {
    const chain = [good.certificate, flipped(ca.certificate, at, at % 7)];
    assert.equal((await validatePath({ ...question, chain })).ok, false, `octet ${at} of the CA`);
  }
  // A changed name makes it somebody else's CRL: then nothing is said.
  for (let at = 0; at < crl.length; at += 5) {
    const { ok, failures } = await validatePath({
      ...question,
      chain: good.chain,
      crls: [flipped(crl, at, at % 7)],
    });
    assert.ok(!ok || !failures.some(({ rule }) => rule === "revoked"), `octet ${at} of the CRL`);
  }
});

Deno.test("validatePath() never rejects, whatever octets come", async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.record({
      at: fc.nat(good.certificate.length - 1),
      with: fc.uint8Array({ maxLength: 4 }),
      skip: fc.nat(6),
    })
      .map(({ at, with: inserted, skip }) =>
        new Uint8Array([...good.certificate.slice(0, at), ...inserted, ...good.certificate.slice(at + skip)])
      ),
  );
  await fc.assert(
    fc.asyncProperty(anything, anything, async (first, second) => {
      const result = await validatePath({ ...question, chain: [first, second], crls: [second] });
      assert.equal(result.ok, result.failures.length === 0);
    }),
    { numRuns: 300, seed: 5280 },
  );
});

Deno.test("issueBad() gives the CRL that revokes", async () => {
  const { chain, crl } = await issueBad(ca, "revoked", { name: NAME });
  assert.equal((await validatePath({ ...question, chain })).ok, true);
  assert.equal((await validatePath({ ...question, chain, crls: [crl!] })).ok, false);
});

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  return bytes.map((octet, i) => i === at ? octet ^ 1 << bit : octet);
}
