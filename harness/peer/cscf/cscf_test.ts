/** A CSCF of ours that asks an HSS of ours, over the machine's own sockets. */
import assert from "node:assert/strict";
import { systemClock, systemNet } from "../../net/mod.ts";
import { seededRandom } from "../../runner/random.ts";
import { avp, valueOf } from "../../wire/diameter/mod.ts";
import { HssServer } from "../hss/mod.ts";
import { NoAnswer } from "../no_answer.ts";
import { DORA, PROFILE } from "../ue/testing/world.ts";
import { createCscf, type Cscf, type CscfOptions } from "./mod.ts";

const ADDRESS = "127.0.0.1";
const NELL = {
  ...DORA,
  impi: "nell@home1.example",
  impus: ["sip:nell@home1.example"],
  nba: { line: "dsl-7" },
};

async function scene(
  act: (cscf: Cscf, hss: HssServer) => Promise<void>,
  options: CscfOptions = {},
): Promise<void> {
  const { digest: _, ...nell } = NELL;
  const hss = await HssServer.open({
    self: { host: "hss.home1.example", realm: "home1.example", addresses: [ADDRESS], product: "test" },
    subscribers: [DORA, nell],
    clock: systemClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timers: { answer: 1000, silence: 50 },
    listen: (accept) => systemNet.listen!({ address: ADDRESS, port: 0 }, accept),
  });
  const cscf = await createCscf({
    ...{ net: systemNet, clock: systemClock, address: ADDRESS, options, random: seededRandom("cscf") },
    profile: { ...PROFILE, timers: { ...PROFILE.timers, answer: 300 }, entry: { hss: { tcp: hss.local } } },
  });
  try {
    await act(cscf, hss);
  } finally {
    await cscf.close();
    await hss.close();
  }
}

const who = ({ impi, impus }: { impi: string; impus: readonly string[] }) => ({ impi, impu: impus[0]! });

Deno.test("a CSCF asks for authentication, and reads what it is told of scheme and failure", () =>
  scene(async (cscf) => {
    assert.deepEqual([cscf.self.host, cscf.hss.host], ["scscf.tester.home1.example", "hss.home1.example"]);
    const line = await cscf.authenticate(who(NELL), "Unknown");
    assert.deepEqual([line.code, line.experimental], [2001, false]);
    assert.deepEqual(valueOf(line.item, "Line-Identifier"), new TextEncoder().encode("dsl-7"));
    const digest = await cscf.authenticate(who(DORA), "Unknown");
    assert.equal(valueOf(digest.item, "SIP-Authentication-Scheme"), "SIP Digest");
    const wrong = await cscf.authenticate({ ...who(DORA), impu: NELL.impus[0]! }, "Unknown");
    assert.deepEqual([wrong.code, wrong.experimental, wrong.item], [5002, true, []]);
  }));

Deno.test("a CSCF that takes its leave is named by the HSS no more", () =>
  scene(async (cscf, hss) => {
    const view = hss.view([DORA]);
    await cscf.authenticate(who(DORA), "Unknown");
    assert.equal(view.registration(DORA.impi)?.serverName, "sip:scscf.tester.home1.example");
    await cscf.close();
    assert.deepEqual(view.registration(DORA.impi), { state: "not-registered", serverName: undefined });
  }));

Deno.test("a CSCF takes orders for those whom it has been assigned", () =>
  scene(async (cscf, hss) => {
    const view = hss.view([DORA]);
    const assigned = await cscf.ask("Server-Assignment", [
      avp("User-Name", DORA.impi),
      avp("Public-Identity", DORA.impus[0]!),
      avp("Server-Name", "sip:scscf.tester.home1.example"),
      avp("Server-Assignment-Type", 1),
    ]);
    assert.equal(assigned.code, 2001);
    assert.equal(await view.terminate(DORA.impi), 2001);
    const order = await cscf.next("Registration-Termination");
    assert.deepEqual([order.impi, cscf.orders.length], [DORA.impi, 1]);
    await assert.rejects(cscf.next("Push-Profile", 20), NoAnswer);
    view.close();
  }, { host: "scscf.tester.home1.example" }));

Deno.test("a CSCF that is not answered, or not let in, says so", async () => {
  await scene(async (cscf, hss) => {
    const view = hss.view([DORA]);
    view.script("Multimedia-Auth", () => "silent");
    await assert.rejects(cscf.authenticate(who(DORA), "Unknown"), NoAnswer);
    view.close();
  });
  const closing = await systemNet.listen!({ address: ADDRESS, port: 0 }, (stream) => void stream.destroy());
  const refused = createCscf({
    ...{ net: systemNet, clock: systemClock, address: ADDRESS, random: seededRandom("cscf") },
    profile: { ...PROFILE, entry: { hss: { tcp: closing.local } } },
  });
  await assert.rejects(refused, NoAnswer);
  await closing.close();
});
