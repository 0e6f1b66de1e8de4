import assert from "node:assert/strict";
import { markdown } from "./markdown.ts";
import { SAMPLE } from "./testing/sample.ts";

const TEXT = markdown(SAMPLE);

Deno.test("markdown() begins with the device and the numbers", () => {
  assert.match(
    TEXT,
    /^# imspeer: Example Networks CoreOne P-CSCF 4\.2\.1\n\n1 error, 2 fail, 1 stale waiver,/,
  );
  assert.match(TEXT, /\| aka \| 8 \| 1 \| 1 \|/);
});

Deno.test("markdown() has a section for each standing that needs a person", () => {
  const headings = [...TEXT.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, [
    "Errors of the tester (1)",
    "Failed (2)",
    "Waivers to remove (1)",
    "Inconclusive (1)",
    "Warnings (1)",
    "Waived (1)",
    "Not applicable",
  ]);
  assert.match(TEXT, /`evidence\/aka\.challenge-hides-keys\/trace\.jsonl#2`/);
});

Deno.test("markdown() lets nothing of the device become markup", () => {
  const line = TEXT.split("\n").find((each) => each.includes("says"))!;
  assert.ok(line.includes("&lt;b&gt;says&lt;/b&gt; \\| what \\`it\\` means &amp; \\\\x1b\\[31mmore"));
  assert.equal(line.match(/(?<!\\)\|/g)!.length, 6);
});

Deno.test("markdown() tells trouble of the run as a whole", () => {
  assert.match(
    markdown({ ...SAMPLE, run: { ...SAMPLE.run, trouble: "no answer" } }),
    /\*\*The run as a whole is inconclusive:\*\* no answer/,
  );
});
