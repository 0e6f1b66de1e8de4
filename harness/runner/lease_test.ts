import assert from "node:assert/strict";
import { assign, type Lease, LeasePool, suits } from "./lease.ts";
import { subscriber } from "./testing/fakes.ts";

const alice = subscriber("alice", { scheme: "aka" });
const bob = subscriber("bob", { scheme: "aka", traits: ["implicit-set"] });
const carol = subscriber("carol", { scheme: "digest" });

/** Which of the promises have been granted, after everything that can happen has happened. */
async function granted(promises: Record<string, Promise<Lease>>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, promise] of Object.entries(promises)) {
    promise.then((lease) => found[name] = lease.subscribers.map((each) => each.name).join(), () => {});
  }
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return found;
}

Deno.test("suits() asks for the scheme and every trait", () => {
  assert.ok(suits(bob, "aka+implicit-set"));
  assert.ok(suits(carol, "any"));
  const { digest: _, ...keyless } = carol;
  assert.ok(!suits(keyless, "any"));
  assert.ok(!suits(alice, "aka+implicit-set"));
  assert.ok(!suits(carol, "aka"));
  assert.ok(suits(alice, "aka+!implicit-set"));
  assert.ok(!suits(bob, "aka+!implicit-set"));
});

Deno.test("assign() moves an earlier want aside where that makes room for all", () => {
  assert.deepEqual(assign(["aka", "aka+implicit-set"], [bob, alice]), [alice, bob]);
  assert.equal(assign(["aka+implicit-set", "aka+implicit-set"], [alice, bob]), undefined);
});

Deno.test("LeasePool hands out those with few traits first and takes them back once", async () => {
  const pool = new LeasePool([bob, alice, carol]);
  const first = await pool.acquire(["aka"]);
  assert.equal(first.subscribers[0]?.name, "alice");
  const second = await pool.acquire(["any"]);
  assert.equal(second.subscribers[0]?.name, "carol");
  first.release();
  first.release();
  assert.deepEqual(
    await granted({ a: pool.acquire(["aka"]), b: pool.acquire(["aka"]), c: pool.acquire(["aka"]) }),
    {
      a: "alice",
      b: "bob",
    },
  );
});

Deno.test("LeasePool hands out the one that has rested longest, among equals", async () => {
  const dave = subscriber("dave", { scheme: "digest" });
  const pool = new LeasePool([carol, dave, bob]);
  const names = [];
  for (let i = 0; i < 4; i++) {
    const lease = await pool.acquire(["any"]);
    names.push(lease.subscribers[0]?.name);
    lease.release();
  }
  assert.deepEqual(names, ["carol", "dave", "carol", "dave"]);
});

Deno.test("LeasePool keeps what an older case waits for, and lets others pass that take nothing of it", async () => {
  const pool = new LeasePool([alice, bob, carol]);
  const holds = await pool.acquire(["aka+implicit-set"]);
  const both = pool.acquire(["aka", "aka"]);
  const one = pool.acquire(["aka"]);
  const other = pool.acquire(["digest"]);
  assert.deepEqual(await granted({ both, one, other }), { other: "carol" });
  holds.release();
  assert.deepEqual(await granted({ both, one }), { both: "alice,bob" });
  (await both).release();
  assert.deepEqual(await granted({ one }), { one: "alice" });
});

Deno.test("LeasePool serves a case that needs everybody, however many small ones keep coming", async () => {
  const pool = new LeasePool([alice, bob]);
  let held = [await pool.acquire(["aka"]), await pool.acquire(["aka"])];
  const all = pool.acquire(["aka", "aka"]);
  let served = false;
  all.then(() => served = true, () => {});
  for (let round = 0; round < 5 && !served; round++) {
    const next = pool.acquire(["aka"]);
    next.catch(() => {});
    held.shift()?.release();
    await granted({ next });
    held = [...held];
  }
  assert.ok(served);
});

Deno.test("LeasePool runs an exclusive case alone, and nobody behind it starts before", async () => {
  const pool = new LeasePool([alice, bob, carol]);
  const holds = await pool.acquire(["aka"]);
  const alone = pool.acquire(["digest"], { exclusive: true });
  const behind = pool.acquire(["aka"]);
  assert.deepEqual(await granted({ alone, behind }), {});
  holds.release();
  assert.deepEqual(await granted({ alone, behind }), { alone: "carol" });
  (await alone).release();
  assert.deepEqual(await granted({ behind }), { behind: "alice" });
});

Deno.test("LeasePool holds no more leases than jobs", async () => {
  const pool = new LeasePool([alice, bob, carol], 2);
  const leases = { a: pool.acquire(["any"]), b: pool.acquire(["any"]), c: pool.acquire(["any"]) };
  assert.deepEqual(Object.keys(await granted(leases)), ["a", "b"]);
  (await leases.a).release();
  assert.deepEqual(Object.keys(await granted(leases)), ["a", "b", "c"]);
});

Deno.test("LeasePool lets go of a waiter whose signal aborts, and serves those behind it", async () => {
  const pool = new LeasePool([alice, bob]);
  const holds = await pool.acquire(["aka+implicit-set"]);
  const abort = new AbortController();
  const waits = pool.acquire(["aka", "aka"], { signal: abort.signal });
  const behind = pool.acquire(["aka"]);
  assert.deepEqual(await granted({ waits, behind }), {});
  abort.abort(new Error("enough"));
  await assert.rejects(waits, /enough/);
  assert.deepEqual(await granted({ behind }), { behind: "alice" });
  await assert.rejects(pool.acquire(["aka"], { signal: abort.signal }), /enough/);
  holds.release();
});

Deno.test("LeasePool refuses what the profile can never satisfy", async () => {
  await assert.rejects(new LeasePool([alice]).acquire(["aka", "aka"]), /No subscribers .* for "aka", "aka"/);
});

Deno.test("assign() gives distinct suiting subscribers whenever there are any (all small cases)", () => {
  const everyone = [alice, bob, carol, subscriber("dave", { scheme: "both" })];
  const words = ["aka", "digest", "any", "aka+implicit-set"];
  for (const a of words) {
    for (const b of words) {
      for (const c of words) {
        const wants = [a, b, c];
        const possible = permutations(everyone, 3).some((choice) =>
          choice.every((one, i) => suits(one, wants[i]!))
        );
        const chosen = assign(wants, everyone);
        assert.equal(chosen !== undefined, possible, wants.join());
        if (!chosen) continue;
        assert.equal(new Set(chosen).size, 3);
        chosen.forEach((one, i) => assert.ok(suits(one, wants[i]!)));
      }
    }
  }
});

function permutations<T>(items: readonly T[], length: number): T[][] {
  if (length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item), length - 1).map((rest) => [item, ...rest])
  );
}

Deno.test("LeasePool gives a partner network to one case at a time, the oldest first", async () => {
  const place = { address: "127.0.3.1", port: 5061 };
  const partner = (domain: string) => ({ domain, listen: place, clear: place, user: "peer" });
  const pool = new LeasePool([alice, bob, carol], Infinity, { partner: [partner("p1.example.net")] });
  const first = await pool.acquire(["digest"], { seats: ["partner"] });
  assert.equal(first.seats.partner?.domain, "p1.example.net");
  const second = pool.acquire(["aka"], { seats: ["partner"] });
  const third = pool.acquire(["aka"], { seats: ["partner"] });
  const without = pool.acquire(["aka"]);
  assert.deepEqual(await granted({ second, third, without }), { without: "alice" });
  first.release();
  assert.deepEqual(await granted({ second, third }), { second: "bob" });
  (await without).release();
  (await second).release();
  assert.deepEqual(await granted({ third }), { third: "alice" });
  await assert.rejects(
    new LeasePool([alice]).acquire(["aka"], { seats: ["partner"] }),
    /No network in the profile's interconnect.partners/,
  );
});

Deno.test("LeasePool gives seats of several kinds together, or none of them", async () => {
  const place = { address: "127.0.3.1", port: 5061 };
  const pool = new LeasePool([alice, bob, carol], Infinity, {
    partner: [{ domain: "p1.example.net", listen: place, clear: place, user: "peer" }],
    homeNetwork: [{ domain: "h1.example.net", listen: place }],
  });
  const both = await pool.acquire(["digest"], { seats: ["partner", "homeNetwork"] });
  assert.deepEqual(Object.values(both.seats).map(({ domain }) => domain), [
    "p1.example.net",
    "h1.example.net",
  ]);
  const home = pool.acquire(["aka"], { seats: ["homeNetwork"] });
  assert.deepEqual(await granted({ home }), {});
  both.release();
  assert.deepEqual((await home).seats, { homeNetwork: { domain: "h1.example.net", listen: place } });
});
