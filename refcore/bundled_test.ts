/** Users whom their access has authenticated, over the whole core: TS 33.203 R.3, T.4, T.8, P.2, P.3. */
import { strict as assert } from "node:assert";
import { md5 } from "@noble/hashes/legacy.js";
import { E2 } from "../harness/diameter/mod.ts";
import { systemNet } from "../harness/net/mod.ts";
import { avp, RESULT, valueOf } from "../harness/wire/diameter/mod.ts";
import { utf8 } from "../harness/wire/mod.ts";
import {
  accountingAttributes,
  type ContextAccounting,
  signAccountingRequest,
} from "../harness/wire/radius.ts";
import type { Core } from "./mod.ts";
import { openResponder } from "./testing/diameter_responder.ts";
import { roaming } from "./testing/roaming.ts";
import { scene, type SceneOptions } from "./testing/scene.ts";
import { digestSubscriber, DOMAIN, gibaSubscriber, nbaSubscriber } from "./testing/subscribers.ts";

const GINA = gibaSubscriber("001010000000001");
const GREG = gibaSubscriber("001010000000002");
const BOB = digestSubscriber("bob");
const NINA = nbaSubscriber("nina", "dsl-1.east-3");
const BARE = { "Authorization": "" };

const SECRET = "brass-compass";
const MOBILE: SceneOptions = {
  access: { "3gpp": ["127.0.2.0/24"] },
  policy: { trusted: ["127.0.7.0/24"] },
  ends: { radius: { secret: SECRET } },
};

/** What the GGSN reports, and that it was heard. */
async function report(
  core: Core,
  imsi: string,
  address: string,
  status: ContextAccounting["status"] = "start",
) {
  const socket = await systemNet.open("udp", {
    clock: systemNet.clock,
    local: { address: "127.0.7.40", port: 0 },
  });
  try {
    const attributes = accountingAttributes({ status, sessionId: imsi, imsi, address });
    const bytes = signAccountingRequest({ identifier: 1, attributes }, SECRET, md5);
    await socket.send(bytes, { transport: "udp", local: socket.local, remote: core.radius! });
    await socket.receive();
  } finally {
    await socket.close();
  }
}

Deno.test("a GIBA user registers by her address, calls and is called in the clear, and ends with her context", async () => {
  await scene([GINA, BOB], async ({ core, ue }) => {
    const gina = await ue(GINA, { address: "127.0.2.1" });
    const bob = await ue(BOB, { address: "127.0.1.9" });
    await bob.register();
    const register = () => gina.ask(gina.registerRequest(BARE));
    assert.equal((await register()).status, 403);
    await report(core, GINA.name, "127.0.2.1");
    const answer = await register();
    assert.equal(answer.status, 200);
    assert.equal(answer.serviceRoute[0]?.uri.host, `scscf.${DOMAIN}`);
    assert.equal(answer.associatedUris[0]?.uri.user, GINA.name);
    assert.deepEqual(["Security-Server", "WWW-Authenticate"].filter((name) => answer.has(name)), []);

    bob.willing.add("MESSAGE");
    gina.willing.add("MESSAGE");
    const call = gina.build("MESSAGE", bob.impu, { "P-Preferred-Identity": `<${bob.impu}>` }, "x");
    assert.equal((await gina.ask(call)).status, 200);
    assert.equal((await bob.request("MESSAGE")).assertedIdentities[0]?.uri.user, GINA.name);
    assert.equal((await bob.ask(bob.build("MESSAGE", gina.impu, {}, "x"))).status, 200);

    await report(core, GINA.name, "127.0.2.1", "stop");
    assert.equal((await gina.ask(gina.build("MESSAGE", bob.impu, {}, "x"))).status, 403);
    assert.equal((await bob.ask(bob.build("MESSAGE", gina.impu, {}, "x"))).status, 480);
    assert.equal((await register()).status, 403);
  }, MOBILE);
});

Deno.test("nobody is a GIBA user at another's address, nor she at another one, nor outside of 3GPP access", async () => {
  await scene([GINA, GREG], async ({ core, ue }) => {
    const greg = await ue(GREG, { address: "127.0.2.2" });
    await report(core, GINA.name, "127.0.2.1");
    await report(core, GREG.name, "127.0.2.2");
    const asGina = await ue(GINA, { address: "127.0.2.2", claimedHost: "127.0.2.1" });
    assert.equal((await asGina.ask(asGina.registerRequest(BARE))).status, 403);
    assert.equal((await greg.ask(greg.registerRequest(BARE))).status, 200);
    const outside = await ue(GINA, { address: "127.0.1.8", claimedHost: "127.0.2.1" });
    const said = { ...BARE, "P-Access-Network-Info": "3GPP-GERAN" };
    assert.equal((await outside.ask(outside.registerRequest(said))).status, 403);
  }, MOBILE);
});

Deno.test("an NBA user registers on her line alone, a Digest user on any; the NASS is asked for each REGISTER", async () => {
  const lines: Readonly<Record<string, string>> = { "1": "dsl-1.east-3", "2": "dsl-2.east-3" };
  const clf = await openResponder("127.0.0.1", E2, ({ avps }) => {
    // The UEs are at 127.0.5.n.
    const key = valueOf(valueOf(avps, "Globally-Unique-Address") ?? [], "Framed-IP-Address");
    const line = lines[String(key?.at(-1))];
    const found = line === undefined
      ? []
      : [avp("Location-Information", [avp("Line-Identifier", utf8(line))])];
    return [avp("Result-Code", RESULT.DIAMETER_SUCCESS), ...found];
  });
  try {
    await scene([NINA, BOB], async ({ ue }) => {
      const seen = [];
      for (const address of ["127.0.5.1", "127.0.5.2", "127.0.5.3"]) {
        const nina = await ue(NINA, { address });
        for (const headers of [BARE, {}]) {
          seen.push((await nina.ask(nina.registerRequest(headers))).status);
        }
      }
      const bob = await ue(BOB, { address: "127.0.5.4" });
      seen.push((await bob.register()).status);
      assert.deepEqual(seen, [200, 200, 403, 403, 403, 403, 200]);
      assert.equal(clf.requests.length, 8);
    }, {
      access: { nass: ["127.0.5.0/24"] },
      ends: { clf: { listen: clf.local, realm: "nass.example.net" } },
    });
  } finally {
    await clf.close();
  }
});

Deno.test("a P-CSCF that is not PANI-aware passes P-Access-Network-Info as it is, and vouches for no line", async () => {
  const forged = 'ADSL;dsl-location="dsl-1.east-3";network-provided';
  await roaming([NINA], async ({ ue, forwarded }) => {
    const nina = await ue(NINA, { access: "nass" });
    const { status } = await nina.ask(nina.registerRequest({ "P-Access-Network-Info": forged }));
    assert.deepEqual([status, forwarded()[0]?.get("P-Access-Network-Info")], [403, forged]);
  }, { policy: { providesAccessInfo: false } });
  await scene([NINA], async ({ ue }) => {
    const nina = await ue(NINA, { address: "127.0.5.1" });
    assert.equal((await nina.ask(nina.registerRequest({ "P-Access-Network-Info": forged }))).status, 403);
  }, { access: { nass: ["127.0.5.0/24"] }, policy: { providesAccessInfo: false } });
});
