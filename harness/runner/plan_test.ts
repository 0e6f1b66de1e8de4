import assert from "node:assert/strict";
import { suite } from "./case.ts";
import { listing, makePlan, parseShard, type Selectors, UsageError } from "./plan.ts";
import { catalogue, demoCase, demoSuite, MAY, profile, SHALL, SHOULD } from "./testing/fakes.ts";

const nothing = () => Promise.resolve();
const demo = demoSuite(
  demoCase("first", nothing),
  demoCase("second", nothing, { verifies: [SHOULD], tags: ["slow"] }),
  demoCase("third", nothing, { verifies: [SHOULD, SHALL] }),
);
const other = suite("other", "Other", [demoCase("x", nothing, { id: "other/first", verifies: [SHOULD] })], {
  lease: "any",
});

function ids(selectors: Selectors, shard?: { index: number; total: number }): string[] {
  return makePlan({
    suites: [demo, other],
    catalogue,
    profile: profile(),
    selectors,
    ...(shard ? { shard } : {}),
  }).map(({ info }) => info.id);
}

Deno.test("makePlan() takes everything without selectors, in the order of the registry", () => {
  assert.deepEqual(ids({}), ["demo/first", "demo/second", "demo/third", "other/first"]);
});

Deno.test("makePlan() widens within a kind of selector and narrows between kinds", () => {
  assert.deepEqual(ids({ suites: ["demo"] }).length, 3);
  assert.deepEqual(ids({ suites: ["d*", "other"] }).length, 4);
  assert.deepEqual(ids({ cases: ["*/first"] }), ["demo/first", "other/first"]);
  assert.deepEqual(ids({ requirements: [SHALL] }), ["demo/first", "demo/third"]);
  assert.deepEqual(ids({ priority: 1 }), ["demo/first", "demo/third"]);
  assert.deepEqual(ids({ priority: 2 }).length, 4);
  assert.deepEqual(ids({ tags: ["slow"] }), ["demo/second"]);
  assert.deepEqual(ids({ suites: ["demo"], cases: ["*/first"] }), ["demo/first"]);
});

Deno.test("makePlan() refuses selectors that name nothing, with what may have been meant", () => {
  const refused = (selectors: Selectors, message: RegExp) =>
    assert.throws(() => ids(selectors), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  refused({ suites: ["dmeo"] }, /There is no suite "dmeo"; did you mean "demo"\?/);
  refused({ cases: ["demo/frist"] }, /There is no case "demo\/frist"; did you mean "demo\/first"/);
  refused({ requirements: ["r/1/99"] }, /There is no requirement "r\/1\/99"; did you mean/);
  refused({ requirements: [MAY] }, /No case verifies requirement "r\/1\/04"/);
  refused({ tags: ["slwo"] }, /There is no tag "slwo"; did you mean "slow"/);
  refused({ suites: ["demo", "demo"] }, /The suite "demo" is selected twice/);
  refused({ priority: 4 }, /Priority "4" does not exist/);
});

Deno.test("makePlan() cuts shards that together are the whole, each case in one", () => {
  const shards = [1, 2, 3].map((index) => ids({}, { index, total: 3 }));
  assert.deepEqual(shards.flat().sort(), ids({}).sort());
  // The same, whatever else is selected.
  const alone = [1, 2, 3].findIndex((index) =>
    ids({ cases: ["demo/third"] }, { index, total: 3 }).length === 1
  );
  assert.ok(shards[alone]?.includes("demo/third"));
});

Deno.test("parseShard() takes I/N and nothing else", () => {
  assert.deepEqual(parseShard("2/5"), { index: 2, total: 5 });
  for (const bad of ["", "2", "0/5", "6/5", "a/b", "1/0", "-1/2"]) {
    assert.throws(() => parseShard(bad), UsageError, bad);
  }
});

Deno.test("makePlan() says in the profile's words why a case does not apply", () => {
  const reasonOf = (
    changes: Parameters<typeof demoCase>[2],
    capabilities: Record<string, boolean | string | number | string[]> = {},
  ) =>
    makePlan({
      suites: [demoSuite(demoCase("x", nothing, changes))],
      catalogue,
      profile: profile({
        capabilities: { aka: true, ...capabilities },
        operator: { url: "http://127.0.0.1:1", actions: ["reauthenticate"] },
      }),
    })[0]?.reason;
  assert.equal(reasonOf({ needs: { aka: true } }), null);
  assert.equal(
    reasonOf({ needs: { outbound: true } }),
    'profile "fake" has no capabilities.outbound, the case needs true',
  );
  assert.equal(
    reasonOf({ needs: { aka: false } }),
    'profile "fake" has capabilities.aka: true, the case needs false',
  );
  assert.equal(reasonOf({ needs: { outbound: false } }), null);
  assert.equal(reasonOf({ needs: { ealg: "null" } }, { ealg: ["aes-cbc", "null"] }), null);
  assert.match(
    reasonOf({ needs: { ealg: "gcm" } }, { ealg: ["aes-cbc"] }) ?? "",
    /ealg: \[aes-cbc\], the case needs gcm/,
  );
  assert.equal(reasonOf({ needs: { contacts: 2 } }, { contacts: 3 }), null);
  assert.match(
    reasonOf({ needs: { contacts: 2 } }, { contacts: 1 }) ?? "",
    /contacts: 1, the case needs at least 2/,
  );
  assert.equal(reasonOf({ needs: { ealg: true } }, { ealg: "null" }), null);
  assert.equal(
    reasonOf({ needs: { "operator.reauthenticate": true, "entry.p-cscf.udp": true, "access.3gpp": true } }),
    null,
  );
  assert.match(reasonOf({ needs: { "entry.p-cscf.tcp": true } }) ?? "", /entry\.p-cscf\.tcp: false/);
  assert.match(reasonOf({ needs: { "operator.deregister": true } }) ?? "", /operator\.deregister: false/);
  assert.equal(reasonOf({ needs: { "variants.giba": true } }, { giba: true }), null);
  assert.match(
    reasonOf({ needs: { "variants.full": true } }, { giba: true, ipsec: true }) ?? "",
    /variants\.full: false/,
  );
  assert.equal(reasonOf({ leases: ["aka+barred"] }), 'profile "fake" has no subscriber "aka+barred"');
  assert.match(
    reasonOf({ leases: ["aka", "aka", "aka"] }) ?? "",
    /too few subscribers for "aka", "aka", "aka"/,
  );
});

Deno.test("makePlan() has nothing for a UE where there is no P-CSCF", () => {
  const [planned] = makePlan({
    suites: [demoSuite(demoCase("x", nothing))],
    catalogue,
    profile: profile({ entry: { turn: { udp: { address: "127.0.0.1", port: 3478 } } } }),
  });
  assert.equal(planned?.reason, 'profile "fake" has no entry.p-cscf, the case plays a UE');
});

Deno.test("makePlan() has nothing for boxes that are claimed and not there", () => {
  const udp = { address: "127.0.0.1", port: 5060 };
  const box = (entry: string) =>
    makePlan({
      suites: [demoSuite(demoCase("x", nothing, { peer: "hss", needs: { "single.s-cscf": true } }))],
      catalogue,
      profile: profile({ entry: { [entry]: { udp } }, capabilities: { "aka": true, "single.s-cscf": true } }),
    })[0]?.reason;
  assert.equal(
    box("hss"),
    'profile "fake" has no entry.s-cscf-hss, of which capabilities.single.s-cscf speaks',
  );
  assert.equal(box("s-cscf-hss"), null);
});

Deno.test("listing() has the shape that other programs read", () => {
  const [first] = listing(makePlan({ suites: [demo], catalogue, profile: profile() })).cases;
  assert.deepEqual(first, {
    id: "demo/first",
    suite: "demo",
    title: "first",
    peer: "ue",
    priority: 1,
    verifies: [SHALL],
    kills: ["box/fault"],
    applicable: true,
    reason: null,
  });
});
