import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { systemNet } from "./mod.ts";
import { openPair } from "./pair.ts";
import { lineFramer } from "./testing/framers.ts";
import { claimNet } from "./testing/claim.ts";
import type { Net } from "./types.ts";

const { next } = claimNet(18);
const options = (address: string, port = 0) => ({
  local: { address, port },
  clock: systemNet.clock,
  framer: lineFramer,
});

Deno.test("openPair() opens UDP and TCP on one port", async () => {
  const { udp, tcp } = await openPair(systemNet, options(next()));
  assert.deepEqual(udp.local, tcp.local);
  await Promise.all([udp.close(), tcp.close()]);
});

Deno.test("openPair() takes another port where UDP's is taken in TCP, if it may be any", async () => {
  const address = next();
  let taken: Deno.Listener | undefined;
  // Somebody has in TCP what UDP is given first.
  const net: Net = {
    ...systemNet,
    open: async (transport, wanted) => {
      const socket = await systemNet.open(transport, wanted);
      if (transport === "udp") taken ??= Deno.listen({ hostname: address, port: socket.local.port });
      return socket;
    },
  };
  const { udp, tcp } = await openPair(net, options(address));
  const { port } = taken!.addr as Deno.NetAddr;
  assert.notEqual(udp.local.port, port);
  assert.deepEqual(udp.local, tcp.local);
  await Promise.all([udp.close(), tcp.close()]);
  await assert.rejects(openPair(systemNet, options(address, port)), EnvironmentError);
  taken!.close();
});
