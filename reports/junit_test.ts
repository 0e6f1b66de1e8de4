import assert from "node:assert/strict";
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { junit } from "./junit.ts";
import { standing, STANDING_WORDS, STANDINGS } from "./standing.ts";
import { summarise } from "../harness/runner/summary.ts";
import { SAMPLE } from "./testing/sample.ts";

Deno.test("junit() tells every standing apart: element, type and first words of system-out", () => {
  const seen = new Map(SAMPLE.cases.map((each) => [standing(each), shape(testcase(junit(SAMPLE), each.id))]));
  assert.deepEqual(
    Object.fromEntries([...seen].map(([name, { element, type, first }]) => [name, [element, type, first]])),
    {
      pass: [null, null, "pass"],
      fail: ["failure", "fail", "fail"],
      warn: [null, null, "warn"],
      inconclusive: ["error", "inconclusive", "inconclusive"],
      error: ["error", "error", "error"],
      notApplicable: ["skipped", "notApplicable", "not applicable"],
      waived: ["skipped", "waived", "waived"],
      stale: ["failure", "staleWaiver", "stale waiver"],
    },
  );
  assert.equal(seen.size, STANDINGS.length);
  const shapes = new Set(
    [...seen.values()].map((each) => JSON.stringify([each.element, each.type, each.first])),
  );
  assert.equal(shapes.size, STANDINGS.length);
});

Deno.test("junit() keeps every verdict, requirement, check and evidence path of every case", () => {
  const xml = junit(SAMPLE);
  for (const each of SAMPLE.cases) {
    const text = testcase(xml, each.id);
    assert.match(text, new RegExp(`verdict: ${each.verdict}\n`));
    for (const requirement of each.verifies) assert.ok(text.includes(requirement));
    if (each.evidence !== null) assert.ok(text.includes(`evidence: ${each.evidence}\n`));
    assert.equal([...text.matchAll(/^check: (holds|broken): /gm)].length, each.checks.length);
  }
});

Deno.test("junit() begins the system-out of a warning with warn: and its reason", () => {
  assert.match(
    testcase(junit(SAMPLE), "aka/stale-challenge"),
    /<system-out>warn: The answer to the first challenge/,
  );
});

Deno.test("junit() counts what pipelines read: failures, errors and skipped are those of its elements", () => {
  const xml = junit(SAMPLE);
  const numbers = (tag: string) => [...xml.matchAll(new RegExp(`<${tag} `, "g"))].length;
  const sums = (name: string) =>
    [...xml.matchAll(/<testsuite [^>]*>/g)].reduce(
      (sum, [tag]) => sum + Number(tag.match(`${name}="(\\d+)"`)?.[1]),
      0,
    );
  assert.deepEqual(
    [sums("tests"), sums("failures"), sums("errors"), sums("skipped")],
    [numbers("testcase"), numbers("failure"), numbers("error"), numbers("skipped")],
  );
  assert.match(xml, new RegExp(`<testsuites [^>]*tests="${SAMPLE.cases.length}" failures="3" errors="2"`));
});

Deno.test("junit() makes trouble of the run as a whole an error of its own", () => {
  const xml = junit({ ...SAMPLE, run: { ...SAMPLE.run, trouble: "the device died after aka/deregister" } });
  assert.match(
    xml,
    /<testcase classname="run"[^>]*>\s*<error type="inconclusive" message="the device died after/,
  );
  assert.match(xml, /errors="3"/);
});

Deno.test("junit() shows controls and characters that XML cannot hold", () => {
  const text = testcase(junit(SAMPLE), "digest/proxy-auth-invite");
  for (const shown of ["\\x1b[31mmore", "\\x00 nothing ]]&gt;", "&lt;b&gt;says&lt;/b&gt;", "\\u202e"]) {
    assert.ok(text.includes(shown), shown);
  }
});

Deno.test("junit() is valid against the Jenkins schema", async (t) => {
  const every = String.fromCharCode(...Array.from({ length: 0x180 }, (_, code) => code)) +
    "\ud800 \ufffe \u{1f600}";
  const nasty = SAMPLE.cases.map((each): CaseResult => ({
    ...each,
    title: each.title + every,
    reason: each.reason && each.reason + every,
  }));
  const results: RunResult[] = [
    SAMPLE,
    {
      ...SAMPLE,
      run: { ...SAMPLE.run, trouble: every, environment: { [every]: every }, durationMs: 1e9 },
      cases: nasty,
    },
    { ...SAMPLE, cases: [], summary: summarise([]) },
  ];
  for (const result of results) {
    const errors = await xmllint(junit(result));
    if (errors === undefined) {
      return void await t.step({ name: "xmllint is not installed", ignore: true, fn: () => {} });
    }
    assert.equal(errors, "");
  }
});

Deno.test("every standing has a word of its own", () => {
  assert.equal(new Set(Object.values(STANDING_WORDS)).size, STANDINGS.length);
});

/** What xmllint has to complain about. Undefined without xmllint, which only CI insists on. */
async function xmllint(xml: string): Promise<string | undefined> {
  const path = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    await Deno.writeTextFile(path, xml);
    const schema = new URL("../testdata/schemas/junit-10.xsd", import.meta.url).pathname;
    const command = new Deno.Command("xmllint", {
      args: ["--noout", "--nonet", "--schema", schema, path],
      stderr: "piped",
    });
    const { code, stderr } = await command.output();
    return code === 0 ? "" : new TextDecoder().decode(stderr);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    assert.notEqual(Deno.env.get("CI"), "true", "xmllint must be installed in CI (Debian: libxml2-utils)");
    return undefined;
  } finally {
    await Deno.remove(path);
  }
}

function testcase(xml: string, id: string): string {
  const found = xml.split("  <testcase ").find((part) => part.includes(`name="${id}"`));
  assert.ok(found, id);
  return found.slice(0, found.indexOf("</testcase>"));
}

function shape(text: string) {
  const outcome = text.match(/<(failure|error|skipped) type="(\w+)"/);
  const first = text.match(/<system-out>([^:\n]*)/)?.[1];
  return { element: outcome?.[1] ?? null, type: outcome?.[2] ?? null, first };
}
