/** The whole lab comes up, says so, and leaves nothing behind. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import { labAddresses } from "./addresses.ts";
import { diameterNodes, down, missing, status, up } from "./lab.ts";

const BLOCK = claimBlock();
const reasons = await missing();

toolTest("the lab comes up, tells what runs, and leaves nothing but logs", reasons[0], async () => {
  const addresses = labAddresses(BLOCK);
  const folder = await mkdtemp(join(tmpdir(), "imspeer-lab-"));
  const running = () => status(folder).filter((one) => one.running).map(({ name }) => name);
  try {
    try {
      await up({ addresses, folder });
      assert.deepEqual(running(), [
        "hss",
        "i-cscf",
        "i-cscf-hss",
        "p-cscf",
        "proxy",
        "s-cscf",
        "s-cscf-hss",
        "turn",
      ]);
      assert.equal((await diameterNodes(addresses))?.length, 2);
    } finally {
      await down(folder);
    }
    assert.deepEqual(running(), []);
    assert.equal(await diameterNodes(addresses), undefined);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["log"]);
    assert.deepEqual(await down(folder), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
