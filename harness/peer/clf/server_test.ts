import assert from "node:assert/strict";
import { DiameterConnection, type DiameterNode, E2, resultOf } from "../../diameter/mod.ts";
import { LocalMisuseError } from "../../errors.ts";
import { systemClock, systemNet } from "../../net/mod.ts";
import type { TapRecord } from "../../net/types.ts";
import {
  APPLICATION,
  type Avp,
  avp,
  type CommandName,
  type DiameterMessage,
  parseDiameter,
  valueOf,
} from "../../wire/diameter/mod.ts";
import { concat, parseAddress, utf8 } from "../../wire/mod.ts";
import { ClfServer } from "./mod.ts";

const PCSCF: DiameterNode = {
  host: "pcscf.ims.example",
  realm: "ims.example",
  addresses: ["127.0.0.1"],
  product: "test",
  applications: [E2],
};

type Ask = (where: readonly Avp[], command?: CommandName) => Promise<DiameterMessage>;

/** A CLF on the machine's own sockets, and a P-CSCF that asks it. */
async function scene(run: (clf: ClfServer, ask: Ask) => Promise<void>): Promise<void> {
  const clock = systemClock;
  const clf = await ClfServer.open({
    self: { ...PCSCF, host: "clf.nass.example" },
    clock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timers: { answer: 1000, silence: 50 },
    listen: (accept) => systemNet.listen!({ address: "127.0.0.1", port: 0 }, accept),
  });
  const stream = await systemNet.stream!({
    clock,
    local: { address: "127.0.0.1", port: 0 },
    remote: clf.local,
  });
  const pcscf = new DiameterConnection(stream, {
    ...{ role: "initiator", self: PCSCF, clock, answerMs: 200 },
    random: () => 1,
  });
  try {
    await pcscf.opened;
    await run(clf, (where, command = "User-Data") =>
      pcscf.request(command, APPLICATION.e2, [
        avp("Session-Id", "pcscf;1"),
        avp("Origin-Host", PCSCF.host),
        avp("Origin-Realm", PCSCF.realm),
        avp("Globally-Unique-Address", [...where, avp("Address-Realm", utf8("nass.example"))]),
      ]));
  } finally {
    await pcscf.close();
    await clf.close();
  }
}

const at = (address: string) => [avp("Framed-IP-Address", parseAddress(address))];
const lineOf = ({ avps }: DiameterMessage) => {
  const line = valueOf(valueOf(avps, "Location-Information") ?? [], "Line-Identifier");
  return line && new TextDecoder().decode(line);
};

Deno.test("ClfServer tells where an address is, as the case that placed it says", () =>
  scene(async (clf, ask) => {
    const view = clf.view();
    view.place("10.5.0.1", { line: "dsl-701.east-3" });
    view.place("10.5.0.2", "unknown");
    view.place("10.5.0.3", "error");
    const found = await ask(at("10.5.0.1"));
    assert.deepEqual([resultOf(found)?.code, lineOf(found)], [2001, "dsl-701.east-3"]);
    assert.deepEqual(resultOf(await ask(at("10.5.0.2"))), { code: 5001, experimental: true });
    assert.deepEqual(resultOf(await ask(at("10.5.0.3"))), { code: 5012, experimental: false });
    const query = await view.next();
    assert.deepEqual([query.address, query.realm], ["10.5.0.1", "nass.example"]);
    assert.deepEqual(view.queries.map(({ address }) => address), ["10.5.0.1", "10.5.0.2", "10.5.0.3"]);
    assert.equal(valueOf(found.avps, "Session-Id"), "pcscf;1");
    view.close();
  }));

Deno.test("ClfServer finds an IPv6 prefix however it is written, and knows nothing of what nobody placed", () =>
  scene(async (clf, ask) => {
    const view = clf.view();
    view.place("2001:db8:0:1::/64", { line: "dsl-6" });
    const prefix = avp(
      "Framed-IPv6-Prefix",
      concat(Uint8Array.of(0, 64), parseAddress("2001:db8:0:1::").subarray(0, 8)),
    );
    assert.equal(lineOf(await ask([prefix])), "dsl-6");
    assert.deepEqual(resultOf(await ask(at("10.5.0.9")))?.code, 5001);
    assert.equal(view.queries.length, 1, "questions about others are not the case's");
    view.close();
    assert.deepEqual(resultOf(await ask([prefix]))?.code, 5001, "a case that is over has placed nothing");
    assert.throws(() => view.place("line 7", "unknown"), LocalMisuseError);
  }));

Deno.test("ClfServer stays silent where it is told to, and refuses what is no question", () =>
  scene(async (clf, ask) => {
    const view = clf.view();
    view.place("10.5.0.1", "silent");
    await assert.rejects(ask(at("10.5.0.1")), /does not answer/);
    assert.equal((await view.next()).address, "10.5.0.1");
    assert.equal(await view.silent(), true);
    assert.equal(resultOf(await ask([]))?.code, 5004);
    const other = await ask([], "Push-Notification");
    assert.deepEqual([resultOf(other)?.code, other.error], [3001, true]);
    assert.deepEqual(clf.peers.map(({ host }) => host), [PCSCF.host]);
    view.close();
  }));

Deno.test("ClfServer shows each case the messages about its own addresses, and not the base protocol's", () =>
  scene(async (clf, ask) => {
    const seen: TapRecord[][] = [[], []];
    const views = seen.map((records) => clf.view((record) => void records.push(record)));
    views[0]?.place("10.5.0.1", { line: "a" });
    views[1]?.place("10.5.0.2", { line: "b" });
    await Promise.all([ask(at("10.5.0.1")), ask(at("10.5.0.2")), ask(at("10.5.0.3"))]);
    for (const [n, records] of seen.entries()) {
      assert.deepEqual(records.map(({ direction, layer }) => [direction, layer]), [
        ["in", "diameter"],
        ["out", "diameter"],
      ]);
      assert.equal(lineOf(parseDiameter(records[1]!.bytes)), ["a", "b"][n]);
    }
    for (const view of views) view.close();
  }));
