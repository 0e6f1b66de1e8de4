/** A home network in memory, with UEs that stand right before it: no P-CSCF in between. */
import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { drive } from "../../net/mod.ts";
import { seededRandom } from "../../runner/random.ts";
import type { Profile } from "../../../profiles/types.ts";
import type { Ue, UeOptions } from "../ue/types.ts";
import { createUe } from "../ue/ue.ts";
import { inWorld, PROFILE, type World } from "../ue/testing/world.ts";
import { createHomeNetwork, type HomeNetwork, type HomeNetworkOptions } from "./mod.ts";

const SEAT = { domain: "h1.example.net", listen: { address: "10.4.0.1", port: 5060 } };
const PROFILE_HERE: Profile = { ...PROFILE, entry: { "p-cscf": { udp: SEAT.listen } } };

interface Scene extends World {
  readonly roamer: (options?: UeOptions) => Promise<Ue>;
}

async function scene(
  act: (home: HomeNetwork, scene: Scene) => Promise<void>,
  options: HomeNetworkOptions = {},
): Promise<void> {
  await inWorld(async (world) => {
    const common = { net: world.net, clock: world.clock, drive, profile: PROFILE_HERE };
    const home = await createHomeNetwork({
      ...common,
      seat: SEAT,
      options,
      random: seededRandom("home test"),
    });
    const ues: Ue[] = [];
    const roamer = async (more: UeOptions = {}) => {
      const ue = await createUe({
        ...{ ...common, random: seededRandom("roamer", ues.length) },
        subscriber: home.users[more.as ?? ues.length]!,
        options: { ...more, home },
      });
      ues.push(ue);
      return ue;
    };
    try {
      await act(home, Object.assign(world, { roamer }));
    } finally {
      await world.run(Promise.all([home, ...ues].map((one) => one.close())));
    }
  });
}

Deno.test("a home network registers its users by AKA and by Digest, and tells what it was told", () =>
  scene(async (home, { roamer, run }) => {
    const [alice, bob] = [await roamer(), await roamer()];
    assert.equal(alice.identity.homeDomain, "h1.example.net");
    const first = await run(alice.register({ headers: { Path: "<sip:t@10.4.0.9;lr>" } }));
    const second = await run(bob.register());
    assert.deepEqual([first.ok, second.ok, second.rspauthOk], [true, true, true]);
    assert.deepEqual(first.serviceRoute, [home.serviceRoute]);
    assert.deepEqual(first.associatedUris, alice.identity.impus);
    assert.deepEqual(home.registers.map(({ proof }) => proof), ["none", "right", "none", "right"]);
    assert.deepEqual(home.registers.map(({ user }) => user?.name), [
      ...Array(2).fill(alice.subscriber.name),
      ...Array(2).fill(bob.subscriber.name),
    ]);
    const [sent] = home.challenges;
    assert.equal(sent?.challenge.parameters.get("ik"), sent?.vector?.ik.toHex());
    assert.equal(first.challenge?.parameters.get("ck"), sent?.vector?.ck.toHex());
    assert.deepEqual(home.bindings.map(({ path }) => path), [["<sip:t@10.4.0.9;lr>"], []]);
    assert.equal((await run(alice.deregister())).ok, true);
    assert.equal(home.bindings.length, 1);
  }, { users: ["aka", "digest"] }));

Deno.test("a home network knows wrong answers from reports, and goes on after AUTS", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    assert.equal((await run(ue.register({ answer: { res: "wrong" } }))).response.status, 403);
    assert.equal((await run(ue.register({ answer: { macFailure: true } }))).response.status, 403);
    const resynchronised = await run(ue.register({ answer: { auts: { sqn: 64n } } }));
    assert.equal(resynchronised.response.status, 401);
    assert.equal((await run(ue.answer(resynchronised.next!))).ok, true);
    const proofs = home.registers.map(({ proof }) => proof).filter((proof) => proof !== "none");
    assert.deepEqual(proofs, ["wrong", "failure", "resynchronise", "right"]);
    assert.equal((await run(ue.answer(resynchronised.next!))).response.status, 403, "a vector serves once");
  }));

Deno.test("a home network believes the mark of a P-CSCF where the user is registered, and one mark alone", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    const marked = (value: string) => (request: SipRequest) =>
      void request.set("Authorization", `${request.get("Authorization")}${value}`);
    const yes = ', integrity-protected="yes"';
    assert.equal((await run(ue.attempt({ tamper: marked(yes) }))).status, 401);
    assert.equal((await run(ue.register())).ok, true);
    assert.equal((await run(ue.attempt({ tamper: marked(yes) }))).status, 200);
    assert.deepEqual(home.registers.at(-1)?.integrityProtected, ["yes"]);
    assert.equal((await run(ue.attempt({ tamper: marked(yes + ', integrity-protected="no"') }))).status, 401);
    assert.deepEqual(home.registers.at(-1)?.integrityProtected, ["yes", "no"]);
    await run(ue.register());
  }));

Deno.test("a home network answers as a case says, and rightly again once it is settled", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    const answer = ue.attempt();
    const register = await run(home.nextRegister());
    assert.equal(register.answered, false);
    await register.challenge({
      keys: "ik",
      algorithm: "AKAv2-SHA-256",
      change: ({ parameters }) => void parameters.set("opaque", "x"),
    });
    const { parameters } = ue.takeApart(await run(answer), register.request);
    assert.deepEqual([parameters.has("ck"), parameters.has("ik"), parameters.get("opaque")], [
      false,
      true,
      "x",
    ]);
    await assert.rejects(register.respond(200), /has been answered with 401/);
    home.script((register) => register.respond(503));
    assert.equal((await run(ue.attempt())).status, 503);
    home.settle();
    assert.equal((await run(ue.register())).ok, true);
  }, { automatic: false }));

Deno.test("a home network tells a case of a script that goes wrong", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    const bug = new TypeError("a bug of the case");
    home.script(() => Promise.reject(bug));
    assert.equal((await run(ue.attempt())).status, 500);
    await home.nextRegister();
    await assert.rejects(run(home.nextRegister()), bug);
  }));

Deno.test("a home network calls its users, is called, and tells of registrations", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    await run(ue.register());
    const subscription = await run(ue.subscribeReg());
    assert.match((await run(subscription.notify())).text(), /event="registered"/);
    const told = home.notifyReg(undefined, "terminated");
    assert.match((await run(subscription.notify())).text(), /event="deactivated"/);
    await run(told);
    const call = await home.invite();
    const incoming = await run(ue.acceptCall());
    assert.equal(incoming.invite.get("P-Called-Party-ID"), `<${ue.identity.impus[0]}>`);
    assert.equal((await run(call.answered())).status, 200);
    await run(incoming.acknowledged());
    assert.equal((await run(call.hangUp())).status, 200);
    const outgoing = await ue.invite("sip:somebody@h1.example.net");
    const taken = await run(home.acceptCall());
    assert.equal((await run(outgoing.answered())).status, 200);
    await run(taken.acknowledged());
    assert.equal((await run(outgoing.hangUp())).status, 200);
    assert.equal((await run(ue.message("sip:somebody@h1.example.net", "hi"))).status, 200);
    assert.equal((await run(home.incoming("MESSAGE"))).answered, true);
    assert.equal(await run(home.silent("INVITE")), true);
  }));

Deno.test("a home network that does not listen is not there", () =>
  scene(async (home, { roamer, run }) => {
    const ue = await roamer();
    await assert.rejects(run(ue.attempt()), /Waited/);
    assert.deepEqual(home.received, []);
    await assert.rejects(home.request("MESSAGE"), /No user of the home network is registered/);
  }, { listen: false }));
