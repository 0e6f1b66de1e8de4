/** What becomes of SAs, and which message may go under which: TS 33.203 7.1, 7.4.2a, M.7.1. Over real sockets. */
import { strict as assert } from "node:assert";
import type { SipRequest, SipResponse } from "sip-codec";
import { hasRawIp, ipsecScene, ueAddress } from "./testing/ipsec_scene.ts";
import type { Heard, IpsecUe, UeSet } from "./testing/ipsec_ue.ts";
import { akaSubscriber, DOMAIN } from "./testing/subscribers.ts";

const alice = akaSubscriber("alice");
const bob = akaSubscriber("bob");
const raw = await hasRawIp();

const statusOf = ({ message }: Heard) => (message as SipResponse).status;

/** A MESSAGE to this UE: where it came. */
async function reached(from: IpsecUe, to: IpsecUe, body = ""): Promise<string> {
  to.willing.add("MESSAGE");
  await from.send(from.build("MESSAGE", to.impu, { "Contact": "" }, body), from.sets.at(-1)!);
  return to.where(await to.incoming("MESSAGE"));
}

/** A registration that is authenticated although SM1 comes on `on`. */
async function renewed(ue: IpsecUe, operator: (order: Record<string, string>) => Promise<number>, on: UeSet) {
  await operator({ action: "reauthenticate", impi: ue.options.subscriber.impi });
  return await ue.registerFully({}, on);
}

Deno.test("calls and messages of two UEs go under their SAs, and each is who its SA is", async () => {
  await ipsecScene([alice, bob], async ({ ue }) => {
    const [one, other] = [await ue(alice), await ue(bob)];
    const [mine] = [await one.registerFully(), await other.registerFully()];
    other.willing.add("MESSAGE");
    const forged = one.build("MESSAGE", other.impu, {
      "Contact": "",
      "P-Preferred-Identity": `<sip:bob@${DOMAIN}>`,
      "P-Asserted-Identity": `<sip:bob@${DOMAIN}>`,
      "Security-Verify": "ipsec-3gpp;alg=null",
      "Require": "sec-agree",
      "Proxy-Require": "sec-agree",
    });
    assert.equal(statusOf(await one.ask(forged, mine)), 200);
    const message = await other.incoming("MESSAGE");
    assert.equal(other.where(message), "us 0");
    const request = message.message as SipRequest;
    assert.equal(String(request.assertedIdentities[0]?.uri), `sip:alice@${DOMAIN}`);
    for (const name of ["Require", "Proxy-Require", "Security-Verify"]) {
      assert.equal(request.has(name), false);
    }
    // The Via towards the UE names the port that its responses go to.
    assert.equal(request.via?.port, other.sets[0]!.portPs);
    assert.equal(request.via?.params.has("rport"), false);
  });
});

Deno.test("in the clear there is nothing but REGISTER, and emergencies", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const set = await phone.registerFully();
    const ask = async (method: string, uri: string) => {
      const request = phone.phone.build(method, uri);
      await phone.phone.send(request);
      return await phone.phone.statusWithin(request, 200);
    };
    assert.equal(await ask("INVITE", phone.impu), "403");
    assert.equal(await ask("OPTIONS", `sip:${DOMAIN}`), "403");
    assert.equal(await ask("CANCEL", phone.impu), "silence");
    assert.equal(await ask("INVITE", "urn:service:sos.police"), "380");
    assert.equal(await ask("INVITE", "sip:sos@elsewhere.example"), "403");
    assert.equal(await phone.served(set, 1000), "200");
  });
});

Deno.test("wrong ICV, replay, foreign SPI, other inner source: dropped, and the SA lives on", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const set = await phone.registerFully();
    for (
      const overrides of [{ icv: "wrong" }, { spi: 4711 }, { sequence: 1 }, {
        keys: { ...set.keys, encryptionKey: new Uint8Array(16) },
      }] as const
    ) {
      phone.overrides = overrides;
      assert.equal(await phone.served(set, 100), "silence", JSON.stringify(overrides));
    }
    phone.overrides = {};
    assert.equal(await phone.served(set, 1000), "200");
    // The host's own addresses are those of its sockets; this packet says another one.
    const { address } = phone.core.entry["p-cscf"].udp;
    const outer = phone.core.ipsec!.encapsulation!;
    for (const [source, answer] of [[ueAddress(99), "silence"], [phone.publicAddress, "200"]] as const) {
      const request = phone.build("OPTIONS", `sip:${address}:${set.portPs}`);
      await phone.host.sendPacket({
        local: { address: source, port: set.portUc },
        remote: { address, port: set.portPs },
        payload: request.toBytes(),
        sa: set.toServer,
        carrier: "udp",
        mode: "tunnel",
        outer,
      });
      assert.equal(await phone.statusWithin(request, 200), answer);
    }
  });
});

Deno.test("requests to the UE stay on the old SAs until it is heard on the new ones", async () => {
  await ipsecScene([alice, bob], async ({ ue, operator }) => {
    const [phone, friend] = [await ue(alice), await ue(bob)];
    const first = await phone.registerFully();
    await friend.registerFully();
    const second = await renewed(phone, operator, first);
    assert.equal(second.portPs, first.portPs);
    assert.notEqual(second.portPc, first.portPc);
    assert.equal(await reachedOn(friend, phone, first), "us 0");
    assert.equal(await phone.served(first, 1000), "200");
    assert.equal(await phone.served(second, 1000), "200");
    assert.equal(await reached(friend, phone), "us 1");
    assert.equal(await phone.served(first), "silence");
  });
});

/** As `reached()`, with an answer on this set. */
async function reachedOn(from: IpsecUe, to: IpsecUe, set: UeSet): Promise<string> {
  const request = from.build("MESSAGE", to.impu, { "Contact": "" });
  await from.send(request, from.sets.at(-1)!);
  const heard = await to.incoming("MESSAGE");
  await to.answer(heard, 200, set);
  assert.equal(statusOf(await from.answerTo(request, from.sets.at(-1)!)), 200);
  return to.where(heard);
}

Deno.test("a registration that began in the clear ends the old SAs at once", async () => {
  await ipsecScene([alice, bob], async ({ ue }) => {
    const [phone, friend] = [await ue(alice), await ue(bob)];
    const first = await phone.registerFully();
    await friend.registerFully();
    const failing = await phone.challenge();
    assert.equal(statusOf(await phone.sm7(failing, {}, "0".repeat(32))), 403);
    assert.equal(await phone.served(first, 1000), "200");
    await phone.registerFully();
    assert.equal(await phone.served(first), "silence");
    assert.equal(await reached(friend, phone), "us 2");
  });
});

Deno.test("a failure of what began on SAs is told on them, and they live on", async () => {
  await ipsecScene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    const first = await phone.registerFully();
    await operator({ action: "reauthenticate", impi: alice.impi });
    const challenged = await phone.challenge({}, first);
    assert.equal(phone.where(challenged), "us 0");
    const failure = await phone.sm7(challenged, {}, "0".repeat(32));
    assert.equal(statusOf(failure), 403);
    assert.equal(phone.where(failure), "us 0");
    assert.equal(await phone.served(challenged.set), "silence");
    assert.equal(await phone.served(first, 1000), "200");
  });
});

Deno.test("what is pending on old SAs ends there, and then they are gone", async () => {
  await ipsecScene([alice, bob], async ({ ue, operator }) => {
    const [phone, friend] = [await ue(alice), await ue(bob)];
    const first = await phone.registerFully();
    const friends = await friend.registerFully();
    const invite = phone.build("INVITE", friend.impu);
    await phone.send(invite, first);
    const ringing = await friend.incoming("INVITE");
    const second = await renewed(phone, operator, first);
    assert.equal(await phone.served(second, 1000), "200");
    assert.equal(await phone.served(first), "silence");
    await friend.answer(ringing, 486, friends);
    const busy = await phone.answerTo(invite, first);
    assert.equal(statusOf(busy), 486);
    assert.equal(phone.where(busy), "us 0");
  });
});

Deno.test("a refresh under SAs is not challenged and prolongs them; without one they end", async () => {
  await ipsecScene([alice], async ({ ue, pass }) => {
    const phone = await ue(alice);
    const set = await phone.registerFully({ "Expires": "1" });
    const refresh = phone.register({ "Security-Client": phone.offer(), "Expires": "2" }, set);
    assert.equal(statusOf(await phone.ask(refresh, set)), 200);
    await pass(1500);
    assert.equal(await phone.served(set, 1000), "200");
    await pass(900);
    assert.equal(await phone.served(set), "silence");
    assert.equal(statusOf(await phone.sm1()), 401);
  }, { timers: { minExpires: 1000, expiryMargin: 200 } });
});

Deno.test("SAs end when the last identity is de-registered, by the UE or by the network", async () => {
  await ipsecScene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    const set = await phone.registerFully();
    const leaving = phone.register({ "Security-Client": phone.offer(), "Expires": "0" }, set);
    const left = await phone.ask(leaving, set);
    assert.equal(statusOf(left), 200);
    assert.equal(phone.where(left), "us 0");
    assert.equal(await phone.served(set), "silence");
    const again = await phone.registerFully();
    assert.equal(await phone.served(again, 1000), "200");
    await operator({ action: "deregister", impi: alice.impi });
    assert.equal(await phone.served(again), "silence");
  });
});

Deno.test("one set for each contact: what ends one leaves the other, and a third one is too much", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phones = [await ue(alice), await ue(alice), await ue(alice), await ue(alice)] as const;
    const contactOf = (phone: IpsecUe) =>
      `${phone.contact};+sip.instance="<urn:uuid:${phones.indexOf(phone)}>";reg-id=1`;
    const register = (phone: IpsecUe) => phone.registerFully({ "Contact": contactOf(phone) });
    const sets = [await register(phones[0]), await register(phones[1]), await register(phones[2])] as const;
    assert.equal(statusOf(await phones[3].sm1()), 403);
    const headers = { "Security-Client": phones[0].offer(), "Contact": contactOf(phones[0]), "Expires": "0" };
    const leaving = phones[0].register(headers, sets[0]);
    assert.equal(statusOf(await phones[0].ask(leaving, sets[0])), 200);
    assert.equal(await phones[0].served(sets[0]), "silence");
    assert.equal(await phones[1].served(sets[1], 1000), "200");
  });
});

Deno.test("a large request comes over TCP from port_pc to port_us, small ones over UDP", async () => {
  await ipsecScene([alice, bob], async ({ ue }) => {
    const [phone, friend] = [await ue(alice), await ue(bob)];
    const set = await phone.registerFully();
    await friend.registerFully();
    await phone.listen();
    phone.willing.add("MESSAGE");
    for (const [body, transport] of [["short", "udp"], ["long ".repeat(400), "tcp"]] as const) {
      const request = friend.build(
        "MESSAGE",
        phone.impu,
        { "Contact": "", "Content-Type": "text/plain" },
        body,
      );
      await friend.send(request, friend.sets[0]!);
      const heard = await phone.incoming("MESSAGE");
      assert.equal(heard.flow.transport, transport);
      assert.equal(heard.flow.remote.port, set.portPc);
      assert.equal(phone.where(heard), "us 0");
      assert.equal(statusOf(await friend.answerTo(request, friend.sets[0]!)), 200);
    }
  });
});

Deno.test("TCP inside the SAs: requests from port_uc, answers on their connection under the SA of port_uc", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const set = await phone.registerFully();
    const request = phone.build("OPTIONS", `sip:${phone.core.entry["p-cscf"].udp.address}:${set.portPs}`);
    request.set("Via", request.get("Via")!.replace("UDP", "TCP"));
    await phone.sendTcp(request, set);
    const answer = await phone.answerTo(request, set);
    assert.equal(phone.where(answer), "uc 0");
    assert.equal(answer.flow.transport, "tcp");
  });
});

Deno.test({
  name: "native ESP: selectors, source address and re-registration",
  ignore: !raw,
  fn: async () => {
    await ipsecScene([alice], async ({ ue, operator }) => {
      const phone = await ue(alice, { mode: "trans" });
      const first = await phone.registerFully();
      const send = (local: { address: string; port: number }, port: number) => {
        const { address } = phone.core.entry["p-cscf"].udp;
        const request = phone.build("OPTIONS", `sip:${address}:${first.portPs}`);
        const remote = { address, port };
        const packet = {
          local,
          remote,
          payload: request.toBytes(),
          sa: first.toServer,
          carrier: "raw",
        } as const;
        return phone.host.sendPacket(packet).then(() => phone.statusWithin(request, 100));
      };
      const own = { address: phone.options.address, port: first.portUc };
      assert.equal(await send({ ...own, address: ueAddress(77) }, first.portPs), "silence");
      assert.equal(await send({ ...own, port: 4711 }, first.portPs), "silence");
      assert.equal(await send(own, first.portPc), "silence");
      assert.notEqual(await send(own, first.portPs), "silence");
      const second = await renewed(phone, operator, first);
      assert.equal(await phone.served(second, 1000), "200");
      assert.equal(await phone.served(first), "silence");
    }, { raw: true });
  },
});
