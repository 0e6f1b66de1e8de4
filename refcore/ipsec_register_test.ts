/** Set-up of SAs in the P-CSCF over real sockets: TS 33.203 7.2, 7.3, M.7.2. */
import { strict as assert } from "node:assert";
import type { SipResponse } from "sip-codec";
import { hasRawIp, ipsecScene, ueAddress } from "./testing/ipsec_scene.ts";
import type { Challenged, IpsecUe, UeSet } from "./testing/ipsec_ue.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const alice = akaSubscriber("alice");
const bob = akaSubscriber("bob");
const raw = await hasRawIp();

const statusOf = ({ message }: { message: unknown }) => (message as SipResponse).status;

for (const pair of [["null", "aes-gcm"], ["hmac-sha-1-96", "aes-cbc"], ["aes-gmac", "null"]] as const) {
  Deno.test(`behind a NAT a UE registers in UDP-encapsulated tunnels with ${pair}`, async () => {
    await ipsecScene([alice], async ({ ue }) => {
      const phone = await ue(alice, { pairs: [pair] });
      const challenged = await phone.challenge();
      for (const { params } of challenged.response.securityServer) {
        assert.equal(params.get("mod"), "UDP-enc-tun");
        assert.match(params.get("spi-c") ?? "", /^\d{10}$/);
      }
      const answer = await phone.sm7(challenged);
      assert.equal(statusOf(answer), 200);
      assert.equal(answer.message.has("Security-Server"), false);
      // Over UDP what the P-CSCF sends comes from port_pc to port_us.
      assert.equal(phone.where(answer), "us 0");
      assert.equal(answer.flow.remote.port, challenged.set.portPc);
    });
  });

  Deno.test({
    name: `without a NAT a UE registers in transport mode with ${pair}`,
    ignore: !raw,
    fn: async () => {
      await ipsecScene([alice], async ({ ue }) => {
        const phone = await ue(alice, { mode: "trans", pairs: [pair] });
        const challenged = await phone.challenge();
        assert.equal(challenged.response.securityServer[0]?.params.get("mod"), "trans");
        const answer = await phone.sm7(challenged);
        assert.equal(statusOf(answer), 200);
        assert.equal(phone.where(answer), "us 0");
      }, { raw: true });
    },
  });
}

Deno.test("SM6 lists all pairs of the P-CSCF, whatever was offered, with one set of numbers", async () => {
  await ipsecScene([alice, bob], async ({ ue }) => {
    const lists = [];
    for (const [who, pairs] of [[alice, [["hmac-sha-1-96", "null"]]], [bob, undefined]] as const) {
      const phone = await ue(who, pairs ? { pairs } : {});
      const { response, set } = await phone.challenge();
      lists.push(response.securityServer.map(({ params }) => `${params.get("alg")}/${params.get("ealg")}`));
      for (const { params } of response.securityServer) {
        assert.equal(Number(params.get("spi-c")), set.spiPc);
        assert.equal(Number(params.get("port-s")), set.portPs);
      }
      assert.equal(new Set([set.spiUc, set.spiUs, set.spiPc, set.spiPs]).size, 4);
      assert.equal([5060, 5061].includes(set.portPs) || [5060, 5061].includes(set.portPc), false);
    }
    assert.deepEqual(lists[0], [
      "null/aes-gcm",
      "hmac-sha-1-96/aes-cbc",
      "aes-gmac/null",
      "hmac-sha-1-96/null",
    ]);
    assert.deepEqual(lists[1], lists[0]);
  });
});

Deno.test("SM1 without security agreement gets 421, and what cannot be taken up 494 or 400", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const status = async (headers: Record<string, string>) => {
      const { message } = await phone.sm1(headers);
      const { status, securityServer } = message as SipResponse;
      return `${status}${securityServer.length > 0 ? " and a list" : ""}`;
    };
    assert.equal(await status({ "Security-Client": "" }), "421 and a list");
    assert.equal(await status({ "Require": "" }), "421 and a list");
    assert.equal(await status({ "Proxy-Require": "" }), "421 and a list");
    assert.equal(await status({ "Security-Client": "digest" }), "494 and a list");
    const offer = (change: (entry: string) => string) => ({ "Security-Client": change(phone.offer()) });
    assert.equal(await status(offer((one) => one.replaceAll("alg=", "alg=no-"))), "494 and a list");
    assert.equal(await status(offer((one) => one.replaceAll("mod=", "prot=ah;mod="))), "494 and a list");
    assert.equal(await status(offer((one) => one.replaceAll(/spi-s=\d+/g, "spi-s=4294967296"))), "400");
    assert.equal(await status(offer((one) => one.replaceAll(/spi-s=\d+;/g, ""))), "400");
    assert.equal(await status(offer((one) => one.replace(/spi-c=\d+/, "spi-c=777777"))), "400");
    assert.equal(await status(offer((one) => one.replaceAll(/port-s=\d+/g, "port-s=5060"))), "400");
  });
});

Deno.test("behind a NAT, SM1 without UDP-enc-tun is not answered at all", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const request = phone.register({ "Security-Client": phone.offer({ mode: "trans" }) });
    await phone.phone.send(request);
    assert.equal(await phone.phone.statusWithin(request, 200), "silence");
    // Names are resolved first; this one is the source's, so that there is no NAT, and only raw IP would do.
    const name = `ue-${phone.options.address.replaceAll(".", "-")}.${DOMAIN}`;
    const named = phone.register({
      "Security-Client": phone.offer({ mode: "trans" }),
      "Via": `SIP/2.0/UDP ${name}:5062;branch=z9hG4bK-named;rport`,
    });
    await phone.phone.send(named);
    assert.equal(await phone.phone.statusWithin(named, 1000), "494");
  });
});

Deno.test("a Digest subscriber gets no keys for IPsec, and none from this access without it", async () => {
  const dave = digestSubscriber("dave");
  await ipsecScene([dave], async ({ ue }) => {
    const phone = await ue(dave);
    assert.equal(statusOf(await phone.sm1()), 403);
    assert.equal(
      statusOf(await phone.sm1({ "Security-Client": "", "Require": "", "Proxy-Require": "" })),
      421,
    );
  });
});

Deno.test("SM7 must say again what SM1 and SM6 said, or the registration is over", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const verify = ({ response }: Challenged) => response.values("Security-Server");
    const wrongs: ((challenged: Challenged) => Record<string, string>)[] = [
      () => ({ "Security-Verify": "" }),
      () => ({ "Security-Client": "" }),
      () => ({ "Require": "" }),
      (one) => ({ "Security-Verify": verify(one).slice(1).join(", ") }),
      (one) => ({ "Security-Verify": verify(one).toReversed().join(", ") }),
      (one) => ({ "Security-Verify": verify(one).join(", ").replaceAll("UDP-enc-tun", "trans") }),
      (one) => ({ "Security-Verify": verify(one).join(", ").replaceAll(/port-c=\d/g, otherDigit) }),
      (one) => ({ "Security-Client": one.client.replaceAll(/port-s=\d/g, otherDigit) }),
      (one) => ({ "Security-Client": one.client.replace("aes-cbc", "null") }),
    ];
    for (const wrong of wrongs) {
      const challenged = await phone.challenge();
      const answer = await phone.sm7(challenged, wrong(challenged));
      assert.equal(statusOf(answer), 494, JSON.stringify(wrong(challenged)));
      const again = phone.sm7Request(challenged);
      await phone.send(again, challenged.set);
      assert.equal(await phone.statusWithin(again, 100), "silence");
    }
    // Another order of parameters and other letters are the same.
    const challenged = await phone.challenge();
    const shuffled = verify(challenged).map((one) => {
      const [name = "", ...parameters] = one.split(";");
      return [name.toUpperCase(), ...parameters.toReversed()].join("; ");
    });
    assert.equal(statusOf(await phone.sm7(challenged, { "Security-Verify": shuffled.join(", ") })), 200);
  });
});

Deno.test("a wrong answer, a wrong user or a wrong Via under the new SAs ends in 403, and so do the SAs", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const challenged = await phone.challenge();
    const answer = await phone.sm7(challenged, {}, "0".repeat(32));
    assert.equal(statusOf(answer), 403);
    assert.equal(phone.where(answer), "us 0");
    assert.equal(await phone.served(challenged.set), "silence");
    const other = await phone.challenge();
    assert.equal(statusOf(await phone.sm7(other, { "To": `<sip:bob@${DOMAIN}>` })), 403);
    const third = await phone.challenge();
    const via = `SIP/2.0/UDP 127.0.0.9:${phone.portUs};branch=z9hG4bK-elsewhere`;
    assert.equal(statusOf(await phone.sm7(third, { "Via": via })), 403);
    assert.equal(statusOf(await phone.sm7(third)), 200);
  });
});

Deno.test("SM7 counts under the SAs of its challenge alone: not in the clear, not under the old ones", async () => {
  await ipsecScene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    const first = await phone.registerFully();
    await operator({ action: "reauthenticate", impi: alice.impi });
    const challenged = await phone.challenge({}, first);
    const clear = phone.sm7Request(challenged, {}, "clear");
    await phone.phone.send(clear);
    assert.equal(await phone.phone.statusWithin(clear, 100), "silence");
    const old = phone.sm7Request(challenged);
    await phone.send(old, first);
    assert.equal(await phone.statusWithin(old, 100), "silence");
    assert.equal(statusOf(await phone.sm7(challenged)), 200);
  });
});

Deno.test("a new challenge deletes the SAs of the one before", async () => {
  await ipsecScene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const [one, other] = [await phone.challenge(), await phone.challenge()];
    const late = phone.sm7Request(one);
    await phone.send(late, one.set);
    assert.equal(await phone.statusWithin(late, 100), "silence");
    assert.equal(statusOf(await phone.sm7(other)), 200);
  });
});

Deno.test("registration SAs end with the time for the answer, and their port is free again", async () => {
  await ipsecScene([alice], async ({ ue, pass }) => {
    const phone = await ue(alice);
    const client = phone.offer();
    const challenged = await phone.challenge({ "Security-Client": client });
    // As long as it is there nobody else has it, the UE itself included (7.1 rule 3).
    assert.equal(statusOf(await phone.sm1({ "Security-Client": client })), 400);
    await pass(350);
    const late = phone.sm7Request(challenged);
    await phone.send(late, challenged.set);
    assert.equal(await phone.statusWithin(late, 100), "silence");
    const again = await phone.challenge({ "Security-Client": client });
    assert.equal(statusOf(await phone.sm7(again)), 200);
  }, { timers: { regAwaitAuth: 300 } });
});

Deno.test("a client port, or behind a NAT a server port, that another UE has is refused", async () => {
  await ipsecScene([alice, bob], async ({ ue }) => {
    const [one, other] = [await ue(alice), await ue(bob, { address: ueAddress(1) })];
    const set = await one.registerFully();
    assert.equal(statusOf(await other.sm1({ "Security-Client": other.offer({ portC: set.portUc }) })), 400);
    assert.equal(statusOf(await other.sm1({ "Security-Client": other.offer({ portS: set.portUs }) })), 400);
    await other.registerFully();
    assert.equal(await one.served(set, 1000), "200");
  });
});

Deno.test("failures of the network's proof are reported the way SM1 went, and end the new SAs", async () => {
  await ipsecScene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    const report = async (one: Challenged, on: UeSet | "clear") => {
      const request = phone.sm7Request(one, {}, on, "");
      if (on === "clear") {
        await phone.phone.send(request);
        return await phone.phone.statusWithin(request, 300);
      }
      await phone.send(request, on);
      return await phone.statusWithin(request, 300);
    };
    const clear = await phone.challenge();
    assert.equal(await report(clear, "clear"), "403");
    assert.equal(await deadSm7(phone, clear), "silence");
    const set = await phone.registerFully();
    await operator({ action: "reauthenticate", impi: alice.impi });
    const inside = await phone.challenge({}, set);
    assert.equal(await report(inside, "clear"), "silence");
    assert.equal(await report(inside, set), "403");
    assert.equal(await deadSm7(phone, inside), "silence");
    assert.equal(await phone.served(set, 1000), "200");
  });
});

async function deadSm7(phone: IpsecUe, challenged: Challenged): Promise<string> {
  const request = phone.sm7Request(challenged);
  await phone.send(request, challenged.set);
  return await phone.statusWithin(request, 100);
}

/** The same with another digit at its end. */
function otherDigit(text: string): string {
  return `${text.slice(0, -1)}${text.endsWith("9") ? 8 : 9}`;
}
