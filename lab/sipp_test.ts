import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import { whyNoKamailio } from "./kamailio.ts";
import { compareWithSipp, whyNoSipp } from "./sipp.ts";
import { coreScene } from "./testing/core_scene.ts";

const BLOCK = claimBlock();
const missing = await whyNoKamailio() ?? await whyNoSipp();

toolTest("SIPp and our UE find the same of Kamailio's core: AKA, Digest, a call", missing, async () => {
  const folder = await mkdtemp(join(tmpdir(), "imspeer-sipp-"));
  try {
    await coreScene(BLOCK, async ({ addresses, ues }) => {
      const compared = await compareWithSipp(addresses, ues, folder);
      const outcomes = compared.map(({ what, imspeer }) => [what, imspeer]);
      assert.deepEqual(outcomes, [
        ["AKA over UDP", "registered"],
        ["AKA over TCP", "registered"],
        ["AKA with another K", "not registered"],
        ["Digest over UDP", "registered"],
        ["Digest over TCP", "registered"],
        ["Digest with another password", "not registered"],
        ["a call", "established and ended"],
      ]);
      assert.deepEqual(compared.map(({ what, sipp }) => [what, sipp]), outcomes);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
