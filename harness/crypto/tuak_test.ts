import assert from "node:assert/strict";
import { fromHex, toHex } from "../wire/bytes.ts";
import { keccakF, topcFrom, tuak, tuakFunctions, type TuakLengths } from "./tuak.ts";
import implementers from "../../testdata/aka/tuak/ts35232_f2345.json" with { type: "json" };
import keccak232 from "../../testdata/aka/tuak/ts35232_keccak.json" with { type: "json" };
import keccak233 from "../../testdata/aka/tuak/ts35233_keccak.json" with { type: "json" };
import conformance from "../../testdata/aka/tuak/ts35233_vectors.json" with { type: "json" };
import conformanceText from "../../testdata/aka/tuak/ts35233_vectors_text.json" with { type: "json" };

for (const [name, file] of Object.entries({ conformance, conformanceText })) {
  for (const set of file.tests) {
    Deno.test(`tuak() gives the outputs of TS 35.233 set ${set.id} (${name})`, () => {
      const k = fromHex(set.k), top = fromHex(set.top), iterations = set.keccak_iterations;
      assert.equal(toHex(topcFrom(k, top, iterations)), set.topc);
      const lengths = {
        mac: set.maclength / 8,
        res: set.reslength / 8,
        ck: set.cklength / 8,
        ik: set.iklength / 8,
      } as TuakLengths;
      const input = { rand: fromHex(set.rand), sqn: fromHex(set.sqn), amf: fromHex(set.amf) };
      for (const keys of [{ k, top }, { k, topc: fromHex(set.topc) }]) {
        const out = tuak({ ...keys, ...input, lengths, iterations });
        const expected = [set.f1, set.f1_star, set.f2, set.f3, set.f4, set.f5, set.f5_star];
        assert.deepEqual(Object.values(out).map(toHex), expected);
      }
    });
  }
}

Deno.test("tuak() has all 6 published sets to pass", () => assert.equal(conformance.tests.length, 6));

for (const set of implementers.tests) {
  Deno.test(`tuak() gives f2 to f5* of TS 35.232 set ${set.id}`, () => {
    const lengths = {
      res: set.f2.length / 2,
      ck: set.cklength / 8,
      ik: set.iklength / 8,
    } as TuakLengths;
    const iterations = set.id === 6 ? 2 : 1;
    const functions = tuakFunctions({ k: fromHex(set.k), topc: fromHex(set.topc), lengths, iterations });
    const { res, ck, ik, ak } = functions.f2345(fromHex(set.rand));
    assert.deepEqual([res, ck, ik, ak].map(toHex), [set.f2, set.f3, set.f4, set.f5]);
    assert.equal(toHex(functions.f5star(fromHex(set.rand))), set.f5_star);
  });
}

for (const [document, file] of [["35.232", keccak232], ["35.233", keccak233]] as const) {
  for (const set of file.keccak_f1600) {
    Deno.test(`keccakF() gives the output of TS ${document} set ${set.id}`, () => {
      assert.equal(toHex(keccakF(fromHex(set.in))), set.out);
    });
  }
}

Deno.test("tuakFunctions() refuses wrong lengths", () => {
  assert.throws(() => tuakFunctions({ k: new Uint8Array(24), top: new Uint8Array(32) }), /needs 16 or 32/);
  assert.throws(() => tuakFunctions({ k: new Uint8Array(16), top: new Uint8Array(16) }), /TOP has 16 octets/);
});
