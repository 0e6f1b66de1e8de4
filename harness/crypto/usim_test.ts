import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthenticationCentre } from "./authentication_centre.ts";
import { fromHex, toHex } from "../wire/bytes.ts";
import { milenageFunctions } from "./milenage.ts";
import { joinSqn, splitSqn } from "./sqn.ts";
import { tuakFunctions } from "./tuak.ts";
import { buildAuts, openAuts, Usim } from "./usim.ts";

const k = fromHex("465b5ce8b199b49faa5f0a2ee238a6bc");
const opc = fromHex("cd63cb71954a9f4e48a5994e37a02baf");
const rand = fromHex("23553cbe9637a89d218ae64dae47bf35");
const milenage = milenageFunctions({ k, opc });
const tuak = tuakFunctions({ k, topc: fromHex("11".repeat(32)), lengths: { res: 16 } });

for (const functions of [milenage, tuak]) {
  const pair = () => [new AuthenticationCentre({ functions }), new Usim({ functions })] as const;

  Deno.test(`Usim.verify() accepts the home network's vectors and gives its RES, CK and IK (${functions.name})`, () => {
    const [centre, usim] = pair();
    for (let i = 0; i < 70; i++) {
      const vector = centre.generate({ rand });
      const { ok, ...got } = usim.verify(rand, vector.autn) as { ok: true; res: Uint8Array };
      assert.equal(ok, true);
      assert.deepEqual(got, { res: vector.xres, ck: vector.ck, ik: vector.ik, sqn: vector.sqn });
    }
  });

  Deno.test(`Usim.verify() refuses a changed bit anywhere in AUTN and RAND (${functions.name})`, () => {
    const [centre, usim] = pair();
    const { autn } = centre.generate({ rand });
    for (let bit = 0; bit < 256; bit++) {
      const both = new Uint8Array([...rand, ...autn]);
      both[bit >> 3] = (both[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      assert.deepEqual(usim.verify(both.slice(0, 16), both.slice(16)), { ok: false, failure: "mac" });
    }
    assert.equal(usim.verify(rand, autn).ok, true);
  });

  Deno.test(`Usim.verify() answers a replay with AUTS, and the home network resynchronises (${functions.name})`, () => {
    const usim = new Usim({ functions, sqn: joinSqn({ seq: 1000n, ind: 7 }) });
    const centre = new AuthenticationCentre({ functions });
    const stale = centre.generate({ rand });
    const verdict = usim.verify(rand, stale.autn);
    assert.ok(!verdict.ok && verdict.failure === "sync");
    const sqnMs = joinSqn({ seq: 1000n, ind: 7 });
    assert.deepEqual(centre.resynchronise(rand, verdict.auts), { ok: true, sqnMs, reset: true });
    assert.equal(usim.verify(rand, centre.generate({ rand }).autn).ok, true);
  });

  Deno.test(`openAuts() undoes buildAuts() and sees any changed bit (${functions.name})`, () => {
    fc.assert(fc.property(fc.bigInt(0n, (1n << 48n) - 1n), fc.nat(111), (sqn, bit) => {
      const auts = buildAuts(functions, rand, sqn);
      assert.deepEqual(openAuts(functions, rand, auts), { macOk: true, sqnMs: sqn });
      auts[bit >> 3] = (auts[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      assert.equal(openAuts(functions, rand, auts).macOk, false);
    }));
  });
}

Deno.test("AuthenticationCentre.generate() gives the AUTN of TS 35.208 set 1", () => {
  const centre = new AuthenticationCentre({ functions: milenage, amf: fromHex("b9b9") });
  const { autn, xres } = centre.generate({ rand, sqn: 0xff9bb4d0b607n });
  assert.equal(toHex(autn), "55f328b43577b9b94a9ffac354dfafb3"); // SQN xor AK, AMF, MAC-A of the set
  assert.equal(toHex(xres), "a54211d5e3ba50bf");
});

Deno.test("buildAuts() computes MAC-S with AMF zero, not with that of the challenge", () => {
  const sqn = fromHex("ff9bb4d0b607");
  const auts = buildAuts(milenage, rand, 0xff9bb4d0b607n);
  assert.equal(toHex(auts.slice(0, 6)), "ba853f3c123c"); // SQN xor AK* of TS 35.208 set 1
  assert.equal(toHex(auts.slice(6)), toHex(milenage.f1star(rand, sqn, fromHex("0000"))));
  assert.notEqual(toHex(auts.slice(6)), "01cfaf9ec4e871e9"); // MAC-S of the set, whose AMF is b9b9
});

Deno.test("Usim.inspect() uses up nothing", () => {
  const usim = new Usim({ functions: milenage });
  const { autn, sqn } = new AuthenticationCentre({ functions: milenage, amf: fromHex("8000") }).generate({
    rand,
  });
  for (let i = 0; i < 2; i++) {
    const seen = usim.inspect(rand, autn);
    assert.deepEqual([seen.macOk, seen.sqnOk, seen.sqn, toHex(seen.amf)], [true, true, sqn, "8000"]);
  }
  assert.equal(usim.verify(rand, autn).ok, true);
  assert.equal(usim.inspect(rand, autn).sqnOk, false);
  assert.equal(usim.sqn, sqn);
});

Deno.test("Usim.verify() does not touch SQN when the MAC is wrong", () => {
  const usim = new Usim({ functions: milenage });
  usim.verify(rand, new Uint8Array(16));
  assert.equal(usim.sqn, 0n);
});

Deno.test("Usim.auts() reports another SQN when told to", () => {
  const usim = new Usim({ functions: milenage, sqn: 64n });
  assert.equal(openAuts(milenage, rand, usim.auts(rand)).sqnMs, 64n);
  assert.equal(openAuts(milenage, rand, usim.auts(rand, 999n)).sqnMs, 999n);
});

Deno.test("AuthenticationCentre.generate() moves SEQ and IND on by one, IND round the array", () => {
  const centre = new AuthenticationCentre({ functions: milenage, indBits: 2 });
  const parts = Array.from({ length: 5 }, () => splitSqn(centre.generate({ rand }).sqn, 2));
  assert.deepEqual(parts.map((p) => [p.seq, p.ind]), [[1n, 1], [2n, 2], [3n, 3], [4n, 0], [5n, 1]]);
});

Deno.test("AuthenticationCentre.generate() with an SQN of its own leaves the counter alone", () => {
  const centre = new AuthenticationCentre({ functions: milenage, sqn: 320n });
  assert.equal(centre.generate({ rand, sqn: 5n }).sqn, 5n);
  assert.equal(centre.sqn, 320n);
});

Deno.test("AuthenticationCentre.resynchronise() keeps a counter that the card would accept", () => {
  const centre = new AuthenticationCentre({ functions: milenage, sqn: joinSqn({ seq: 50n, ind: 0 }) });
  const sqnMs = joinSqn({ seq: 40n, ind: 0 });
  const result = centre.resynchronise(rand, buildAuts(milenage, rand, sqnMs));
  assert.deepEqual(result, { ok: true, sqnMs, reset: false });
  assert.equal(centre.sqn, joinSqn({ seq: 50n, ind: 0 }));
});

Deno.test("AuthenticationCentre.resynchronise() comes back from a counter that ran too far ahead", () => {
  const centre = new AuthenticationCentre({
    functions: milenage,
    sqn: joinSqn({ seq: 500n, ind: 0 }),
    delta: 100n,
  });
  const result = centre.resynchronise(rand, buildAuts(milenage, rand, joinSqn({ seq: 10n, ind: 0 })));
  assert.ok(result.ok && result.reset);
  assert.equal(splitSqn(centre.sqn).seq, 10n);
});

Deno.test("AuthenticationCentre.resynchronise() learns nothing from a wrong MAC-S", () => {
  const centre = new AuthenticationCentre({ functions: milenage, sqn: 96n });
  const auts = buildAuts(milenage, rand, 1n << 40n);
  auts[13] = (auts[13] as number) ^ 1;
  assert.deepEqual(centre.resynchronise(rand, auts), { ok: false });
  assert.equal(centre.sqn, 96n);
});

Deno.test("Usim and AuthenticationCentre agree after one resynchronisation from any state", () => {
  const seq = fc.bigInt(0n, 1n << 40n);
  fc.assert(fc.property(seq, seq, fc.nat(31), fc.nat(31), (card, home, cardInd, homeInd) => {
    const usim = new Usim({ functions: milenage, sqn: joinSqn({ seq: card, ind: cardInd }) });
    const sqn = joinSqn({ seq: home, ind: homeInd });
    const centre = new AuthenticationCentre({ functions: milenage, sqn });
    const first = usim.verify(rand, centre.generate({ rand }).autn);
    if (first.ok) return;
    assert.ok(first.failure === "sync" && centre.resynchronise(rand, first.auts).ok);
    assert.equal(usim.verify(rand, centre.generate({ rand }).autn).ok, true);
  }));
});

Deno.test("Usim.verify() refuses wrong lengths", () => {
  const usim = new Usim({ functions: milenage });
  assert.throws(() => usim.verify(new Uint8Array(15), new Uint8Array(16)), /RAND has 15 octets/);
  assert.throws(() => usim.verify(rand, new Uint8Array(17)), /AUTN has 17 octets/);
  assert.throws(() => openAuts(milenage, rand, new Uint8Array(13)), /AUTS has 13 octets/);
});
