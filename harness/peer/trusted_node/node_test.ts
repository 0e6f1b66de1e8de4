/** A trusted node in memory, before CSCFs that say what a script tells them. */
import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { drive } from "../../net/mod.ts";
import { seededRandom } from "../../runner/random.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import { akaRegistrar } from "../ue/testing/registrar.ts";
import { answer, ScriptedNetwork } from "../ue/testing/scripted_network.ts";
import { ALICE, DORA, inWorld, PROFILE, type World } from "../ue/testing/world.ts";
import { createTrustedNode, type TrustedNode, type TrustedNodeOptions } from "./mod.ts";

const SCSCF = { address: "10.0.0.2", port: 5060 };
const PROFILE_HERE: Profile = {
  ...PROFILE,
  entry: { "i-cscf": { udp: { address: "10.0.0.1", port: 5060 } }, "s-cscf": { udp: SCSCF } },
};

async function scene(
  act: (
    node: TrustedNode,
    world: World & { readonly scscf: ScriptedNetwork },
  ) => Promise<void>,
  options: TrustedNodeOptions = {},
  subscriber: Subscriber = ALICE,
): Promise<void> {
  await inWorld(async (world) => {
    const scscf = new ScriptedNetwork(world.net, world.clock, "udp", SCSCF);
    await scscf.open();
    const node = await createTrustedNode({
      ...{ net: world.net, clock: world.clock, drive, profile: PROFILE_HERE, subscriber, options },
      address: "10.3.0.1",
      random: seededRandom("node test"),
    });
    try {
      await act(node, Object.assign(world, { scscf }));
    } finally {
      await world.run(node.close());
      await scscf.close();
    }
  });
}

const mark = (request: SipRequest | undefined) =>
  request?.authorization.map(({ parameters }) => parameters.get("integrity-protected"));

Deno.test("a node registers as a P-CSCF does: its own Via, Path and marks before and after the challenge", () =>
  scene(async (node, { network, run }) => {
    network.on("REGISTER", akaRegistrar());
    const registered = await run(node.register());
    assert.equal(registered.ok, true);
    const [first, second] = network.of("REGISTER");
    assert.deepEqual([mark(first), mark(second)], [["no"], ["yes"]]);
    for (const request of [first!, second!]) {
      assert.deepEqual(request.vias.map(({ host }) => host), ["10.3.0.1", "192.0.2.1"]);
      assert.equal(request.get("Path"), node.path);
      assert.deepEqual(request.require, ["path"]);
      assert.equal(request.visitedNetworkId[0]?.network, "home1.example");
      assert.equal(request.has("P-Access-Network-Info"), false);
    }
    assert.equal(node.registered, true);
    assert.equal((await run(node.deregister())).ok, true);
  }));

Deno.test("a node says of integrity what a case tells it, into right and into forged credentials", () =>
  scene(async (node, { network, run }) => {
    network.on("REGISTER", akaRegistrar());
    const challenge = await run(
      node.challenge({ integrityProtected: "yes" }),
    );
    await run(node.answer(challenge, { res: "wrong", integrityProtected: null }));
    await run(node.answer(challenge, { macFailure: true }));
    await run(node.attempt({ tamper: (request) => void request.set("Authorization", "Basic abc") }));
    assert.deepEqual(network.of("REGISTER").map(mark), [["yes"], [undefined], ["no"], [undefined]]);
  }));

Deno.test("a node registers as an MSC server: auth-done, an instance, no UE below it, and no answer to a challenge", () =>
  scene(async (node, { network, run }) => {
    network.on(
      "REGISTER",
      (request, n) =>
        answer(request, n === 0 ? 401 : 200, n === 0 ? {} : { Contact: request.get("Contact")! }),
    );
    assert.equal((await run(node.registerTrusted())).response.status, 401);
    assert.equal((await run(node.registerTrusted({ impi: "bob@home1.example" }))).ok, true);
    const [one, two, ...more] = network.of("REGISTER");
    assert.equal(more.length, 0);
    const [credentials] = one!.authorization;
    assert.deepEqual(
      ["username", "realm", "nonce", "response", "integrity-protected"].map((name) =>
        credentials?.parameters.get(name)
      ),
      ["alice@home1.example", "home1.example", "", "", "auth-done"],
    );
    assert.equal(one!.vias.length, 1);
    const contact = one!.contact!.params;
    assert.match(contact.get("+sip.instance") ?? "", /^<urn:gsma:imei:\d{8}-\d{6}-0>$/);
    assert.equal(contact.get("+g.3gpp.ics"), "server");
    assert.equal(two!.authorization[0]?.parameters.get("username"), "bob@home1.example");
    await run(node.deregister());
    assert.deepEqual(mark(network.of("REGISTER")[2]), ["auth-done"]);
  }));

Deno.test("a node sends to the S-CSCF for its user, to the I-CSCF to others, and elsewhere as told", () =>
  scene(async (node, { network, scscf, run }) => {
    for (const one of [network, scscf]) one.on("MESSAGE", (request) => answer(request, 200));
    await run((await node.request("MESSAGE", "sip:bob@home1.example")).final());
    const [originating] = scscf.of("MESSAGE");
    assert.equal(originating?.get("Route"), "<sip:orig@10.0.0.2:5060;lr>");
    assert.equal(originating?.get("P-Asserted-Identity"), "<sip:alice@home1.example>");
    assert.equal(originating?.vias.length, 2);
    const from = { route: [], assertedIdentity: "sip:eve@home1.example" };
    await run((await node.request("MESSAGE", "sip:bob@home1.example", from)).final());
    await run(
      (await node.request("MESSAGE", "sip:bob@home1.example", { to: "i-cscf", behind: null })).final(),
    );
    const [terminating, told] = network.of("MESSAGE");
    assert.equal(terminating?.has("Route"), false);
    assert.equal(terminating?.get("P-Asserted-Identity"), "<sip:eve@home1.example>");
    assert.equal(told?.vias.length, 1);
  }));

Deno.test("a node that is PANI-aware tells where the subscriber is, with what the UE behind it was seen at", () =>
  scene(
    async (node, { network, run }) => {
      network.on("REGISTER", (request) => answer(request, 403));
      const behind = { address: "10.9.0.1", received: "10.9.0.2" };
      await run(node.register({ withoutAuthorization: true, behind }));
      await run(
        node.register({ headers: { "P-Access-Network-Info": null, "P-Visited-Network-ID": "other" } }),
      );
      const [first, second] = network.of("REGISTER");
      assert.equal(
        first?.get("P-Access-Network-Info"),
        'ADSL;dsl-location="dsl-7.east-3";network-provided',
      );
      assert.deepEqual([first?.vias[1]?.host, first?.vias[1]?.received], ["10.9.0.1", "10.9.0.2"]);
      assert.equal(first?.has("Authorization"), false);
      assert.equal(second?.has("P-Access-Network-Info"), false);
      assert.equal(second?.get("P-Visited-Network-ID"), "other");
    },
    { local: "pani-aware" },
    { ...DORA, nba: { line: "dsl-7.east-3" } },
  ));

Deno.test("a node takes what comes along its Path, and drafts what it would send", () =>
  scene(async (node, { scscf, run }) => {
    const { address, port } = node.local;
    const flow = { transport: "udp" as const, local: SCSCF, remote: { address, port } };
    await scscf.send(scscf.request("MESSAGE", "sip:alice@10.3.0.1"), flow);
    const arrived = await run(node.incoming("MESSAGE"));
    await arrived.respond(200);
    assert.equal(await run(node.silent("INVITE")), true);
    assert.equal(scscf.responses[0]?.status, 200);
    const draft = node.draft.register({ headers: { Path: null }, integrityProtected: "tls-yes" });
    assert.deepEqual([draft.has("Path"), mark(draft)], [false, ["tls-yes"]]);
    assert.deepEqual(mark(node.draft.registerTrusted()), ["auth-done"]);
  }));
