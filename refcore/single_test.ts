import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { systemNet } from "../harness/net/mod.ts";
import { claimNet } from "../harness/net/testing/claim.ts";
import { type BoxOptions, startBox } from "./mod.ts";
import type { Box } from "./single.ts";
import { TestElement } from "./testing/element.ts";
import { TIMERS } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber, DOMAIN, nbaSubscriber } from "./testing/subscribers.ts";

const NET = claimNet(18);

type Wishes = Pick<BoxOptions, "only"> & Partial<BoxOptions>;

/** Starts boxes one after the other, each with what is known by then, and closes all. */
async function boxes(run: (start: (wishes: Wishes) => Promise<Box>) => Promise<void>): Promise<void> {
  const open: Box[] = [];
  try {
    await run(async (wishes) => {
      const box = await startBox({
        net: systemNet,
        bind: "127.0.0.1",
        ports: { gm: 0 },
        subscribers: [akaSubscriber("alice"), digestSubscriber("bob")],
        home: { domain: DOMAIN, mcc: "001", mnc: "01" },
        timers: TIMERS,
        policy: { trusted: ["127.0.0.1"] },
        random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
        ...wishes,
      });
      open.push(box);
      return box;
    });
    for (const { problems } of open) assert.deepEqual(problems, []);
  } finally {
    for (const box of open.toReversed()) await box.close();
  }
}

async function element(address: string, run: (element: TestElement) => Promise<void>): Promise<void> {
  const one = await TestElement.open(address);
  try {
    await run(one);
  } finally {
    await one.close();
  }
}

/** `vouched`: what a trusted node says of the user. */
function register(from: TestElement, name: string, vouched = "") {
  const empty = `realm="${DOMAIN}",nonce="",uri="sip:${DOMAIN}",response=""`;
  const identity = `sip:${name}@${DOMAIN}`;
  return from.build("REGISTER", `sip:${DOMAIN}`, {
    "From": `<${identity}>;tag=1`,
    "To": `<${identity}>`,
    "P-Visited-Network-ID": DOMAIN,
    "Authorization": `Digest username="${name}@${DOMAIN}",${empty}${vouched}`,
  });
}

Deno.test("a P-CSCF alone takes REGISTER to its next hop, and brings the answer back", () =>
  boxes((start) =>
    element("127.0.4.21", async (home) => {
      const { entry } = await start({ only: "p-cscf", nextHop: home.local });
      assert.deepEqual(Object.keys(entry), ["p-cscf"]);
      await element("127.0.1.221", async (ue) => {
        const request = register(ue, "bob");
        await ue.send(request, entry["p-cscf"]!.udp!);
        const came = await home.request("REGISTER");
        assert.equal(came.message.path.length, 1);
        await home.answer(came, 401, { "WWW-Authenticate": `Digest realm="${DOMAIN}",nonce="n"` });
        assert.equal((await ue.response(request)).message.status, 401);
      });
    })
  ));

Deno.test("I-CSCF, S-CSCF and HSS, each alone, register a user together", () =>
  boxes(async (start) => {
    const hss = await start({ only: "hss" });
    const mw = { hss: hss.entry["hss"]!.tcp! };
    const scscf = await start({ only: "s-cscf", mw });
    const nextHop = scscf.entry["s-cscf"]!.udp!;
    assert.deepEqual(scscf.entry["s-cscf-hss"], scscf.entry["s-cscf"]);
    const icscf = await start({ only: "i-cscf", mw, nextHop });
    await element("127.0.0.1", async (pcscf) => {
      const challenge = await pcscf.ask(register(pcscf, "bob"), icscf.entry["i-cscf"]!.udp!);
      assert.equal(challenge.status, 401);
      assert.equal(challenge.wwwAuthenticate[0]?.parameters.get("algorithm"), "MD5");
      const done = register(pcscf, "alice", `,integrity-protected="auth-done"`);
      const answer = await pcscf.ask(done, icscf.entry["i-cscf"]!.tcp!, "tcp");
      assert.equal(answer.status, 200);
      assert.equal(answer.serviceRoute[0]?.uri.hostPort, `${nextHop.address}:${nextHop.port}`);
      // Without a next hop, users of the home network are those who are registered here.
      const call = pcscf.build("MESSAGE", `sip:alice@${DOMAIN}`, {
        "Route": answer.values("Service-Route"),
        "P-Asserted-Identity": `<sip:alice@${DOMAIN}>`,
      });
      const ringing = pcscf.ask(call, nextHop);
      await pcscf.answer(await pcscf.request("MESSAGE"), 200);
      assert.equal((await ringing).status, 200);
    });
  }));

Deno.test("an S-CSCF alone that knows its I-CSCF tells by the Via below it which P-CSCF has forwarded", () =>
  boxes(async (start) => {
    const nancy = nbaSubscriber("nancy", "dsl-7");
    const known = {
      subscribers: [nancy],
      policy: { trusted: [`${NET.address(1)}/24`], paniAware: [NET.address(9)] },
    };
    const hss = await start({ ...known, only: "hss", bind: NET.address(1) });
    const mw = { hss: hss.entry["hss"]!.tcp! };
    const place = { address: NET.address(3), port: 5060 };
    const scscf = await start({ ...known, only: "s-cscf", bind: NET.address(2), mw, nextHop: place });
    const nextHop = scscf.entry["s-cscf"]!.udp!;
    const ports = { gm: place.port };
    const icscf = await start({ ...known, only: "i-cscf", bind: place.address, ports, mw, nextHop });
    for (const [address, status] of [[NET.address(9), 200], [NET.address(8), 403]] as const) {
      await element(address, async (pcscf) => {
        const request = register(pcscf, "nancy").set("P-Access-Network-Info", LINE);
        assert.equal((await pcscf.ask(request, icscf.entry["i-cscf"]!.udp!)).status, status);
      });
    }
  }));

const LINE = 'ADSL;dsl-location="dsl-7";network-provided';

Deno.test("a box alone does not answer whom it does not trust", () =>
  boxes((start) =>
    element("127.0.1.222", async (stranger) => {
      const hss = await start({ only: "hss" });
      const scscf = await start({ only: "s-cscf", mw: { hss: hss.entry["hss"]!.tcp! } });
      await stranger.send(register(stranger, "bob"), scscf.entry["s-cscf"]!.udp!);
      await element("127.0.0.1", async (pcscf) => {
        const answer = await pcscf.ask(register(pcscf, "bob"), scscf.entry["s-cscf"]!.udp!);
        assert.equal(answer.status, 401);
      });
      assert.equal(stranger.left, 0);
    })
  ));
