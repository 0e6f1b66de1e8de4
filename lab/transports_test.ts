/** UEs of imspeer at Kamailio's P-CSCF by every transport that both have, and calls between them. */
import assert from "node:assert/strict";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import type { TransportName } from "../harness/net/types.ts";
import type { Ue } from "../harness/peer/ue/types.ts";
import { whyNoKamailio } from "./kamailio.ts";
import { coreScene } from "./testing/core_scene.ts";

const BLOCK = claimBlock();
const missing = await whyNoKamailio();

const UES: readonly (readonly [string, TransportName])[] = [
  ["aka01", "udp"],
  ["aka02", "tcp"],
  ["aka03", "wss"],
  ["digest01", "udp"],
  ["digest02", "tcp"],
  ["digest03", "tls"],
  ["digest04", "ws"],
  ["digest05", "wss"],
];

toolTest(
  "UEs register at Kamailio with AKA and Digest by every transport, and call each other",
  missing,
  () =>
    coreScene(BLOCK, async ({ ues }) => {
      const open: Ue[] = [];
      for (const [name, transport] of UES) {
        const ue = await ues.open(name, { transport });
        const { ok, response } = await ue.register();
        assert(ok, `${name} over ${transport}: ${response.status} ${response.reason}`);
        open.push(ue);
      }
      // Each calls the next one: in turn over every transport, and the answer, the ACK and the BYE find their way.
      for (const [at, caller] of open.entries()) {
        const callee = open[(at + 1) % open.length]!;
        const call = await caller.invite(callee.identity.impus[0]!);
        const taken = await callee.acceptCall();
        const says = `${caller.transport} calls ${callee.transport}`;
        assert.equal((await call.answered()).status, 200, says);
        await taken.acknowledged();
        assert.equal((await call.hangUp()).status, 200, says);
      }
      for (const ue of open) assert((await ue.deregister()).ok, ue.transport);
    }),
);
