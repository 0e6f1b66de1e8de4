import assert from "node:assert/strict";
import { sampleTraces } from "./testing/sample.ts";
import { parseTrace, TraceSyntaxError } from "./trace_file.ts";

const RECORDS = sampleTraces("digest/proxy-auth-invite");
const TEXT = RECORDS.map((record) => `${JSON.stringify(record)}\n`).join("");

Deno.test("parseTrace() reads every record, with and without a note", () => {
  assert.deepEqual(parseTrace(TEXT), RECORDS);
  assert.deepEqual(parseTrace(""), []);
});

Deno.test("parseTrace() names the line that is wrong", () => {
  const wrong = (error: TraceSyntaxError) =>
    error instanceof SyntaxError && error.line === 2 && error.offset === TEXT.indexOf("\n") + 1;
  const lines = TEXT.split("\n");
  assert.throws(() => parseTrace([lines[0], "{", lines[1]].join("\n")), wrong);
  assert.throws(() => parseTrace([lines[0], lines[1]!.replace('"out"', '"up"')].join("\n")), wrong);
  assert.throws(
    () => parseTrace([lines[0], lines[1]!.replace(/"bytes":"../, '"bytes":"*')].join("\n")),
    wrong,
  );
});
