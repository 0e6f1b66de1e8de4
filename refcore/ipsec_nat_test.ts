/** UEs behind a NAT that translates and forgets: TS 33.203 M.7.1, M.7.2, M.7.4.2a. Needs no privilege. */
import { strict as assert } from "node:assert";
import type { SipRequest, SipResponse } from "sip-codec";
import { ipsecScene, ueAddress } from "./testing/ipsec_scene.ts";
import type { IpsecUe, UeSet } from "./testing/ipsec_ue.ts";
import { akaSubscriber } from "./testing/subscribers.ts";

const alice = akaSubscriber("alice");
const bob = akaSubscriber("bob");
const NAT = { addresses: ["127.0.4.1", "127.0.4.2"] } as const;

function behind(core: { nat: { sip: unknown; encapsulated: unknown } | undefined }) {
  return { through: core.nat as NonNullable<IpsecUe["options"]["through"]> };
}

async function reached(from: IpsecUe, to: IpsecUe): Promise<string> {
  to.willing.add("MESSAGE");
  await from.send(from.build("MESSAGE", to.impu, { "Contact": "" }), from.sets.at(-1)!);
  return to.where(await to.incoming("MESSAGE"));
}

Deno.test("through a NAT: 401 comes back to the port it came from, and says what the UE looks like", async () => {
  await ipsecScene([alice], async ({ core, ue }) => {
    const phone = await ue(alice, behind(core));
    const { response } = await phone.challenge();
    assert.equal(response.via?.received, "127.0.4.1");
    assert.notEqual(response.via?.params.get("rport"), String(phone.phone.local.port));
    assert.equal(phone.publicAddress, "127.0.4.1");
  }, { nat: NAT });
});

Deno.test("two UEs behind one NAT are told apart by their ports and reached in their tunnels", async () => {
  await ipsecScene([alice, bob], async ({ core, ue }) => {
    const [one, other] = [await ue(alice, behind(core)), await ue(bob, behind(core))];
    await one.registerFully();
    await other.registerFully();
    assert.equal(one.publicAddress, other.publicAddress);
    assert.equal(await reached(one, other), "us 0");
    assert.equal(await reached(other, one), "us 0");
  }, { nat: NAT });
});

Deno.test("the P-CSCF follows a NAT that gives another port, once it has heard from there", async () => {
  await ipsecScene([alice, bob], async ({ core, ue, operator }) => {
    const [phone, friend] = [await ue(alice, behind(core)), await ue(bob)];
    const set = await phone.registerFully();
    await friend.registerFully();
    assert.equal(await operator({ action: "nat-rebind", address: phone.options.address }), 200);
    assert.equal(await phone.served(set, 1000), "200");
    assert.equal(await reached(friend, phone), "us 0");
    assert.equal(await operator({ action: "nat-rebind", address: ueAddress(99) }), 404);
  }, { nat: NAT });
});

Deno.test("a re-registration in the tunnel stays in it, and one from another address ends it", async () => {
  await ipsecScene([alice], async ({ core, ue, operator }) => {
    const phone = await ue(alice, behind(core));
    const first = await phone.registerFully();
    await operator({ action: "reauthenticate", impi: alice.impi });
    const challenged = await phone.challenge({}, first);
    assert.equal(challenged.response.securityServer[0]?.params.get("mod"), "UDP-enc-tun");
    assert.equal((await phone.sm7(challenged)).message.kind, "response");
    assert.equal(await phone.served(challenged.set, 1000), "200");
    await operator({ action: "nat-rebind", address: phone.options.address, move: "true" });
    const third = await phone.registerFully();
    assert.equal(phone.publicAddress, "127.0.4.2");
    assert.equal(await phone.served(challenged.set as UeSet), "silence");
    assert.equal(await phone.served(third, 1000), "200");
  }, { nat: NAT });
});

Deno.test("keep-alives and what is no ESP draw nothing, and change nothing", async () => {
  await ipsecScene([alice], async ({ core, ue }) => {
    const phone = await ue(alice, behind(core));
    const set = await phone.registerFully();
    phone.host.keepAlive(core.nat!.encapsulated).stop();
    const sip = phone.build("OPTIONS", phone.impu).toBytes();
    const marked = new Uint8Array(sip.length + 4);
    marked.set(sip, 4);
    for (const bytes of [marked, sip, new Uint8Array(0), new Uint8Array(7)]) {
      await phone.host.sendEsp(bytes, { to: core.nat!.encapsulated, carrier: "udp" });
    }
    assert.equal(await phone.served(set, 1000), "200");
  }, { nat: NAT });
});

Deno.test("SDP of a tunnelled UE names the network's address, both ways; its Contact stays", async () => {
  await ipsecScene([alice, bob], async ({ core, ue }) => {
    const [phone, friend] = [await ue(alice, behind(core)), await ue(bob, behind(core))];
    const set = await phone.registerFully();
    const friends = await friend.registerFully();
    const sdp = [
      "v=0",
      "o=- 1 1 IN IP4 192.168.7.7",
      "s=-",
      "c=IN IP4 192.168.7.7",
      "t=0 0",
      "m=audio 4000 RTP/AVP 0",
      "",
    ]
      .join("\r\n");
    const invite = phone.build("INVITE", friend.impu, { "Content-Type": "application/sdp" }, sdp);
    await phone.send(invite, set);
    const heard = await friend.incoming("INVITE");
    const request = heard.message as SipRequest;
    assert.equal(request.text().includes("192.168.7.7"), false);
    assert.ok(request.text().includes(`c=IN IP4 ${core.entry["p-cscf"].udp.address}`));
    assert.equal(request.get("Contact"), phone.contact);
    await friend.answer(heard, 486, friends);
    assert.equal(((await phone.answerTo(invite, set)).message as SipResponse).status, 486);
  }, { nat: NAT });
});

Deno.test("the operator decides on confidentiality, algorithms and NAT traversal", async () => {
  await ipsecScene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    const list = async (order: Record<string, string>) => {
      assert.equal(await operator({ action: "security-policy", ...order }), 200);
      const request = phone.register({ "Security-Client": phone.offer() });
      await phone.phone.send(request);
      if (order["nat-traversal"] === "off") return await phone.phone.statusWithin(request, 150);
      const { securityServer } = await phone.phone.response(request, 200);
      return securityServer.map(({ params }) => params.get("ealg") ?? "-").join(" ");
    };
    assert.equal(await list({}), "aes-gcm aes-cbc null null");
    assert.equal(await list({ confidentiality: "required" }), "aes-gcm aes-cbc");
    assert.equal(await list({ confidentiality: "never" }), "- -");
    assert.equal(await list({ disable: "aes-gcm, aes-gmac" }), "aes-cbc null");
    assert.equal(await list({ "nat-traversal": "off", "address": ueAddress(1) }), "silence");
    assert.equal(await list({ "address": ueAddress(1) }), "aes-gcm aes-cbc null null");
    assert.equal(await operator({ action: "security-policy", disable: "rot13" }), 400);
    assert.equal(await operator({ action: "security-policy", confidentiality: "perhaps" }), 400);
    assert.equal(await operator({ action: "security-policy", "nat-traversal": "maybe" }), 400);
    assert.equal(await operator({ action: "reset" }), 200);
    assert.equal(await list({}), "aes-gcm aes-cbc null null");
  });
});

Deno.test("many cores have their SAs side by side, and nothing is left of them", async () => {
  await Promise.all(Array.from({ length: 12 }, async (_, index) => {
    await ipsecScene([alice], async ({ ue }) => {
      const phone = await ue(alice, { address: ueAddress(100 + index) });
      const set = await phone.registerFully();
      assert.equal(await phone.served(set, 2000), "200");
    });
  }));
});
