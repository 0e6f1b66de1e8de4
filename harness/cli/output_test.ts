/** What a run has measured stays, whatever becomes of the place it is to be written to. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CliError } from "./exit.ts";
import { denoHost, type Host } from "./host.ts";
import { Output } from "./output.ts";

const RESULTS = { name: "results.json", content: "{}" };
const EVIDENCE = "evidence/aka/x/trace.jsonl";
const BYTES = new TextEncoder().encode("1");

Deno.test("commit() puts evidence and reports in the place of those of an earlier run", async () => {
  await withFolder(async (folder, host) => {
    for (const reports of [[RESULTS, { name: "junit.xml", content: "<a/>" }], [RESULTS]]) {
      const output = await Output.open(folder, host);
      await output.stage(EVIDENCE, BYTES);
      await output.commit(reports);
    }
    assert.deepEqual(names(folder), ["evidence", "results.json"]);
    assert.equal(host.readText(join(folder, EVIDENCE)), "1");
  });
});

Deno.test("commit() leaves the last run whole where there is no room, and tells where this one is", async () => {
  await withFolder(async (folder, host) => {
    const earlier = await Output.open(folder, host);
    await earlier.commit([{ name: "results.json", content: "earlier" }]);
    const output = await Output.open(folder, without(host, folder));
    const error = await output.commit([RESULTS]).then(() => assert.fail("was committed"), (error) => error);
    await output.discard();
    assert.ok(error instanceof CliError);
    assert.equal(error.code, 2);
    assert.match(error.message, /no space is left/);
    const [, place = ""] = error.hints.join("\n").match(/the reports are in "(.*)"/) ?? [];
    assert.equal(host.readText(join(place, "results.json")), "{}");
    await Deno.remove(place, { recursive: true });
    assert.equal(host.readText(join(folder, "results.json")), "earlier");
  });
});

Deno.test("commit() that fails leaves the evidence where it was gathered", async () => {
  await withFolder(async (folder, host) => {
    const full = { ...host, writeFile: refuse };
    const output = await Output.open(folder, { ...full, writeFile: host.writeFile });
    await output.stage(EVIDENCE, BYTES);
    Object.assign(output.host, full);
    const error = await output.commit([RESULTS]).then(() => assert.fail("was committed"), (error) => error);
    assert.deepEqual(error.hints, [
      "nor to a folder for what is temporary: no space is left on the device",
      `the evidence that could be written is in "${join(folder, `.partial-${Deno.pid}`)}"`,
    ]);
    await output.discard();
    assert.deepEqual(names(folder), [`.partial-${Deno.pid}`]);
    assert.equal(host.readText(join(folder, `.partial-${Deno.pid}`, EVIDENCE)), "1");
  });
});

/** A machine on which nothing more fits into this folder. */
function without(host: Host, folder: string): Host {
  return {
    ...host,
    writeFile: (path, content) => path.startsWith(folder) ? refuse() : host.writeFile(path, content),
  };
}

function refuse(): Promise<never> {
  return Promise.reject(
    Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" }),
  );
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

async function withFolder(test: (folder: string, host: Host) => Promise<void>): Promise<void> {
  const host = denoHost();
  const folder = await Deno.makeTempDir({ prefix: "imspeer-output-" });
  try {
    await test(folder, host);
  } finally {
    host.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
