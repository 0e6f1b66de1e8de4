/** Kamailio broken on purpose: what passes against the whole core (lab/expected) fails, and says why. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import { labAddresses } from "./addresses.ts";
import { type Break, BREAKS } from "./breaks.ts";
import { expectation } from "./expected.ts";
import { whyNoKamailio } from "./kamailio.ts";
import { runImspeer } from "./run.ts";
import { coreScene } from "./testing/core_scene.ts";

const missing = await whyNoKamailio();
const BLOCK = claimBlock();

for (const name of Object.keys(BREAKS) as Break[]) {
  const { says, fails } = BREAKS[name];
  toolTest(`a core broken on purpose turns cases red: ${says}`, missing, async () => {
    const out = await mkdtemp(join(tmpdir(), "imspeer-broken-"));
    try {
      await coreScene(BLOCK, async () => {
        const options = fails.flatMap((id) => ["--case", id]);
        const { code, results } = await runImspeer(labAddresses(BLOCK), out, options);
        const verdicts = Object.fromEntries(results.cases.map(({ id, verdict }) => [id, verdict]));
        for (const id of fails) {
          assert.equal(expectation().cases[id]?.verdict, "pass", id);
          assert.equal(verdicts[id], "fail", `${id}: ${results.cases.find((one) => one.id === id)?.reason}`);
        }
        assert.equal(code, 1);
      }, [name]);
    } finally {
      await rm(out, { recursive: true });
    }
  });
}
