import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { pack, SEPARATOR } from "./packing.ts";

Deno.test("pack() gives every markup back at its place, neighbours together", () => {
  const markups = new Map(
    Array.from({ length: 9 }, (_, index) => [`case/${index}`, `<p>${"über ".repeat(30_000)}${index}</p>`]),
  );
  const { packs, places } = pack(markups);
  const texts = packs.map((data) =>
    inflateSync(Uint8Array.fromBase64(data)).toString("utf8").split(SEPARATOR)
  );
  for (const [id, markup] of markups) {
    const [pack, place] = places.get(id)!;
    assert.equal(texts[pack]?.[place], markup);
  }
  assert.deepEqual(texts.map(({ length }) => length), [2, 2, 2, 2, 1]);
});

Deno.test("pack() packs nothing into nothing, and a markup that is too large by itself", () => {
  assert.deepEqual(pack(new Map()).packs, []);
  const large = pack(new Map([["a", "x"], ["b", "y".repeat(900_000)], ["c", "z"]]));
  assert.deepEqual([...large.places.values()], [[0, 0], [1, 0], [2, 0]]);
});
