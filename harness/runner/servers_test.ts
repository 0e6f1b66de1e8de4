import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { systemNet } from "../net/mod.ts";
import { HssServer } from "../peer/hss/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import type { PeerFactory } from "./peers.ts";
import { Servers } from "./servers.ts";
import { profile } from "./testing/fakes.ts";

const HSS = { listen: { address: "127.0.0.1", port: 0 }, host: "hss.example.net", realm: "example.net" };

function servers(more: Partial<Profile>, peers: Partial<PeerFactory> = {}): Servers {
  const createUe = () => Promise.reject(new Error("no UE here"));
  return new Servers({
    profile: { ...profile(), ...more },
    net: systemNet,
    peers: { createUe, ...peers },
    seed: "1",
  });
}

Deno.test("Servers open what the profile has once, from the start, and close it", async () => {
  let opened = 0;
  const run = servers({ hss: HSS }, {
    openHss: (options) => {
      opened++;
      return HssServer.open(options);
    },
  });
  run.start();
  const [one, other] = await Promise.all([run.hss(), run.hss()]);
  assert.equal(one, other);
  assert.equal(opened, 1);
  const stream = await systemNet.stream!({
    clock: systemNet.clock,
    local: { address: "127.0.0.1", port: 0 },
    remote: one.local,
  });
  await stream.destroy();
  await run.close();
});

Deno.test("Servers tell only who asks that one is not to be had", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const run = servers({ hss: { ...HSS, listen: { address: "127.0.0.1", port } } }, {
    openHss: (options) => HssServer.open(options),
  });
  run.start();
  await assert.rejects(run.hss(), EnvironmentError);
  await assert.rejects(
    run.clf(),
    (error) => error instanceof EnvironmentError && /"clf:"|no CLF/.test(error.message + error.remedy),
  );
  await run.close();
  taken.close();
});
