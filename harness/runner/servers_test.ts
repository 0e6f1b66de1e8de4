import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { CX, DiameterConnection } from "../diameter/mod.ts";
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

Deno.test("Servers wait for a device that has no other HSS, and for no other", async () => {
  const at = (port: number) => ({ udp: { address: "127.0.0.1", port } });
  const openHss: PeerFactory["openHss"] = (options) => HssServer.open(options);
  for (const [port, waits] of [[5070, true], [5074, false]] as const) {
    const run = servers({ hss: HSS, entry: { "i-cscf": at(5070), "i-cscf-hss": at(port) } }, { openHss });
    run.start();
    let found = false;
    const finding = run.found(new AbortController().signal).then(() => found = true);
    const hss = await run.hss();
    await Promise.resolve();
    if (waits) {
      assert.equal(found, false);
      const cscf = {
        host: "cscf.example.net",
        realm: "example.net",
        addresses: ["127.0.0.1"],
        product: "test",
      };
      const { clock } = systemNet;
      const local = { address: "127.0.0.1", port: 0 };
      const stream = await systemNet.stream!({ clock, local, remote: hss.local });
      const self = { ...cscf, applications: [CX] };
      const connection = new DiameterConnection(stream, { role: "initiator", self, clock, random: () => 1 });
      await finding;
      await connection.close();
    }
    await finding;
    await run.close();
  }
  const over = servers({ hss: HSS, entry: { "i-cscf": at(1), "i-cscf-hss": at(1) } }, { openHss });
  over.start();
  await over.found(AbortSignal.abort());
  await over.close();
});
