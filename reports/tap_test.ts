import assert from "node:assert/strict";
import { SAMPLE } from "./testing/sample.ts";
import { tap } from "./tap.ts";

const LINES = tap(SAMPLE).split("\n");

Deno.test("tap() plans and numbers every case", () => {
  assert.deepEqual(LINES.slice(0, 2), ["TAP version 14", "1..15"]);
  assert.deepEqual(
    LINES.filter((line) => /^(not )?ok /.test(line)).map((line) => Number(line.match(/\d+/)?.[0])),
    Array.from({ length: 15 }, (_, index) => index + 1),
  );
});

Deno.test("tap() is ok for pass, warn and not applicable, and a waived case is a TODO", () => {
  const of = (id: string) => LINES.find((line) => line.includes(`- ${id}:`));
  assert.match(of("aka/registers")!, /^ok \d+ - aka\/registers: A UE with the right keys is registered$/);
  assert.match(of("aka/stale-challenge")!, /^ok /);
  assert.match(of("aka/network-reauthentication")!, /^ok .* # SKIP profile "vendor-lab" has no/);
  assert.match(of("digest/replayed-nc")!, /^not ok .* # TODO waived: Fixed in 4.3/);
  for (
    const id of [
      "aka/challenge-hides-keys",
      "digest/rspauth",
      "aka/deregister",
      "aka/mac-failure-ends-attempt",
    ]
  ) {
    assert.match(of(id)!, /^not ok [^#]*$/);
  }
});

Deno.test("tap() escapes what would be a directive, and keeps diagnostics on lines of their own", () => {
  const odd = { ...SAMPLE.cases[1]!, title: "a # TODO \\ b\nok 99 - injected" };
  const text = tap({ ...SAMPLE, cases: [odd], run: { ...SAMPLE.run, trouble: "died\nlater" } });
  assert.match(text, /a \\# TODO \\\\ b ⏎ ok 99/);
  assert.match(text, /\n {2}---\n {2}verdict: "fail"\n/);
  assert.match(text, /\nBail out! died ⏎ later\n$/);
});
