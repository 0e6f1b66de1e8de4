/**
 * The IP address check table: clauses N.2.1.1 (from SM11 on), N.2.1.2 and Annex Q of TS 33.203.
 *
 * The ladders here all look alike: somebody registers, somebody sends an INVITE, and what the called friend sees in
 * P-Asserted-Identity (or that nothing comes) tells whom the P-CSCF took the sender for.
 */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { sentBy } from "./_stimuli.ts";
import { forget, registeredPair } from "../_shared/scene.ts";

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

  /** A registers and is served, then B from the same address, both without outbound: A's identity is not asserted any more. */
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
      await servedAsItself({ given }, alice, friend);
      const bob = await ue({ as: 1, local: { address: alice.local.address } });
      await given("B registers from the same address", register(bob));
      await servedAsItself({ given }, bob, friend);
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
      await forget({ ue }, alice);
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
      await forget({ ue }, alice);
    },
  }),

  /** A user is served; INVITE and MESSAGE in his name from another address, and after his de-registration: nothing arrives. */
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
      await servedAsItself({ given }, alice, friend);
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
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}
