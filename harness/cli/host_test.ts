import assert from "node:assert/strict";
import { denoHost } from "./host.ts";
import { inTemporaryFolder } from "./testing/imspeer.ts";

Deno.test("writeFile() makes the folders, replaces the file, and leaves nothing else behind", () =>
  inTemporaryFolder(async (folder) => {
    const host = denoHost();
    try {
      await host.writeFile(`${folder}/a/b/c.txt`, "old");
      await host.writeFile(`${folder}/a/b/c.txt`, new TextEncoder().encode("new"));
      assert.equal(host.readText(`${folder}/a/b/c.txt`), "new");
      assert.deepEqual([...Deno.readDirSync(`${folder}/a/b`)].map(({ name }) => name), ["c.txt"]);
      await assert.rejects(host.writeFile(`${folder}/a/b`, "a folder is there"));
      assert.deepEqual([...Deno.readDirSync(`${folder}/a`)].map(({ name }) => name), ["b"]);
      assert.ok(host.exists(`${folder}/a`) && !host.exists(`${folder}/x`));
    } finally {
      host.stop();
    }
  }));
