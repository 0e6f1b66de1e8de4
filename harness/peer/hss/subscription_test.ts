import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fromHex } from "../../crypto/mod.ts";
import { isimOf } from "../ue/isim.ts";
import { newMemory } from "../ue/mod.ts";
import { dataItem } from "./cx_answers.ts";
import { HssSubscription } from "./subscription.ts";
import type { Subscriber } from "../../../profiles/types.ts";

/** Keys made up for this file. */
const subscriber = {
  ...{ name: "a", impi: "a@home.example", impus: ["sip:a@home.example"] },
  ...{ implicitSet: [], barred: [], otherSet: [], traits: [] },
  aka: {
    algorithm: "milenage",
    k: fromHex("000102030405060708090a0b0c0d0e0f"),
    op: fromHex("0f0e0d0c0b0a09080706050403020100"),
    ...{ amf: new Uint8Array(2), sqn: 0n, ind: 5, digest: "AKAv1-MD5" },
  },
  digest: { password: "kettle", algorithm: "MD5" },
} as const satisfies Subscriber;

const RAND = new Uint8Array(16).fill(7);

Deno.test("HssSubscription gives vectors that a card accepts which another HSS has used", () => {
  const cards = newMemory();
  const isim = isimOf(subscriber, cards)!;
  const other = new HssSubscription(subscriber, "home.example");
  for (let count = 0; count < 40; count++) {
    const { rand, autn } = other.vector(RAND)!;
    isim.accept(isim.inspect(btoa(String.fromCharCode(...rand, ...autn)))!);
  }
  const { rand, autn } = new HssSubscription(subscriber, "home.example", [cards]).vector(RAND)!;
  strictEqual(isim.inspect(btoa(String.fromCharCode(...rand, ...autn)))?.sqnOk, true);
});

Deno.test("dataItem() has H(A1) of another password where one is given, and nothing for a scheme without means", () => {
  const random = (length: number) => new Uint8Array(length);
  const found = new HssSubscription(subscriber, "home.example");
  const item = (password?: string) =>
    dataItem("SIP Digest", found, { random }, password === undefined ? {} : { password });
  ok(item());
  deepStrictEqual(item("kettle"), item());
  ok(item("another")?.some(({ data }, index) => data.toString() !== item()![index]!.data.toString()));
  strictEqual(dataItem("NASS-Bundled", found, { random }), undefined);
});
