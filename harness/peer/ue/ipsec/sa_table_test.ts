import assert from "node:assert/strict";
import { LocalMisuseError } from "../../../errors.ts";
import { Association } from "./association.ts";
import { SaTable } from "./sa_table.ts";

const set = (n: number, expiresAt = 1000) =>
  new Association({
    name: `set ${n}`,
    alg: "hmac-sha-1-96",
    ealg: "null",
    mode: "trans",
    spiUc: n * 10,
    spiUs: n * 10 + 1,
    spiPc: n * 10 + 2,
    spiPs: n * 10 + 3,
    portUc: 2000 + n,
    portUs: 3000,
    portPc: 4000 + n,
    portPs: 5000,
    ueAddress: "10.0.0.1",
    pcscfAddress: "10.0.0.2",
    ck: new Uint8Array(16),
    ik: new Uint8Array(16),
    random: (octets) => new Uint8Array(octets),
  }, expiresAt);

const states = (table: SaTable) => table.sets.map(({ state }) => state).join();

Deno.test("SaTable takes sets from new to current to old to deleted", () => {
  const table = new SaTable();
  const [a, b, c] = [set(1), set(2), set(3)];
  for (const one of [a, b, c]) {
    table.add(one);
    assert.equal(table.new, one);
    table.confirm(one, 5000);
    assert.equal(table.current, one);
  }
  assert.equal(states(table), "deleted,old,current");
  assert.equal(table.replaced, b);
  table.retireOld(false);
  assert.equal(table.old, b); // nothing has come under the current one yet
  table.heardOnCurrent();
  table.retireOld(true);
  assert.equal(table.old, b);
  table.retireOld(false);
  assert.equal(table.old, undefined);
  assert.equal(table.replaced, b);
});

Deno.test("SaTable has one registration under way, and gives up what another one left", () => {
  const table = new SaTable();
  table.add(set(1));
  table.add(set(2));
  assert.equal(states(table), "deleted,new");
  table.abandon();
  assert.equal(states(table), "deleted,deleted");
  assert.equal(table.new, undefined);
});

Deno.test("SaTable never shortens a life, and ends it when it is over", () => {
  const table = new SaTable();
  const [a, b] = [set(1), set(2)];
  table.add(a);
  table.confirm(a, 9000);
  table.confirm(a, 100); // a refresh
  assert.equal(a.expiresAt, 9000);
  table.add(b);
  table.confirm(b, 5000);
  assert.equal(b.expiresAt, 9000);
  table.expire(8999);
  assert.equal(states(table), "old,current");
  table.expire(9000);
  assert.equal(states(table), "deleted,deleted");
});

Deno.test("SaTable finds a set by SPI, the live and the newest first", () => {
  const table = new SaTable();
  const [a, b] = [set(1), set(1)];
  table.add(a);
  table.confirm(a, 5000);
  table.add(b);
  assert.equal(table.inbound(10), b);
  assert.equal(table.outbound(13), b);
  table.abandon();
  assert.equal(table.inbound(10), a);
  table.deleteAll();
  assert.equal(table.inbound(10), b);
  assert.equal(table.inbound(99), undefined);
});

Deno.test("SaTable lets a deleted set become current, and no new one old", () => {
  const table = new SaTable();
  const a = set(1);
  table.add(a);
  table.abandon();
  table.confirm(a, 5000);
  assert.equal(table.current, a);
  a.become("new");
  table.add(set(2));
  assert.equal(states(table), "deleted,new");
});

Deno.test("Association refuses what ESP does not have", () => {
  const one = set(1);
  assert.throws(() => one.as({ ealg: "rot13" }), LocalMisuseError);
  assert.throws(() => one.as({ alg: "aes-gmac", ealg: "aes-cbc" }), LocalMisuseError);
  assert.deepEqual(Object.keys(one).filter((key) => /key|ck|ik/i.test(key)), []);
  assert.notDeepEqual(one, set(2));
});
