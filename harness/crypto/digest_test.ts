import assert from "node:assert/strict";
import { fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { digestResponse, ha1, rspauth } from "./digest.ts";
import { akaPassword, akaV2SessionKeys, AUTS_PASSWORD } from "./digest_aka.ts";
import { hashHex, parseDigestAlgorithm } from "./digest_algorithm.ts";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import derived from "../../testdata/aka/digest_derived.json" with { type: "json" };

const mufasa = {
  username: "Mufasa",
  realm: "testrealm@host.com",
  nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
  method: "GET",
  uri: "/dir/index.html",
};

Deno.test("digestResponse() gives the response of RFC 2617 section 3.5", () => {
  const input = { ...mufasa, password: "Circle Of Life", qop: "auth", nc: 1, cnonce: "0a4f113b" } as const;
  assert.equal(digestResponse(input), "6629fae49393a05397450978507c4ef1");
  assert.equal(ha1("MD5", input.username, input.realm, input.password), "939e7578ed9e3c518a452acee763bce9");
});

Deno.test("digestResponse() without qop gives the response of RFC 2069 section 2.4 as corrected by erratum 749", () => {
  assert.equal(digestResponse({ ...mufasa, password: "CircleOfLife" }), "1949323746fe6a43ef61f9606e7febea");
});

for (
  const [algorithm, response] of [
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ] as const
) {
  Deno.test(`digestResponse() gives the ${algorithm} response of RFC 7616 section 3.9.1`, () => {
    const input = {
      ...mufasa,
      realm: "http-auth@example.org",
      password: "Circle of Life",
      algorithm,
      nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
      cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
      nc: "00000001",
      qop: "auth",
    } as const;
    assert.equal(digestResponse(input), response);
  });
}

const { username, realm, nonce, cnonce, nc, uri, method } = derived;
const common = { username, realm, nonce, cnonce, nc, uri, method, body: fromHex(derived.body) };
const keys = { res: fromHex(derived.res), ck: fromHex(derived.ck), ik: fromHex(derived.ik) };

for (const set of derived.cases) {
  Deno.test(`digestResponse() and rspauth() agree with hashlib on ${set.algorithm}, qop ${set.qop}`, () => {
    const aka = parseDigestAlgorithm(set.algorithm)?.akaVersion !== undefined;
    const password = aka ? akaPassword(set.algorithm, keys) : "swordfish";
    assert.equal(toHex(typeof password === "string" ? utf8(password) : password), set.password);
    const { algorithm } = set;
    const qop = set.qop as "none" | "auth" | "auth-int";
    assert.equal(digestResponse({ ...common, algorithm, qop, password }), set.response);
    assert.equal(rspauth({ ...common, algorithm, qop, password }), set.rspauth);
    const stored = ha1(algorithm, username, realm, password);
    assert.equal(digestResponse({ ...common, algorithm, qop, ha1: stored }), set.response);
  });
}

for (const set of derived.auts) {
  Deno.test(`digestResponse() with auts uses an empty password, ${set.algorithm}, qop ${set.qop}`, () => {
    const { algorithm, qop } = set as { algorithm: string; qop: "none" | "auth" };
    assert.equal(digestResponse({ ...common, algorithm, qop, password: AUTS_PASSWORD }), set.response);
  });
}

for (const set of derived.sessionKeys) {
  Deno.test(`akaV2SessionKeys() agrees with hashlib on ${set.algorithm}`, () => {
    const session = akaV2SessionKeys(set.algorithm, keys);
    assert.deepEqual([toHex(session.ck), toHex(session.ik)], [set.ck, set.ik]);
  });
}

const noPython = await whyNot("python3", ["-c", "import hashlib, hmac"]);
toolTest("digest_derived.json is what hashlib computes", noPython, async () => {
  const script = new URL("../../testdata/aka/derive_digest.py", import.meta.url).pathname;
  const { ok, stdout, stderr } = await runTool("python3", [script]);
  assert.ok(ok, stderr);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), derived);
});

Deno.test("digestResponse() takes octets as a password as they are", () => {
  const bytes = Uint8Array.of(0, 0xff, 0x80, 0x3a);
  const text = new TextDecoder("latin1").decode(bytes);
  const input = { ...common, algorithm: "AKAv1-MD5", qop: "auth" } as const;
  assert.notEqual(
    digestResponse({ ...input, password: bytes }),
    digestResponse({ ...input, password: text }),
  );
  const ascii = { ...input, password: utf8("swordfish") };
  assert.equal(digestResponse(ascii), digestResponse({ ...input, password: "swordfish" }));
});

// The SHA-512-256 values printed in RFC 7616 3.9.2 are SHA-512 cut short, so FIPS 180-4's own example stands here.
Deno.test("hashHex() takes SHA-512-256 for SHA-512/256, not for a truncated SHA-512", () => {
  const abc = "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23";
  assert.equal(hashHex("SHA-512-256", utf8("abc")), abc);
});

Deno.test("parseDigestAlgorithm() knows the names in any case, and no others", () => {
  assert.deepEqual(parseDigestAlgorithm(), { hash: "MD5", session: false });
  assert.deepEqual(parseDigestAlgorithm("akaV2-sha-256"), { hash: "SHA-256", session: false, akaVersion: 2 });
  assert.deepEqual(parseDigestAlgorithm("SHA-512-256-sess"), { hash: "SHA-512-256", session: true });
  for (const name of ["", "SHA-1", "AKAv3-MD5", "MD5-session", "AKAv1", "MD5 "]) {
    assert.equal(parseDigestAlgorithm(name), undefined, name);
  }
  assert.throws(() => digestResponse({ ...mufasa, algorithm: "X", password: "" }), /"X" is unknown/);
});
