import { strict as assert } from "node:assert";
import { startCore } from "./mod.ts";
import { systemNet } from "../harness/net/mod.ts";
import { scene, TIMERS } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";
import { TestUe } from "./testing/ue.ts";

const alice = akaSubscriber("alice");
const bob = digestSubscriber("bob");

/** xorshift32: the same damage in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

Deno.test("damaged messages never harm the core", async () => {
  await scene([alice, bob], async ({ ue, core }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await b.register();
    const pick = chance(0x5eed);
    const { address, port } = core.entry["p-cscf"].udp;
    for (let round = 0; round < 600; round++) {
      const whole = round % 3 === 0
        ? a.registerRequest({ "Security-Client": "ipsec-3gpp;alg=hmac-sha-1-96", "Privacy": "id" })
        : round % 3 === 1
        ? b.build(
          "INVITE",
          a.impu,
          { "Privacy": "id;user;header", "P-Preferred-Identity": `<${b.impu}>` },
          "v=0\r\n",
        )
        : b.build("SUBSCRIBE", b.impu, { "Event": "reg", "Route": `<sip:x@127.0.0.1;lr>`, "Expires": "10" });
      const bytes = whole.toBytes();
      for (let n = 1 + pick(4); n > 0; n--) {
        bytes[pick(bytes.length)] = pick(3) === 0 ? pick(256) : 0x20 + pick(95);
      }
      await b.send(pick(8) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes);
      // Keeps step with the core: what overflows a socket's buffer tests nothing.
      if (round % 10 === 9) await a.ask(a.build("OPTIONS", `sip:${address}:${port}`));
    }
    assert.equal((await a.register()).status, 200);
    assert.equal((await b.register()).status, 200);
  });
});

Deno.test("a stream that cannot be cut ends, and others go on", async () => {
  await scene([alice], async ({ ue }) => {
    const [bad, good] = [await ue(alice, { transport: "tcp" }), await ue(alice, { transport: "tcp" })];
    await bad.send(new TextEncoder().encode("REGISTER sip:x SIP/2.0\r\nContent-Length: nonsense\r\n\r\n"));
    assert.equal((await good.register()).status, 200);
  });
});

Deno.test("many cores live beside each other and close without a trace", async () => {
  const cores = await Promise.all(Array.from({ length: 40 }, (_, index) =>
    startCore({
      net: systemNet,
      bind: `127.0.30.${index + 1}`,
      subscribers: [alice, bob],
      home: { domain: DOMAIN, mcc: "001", mnc: "01" },
      timers: TIMERS,
      random: { bytes: (length) => new Uint8Array(length).map(() => chance(index + length + 1)(256)) },
    })));
  const last = cores.at(-1)!;
  const phone = await TestUe.open(last, { address: "127.0.1.1", subscriber: bob });
  assert.equal((await phone.register()).status, 200);
  await phone.close();
  await Promise.all(cores.map((core) => core.close()));
  await last.close();
});

Deno.test("reset brings everything back to what was provisioned", async () => {
  await scene([bob], async ({ ue, operator }) => {
    const phone = await ue(bob);
    await phone.register();
    await operator({ action: "change-password", impi: bob.impi, password: "new" });
    assert.equal(await operator({ action: "reset" }), 200);
    assert.equal((await phone.ask(phone.build("MESSAGE", bob.impus[0]!, { "Contact": "" }))).status, 403);
    assert.equal((await phone.register()).status, 200);
  });
});

Deno.test("REGISTER that asks for what is not there, for everything, or for nothing", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob);
    const odd = await phone.ask(phone.registerRequest({ "Require": "teleport" }));
    assert.equal(odd.status, 420);
    assert.deepEqual(odd.unsupported, ["teleport"]);
    await phone.register();
    const query = await phone.register({ "Contact": "", "Expires": "" });
    assert.equal(query.status, 200);
    assert.equal(query.contacts.length, 1);
    assert.equal((await phone.register({ "Contact": "*", "Expires": "600" })).status, 400);
    assert.equal((await phone.register({ "Contact": "*", "Expires": "0" })).contacts.length, 0);
  });
});
