import assert from "node:assert/strict";
import { expandRanges, parseRange, substitute } from "./ranges.ts";

Deno.test("expandRanges() makes one entry per number and remembers its origin", () => {
  const expanded = expandRanges([
    { name: "single" },
    { range: "9..11", name: "u{n:03}", impu: ["sip:u{n}@home1.net"], digest: { password: "p{n}" } },
  ]);
  assert.deepEqual(expanded.map(({ origin }) => origin), [0, 1, 1, 1]);
  assert.deepEqual(expanded[3]?.entry, {
    name: "u011",
    impu: ["sip:u11@home1.net"],
    digest: { password: "p11" },
  });
});

Deno.test("expandRanges() leaves what is no range to the schema", () => {
  for (const range of ["12..1", "a", "1..99999"]) {
    assert.deepEqual(expandRanges([{ range }]), [{ entry: { range }, origin: 0 }]);
    assert.equal(parseRange(range), undefined);
  }
});

Deno.test("substitute() leaves environment variables alone", () => {
  assert.equal(substitute("${n} ${KEY_{n}} {n:02}{n}", 7), "${n} ${KEY_7} 077");
});
