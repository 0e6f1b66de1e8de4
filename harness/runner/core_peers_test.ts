import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { FakeClock } from "../net/clock_fake.ts";
import type { TrustedNode, TrustedNodeSetup } from "../peer/trusted_node/types.ts";
import type { HomeNetwork, HomeNetworkSetup } from "../peer/home_network/types.ts";
import type { Ggsn, GgsnSetup } from "../peer/ggsn/mod.ts";
import { AddressPool } from "./addresses.ts";
import { CorePeers } from "./core_peers.ts";
import type { ContextParts } from "./open_context.ts";
import { seededRandom } from "./random.ts";
import { fakeNet, profile, subscriber } from "./testing/fakes.ts";

const TRUSTED = {
  addresses: ["127.0.7.1"],
  paniAware: ["127.0.8.1"],
  visitedNetwork: "visited.example.net",
};
const SEAT = { domain: "h1.example.net", listen: { address: "127.0.4.1", port: 5060 } };
const RADIUS = { target: { address: "127.0.0.1", port: 1813 }, secret: "brass" };

interface Made {
  readonly nodes: TrustedNodeSetup[];
  readonly homes: HomeNetworkSetup[];
  readonly ggsns: GgsnSetup[];
  /** What was done to them, in order. */
  readonly log: string[];
}

function scene(changes: Partial<ContextParts> = {}): { peers: CorePeers; made: Made; clock: FakeClock } {
  const clock = new FakeClock();
  const here = profile({ trustedNode: TRUSTED, radius: RADIUS });
  const made: Made = { nodes: [], homes: [], ggsns: [], log: [] };
  const say = (what: string) => () => Promise.resolve(void made.log.push(what));
  const view = (name: string) => () => ({
    forget: () => void made.log.push(`${name} forgets`),
    close: () => void made.log.push(`${name} view closed`),
  });
  const parts = {
    profile: here,
    subscribers: [subscriber("alice"), subscriber("bob")],
    homeNetwork: SEAT,
    ...{ clock, net: fakeNet(clock), random: seededRandom("seed") },
    addresses: new AddressPool(here.access, here.trustedNode),
    signal: new AbortController().signal,
    evidence: { tap: () => () => {}, note: (text: string) => void made.log.push(text) },
    servers: {
      hss: () => Promise.resolve({ view: view("HSS") }),
      clf: () => Promise.resolve({ view: view("CLF") }),
    },
    peers: {
      createTrustedNode: (setup: TrustedNodeSetup) => {
        made.nodes.push(setup);
        const node = { registered: true, deregister: say("node leaves"), close: say("node closed") };
        return Promise.resolve(node as unknown as TrustedNode);
      },
      createHomeNetwork: (setup: HomeNetworkSetup) => {
        made.homes.push(setup);
        const home = { settle: () => void made.log.push("home settles"), close: say("home closed") };
        return Promise.resolve(home as unknown as HomeNetwork);
      },
      createGgsn: (setup: GgsnSetup) => {
        made.ggsns.push(setup);
        return Promise.resolve({ close: say("GGSN closed") } as unknown as Ggsn);
      },
    },
    ...changes,
  } as unknown as ContextParts;
  return { peers: new CorePeers(parts), made, clock };
}

Deno.test("CorePeers puts a trusted node where the case wants it, for the lease it wants", async () => {
  const { peers, made } = scene();
  await peers.trustedNode({});
  await peers.trustedNode({ local: "pani-aware", as: 1 });
  await peers.trustedNode({ local: "outside" });
  await peers.trustedNode({ local: "127.0.9.9" });
  assert.deepEqual(made.nodes.map(({ address, subscriber }) => [address, subscriber.name]), [
    ["127.0.7.1", "alice"],
    ["127.0.8.1", "bob"],
    ["127.0.0.2", "alice"],
    ["127.0.9.9", "alice"],
  ]);
  await assert.rejects(peers.trustedNode({ as: 2 }), LocalMisuseError);
});

Deno.test("CorePeers settles all who answer before anybody takes leave of them, and closes them last", async () => {
  const { peers, made, clock } = scene();
  await peers.trustedNode({});
  await peers.homeNetwork({});
  await peers.ggsn();
  await peers.hss();
  await peers.clf();
  await peers.settle();
  await clock.run(peers.closeNodes());
  await clock.run(peers.close());
  assert.deepEqual(made.log, [
    "home settles",
    "HSS forgets",
    "node leaves",
    "node closed",
    "home closed",
    "GGSN closed",
    "HSS view closed",
    "CLF view closed",
  ]);
  assert.deepEqual([made.homes[0]?.seat, made.ggsns[0]?.local.address], [SEAT, "127.0.7.1"]);
});

Deno.test("CorePeers gives a case one view of the HSS however often it asks", async () => {
  const { peers } = scene();
  assert.equal(await peers.hss(), await peers.hss());
});

Deno.test("CorePeers says what is missing: a seat, a server, accounting, peers", async () => {
  await assert.rejects(scene({ homeNetwork: undefined } as never).peers.homeNetwork({}), /needs a seat/);
  const poor = scene({ servers: undefined, profile: profile(), peers: {} } as never).peers;
  await assert.rejects(poor.hss(), EnvironmentError);
  await assert.rejects(poor.clf(), EnvironmentError);
  await assert.rejects(poor.ggsn(), /does not say where the HSS takes accounting/);
  await assert.rejects(poor.trustedNode({}), /There are no trusted nodes/);
});

Deno.test("CorePeers closes what comes up when the case is over", async () => {
  const { peers, made } = scene({ signal: AbortSignal.abort() });
  await assert.rejects(peers.trustedNode({}), /The case is over/);
  await assert.rejects(peers.homeNetwork({}), /The case is over/);
  assert.deepEqual(made.log, ["node closed", "home closed"]);
  assert.throws(() => peers.hss(), LocalMisuseError);
});
