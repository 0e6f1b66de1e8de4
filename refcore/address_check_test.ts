import { strict as assert } from "node:assert";
import { type Scene, scene } from "./testing/scene.ts";
import { digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = digestSubscriber("alice");
const bob = digestSubscriber("bob");
const carol = digestSubscriber("carol");

/** Carol's view of who sends: the asserted identity, or the status that the sender got. */
async function seen(
  sender: TestUe,
  carol: TestUe,
  headers: Record<string, string> = {},
): Promise<string | number> {
  const message = sender.build("MESSAGE", carol.impu, { "Contact": "", ...headers });
  carol.willing.add("MESSAGE");
  const { status } = await sender.ask(message);
  if (status !== 200) return status;
  return (await carol.request("MESSAGE")).get("P-Asserted-Identity") ?? "";
}

/** A UE of somebody else at the address of another one. */
async function beside(
  scene: Scene,
  subscriber: typeof alice,
  other: TestUe,
  outbound = false,
): Promise<TestUe> {
  return await scene.ue(subscriber, { address: other.local.address, outbound });
}

Deno.test("without outbound the address alone is associated, and a newcomer takes it over", async () => {
  await scene([alice, bob, carol], async (scene) => {
    const [watcher, a] = [await scene.ue(carol), await scene.ue(alice)];
    await watcher.register();
    await a.register();
    const otherPort = await beside(scene, alice, a);
    assert.equal(await seen(otherPort, watcher), "<sip:alice@home1.net>");
    assert.equal(
      await seen(otherPort, watcher, { "Via": `SIP/2.0/UDP 127.9.9.9:1;rport;branch=z9hG4bK1` }),
      403,
    );
    const b = await beside(scene, bob, a);
    await b.ask(b.registerRequest());
    assert.equal(await seen(a, watcher), "<sip:alice@home1.net>");
    assert.equal((await b.register({}, { password: "wrong" })).status, 403);
    assert.equal(await seen(a, watcher), "<sip:alice@home1.net>");
    assert.equal((await b.register()).status, 200);
    assert.equal(
      await seen(a, watcher, { "P-Preferred-Identity": "<sip:alice@home1.net>" }),
      "<sip:bob@home1.net>",
    );
    const toAlice = watcher.build("MESSAGE", alice.impus[0]!, { "Contact": "" });
    assert.equal((await watcher.ask(toAlice)).status, 480);
  });
});

Deno.test("with outbound the port counts, and users behind one address live side by side", async () => {
  await scene([alice, bob, carol], async (scene) => {
    const [watcher, a] = [await scene.ue(carol), await scene.ue(alice, { outbound: true })];
    await watcher.register();
    const ok = await a.register();
    assert.deepEqual(ok.require, ["outbound"]);
    assert.equal(ok.get("Flow-Timer"), "120");
    const b = await beside(scene, bob, a, true);
    await b.register();
    assert.equal(await seen(a, watcher), "<sip:alice@home1.net>");
    assert.equal(await seen(b, watcher), "<sip:bob@home1.net>");
    const stranger = await beside(scene, alice, a);
    assert.equal(await seen(stranger, watcher), 403);
  });
});

Deno.test("behind a NAT only a UE with outbound registers, and it is reached on its flow", async () => {
  await scene([alice, carol], async (scene) => {
    const watcher = await scene.ue(carol);
    await watcher.register();
    const plain = await scene.ue(alice, { claimedHost: "10.1.1.1" });
    assert.equal((await plain.ask(plain.registerRequest())).status, 403);
    const natted = await scene.ue(alice, { claimedHost: "10.1.1.1", outbound: true });
    // Behind a NAT a UE asks for rport, or its answers go astray.
    natted.rport = true;
    assert.equal((await natted.register()).status, 200);
    const message = watcher.build("MESSAGE", natted.impu, { "Contact": "" });
    await watcher.send(message);
    await natted.answer(await natted.request("MESSAGE"), 200);
    assert.equal((await watcher.response(message)).status, 200);
  });
});

Deno.test("received is the P-CSCF's word", async () => {
  await scene([alice], async (scene) => {
    const phone = await scene.ue(alice);
    const { address, port } = phone.local;
    const received = async (sentBy: string) => {
      const Via = `SIP/2.0/UDP ${sentBy};rport;branch=z9hG4bK${
        Math.floor(port + sentBy.length)
      };received=127.7.7.7`;
      return (await phone.ask(phone.registerRequest({ Via }))).via?.received;
    };
    assert.equal(await received(`phone.home1.net:${port}`), address);
    assert.equal(await received(`10.0.0.1:${port}`), address);
    const honest = phone.registerRequest({
      Via: `SIP/2.0/UDP ${address}:${port};branch=z9hG4bK7;received=127.7.7.7`,
    });
    assert.equal((await phone.ask(honest)).via?.received, address);
  });
});

Deno.test("a UE that is gone is not served any more", async () => {
  await scene([alice, carol], async (scene) => {
    const [watcher, a] = [await scene.ue(carol), await scene.ue(alice)];
    await watcher.register();
    await a.register();
    assert.equal(await seen(a, watcher), "<sip:alice@home1.net>");
    assert.equal((await a.register({ Expires: "0" })).status, 200);
    assert.equal(await seen(a, watcher), 403);
    await a.register();
    assert.equal(await scene.operator({ action: "deregister", impi: alice.impi }), 200);
    assert.equal(await seen(a, watcher), 403);
  });
});

Deno.test("keep-alives: CRLF gets CRLF on a stream, a STUN Binding request its mapped address", async () => {
  await scene([alice], async (scene) => {
    const tcp = await scene.ue(alice, { transport: "tcp" });
    await tcp.send(new TextEncoder().encode("\r\n\r\n"));
    assert.deepEqual(await tcp.nextRaw(), new TextEncoder().encode("\r\n"));
    const udp = await scene.ue(alice);
    const request = new Uint8Array(20);
    const view = new DataView(request.buffer);
    view.setUint16(0, 1);
    view.setUint32(4, 0x2112a442);
    request.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 8);
    await udp.send(request);
    const answer = await udp.nextRaw();
    const out = new DataView(answer.buffer, answer.byteOffset);
    assert.equal(out.getUint16(0), 0x0101);
    assert.equal(out.getUint16(26) ^ 0x2112, udp.local.port);
  });
});
