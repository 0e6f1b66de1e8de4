import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { buildRequest, type SipResponse } from "sip-codec";
import { systemNet } from "../../harness/net/mod.ts";
import { claimNet } from "../../harness/net/testing/claim.ts";
import type { Profile } from "../../profiles/types.ts";
import { TestElement } from "../testing/element.ts";
import { answerOf } from "./dummies.ts";
import { dummies, type DummyId, startDummy } from "./mod.ts";

const { next } = claimNet(18);
const HOME = { domain: "home1.net", mcc: "001", mnc: "01" };

/** What comes of a REGISTER over UDP and an INVITE over TCP, and after an ACK. */
async function answersOf(id: DummyId): Promise<SipResponse[]> {
  const bind = next();
  const entry: Profile["entry"] = {
    "p-cscf": {
      udp: { address: bind, port: 5060 },
      tls: { address: bind, port: 5061, name: "pcscf.home1.net" },
    },
  };
  const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
  const dummy = await startDummy(id, { net: systemNet, bind, random, entry, home: HOME });
  const element = await TestElement.open(next());
  try {
    const { udp, tls } = dummy.entry["p-cscf"]!;
    assert.equal(tls?.name, "pcscf.home1.net");
    const seen: SipResponse[] = [];
    for (const [method, transport] of [["REGISTER", "udp"], ["INVITE", "tcp"]] as const) {
      const request = element.build(method, "sip:home1.net");
      await element.send(element.build("ACK", "sip:home1.net"), udp!, transport);
      seen.push(await element.ask(request, udp!, transport));
    }
    assert.equal(element.left, 0);
    return seen;
  } finally {
    await Promise.all([element.close(), dummy.close()]);
  }
}

const STATUS: Readonly<Record<Exclude<DummyId, "silent">, readonly number[]>> = {
  "refuses": [403, 403],
  "fails": [500, 500],
  "is-away": [480, 480],
  "accepts": [200, 200],
  "challenges": [401, 407],
};

for (const { id, title } of dummies) {
  if (id === "silent") continue;
  Deno.test(`the dummy "${id}" ${title}`, async () => {
    assert.deepEqual((await answersOf(id)).map(({ status }) => status), STATUS[id]);
  });
}

Deno.test('the dummy "silent" has no answer to anything', () => {
  const parts = { id: "silent", domain: "home1.net", token: () => "t" } as const;
  const request = (method: string) => buildRequest(method, "sip:home1.net", { Via: "SIP/2.0/UDP 127.0.0.1" });
  assert.deepEqual(["REGISTER", "INVITE"].map((method) => answerOf(parts, request(method))), [
    undefined,
    undefined,
  ]);
});

Deno.test("the dummy that accepts gives the bindings that were asked for", async () => {
  const [registered] = await answersOf("accepts");
  assert.match(registered?.get("Contact") ?? "", /^<sip:element@.*>;expires=600$/);
  assert.equal(registered?.get("P-Associated-URI"), "<sip:home1.net>");
});

Deno.test("the dummy that challenges never gives a nonce twice", async () => {
  const [register, invite] = await answersOf("challenges");
  const nonces = [register?.wwwAuthenticate[0], invite?.get("Proxy-Authenticate")].map(String);
  assert.notEqual(nonces[0], nonces[1]);
  assert.equal(register?.wwwAuthenticate[0]?.parameters.get("realm"), "home1.net");
});
