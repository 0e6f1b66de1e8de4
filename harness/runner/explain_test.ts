import assert from "node:assert/strict";
import { explain } from "./explain.ts";
import { UsageError } from "./plan.ts";
import { catalogue, demoCase, demoSuite, MAY, SHALL } from "./testing/fakes.ts";

const fault = { id: "box/fault", requirement: SHALL, title: "does not" };
const known = {
  suites: [demoSuite(demoCase("a", () => Promise.resolve(), { tags: ["slow"], needs: { aka: true } }))],
  catalogue,
  faults: [fault, { ...fault, id: "box/other" }],
};

Deno.test("explain() of a case gives its requirements and the faults it kills", () => {
  const told = explain("demo/a", known);
  assert.equal(told.kind, "case");
  if (told.kind !== "case") return;
  assert.deepEqual(told.requirements.map(({ id }) => id), [SHALL]);
  assert.deepEqual(told.faults, [fault]);
  assert.deepEqual([told.leases, told.needs, told.tags, told.exclusive], [
    ["aka"],
    { aka: true },
    ["slow"],
    false,
  ]);
});

Deno.test("explain() of a requirement gives the cases that verify it, also when there is none", () => {
  const told = explain(SHALL, known);
  assert.equal(told.kind, "requirement");
  if (told.kind !== "requirement") return;
  assert.deepEqual(told.cases.map(({ id }) => id), ["demo/a"]);
  assert.equal(told.faults.length, 2);
  const none = explain(MAY, known);
  assert.deepEqual(none.kind === "requirement" && none.cases, []);
});

Deno.test("explain() of something else says what may have been meant", () => {
  assert.throws(() => explain("demo/b", known), (error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /There is no case and no requirement "demo\/b"; did you mean "demo\/a"/);
    return true;
  });
});
