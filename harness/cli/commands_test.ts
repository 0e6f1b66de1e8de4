/** What the commands tell that send nothing. */
import assert from "node:assert/strict";
import { EXIT } from "./exit.ts";
import { main } from "./main.ts";
import { caseIds, catalogue, faults, suites } from "./registry.ts";
import { FakeHost } from "./testing/fake_host.ts";

async function ok(...words: string[]): Promise<FakeHost> {
  const host = new FakeHost();
  const code = await main(words, host);
  assert.equal(code, EXIT.ok, host.stderr);
  return host;
}

Deno.test("imspeer list --json gives every case with whether it applies", async () => {
  const { stdout, stderr } = await ok("list", "--json");
  assert.equal(stderr, "");
  const { cases } = JSON.parse(stdout);
  assert.deepEqual(cases.map(({ id }: { id: string }) => id), caseIds());
  for (const one of cases) {
    assert.deepEqual(Object.keys(one).sort(), [
      "applicable",
      "id",
      "kills",
      "peer",
      "priority",
      "reason",
      "suite",
      "title",
      "verifies",
    ]);
    assert.equal(one.applicable, one.reason === null, one.id);
    if (one.suite === "aka" || one.suite === "digest") assert.ok(one.applicable, `${one.id}: ${one.reason}`);
  }
});

Deno.test("imspeer list tells why a case does not apply", async () => {
  const host = new FakeHost();
  await main(["profile", "init", "lab.yaml"], host);
  host.stderr = "";
  assert.equal(await main(["list", "--profile", "lab.yaml", "--suite", "digest"], host), EXIT.ok);
  assert.equal(host.stdout, "");
  assert.match(
    host.stderr,
    /^not applicable: profile "lab" has no capabilities.proxy-auth, the case needs true$/m,
  );
});

Deno.test("imspeer trace --json leaves no requirement out", async () => {
  const { requirements } = JSON.parse((await ok("trace", "--json")).stdout);
  assert.deepEqual(requirements.map(({ id }: { id: string }) => id).sort(), [...catalogue.keys()].sort());
  for (const { cases, untestable } of requirements) {
    assert.ok(Array.isArray(cases));
    assert.ok(untestable === null || typeof untestable === "string");
  }
});

Deno.test("imspeer trace makes a table for a spreadsheet and a page for a browser", async () => {
  assert.equal((await ok("trace", "--csv")).stdout.trim().split("\r\n").length, catalogue.size + 1);
  assert.match((await ok("trace", "--html")).stdout, /^<!doctype html>/i);
  assert.match((await ok("trace")).stderr, /^all +\d+ +\d+/m);
});

Deno.test("imspeer explain knows every case, every requirement and every fault", async () => {
  const [suite] = suites;
  const [definition] = suite?.cases ?? [];
  assert.ok(definition);
  const one = (await ok("explain", definition.id)).stderr;
  assert.ok(
    one.includes(definition.title) && one.includes("What it does") &&
      one.includes(definition.verifies[0] ?? "-"),
  );
  for (const kill of definition.kills) assert.ok(one.includes(kill), kill);
  const [fault] = faults;
  assert.ok(fault);
  assert.ok((await ok("explain", fault.id)).stderr.includes(fault.requirement));
  const requirement = (await ok("explain", fault.requirement)).stderr;
  assert.ok(requirement.includes("What it asks") && requirement.includes(fault.id));
});

Deno.test("imspeer profile init, check and show", async () => {
  const host = new FakeHost();
  assert.equal(await main(["profile", "init", "lab.yaml"], host), EXIT.ok);
  assert.equal(await main(["profile", "check", "lab.yaml"], host), EXIT.ok);
  assert.match(
    host.stderr,
    /lab.yaml: a valid profile "lab": 8 subscribers \(4 aka, 4 digest\), entry points p-cscf/,
  );
  assert.equal(await main(["profile", "init", "lab.yaml"], host), EXIT.usage);
  assert.match(host.stderr, /"lab.yaml" exists already/);
  assert.equal(await main(["profile", "init", "lab.yaml", "--force"], host), EXIT.ok);
  assert.equal(host.stdout, "");
  assert.equal(await main(["profile", "show", "lab.yaml"], host), EXIT.ok);
  assert.match(host.stdout, /password: "\*\*\*\*\*"/);
  assert.ok(!host.stdout.includes("change-me"));
});

Deno.test("imspeer profile check warns of a waiver that no case answers to", async () => {
  const host = new FakeHost();
  const { stdout } = await ok("profile", "init");
  host.files.set(
    "lab.yaml",
    stdout.replace("waivers: []", "waivers: [{ case: aka/no-such-case, reason: x }]"),
  );
  assert.equal(await main(["profile", "check", "lab.yaml"], host), EXIT.ok);
  assert.match(host.stderr, /warning: no case answers to the waiver of "aka\/no-such-case"/);
});

Deno.test("imspeer profile schema is JSON Schema", async () => {
  assert.match(JSON.parse((await ok("profile", "schema")).stdout).$schema, /json-schema\.org/);
});

Deno.test("imspeer --help, COMMAND --help, help COMMAND and --version go to standard output", async () => {
  assert.match((await ok("--help")).stdout, /^Usage: imspeer COMMAND/m);
  assert.equal((await ok("run", "--help")).stdout, (await ok("help", "run")).stdout);
  assert.match((await ok("--version")).stdout, /^imspeer \d+\.\d+\.\d+\n$/);
});

Deno.test("every fault and case that a help names exists", async () => {
  const named = [...(await ok("run", "--help")).stdout.matchAll(/--(?:fault|case) '?([\w/-]+)'?$/gm)].map((
    [, id],
  ) => id);
  assert.ok(named.length > 0);
  const known = [...faults.map(({ id }) => id), ...caseIds()];
  for (const id of named) assert.ok(known.includes(id ?? ""), id);
});
