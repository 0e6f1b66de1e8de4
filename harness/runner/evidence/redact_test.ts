import assert from "node:assert/strict";
import fc from "fast-check";
import { createRedactor } from "./redact.ts";

const K = "465b5ce8b199b49faa5f0a2ee238a6bc";

Deno.test("createRedactor() takes a secret out in every form a message may carry it in", () => {
  const { text, bytes } = createRedactor([K, "open sesame"]);
  const raw = Uint8Array.fromHex(K);
  for (const form of [K, K.toUpperCase(), raw.toBase64(), raw.toBase64({ alphabet: "base64url" })]) {
    assert.equal(text(`k="${form}";x`), `k="${"*".repeat(form.length)}";x`);
  }
  assert.deepEqual(bytes(Uint8Array.of(1, ...raw, 2)), Uint8Array.of(1, ...new Array(16).fill(0x2a), 2));
  assert.equal(text("password=open%20sesame&x"), `password=${"*".repeat(13)}&x`);
});

Deno.test("createRedactor() finds a secret inside the base64 of something longer", () => {
  const { text } = createRedactor(["swordfish"]);
  for (const around of ["", "a", "ab", "abc", "alice:"]) {
    for (const after of ["", "!", "!!", "!!!"]) {
      const encoded = btoa(`${around}swordfish${after}`);
      const left = text(encoded);
      assert.equal(left.length, encoded.length);
      assert.ok(!atob(left.replaceAll("*", "A")).includes("ordfi"), `${encoded} -> ${left}`);
    }
  }
});

Deno.test("createRedactor() finds a secret as quoted strings, JSON and XML escape it", () => {
  const secret = 'a"b\\c<d&e';
  const { text } = createRedactor([secret]);
  for (const form of ['a\\"b\\\\c<d&e', JSON.stringify(secret), "a&quot;b\\c&lt;d&amp;e"]) {
    assert.match(text(form), /^"?\*+"?$/);
  }
});

Deno.test("createRedactor() takes a short secret out only where it stands alone", () => {
  const { text } = createRedactor(["12"]);
  assert.equal(text('12 password="12" port 5012 121'), '** password="**" port 5012 121');
});

Deno.test("createRedactor() gives back the same octets where there is no secret", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  assert.equal(createRedactor([K]).bytes(bytes), bytes);
  assert.equal(createRedactor([]).text("x"), "x");
});

Deno.test("createRedactor() learns further secrets", () => {
  const redactor = createRedactor([]);
  redactor.add(Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal(redactor.text("ck=0102030405"), "ck=**********");
});

Deno.test("createRedactor() leaves no secret and no length changed, whatever is around it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
      const { bytes } = createRedactor([secret]);
      const whole = new TextEncoder().encode(`${before}${secret}${after}`);
      const left = bytes(whole);
      assert.equal(left.length, whole.length);
      if (!/\*/.test(secret)) assert.ok(!new TextDecoder().decode(left).includes(secret.toWellFormed()));
    }),
  );
});
