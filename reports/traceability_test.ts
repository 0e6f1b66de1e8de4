import assert from "node:assert/strict";
import { SAMPLE } from "./testing/sample.ts";
import { CATALOGUE, FAULTS } from "./testing/sample_catalogue.ts";
import { traceability, traceabilityCsv, traceabilityJson } from "./traceability.ts";

const TRACED = traceability({ catalogue: CATALOGUE, cases: SAMPLE.cases, faults: FAULTS });

Deno.test("traceability() has every entry of the catalogue, in its order", () => {
  assert.deepEqual(TRACED.requirements.map(({ id }) => id), CATALOGUE.map(({ id }) => id));
});

Deno.test("traceability() ties requirements to cases and faults", () => {
  const keys = TRACED.requirements.find(({ id }) => id === "33.203/6.1.1/09")!;
  assert.deepEqual([keys.cases, keys.faults, keys.untestable], [["aka/challenge-hides-keys"], [
    "pcscf/leaks-ck-ik",
  ], null]);
});

Deno.test("traceability() gives the reason of what nobody can test, and counts what is open", () => {
  const hidden = TRACED.requirements.find(({ id }) => id === "33.203/6.1.0/07")!;
  assert.match(hidden.untestable!, /Not observable from outside/);
  const { requirements, covered, untestable, open, byPriority, bySuite } = TRACED.summary;
  assert.deepEqual([requirements, covered, untestable, open], [18, 16, 1, 1]);
  assert.equal(Object.values(byPriority).reduce((sum, each) => sum + each.requirements, 0), 18);
  assert.deepEqual(bySuite.digest, { requirements: 4, covered: 4, untestable: 0, open: 0 });
});

Deno.test("traceability() prefers the catalogue's own reason, and has none where a case judges it", () => {
  const entry = { ...CATALOGUE[0]!, untestable: "needs the operator" };
  const without = traceability({ catalogue: [entry], cases: [] });
  assert.equal(without.requirements[0]!.untestable, "needs the operator");
  assert.equal(traceability({ catalogue: [entry], cases: SAMPLE.cases }).requirements[0]!.untestable, null);
});

Deno.test("traceability() names what cases cite and the catalogue does not have", () => {
  assert.deepEqual(TRACED.summary.unknown, []);
  const { unknown } = traceability({ catalogue: [], cases: [{ id: "a/b", verifies: ["x/1"] }] }).summary;
  assert.deepEqual(unknown, ["x/1"]);
});

Deno.test("traceabilityCsv() is RFC 4180 with a line per requirement", () => {
  const odd = { ...CATALOGUE[0]!, title: 'says "no", twice\nat least' };
  const csv = traceabilityCsv(traceability({ catalogue: [odd], cases: SAMPLE.cases }));
  assert.match(csv, /^id,source,clause,title,/);
  assert.ok(csv.includes('"says ""no"", twice\nat least"'));
  assert.equal(traceabilityCsv(TRACED).split("\r\n").length, CATALOGUE.length + 2);
});

Deno.test("traceabilityJson() has the shape other programs read", () => {
  const { requirements, summary } = JSON.parse(traceabilityJson(TRACED));
  for (const name of ["id", "suite", "priority", "peer", "level", "cases", "untestable"]) {
    assert.ok(name in requirements[0]);
  }
  assert.equal(summary.requirements, CATALOGUE.length);
});
