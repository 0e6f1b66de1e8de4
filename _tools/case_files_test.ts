import assert from "node:assert/strict";
import { extendedRegister, placementProblems, registerProblems, writtenIds } from "./case_files.ts";

const source =
  `suite("aka", "IMS AKA", [\n  testCase({\n    id: "aka/one",\n    verifies: ["33.203/6.1/01"],\n`;

Deno.test("writtenIds() finds the ids of cases and nothing else", () => {
  assert.deepEqual(writtenIds("suites/aka/x.ts", source), [{
    id: "aka/one",
    file: "suites/aka/x.ts",
    line: 3,
  }]);
  assert.deepEqual(writtenIds("suites/aka/x.ts", "id: `aka/${name}`"), []);
});

Deno.test("placementProblems() finds what stands elsewhere, twice or in no suite", () => {
  const one = { id: "aka/one", file: "suites/aka/x.ts", line: 3 };
  assert.deepEqual(placementProblems([one], new Set(["aka/one"])), []);
  assert.deepEqual(placementProblems([{ ...one, file: "suites/digest/x.ts" }], new Set(["aka/one"])), [
    'suites/digest/x.ts:3: case "aka/one" stands outside the folder of its suite',
  ]);
  assert.deepEqual(placementProblems([one], new Set()), [
    'suites/aka/x.ts:3: case "aka/one" is an orphan: no suite of suites/mod.ts lists it',
  ]);
  assert.match(
    placementProblems([one, { ...one, line: 9 }], new Set(["aka/one"])).join(),
    /x\.ts:9: .*x\.ts:3 already/,
  );
});

Deno.test("registerProblems() wants every id there, and no id twice in a life", () => {
  const register = "aka/one\naka/old retired: says the same as aka/one\n";
  assert.deepEqual(registerProblems(register, ["aka/one"]), []);
  assert.match(
    registerProblems(register, ["aka/one", "aka/new"]).join(),
    /"aka\/new" is missing in suites\/ids\.txt/,
  );
  assert.match(
    registerProblems(register, ["aka/one", "aka/old"]).join(),
    /"aka\/old" has an id that was retired/,
  );
  assert.match(registerProblems(register, []).join(), /"aka\/one" is gone; if for good/);
});

Deno.test("extendedRegister() adds in order and keeps what is retired", () => {
  assert.equal(
    extendedRegister("b/one\na/old retired: why\n", ["b/one", "a/new"]),
    "a/new\na/old retired: why\nb/one\n",
  );
});
