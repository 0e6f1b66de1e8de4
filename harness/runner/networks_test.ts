import assert from "node:assert/strict";
import { LocalMisuseError } from "../errors.ts";
import type { Clock } from "../net/types.ts";
import type { Network, NetworkSetup } from "../peer/network/types.ts";
import { FakeClock } from "../net/clock_fake.ts";
import { seededRandom } from "./random.ts";
import { Networks } from "./networks.ts";
import type { ContextParts } from "./open_context.ts";
import { fakeNet, fakePeers, profile } from "./testing/fakes.ts";

const partner = {
  domain: "p1.example.net",
  listen: { address: "127.0.3.1", port: 5061 },
  clear: { address: "127.0.3.1", port: 5060 },
  user: "peer",
};

Deno.test("Networks hands the leased partner to the peer, and closes what it made", async () => {
  const made: NetworkSetup[] = [];
  let closed = 0;
  const createNetwork = (setup: NetworkSetup) => {
    made.push(setup);
    return Promise.resolve({ close: () => Promise.resolve(void closed++) } as unknown as Network);
  };
  const networks = new Networks(parts({ partner, createNetwork }));
  await networks.open({ alias: true });
  assert.deepEqual([made[0]?.partner, made[0]?.options], [partner, { alias: true }]);
  await networks.close();
  assert.equal(closed, 1);
});

Deno.test("Networks refuses cases that lease no partner, and cases that are over", async () => {
  const createNetwork = () => Promise.reject(new Error("not asked for"));
  await assert.rejects(new Networks(parts({ createNetwork })).open({}), LocalMisuseError);
  await assert.rejects(new Networks(parts({ partner })).open({}), LocalMisuseError);
  const over = { partner, createNetwork, signal: AbortSignal.abort() };
  await assert.rejects(new Networks(parts(over)).open({}), /The case is over/);
});

function parts(
  { createNetwork, ...changes }: Partial<ContextParts> & {
    createNetwork?: (setup: NetworkSetup) => Promise<Network>;
  },
): ContextParts {
  const clock: Clock = new FakeClock();
  const peers = fakePeers({ answer: () => 200 });
  return {
    profile: profile(),
    clock,
    net: fakeNet(clock),
    random: seededRandom("seed"),
    signal: new AbortController().signal,
    evidence: { tap: () => () => {} },
    ...changes,
    peers: createNetwork ? { ...peers, createNetwork } : peers,
  } as unknown as ContextParts;
}
