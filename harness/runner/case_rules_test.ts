import assert from "node:assert/strict";
import { suite } from "./case.ts";
import { caseProblems } from "./case_rules.ts";
import { catalogue, demoCase, demoSuite, SHALL, SHOULD, STUDY } from "./testing/fakes.ts";

const nothing = () => Promise.resolve();
const faults = [{ id: "box/fault", requirement: SHALL, title: "does not" }];
const good = demoCase("good", nothing);

const problemsOf = (...changes: Parameters<typeof demoCase>[2][]) =>
  caseProblems({
    suites: [demoSuite(good, ...changes.map((change, index) => demoCase(`bad-${index}`, nothing, change)))],
    catalogue,
    faults,
    capabilities: ["aka", "outbound"],
  });

Deno.test("caseProblems() finds nothing wrong with a good case", () => {
  assert.deepEqual(problemsOf(), []);
  assert.deepEqual(problemsOf({ needs: { outbound: true, "operator.deregister": true } }), []);
});

Deno.test("caseProblems() finds ids that are doubled, misplaced or badly formed", () => {
  assert.deepEqual(problemsOf({ id: "demo/good" }), ['case "demo/good" is defined twice']);
  assert.deepEqual(problemsOf({ id: "other/one" }), [
    'case "other/one" does not begin with its suite "demo/"',
  ]);
  assert.match(problemsOf({ id: "demo/Two_Words" }).join(), /not of the form/);
  assert.match(problemsOf({ title: " " }).join(), /has no title/);
  assert.deepEqual(
    caseProblems({ suites: [demoSuite(good), suite("demo", "Again", [])], catalogue, faults }),
    ['suite "demo" is registered twice'],
  );
});

Deno.test("caseProblems() finds requirements that are missing, unknown, doubled or out of reach", () => {
  assert.match(problemsOf({ verifies: [], kills: [] }).join(), /verifies nothing.*kills no fault/);
  assert.match(
    problemsOf({ verifies: [SHALL, "r/1/77"] }).join(),
    /verifies "r\/1\/77", which is not in the catalogue; did you mean/,
  );
  assert.match(problemsOf({ verifies: [SHALL, SHALL] }).join(), /twice/);
  assert.match(problemsOf({ verifies: [SHALL, STUDY] }).join(), /level "study" and has no need/);
  assert.deepEqual(problemsOf({ verifies: [SHALL, STUDY], needs: { aka: true } }), []);
  const hidden = new Map(catalogue);
  hidden.set(SHALL, { ...catalogue.get(SHALL)!, untestable: "nobody sees it" });
  assert.match(
    caseProblems({ suites: [demoSuite(good)], catalogue: hidden, faults }).join(),
    /listed as untestable: nobody sees it/,
  );
});

Deno.test("caseProblems() finds kills that cannot be, and faults that nobody names", () => {
  assert.match(
    problemsOf({ kills: ["box/falut"] }).join(),
    /kills "box\/falut", which is no fault .*; did you mean "box\/fault"/,
  );
  assert.match(
    problemsOf({ verifies: [SHOULD] }).join(),
    /does not verify "r\/1\/01", which that fault violates/,
  );
  const more = [...faults, { id: "box/other", requirement: "r/9/99", title: "x" }, faults[0]!];
  assert.deepEqual(caseProblems({ suites: [demoSuite(good)], catalogue, faults: more }), [
    'fault "box/fault" is listed twice',
    'fault "box/other" violates "r/9/99", which is not in the catalogue',
    'fault "box/other" is named by no case',
  ]);
});

Deno.test("caseProblems() finds needs that no profile can claim", () => {
  assert.match(
    problemsOf({ needs: { outbuond: true } }).join(),
    /needs "outbuond", which no profile can claim; did you mean "outbound"/,
  );
  assert.match(problemsOf({ leases: [] }).join(), /leases nobody/);
});
