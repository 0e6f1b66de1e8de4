/**
 * The IP address check table: clauses N.2.1.1 (from SM11 on), N.2.1.2 and Annex Q of TS 33.203.
 *
 * The ladders here all look alike: somebody registers, somebody sends an INVITE, and what the called friend sees in
 * P-Asserted-Identity (or that nothing comes) tells whom the P-CSCF took the sender for.
 */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { behindNat, sentBy } from "./_stimuli.ts";
import { registeredPair, registeredTrio } from "../_shared/scene.ts";

const OUTBOUND = { outbound: true } as const;

export const addressCheck = [
  /** A registers; INVITE from the same source (served as A), with another sent-by, from another source (not as A). */
  testCase({
    id: "digest/association-is-source-and-sent-by",
    title: "Requests are attributed by packet source and sent-by, and by nothing else",
    verifies: ["33.203/N.2.1.1/26"],
    kills: ["pcscf/associates-by-contact"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("A registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const own = await call(alice, impuOf(friend), friend);
      check("from the same source: served as A", "33.203/N.2.1.1/26").that(asserted(own.invite)).includes(
        impuOf(alice),
      );
      const elsewhere = await ue({ like: alice });
      const foreign = await elsewhere.invite(impuOf(friend), {
        headers: { Contact: registered.request.get("Contact") ?? "" },
        tamper: sentBy(`${alice.local.address}:${alice.local.port}`),
      });
      const arrived = await silenceIsUndefined(friend.incoming("INVITE", timers.silence));
      await arrived?.respond(486);
      check("from another source with A's sent-by and Contact: not served as A", "33.203/N.2.1.1/26")
        .that(asserted(arrived?.request)).lacks(impuOf(alice));
      await silenceIsUndefined(foreign.answered());
    },
  }),

  /** With outbound, from port P1: served; from the same address but port P2: not. */
  testCase({
    id: "digest/port-is-part-of-the-association",
    title: "With client-initiated connections another port of the same address is somebody else",
    verifies: ["33.203/N.2.1.1/27"],
    kills: ["pcscf/ignores-source-port"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(OUTBOUND), await ue()];
      await given("A registers with outbound", register(alice));
      await given("the called subscriber registers", register(friend));
      const own = await call(alice, impuOf(friend), friend);
      check("from port P1: served", "33.203/N.2.1.1/27").that(own.delivered).equals(true);
      const neighbour = await ue({ like: alice, local: { address: alice.local.address } });
      const other = await call(neighbour, impuOf(friend), friend, { within: timers.silence });
      check("from port P2: not served as A", "33.203/N.2.1.1/27").that(asserted(other.invite)).lacks(
        impuOf(alice),
      );
      check("and refused or ignored", "33.203/N.2.1.1/27").that(other.delivered).equals(false);
    },
  }),

  /** A with outbound from IP1:P1. INVITE as A from IP1:P2 and IP2:P1 is refused, from IP1:P1 served. */
  testCase({
    id: "digest/flow-is-address-and-port",
    title: "The flow of a registration is its address and its port, both",
    verifies: ["33.203/Q.1/02"],
    kills: ["pcscf/compares-address-only"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(OUTBOUND), await ue()];
      await given("A registers with outbound", register(alice));
      await given("the called subscriber registers", register(friend));
      const otherPort = await ue({ like: alice, local: { address: alice.local.address } });
      const otherAddress = await ue({ like: alice, local: { port: alice.local.port } });
      for (const [what, thief] of [["IP1:P2", otherPort], ["IP2:P1", otherAddress]] as const) {
        const reach = await call(thief, impuOf(friend), friend, { within: timers.silence });
        check(`from ${what}: nothing is forwarded`, "33.203/Q.1/02").that(reach.delivered).equals(false);
      }
      const own = await call(alice, impuOf(friend), friend);
      check("from IP1:P1: served", "33.203/Q.1/02").that(own.delivered).equals(true);
    },
  }),

  /** Without outbound the port does not count: a request from a new port of the same address is served. */
  testCase({
    id: "digest/port-is-free-without-outbound",
    title: "Without client-initiated connections a new port of the same address is served",
    verifies: ["33.203/N.2.1.1/28"],
    kills: ["pcscf/demands-source-port"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const second = await ue({ like: alice, local: { address: alice.local.address } });
      const reach = await call(second, impuOf(friend), friend);
      check("from another port: served as A", "33.203/N.2.1.1/28").that(asserted(reach.invite)).includes(
        impuOf(alice),
      );
    },
  }),

  /** A registers, then B from the same address, both without outbound: A's identity is not asserted any more. */
  testCase({
    id: "digest/same-address-overwrites",
    title: "Without outbound the next user of an address takes it over from the former",
    verifies: ["33.203/N.2.1.1/29"],
    kills: ["pcscf/keeps-both-associations"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue({ as: 2 })];
      await given("the called subscriber registers", register(friend));
      await given("A registers", register(alice));
      const bob = await ue({ as: 1, local: { address: alice.local.address } });
      await given("B registers from the same address", register(bob));
      const reach = await call(alice, impuOf(friend), friend, { preferredIdentity: impuOf(alice) });
      check("a request from there is not asserted as A", "33.203/N.2.1.1/29").that(asserted(reach.invite))
        .lacks(
          impuOf(alice),
        );
    },
  }),

  /** With outbound: A on P1 and B on P2 live side by side; when B registers on P1 too, P1 is B's. */
  testCase({
    id: "digest/same-flow-overwrites",
    title: "With outbound only the same address and port is taken over, its neighbours stay",
    verifies: ["33.203/N.2.1.1/30"],
    kills: ["pcscf/overwrites-by-address-alone"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(OUTBOUND), await ue({ as: 2 })];
      await given("the called subscriber registers", register(friend));
      await given("A registers on P1", register(alice));
      const bob = await ue({ as: 1, ...OUTBOUND, local: { address: alice.local.address } });
      await given("B registers on P2", register(bob));
      const [fromA, fromB] = [
        await call(alice, impuOf(friend), friend),
        await call(bob, impuOf(friend), friend),
      ];
      check("P1 is A", "33.203/N.2.1.1/30").that(asserted(fromA.invite)).includes(impuOf(alice));
      check("P2 is B", "33.203/N.2.1.1/30").that(asserted(fromB.invite)).includes(impuOf(bob));
      const place = alice.local;
      await alice.close();
      const moved = await ue({ as: 1, ...OUTBOUND, local: place });
      await given("B registers on P1", register(moved));
      const after = await call(moved, impuOf(friend), friend, { preferredIdentity: impuOf(alice) });
      check("P1 is B now", "33.203/N.2.1.1/30").that(asserted(after.invite)).includes(impuOf(bob));
    },
  }),

  /** A registered; B's REGISTER from the same address is never answered: A stays, B is not usable. */
  testCase({
    id: "digest/only-success-alters-the-table",
    title: "A challenged REGISTER that nobody answers does not change the table",
    verifies: ["33.203/N.2.1.1/31"],
    kills: ["pcscf/associates-at-challenge"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue({ as: 2 })];
      await given("the called subscriber registers", register(friend));
      await given("A registers", register(alice));
      const bob = await ue({ as: 1, local: { address: alice.local.address } });
      await given("B is challenged from the same address", bob.challenge());
      const own = await call(alice, impuOf(friend), friend);
      check("A is still served", "33.203/N.2.1.1/31").that(asserted(own.invite)).includes(impuOf(alice));
      const lie = await call(bob, impuOf(friend), friend, { preferredIdentity: impuOf(bob) });
      check("B is not asserted", "33.203/N.2.1.1/31").that(asserted(lie.invite)).lacks(impuOf(bob));
    },
  }),

  /** The same with a wrong answer: the failed registration of B does not put A out. */
  testCase({
    id: "digest/failed-registration-does-not-overwrite",
    title: "A registration that failed leaves the entry of the address alone",
    verifies: ["33.203/Q.3/03"],
    kills: ["pcscf/evicts-at-challenge"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue({ as: 2 })];
      await given("the called subscriber registers", register(friend));
      await given("A registers", register(alice));
      const bob = await ue({ as: 1, local: { address: alice.local.address } });
      const failed = await bob.register({ answer: { password: "not the password" } });
      await given("B's registration fails", !failed.ok);
      const own = await call(alice, impuOf(friend), friend);
      check("A is still served as A", "33.203/Q.3/03").that(asserted(own.invite)).includes(impuOf(alice));
    },
  }),

  /** A registers from IP1:p1 and vanishes; B registers from IP1:p1: requests from there are B's. */
  testCase({
    id: "digest/reassigned-address-is-the-new-users",
    title: "After a re-assignment of the address its requests are the new user's",
    verifies: ["33.203/Q.3/02"],
    kills: ["pcscf/keeps-older-association"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue({ as: 2 })];
      await given("the called subscriber registers", register(friend));
      await given("A registers", register(alice));
      const place = alice.local;
      await alice.close();
      const bob = await ue({ as: 1, local: place });
      await given("B registers from the same address and port", register(bob));
      const reach = await call(bob, impuOf(friend), friend, { preferredIdentity: impuOf(alice) });
      check("B's identity is asserted, whoever is preferred", "33.203/Q.3/02").that(asserted(reach.invite))
        .includes(
          impuOf(bob),
        );
    },
  }),

  /** No P-Preferred-Identity: the default IMPU; one of the set preferred: that one. */
  testCase({
    id: "digest/initiator-is-found-in-the-table",
    title: "The P-CSCF asserts an identity of the user that the table knows for the source",
    verifies: ["33.203/N.2.1.2/01"],
    kills: ["pcscf/asserts-from"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+implicit-set", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("A registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const plain = await call(alice, impuOf(friend), friend, {
        preferredIdentity: null,
        from: "sip:somebody@elsewhere.example",
      });
      check("without preference: the default IMPU", "33.203/N.2.1.2/01").that(asserted(plain.invite))
        .includes(
          registered.associatedUris[0] ?? "",
        );
      const preferred = alice.subscriber.implicitSet.at(-1)!;
      const chosen = await call(alice, impuOf(friend), friend, { preferredIdentity: preferred });
      check("with preference: that IMPU", "33.203/N.2.1.2/01").that(asserted(chosen.invite)).includes(
        preferred,
      );
    },
  }),

  /** B prefers and asserts A's identity: at the callee neither is A's. */
  testCase({
    id: "digest/foreign-identity-is-not-asserted",
    title: "A forged preferred or asserted identity does not reach the called side",
    verifies: ["33.203/N.2.1.2/02"],
    kills: ["pcscf/keeps-ue-asserted-identity"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, bob, friend] = await registeredTrio({ ue, given });
      const victim = impuOf(alice);
      const forged = await call(bob, impuOf(friend), friend, {
        preferredIdentity: victim,
        from: victim,
        headers: { "P-Asserted-Identity": `<${victim}>` },
      });
      check("A's identity is not asserted", "33.203/N.2.1.2/02").that(asserted(forged.invite)).lacks(victim);
    },
  }),

  /** INVITE and MESSAGE in a user's name from another address, and after his de-registration: nothing arrives. */
  testCase({
    id: "digest/unknown-source-is-not-served",
    title: "Requests from a source without registration reach nobody",
    verifies: ["33.203/N.2.1.2/03"],
    kills: ["pcscf/serves-unknown-source"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const stranger = await ue({ like: alice });
      const elsewhere = await call(stranger, impuOf(friend), friend, { within: timers.silence });
      check("an INVITE in the user's name from elsewhere", "33.203/N.2.1.2/03").that(elsewhere.delivered)
        .equals(false);
      const exchange = await stranger.request("MESSAGE", impuOf(friend), {
        body: { type: "text/plain", content: "?" },
      });
      await check("a MESSAGE in the user's name from elsewhere", "33.203/N.2.1.2/03").never(
        friend.silent("MESSAGE", timers.silence),
        "a MESSAGE",
      );
      await silenceIsUndefined(exchange.final());
      await given("the user de-registers", (await alice.deregister()).ok);
      const after = await call(alice, impuOf(friend), friend, { within: timers.silence });
      check("an INVITE after de-registration", "33.203/N.2.1.2/03").that(after.delivered).equals(false);
    },
  }),

  /** Two IMPUs; the second preferred, another asserted by the UE itself: the called side sees the second alone. */
  testCase({
    id: "digest/preferred-identity-is-asserted",
    title: "A preferred identity of the user is asserted, and what the UE asserts itself is dropped",
    verifies: ["33.203/Q.2/01"],
    kills: ["pcscf/ignores-preferred-identity"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+implicit-set", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const second = alice.subscriber.implicitSet.at(-1)!;
      const written = `sip:written-by-the-ue@${alice.identity.homeDomain}`;
      const { invite } = await call(alice, impuOf(friend), friend, {
        preferredIdentity: second,
        headers: { "P-Asserted-Identity": `<${written}>` },
      });
      check("the preferred identity is asserted", "33.203/Q.2/01").that(asserted(invite)).includes(second);
      check("the UE's own assertion is gone", "33.203/Q.2/01").that(asserted(invite)).lacks(written);
      check("P-Preferred-Identity is gone", "33.203/Q.2/01").that(invite).lacks("P-Preferred-Identity");
    },
  }),

  /** The victim in P-Preferred-Identity and From, then in From alone: the default IMPU of the sender both times. */
  testCase({
    id: "digest/default-identity-otherwise",
    title: "Without a preferred identity of his own the user is asserted by a default one",
    verifies: ["33.203/Q.2/02"],
    kills: ["pcscf/asserts-from-without-preference"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, victim, friend] = await registeredTrio({ ue, given });
      for (const preferredIdentity of [impuOf(victim), null]) {
        const { invite } = await call(alice, impuOf(friend), friend, {
          preferredIdentity,
          from: impuOf(victim),
        });
        const what = preferredIdentity ? "a foreign preference" : "no preference, the victim in From";
        check(`${what}: not the victim`, "33.203/Q.2/02").that(asserted(invite)).lacks(impuOf(victim));
        check(`${what}: the default of A`, "33.203/Q.2/02").that(asserted(invite)).includes(impuOf(alice));
      }
    },
  }),

  /** Twenty calls of a user with two default identities: one of the two each time, and nothing else. */
  testCase({
    id: "digest/one-of-several-defaults",
    title: "Of several default identities one is asserted, never none and never another",
    verifies: ["33.203/Q.2/03"],
    kills: ["pcscf/omits-ambiguous-default"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+two-defaults", "digest"],
    async run({ ue, check, given, note }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("A registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const seen = new Map<string, number>();
      for (let count = 0; count < 12; count++) {
        const { invite } = await call(alice, impuOf(friend), friend, { preferredIdentity: null });
        const identity = asserted(invite)[0];
        check("an identity of the user is asserted", "33.203/Q.2/03").that(registered.associatedUris)
          .includes(
            identity ?? "none",
          );
        seen.set(identity ?? "none", (seen.get(identity ?? "none") ?? 0) + 1);
      }
      note(`defaults seen: ${[...seen].map(([uri, times]) => `${uri} ${times} times`).join(", ")}`);
    },
  }),

  /** A private address in Via and Contact, no outbound: refused; the same UE with true addresses: challenged. */
  testCase({
    id: "digest/nat-needs-outbound",
    title: "A UE behind a NAT is not registered without client-initiated connections",
    verifies: ["33.203/N.2.1.1/04"],
    kills: ["pcscf/accepts-natted-without-outbound"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check }) {
      const alice = await ue();
      const hidden = await alice.register({ tamper: behindNat, answer: { tamper: behindNat } });
      check("without outbound it is not registered", "33.203/N.2.1.1/04").answer(hidden.response).isClass(4);
      const plain = await alice.register({ fresh: true });
      check("without the NAT it is", "33.203/N.2.1.1/04").answer(plain.response).isOneOf(200);
    },
  }),

  /** The same, judged at the first REGISTER: 4xx other than a challenge for the NAT, 401 for the direct one. */
  testCase({
    id: "digest/nat-without-outbound-is-not-challenged",
    title: "The P-CSCF refuses a REGISTER through a NAT before it is challenged",
    verifies: ["33.203/Q.3/01"],
    kills: ["pcscf/lets-natted-users-share"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check }) {
      const alice = await ue();
      const hidden = await alice.attempt({ tamper: behindNat });
      check("behind a NAT: refused", "33.203/Q.3/01").answer(hidden).isClass(4);
      check("and not challenged", "33.203/Q.3/01").answer(hidden).isNot(401, 407);
      const direct = await alice.attempt({ fresh: true });
      check("direct: challenged", "33.203/Q.3/01").answer(direct).isOneOf(401);
    },
  }),

  /** One UE with reg-id and +sip.instance, one without, neither behind a NAT: 200 both. */
  testCase({
    id: "digest/outbound-is-optional",
    title: "Registrations are accepted with and without client-initiated connections",
    verifies: ["33.203/N.2.1.1/03"],
    kills: ["pcscf/refuses-register-without-outbound"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check }) {
      const [plain, outbound] = [await ue(), await ue(OUTBOUND)];
      const without = await plain.register();
      check("without outbound", "33.203/N.2.1.1/03").answer(without.response).isOneOf(200);
      const withIt = await outbound.register();
      check("with outbound", "33.203/N.2.1.1/03").answer(withIt.response).isOneOf(200);
    },
  }),

  /** Outbound through a NAT: 200 Require: outbound; a call arrives on the flow although Contact is a private address. */
  testCase({
    id: "digest/outbound-flow-is-used",
    title: "With outbound a call arrives on the registered flow, whatever Contact says",
    verifies: ["33.203/N.2.1.1/01"],
    kills: ["pcscf/adds-no-flow-token"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(OUTBOUND), await ue()];
      const registered = await alice.register({ tamper: behindNat, answer: { tamper: behindNat } });
      check("the registration through the NAT is accepted", "33.203/N.2.1.1/01").answer(registered.response)
        .isOneOf(200);
      await given("the calling subscriber registers", register(friend));
      const reach = await call(friend, impuOf(alice), alice);
      check("the call arrives on the flow", "33.203/N.2.1.1/01").that(reach.delivered).equals(true);
    },
  }),

  /** A name, a foreign address and a forged received in Via: the answer says where the packet came from. */
  testCase({
    id: "digest/received-is-added",
    title: "received tells the packet's source where sent-by does not, a forged one is replaced",
    verifies: ["33.203/N.2.1.1/33"],
    kills: ["pcscf/keeps-forged-received"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    async run({ ue, check }) {
      const alice = await ue(OUTBOUND);
      const variants = {
        "a name": sentBy("ue.invalid:5060"),
        "another address": sentBy("192.0.2.77:5060"),
        "another address and a forged received": (request: Parameters<ReturnType<typeof sentBy>>[0]) => {
          sentBy("192.0.2.77:5060")(request);
          request.set("Via", `${request.get("Via")};received=192.0.2.99`);
        },
      };
      for (const [what, tamper] of Object.entries(variants)) {
        const answer = await alice.attempt({ tamper });
        check(`${what}: received is the source`, "33.203/N.2.1.1/33").that(answer.via?.received).equals(
          alice.local.address,
        );
      }
    },
  }),
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}
