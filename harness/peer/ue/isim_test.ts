import assert from "node:assert/strict";
import {
  AuthenticationCentre,
  buildAkaNonce,
  fromHex,
  milenageFunctions,
  openAuts,
  tuakFunctions,
} from "../../crypto/mod.ts";
import { LocalMisuseError } from "../../errors.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { isimOf } from "./isim.ts";
import { ALICE, DORA } from "./testing/world.ts";
import { newMemory } from "./ue.ts";

const RAND = new Uint8Array(16).fill(0x5a);
const { k, opc } = ALICE.aka!;
const functions = milenageFunctions({ k, opc: opc! });

const nonceOf = (vector: { rand: Uint8Array; autn: Uint8Array }, serverData?: Uint8Array) =>
  buildAkaNonce({ ...vector, ...(serverData ? { serverData } : {}) });

Deno.test("inspect() judges without using up the sequence number, accept() uses it", () => {
  const isim = isimOf(ALICE, newMemory())!;
  const vector = new AuthenticationCentre({ functions, sqn: 64n }).generate({ rand: RAND });
  const nonce = nonceOf(vector, fromHex("0102"));
  const challenge = isim.inspect(nonce)!;
  assert.equal(challenge.macOk, true);
  assert.equal(challenge.sqnOk, true);
  assert.equal(challenge.sqn, vector.sqn);
  assert.deepEqual(challenge.serverData, fromHex("0102"));
  assert.deepEqual(isim.inspect(nonce), challenge);
  isim.accept(challenge);
  assert.equal(isim.inspect(nonce)?.sqnOk, false);
  assert.equal(isim.sqn, vector.sqn);
  assert.deepEqual(openAuts(functions, RAND, isim.auts(RAND)), { macOk: true, sqnMs: vector.sqn });
});

Deno.test("inspect() gives undefined for a nonce that is none of AKA", () => {
  const isim = isimOf(ALICE, newMemory())!;
  for (const nonce of ["", "c2hvcnQ=", "%%%", "a".repeat(40)]) assert.equal(isim.inspect(nonce), undefined);
});

Deno.test("isimOf() remembers a subscriber's card, and nobody's forged one", () => {
  const memory = newMemory();
  const vector = new AuthenticationCentre({ functions }).generate({ rand: RAND });
  const first = isimOf(ALICE, memory)!;
  first.accept(first.inspect(nonceOf(vector))!);
  assert.equal(isimOf(ALICE, memory)?.sqn, vector.sqn);
  const forged = isimOf(ALICE, memory, new Uint8Array(16))!;
  assert.equal(forged.sqn, 0n);
  assert.equal(forged.inspect(nonceOf(vector))?.macOk, false);
  assert.equal(isimOf(ALICE, memory)?.sqn, vector.sqn);
  assert.equal(isimOf(DORA, memory), undefined);
});

Deno.test("isimOf() takes Milenage with OP and TUAK with TOP, and says what is missing", () => {
  const { opc: _, ...bare } = ALICE.aka!;
  const withKeys = (aka: Subscriber["aka"]): Subscriber => ({ ...ALICE, ...(aka ? { aka } : {}) });
  const op = new Uint8Array(16).fill(1);
  const milenage = isimOf(withKeys({ ...bare, op }), newMemory())!;
  const vector = new AuthenticationCentre({ functions: milenageFunctions({ k, op }) }).generate({
    rand: RAND,
  });
  assert.equal(milenage.inspect(nonceOf(vector))?.macOk, true);
  const top = new Uint8Array(32).fill(2);
  const tuak = isimOf(withKeys({ ...bare, algorithm: "tuak", top }), newMemory())!;
  const other = new AuthenticationCentre({ functions: tuakFunctions({ k, top }) }).generate({ rand: RAND });
  assert.equal(tuak.inspect(nonceOf(other))?.macOk, true);
  assert.throws(() => isimOf(withKeys(bare), newMemory()), LocalMisuseError);
});
