import assert from "node:assert/strict";
import { fromHex, toHex } from "../wire/bytes.ts";
import { milenage, milenageFunctions, opcFrom } from "./milenage.ts";
import vectors from "../../testdata/aka/milenage_ts35208.json" with { type: "json" };

for (const set of vectors.tests) {
  Deno.test(`milenage() gives the outputs of TS 35.208 set ${set.id}`, () => {
    const [k, op, rand, sqn, amf] = [set.k, set.op, set.rand, set.sqn, set.amf].map(fromHex) as Five;
    const opc = opcFrom(k, op);
    assert.equal(toHex(opc), set.opc);
    for (const keys of [{ k, op }, { k, opc }]) {
      const out = milenage({ ...keys, rand, sqn, amf });
      const expected = [set.f1, set["f1*"], set.f2, set.f3, set.f4, set.f5, set["f5*"]];
      assert.deepEqual(Object.values(out).map(toHex), expected);
    }
  });
}

Deno.test("milenage() has all 20 published sets to pass", () => assert.equal(vectors.tests.length, 20));

Deno.test("milenageFunctions() refuses wrong lengths", () => {
  const octets = (n: number) => new Uint8Array(n);
  assert.throws(() => milenageFunctions({ k: octets(15), op: octets(16) }), /K has 15 octets, needs 16/);
  assert.throws(() => milenageFunctions({ k: octets(16), opc: octets(17) }), /OPc has 17 octets/);
  const functions = milenageFunctions({ k: octets(16), op: octets(16) });
  assert.throws(() => functions.f2345(octets(8)), /RAND has 8 octets/);
  assert.throws(() => functions.f1(octets(16), octets(5), octets(2)), /SQN has 5 octets/);
});

type Five = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
