import { asserted, effect, reach } from "./testing/effects.ts";
import type { Scene } from "./testing/scene.ts";
import { digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = digestSubscriber("alice", {
  implicitSet: ["sip:alice.work@home1.net"],
  otherSet: ["sip:alice.club@home1.net"],
});
const bob = digestSubscriber("bob");
const carol = digestSubscriber("carol");
const subscribers = [alice, bob, carol];

/** Carol watches, Alice is registered, Bob shares Alice's address. */
async function neighbours({ ue }: Scene, outbound = false): Promise<[TestUe, TestUe, TestUe]> {
  const watcher = await ue(carol);
  await watcher.register();
  const a = await ue(alice, { outbound });
  await a.register();
  return [watcher, a, await ue(bob, { address: a.local.address, outbound })];
}

const PREFERS_ALICE = { "P-Preferred-Identity": "<sip:alice@home1.net>" };

effect("the same address after another user's challenge, failure and success", {
  subscribers,
  observe: async (scene) => {
    const [watcher, a, b] = await neighbours(scene);
    await b.ask(b.registerRequest());
    const challenged = await asserted(a, watcher);
    await b.register();
    return `${challenged} ${await asserted(a, watcher, PREFERS_ALICE)}`;
  },
  honest: "alice bob",
  broken: {
    "pcscf/associates-at-challenge": "bob bob",
    "pcscf/evicts-at-challenge": "403 bob",
    "pcscf/keeps-both-associations": "alice alice",
    "pcscf/keeps-older-association": "alice alice",
  },
});

effect("two flows of one address", {
  subscribers,
  observe: async (scene) => {
    const [watcher, a, b] = await neighbours(scene, true);
    await b.register();
    return `${await asserted(a, watcher)} ${await asserted(b, watcher)}`;
  },
  honest: "alice bob",
  broken: { "pcscf/overwrites-by-address-alone": "403 bob" },
});

effect("another port of the address, with outbound and without", {
  subscribers,
  observe: async (scene) => {
    const [watcher, a] = await neighbours(scene, true);
    const withOutbound = await asserted(await scene.ue(alice, { address: a.local.address }), watcher);
    const plain = await scene.ue(bob);
    await plain.register();
    const without = await asserted(await scene.ue(bob, { address: plain.local.address }), watcher);
    return `${withOutbound} ${without}`;
  },
  honest: "403 bob",
  broken: {
    "pcscf/ignores-source-port": "alice bob",
    "pcscf/compares-address-only": "alice bob",
    "pcscf/demands-source-port": "403 403",
  },
});

effect("a stranger with a user's Contact, and with her name in From", {
  subscribers,
  observe: async (scene) => {
    const [watcher, a] = await neighbours(scene);
    const stranger = await scene.ue(bob);
    const contact = a.contact;
    const byContact = await asserted(stranger, watcher, { "Contact": contact });
    return `${byContact} ${await asserted(stranger, watcher, { "From": "<sip:alice@home1.net>;tag=1" })}`;
  },
  honest: "403 403",
  broken: { "pcscf/associates-by-contact": "alice 403", "pcscf/serves-unknown-source": "bob alice" },
});

effect("whom the P-CSCF asserts", {
  subscribers,
  observe: async (scene) => {
    const [watcher, a] = await neighbours(scene);
    const forFrom = { "From": "<sip:carol@home1.net>;tag=1" };
    const seen = [
      await asserted(a, watcher, { "P-Preferred-Identity": "<sip:alice.work@home1.net>" }),
      await asserted(a, watcher, { "P-Preferred-Identity": "<sip:alice.club@home1.net>" }),
      await asserted(a, watcher, { "P-Asserted-Identity": "<sip:carol@home1.net>" }),
      await asserted(a, watcher, forFrom),
      await asserted(a, watcher, { ...forFrom, ...PREFERS_ALICE }),
    ];
    return seen.join(" ");
  },
  honest: "alice.work alice alice alice alice",
  broken: {
    "pcscf/ignores-preferred-identity": "alice alice alice alice alice",
    "pcscf/asserts-unregistered-identity": "alice.work alice.club alice alice alice",
    "pcscf/keeps-ue-asserted-identity": "alice.work alice carol alice alice",
    "pcscf/asserts-from": "alice alice alice carol carol",
    "pcscf/asserts-from-without-preference": "alice.work alice alice carol alice",
  },
});

effect("received as the UE has forged it", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const { port } = phone.local;
    const Via = `SIP/2.0/UDP phone.home1.net:${port};rport;branch=z9hG4bKx;received=127.7.7.7`;
    return (await phone.ask(phone.registerRequest({ Via }))).via?.received ?? "none";
  },
  honest: "127.0.1.1",
  broken: { "pcscf/keeps-forged-received": "127.7.7.7" },
});

effect("private identities: of a call, of a message, of the called side, in Authorization", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const invite = a.build("INVITE", b.impu, { "Privacy": "id" });
    await a.send(invite);
    const called = await b.request("INVITE");
    await b.answer(called, 486, { "Privacy": "id" });
    await a.response(invite, 200);
    const message = a.build("MESSAGE", b.impu, {
      "Contact": "",
      "Privacy": "id",
      "Authorization": `Digest username="${alice.impi}", realm="home1.net", nonce="", uri="", response=""`,
    });
    await a.send(message);
    const received = await b.request("MESSAGE");
    await b.answer(received, 200, { "Privacy": "id" });
    const ok = await a.response(message);
    const shown = [called, received, ok].map((one) => one.has("P-Asserted-Identity") ? "shown" : "hidden");
    return `${shown.join(" ")} ${received.has("Authorization") ? "shown" : "hidden"}`;
  },
  honest: "hidden hidden hidden hidden",
  broken: {
    "pcscf/shows-caller-identity": "shown hidden hidden hidden",
    "pcscf/shows-sender-identity": "hidden shown hidden hidden",
    "pcscf/shows-called-identity": "hidden hidden shown hidden",
    "scscf/forwards-authorization": "hidden hidden hidden shown",
  },
});

effect("Privacy: user;header", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const invite = a.build("INVITE", b.impu, {
      "Privacy": "id;user;header",
      "From": '"Alice A" <sip:alice@home1.net>;tag=3',
    });
    await a.send(invite);
    const called = await b.request("INVITE");
    await b.answer(called, 486);
    await a.response(invite, 200);
    return `${called.from?.displayName} ${called.contact?.uri.user === "alice"}`;
  },
  honest: "Anonymous false",
  broken: { "pcscf/keeps-display-name": "Alice A false", "pcscf/keeps-private-contact": "Anonymous true" },
});

effect("a call to an identity of the user's other set", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    return await reach(b, a, {}, "sip:alice.club@home1.net");
  },
  honest: "480",
  broken: { "scscf/delivers-to-any-contact-of-impi": "200" },
});
