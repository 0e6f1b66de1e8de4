/** The peers of the network's side before the reference core: what cases do with them goes through, and leaves nothing. */
import assert from "node:assert/strict";
import { parseProfile } from "../../profiles/mod.ts";
import { systemNet } from "../net/mod.ts";
import { type CaseDefinition, makePlan, noEvidence, run, suite, testCase } from "../runner/mod.ts";
import { newPeers } from "./peers.ts";
import { catalogue } from "./registry.ts";
import { openCoreAnywhere } from "./target.ts";

/** Any will do: it is the peers that are proved here. */
const REQUIREMENT = "33.203/U.2/05";
const TEXT = { type: "text/plain", content: "hello" };

type Act = CaseDefinition["run"];

function prove(id: string, wants: Pick<CaseDefinition, "leases" | "seats">, act: Act): CaseDefinition {
  return testCase({
    ...{ id: `demo/${id}`, title: id, verifies: [REQUIREMENT], kills: [], peer: "trusted-node", ...wants },
    run: act,
  });
}

const CASES = [
  prove("msc-server", { leases: ["tna"] }, async ({ trustedNode, check }) => {
    const node = await trustedNode();
    const { response, serviceRoute } = await node.registerTrusted();
    check("it registers without a challenge", REQUIREMENT).answer(response).isOneOf(200);
    check("and is told of the S-CSCF", REQUIREMENT).that(serviceRoute.length).equals(1);
    const message = await node.request("MESSAGE", `sip:nobody@${node.identity.homeDomain}`, { body: TEXT });
    check("which routes its requests", REQUIREMENT).answer(await message.final()).isClass(4);
  }),
  prove("outsider", { leases: ["tna"] }, async ({ trustedNode, check }) => {
    const node = await trustedNode({ local: "outside" });
    const exchange = await node.send(node.draft.registerTrusted());
    await check("nobody answers it", REQUIREMENT).never(exchange.unanswered());
  }),
  prove("p-cscf", { leases: ["aka"] }, async ({ trustedNode, check }) => {
    const node = await trustedNode({ local: "pani-aware" });
    const challenge = await node.challenge();
    check("the challenge has the keys", REQUIREMENT).that(challenge.parameters).has("ck", "ik");
    const { response } = await node.answer(challenge);
    check("and is answered", REQUIREMENT).answer(response).isOneOf(200);
    const notify = await (await node.subscribeReg()).notify();
    check("the registration is there", REQUIREMENT).that(notify.text()).matches(/state="active"/);
    const other = await trustedNode();
    const message = other.request("MESSAGE", node.identity.impus[0]!, { route: [], body: TEXT });
    await (await node.incoming("MESSAGE")).respond(200);
    check("requests come along the Path", REQUIREMENT).answer(await (await message).final()).isOneOf(200);
  }),
  prove("p-cscf-over-tcp", { leases: ["digest"] }, async ({ trustedNode, check }) => {
    const node = await trustedNode({ transport: "tcp" });
    check("Digest succeeds", REQUIREMENT).answer((await node.register()).response).isOneOf(200);
  }),
  prove("our-hss", { leases: ["aka"] }, async ({ trustedNode, hss, check }) => {
    const view = await hss();
    const node = await trustedNode({ entry: "i-cscf-hss" });
    check("AKA succeeds", REQUIREMENT).answer((await node.register()).response).isOneOf(200);
    const commands = view.requests.map(({ command }) => command);
    check("with our vectors", REQUIREMENT).that(commands).includes("Multimedia-Auth");
    check("the S-CSCF takes orders", REQUIREMENT).that(await view.terminate(node.identity.impi)).equals(2001);
  }),
  prove("roaming-ue", { leases: [], seats: ["homeNetwork"] }, async ({ homeNetwork, ue, check }) => {
    const home = await homeNetwork({ users: ["digest"] });
    const roamer = await ue({ home });
    check("it registers at home", REQUIREMENT).answer((await roamer.register()).response).isOneOf(200);
    const marks = home.registers.map(({ integrityProtected }) => integrityProtected);
    check("with the mark of its P-CSCF", REQUIREMENT).that(marks).equals([[], ["ip-assoc-pending"]]);
    const call = await home.invite();
    const taken = await roamer.acceptCall();
    check("is called", REQUIREMENT).answer(await call.answered()).isOneOf(200);
    await taken.acknowledged();
    check("until home hangs up", REQUIREMENT).answer(await call.hangUp()).isOneOf(200);
    const outgoing = await roamer.invite(`sip:somebody@${home.domain}`);
    const accepted = await home.acceptCall();
    check("and calls", REQUIREMENT).answer(await outgoing.answered()).isOneOf(200);
    await accepted.acknowledged();
    check("until it hangs up", REQUIREMENT).answer(await outgoing.hangUp()).isOneOf(200);
  }),
];

Deno.test("trusted nodes, home networks and our HSS do with the reference core what they are for", async () => {
  const text = await Deno.readTextFile(new URL("../../profiles/embedded.yaml", import.meta.url));
  const embedded = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  const core = await openCoreAnywhere(embedded, [], "seed");
  try {
    const { cases } = await run({
      plan: makePlan({ suites: [suite("demo", "Demonstration", CASES)], catalogue, profile: core.profile }),
      profile: core.profile,
      catalogue,
      net: systemNet,
      peers: newPeers(),
      evidence: noEvidence,
      seed: "seed",
      withoutSanity: true,
    });
    const verdicts = cases.map(({ id, verdict, reason }) => ({ id, verdict, reason }));
    assert.deepEqual(verdicts, CASES.map(({ id }) => ({ id, verdict: "pass", reason: null })));
    assert.deepEqual(core.problems, []);
  } finally {
    await core.close();
  }
});
