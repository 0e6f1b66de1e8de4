/** The whole lab comes up, says so, and leaves nothing behind. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import { labAddresses, PORTS } from "./addresses.ts";
import { diameterNodes, down, missing, status, taken, up } from "./lab.ts";

const BLOCK = claimBlock();
const reasons = await missing();

Deno.test("taken() names what something listens on, whichever box would", () => {
  const addresses = labAddresses(BLOCK);
  const { of } = addresses;
  assert.deepEqual(taken(addresses), []);
  const held = [
    Deno.listen({ hostname: of["s-cscf-hss"], port: PORTS.sip }),
    Deno.listenDatagram({ hostname: of["p-cscf"], port: PORTS.sip, transport: "udp" }),
    Deno.listen({ hostname: of.hss, port: PORTS.operator }),
  ];
  try {
    assert.deepEqual(taken(addresses), [
      `udp ${of["p-cscf"]}:${PORTS.sip}`,
      `tcp ${of["s-cscf-hss"]}:${PORTS.sip}`,
      `tcp ${of.hss}:${PORTS.operator}`,
    ]);
  } finally {
    for (const one of held) one.close();
  }
});

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
