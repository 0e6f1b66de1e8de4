import assert from "node:assert/strict";
import { TestElement } from "./testing/element.ts";
import { scene, type SceneOptions } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const NODES: SceneOptions = { mw: {}, policy: { trusted: ["127.0.7.0/24"] } };

async function element(address: string, run: (element: TestElement) => Promise<void>): Promise<void> {
  const one = await TestElement.open(address);
  try {
    await run(one);
  } finally {
    await one.close();
  }
}

/** REGISTER of a trusted node (TS 33.203 U.2). */
function registration(node: TestElement, name: string) {
  const identity = `sip:${name}@${DOMAIN}`;
  return node.build("REGISTER", `sip:${DOMAIN}`, {
    "From": `<${identity}>;tag=1`,
    "To": `<${identity}>`,
    "Path": `<sip:${name}@${node.at};lr>`,
    "Require": "path",
    "P-Visited-Network-ID": DOMAIN,
    "Authorization":
      `Digest username="${name}@${DOMAIN}",realm="${DOMAIN}",nonce="",uri="sip:${DOMAIN}",response="",integrity-protected="auth-done"`,
  });
}

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`over ${transport} a node of the domain registers a user, who calls and is called through it`, () =>
    scene(
      [akaSubscriber("alice"), digestSubscriber("bob")],
      ({ core, ue }) =>
        element("127.0.7.1", async (node) => {
          const answer = await node.ask(
            registration(node, "alice"),
            core.entry["i-cscf"]![transport],
            transport,
          );
          assert.equal(answer.status, 200);
          assert.equal(answer.serviceRoute[0]?.uri.host, `scscf.${DOMAIN}`);
          const bob = await ue(digestSubscriber("bob"));
          await bob.register();

          const uri = `sip:bob@${DOMAIN}`;
          const message = node.build("MESSAGE", uri, {
            "Route": answer.values("Service-Route"),
            "P-Asserted-Identity": `<sip:alice@${DOMAIN}>`,
          }, "hello");
          bob.willing.add("MESSAGE");
          assert.equal((await node.ask(message, core.entry["s-cscf"]![transport], transport)).status, 200);

          const back = bob.build("MESSAGE", `sip:alice@${DOMAIN}`, {}, "hello");
          await bob.send(back);
          const came = await node.request("MESSAGE");
          assert.equal(came.message.routes[0]?.uri.user, "alice");
          assert.equal(came.message.vias[0]?.host, core.entry["s-cscf"]!.udp.address);
          await node.answer(came, 200);
          assert.equal((await bob.response(back)).status, 200);
        }),
      NODES,
    ));
}

Deno.test("who is not of the domain gets no answer on Mw, and a Route may name the entry point by its address", () =>
  scene(
    [akaSubscriber("alice")],
    ({ core }) =>
      element("127.0.1.200", (stranger) =>
        element("127.0.7.2", async (node) => {
          const { "i-cscf": icscf, "s-cscf": scscf } = core.entry;
          for (const entry of [icscf!, scscf!]) {
            await stranger.send(registration(stranger, "alice"), entry.udp);
            await stranger.send(registration(stranger, "alice"), entry.tcp, "tcp");
          }
          assert.equal((await node.ask(registration(node, "alice"), icscf!.udp)).status, 200);
          const { address, port } = scscf!.udp;
          const subscribe = node.build("SUBSCRIBE", `sip:alice@${DOMAIN}`, {
            "Route": `<sip:orig@${address}:${port};lr>`,
            "P-Asserted-Identity": `<sip:alice@${DOMAIN}>`,
            "Event": "reg",
            "Expires": "60",
          });
          assert.equal((await node.ask(subscribe, scscf!.udp)).status, 200);
          const notify = await node.request("NOTIFY");
          await node.answer(notify, 200);
          assert.equal(notify.message.text().match(/<contact /g)?.length, 1, "the stranger's is there, too");
          assert.equal(stranger.left, 0);
        })),
    NODES,
  ));

Deno.test("users of a network with an agreement register and call through the P-CSCF, which is on both networks", () =>
  element("127.0.4.1", async (home) => {
    const domain = "h1.example.net";
    const roamer = { ...digestSubscriber("carol"), impi: `carol@${domain}`, impus: [`sip:carol@${domain}`] };
    await scene([], async ({ core, ue }) => {
      const carol = await ue(roamer);
      const register = carol.build("REGISTER", `sip:${domain}`);
      await carol.send(register);
      const came = await home.request("REGISTER");
      const path = came.message.path[0]!.uri;
      assert.notEqual(path.port, core.entry["p-cscf"].udp.port);
      assert.equal(came.message.visitedNetworkId[0]?.network, DOMAIN);
      await home.answer(came, 200, {
        "Contact": `${carol.contact};expires=60`,
        "Service-Route": `<sip:orig@${home.at};lr>`,
        "P-Associated-URI": `<sip:carol@${domain}>`,
      });
      assert.equal((await carol.response(register)).status, 200);
      const watching = await home.request("SUBSCRIBE");
      await home.answer(watching, 200, { "Contact": `<sip:${home.at}>`, "Expires": "60" });

      const invite = carol.build("INVITE", `sip:dave@${domain}`);
      await carol.send(invite);
      const call = await home.request("INVITE");
      assert.equal(call.message.routes[0]?.uri.hostPort, home.at);
      assert.equal(call.message.assertedIdentities[0]?.uri.user, "carol");
      const [mw, gm] = call.message.recordRoutes.map(({ uri }) => uri);
      assert.deepEqual([mw?.port, gm?.port], [path.port, core.entry["p-cscf"].udp.port]);
      await home.answer(call, 200, { "Contact": `<sip:dave@${home.at}>` });
      const answered = await carol.response(invite);
      assert.equal(answered.status, 200);

      const bye = home.build("BYE", String(carol.contact.match(/<(.*)>/)?.[1]), {
        "Route": answered.values("Record-Route"),
        "Call-ID": invite.callId ?? "",
        "From": answered.get("To") ?? "",
        "To": answered.get("From") ?? "",
      });
      carol.willing.add("BYE");
      const ended = await home.ask(bye, { address: path.host, port: path.port! });
      assert.equal(ended.status, 200);
    }, { mw: { homeNetworks: [{ domain, listen: home.local }] } });
  }));

Deno.test("a network without an agreement is not known at the P-CSCF", () =>
  scene([], async ({ ue }) => {
    const carol = await ue(digestSubscriber("carol"));
    const register = carol.build("REGISTER", "sip:h2.example.net");
    await carol.send(register);
    assert.equal((await carol.response(register)).status, 404);
  }, { mw: { homeNetworks: [{ domain: "h1.example.net", listen: { address: "127.0.4.9", port: 5060 } }] } }));

Deno.test("the second pair of CSCFs asks an HSS outside, which tells it alone what happens", () =>
  scene(
    [akaSubscriber("alice")],
    ({ core: theirs, operator }) =>
      scene([], ({ core }) =>
        element("127.0.7.3", async (node) => {
          const { "i-cscf-hss": icscf, "s-cscf-hss": scscf } = core.entry;
          const answer = await node.ask(registration(node, "alice"), icscf!.udp);
          assert.equal(answer.status, 200);
          assert.equal(answer.serviceRoute[0]?.uri.host, `scscf-hss.${DOMAIN}`);
          const subscribe = node.build("SUBSCRIBE", `sip:alice@${DOMAIN}`, {
            "Route": answer.values("Service-Route"),
            "P-Asserted-Identity": `<sip:alice@${DOMAIN}>`,
            "Event": "reg",
            "Expires": "60",
          });
          assert.equal((await node.ask(subscribe, scscf!.udp)).status, 200);
          await node.answer(await node.request("NOTIFY"), 200);
          // The registrar has its user of that HSS; the one beside it knows nobody.
          const elsewhere = await node.ask(registration(node, "alice"), core.entry["i-cscf"]!.udp);
          assert.equal(elsewhere.status, 403);
          assert.equal(await operator({ action: "deregister", impi: `alice@${DOMAIN}` }), 200);
          const ended = await node.request("NOTIFY");
          assert.match(ended.message.get("Subscription-State") ?? "", /^terminated/);
          await node.answer(ended, 200);
        }), { ...NODES, mw: { hss: theirs.entry.hss!.tcp } }),
    {
      policy: { trusted: ["127.0.0.1"] },
      ends: { cx: true },
    },
  ));
