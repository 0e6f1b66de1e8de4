/** Whom and what place an SA belongs to: clauses 6.1.0, 7.4.2a and 7.5 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { call } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { ANSWERED, answered, ARRIVED, arriving } from "../_shared/said.ts";
import { furtherImpuOf, gets, impuOf, isServed, on, secure, WATCHING, wayOf } from "./_sas.ts";

export const users = [
  /**
   *     UE (A registered)          P-CSCF        friend
   *      |=== INVITE as B =========>|--- INVITE --->|   as A
   *      |=== registers B =========>|
   *      |=== INVITE as B =========>|--- INVITE --->|   as B
   *      |=== de-registers B ======>|
   *      |=== INVITE as B =========>|--- INVITE --->|   as A
   */
  testCase({
    id: "ipsec/sa-stands-for-registered-identities",
    title: "On an SA those identities can be asserted that are registered now",
    verifies: ["33.203/7.4.2a/03"],
    kills: ["pcscf/ipsec-deregistered-identity-usable"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, alice);
      await secure(context, friend);
      const further = furtherImpuOf(alice);
      const own = impuOf(alice);
      const callAs = async (when: string, preferredIdentity: string, expected: string) => {
        const { invite } = await call(alice, impuOf(friend), friend, { preferredIdentity });
        check(`${when}: asserted is ${expected}`, "33.203/7.4.2a/03").about(invite).that(asserted(invite))
          .equals([expected]);
      };
      await callAs("before its registration", further, own);
      await given("the further identity is registered", alice.register({ impu: further }));
      await callAs("while it is registered", further, further);
      await given("it is de-registered", alice.deregister({ impu: further }));
      await callAs("after its de-registration", further, own);
    },
  }),

  /** Two terminals of one IMPI, each with SAs of its own: both are served; one de-registers, the other is served on. */
  testCase({
    id: "ipsec/each-contact-has-sas-of-its-own",
    title: "Two flows of one subscriber have two sets of SAs that do not touch each other",
    verifies: ["33.203/6.1.0/07"],
    kills: ["pcscf/ipsec-one-set-per-impi"],
    peer: "ue",
    needs: { ipsec: true, outbound: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ ...WATCHING, outbound: true });
      const { set } = await secure(context, alice);
      const flow = { regId: 2, instance: alice.instance };
      const other = await ue({ ...WATCHING, like: alice, outbound: flow });
      const second = await secure(context, other);
      check("the first flow is served", "33.203/6.1.0/07").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      check("the second flow is served", "33.203/6.1.0/07").that(
        answered(await isServed(context, other, on(second.set))),
      ).equals(ANSWERED);
      await given("the second flow is de-registered", other.deregister());
      check("the first one is served on", "33.203/6.1.0/07").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
    },
  }),

  /**
   *     address 1        address 2      P-CSCF        friend
   *      |    … registers, set 1 …       |
   *                       |=== MESSAGE =>|   nothing     |     under set 1
   *      |<== INVITE (set 1) ============|<-- INVITE ----|
   *                       |--- REGISTER->|
   *                       |<-- 401 ------|   … registers, set of its own …
   *                       |<== INVITE ===|<-- INVITE ----|
   */
  testCase({
    id: "ipsec/sas-do-not-move",
    title: "An SA does not follow its UE to another address, which has to register in the clear",
    verifies: ["33.203/7.5/01"],
    kills: ["pcscf/ipsec-follows-address"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const moved = await ue({ ...WATCHING, like: alice });
      const elsewhere = { ...on(set), esp: { sourceAddress: moved.local.address } };
      check("a MESSAGE under the SA from elsewhere is dropped", "33.203/7.5/01").that(
        arriving(await gets(context, friend, alice, { ...elsewhere, within: timers.silence })),
      ).equals(arriving(false));
      check("an INVITE comes to the address that registered", "33.203/7.5/01").that(
        wayOf(alice, (await call(friend, impuOf(alice), alice)).invite),
      ).equals(set.name);
      const anew = await check("a REGISTER in the clear from there is answered", "33.203/7.5/01").answers(
        moved.attempt(),
      );
      check("with a challenge", "33.203/7.5/01").answer(anew).isOneOf(401);
      await given("the UE registers from there", moved.register());
      check("its new SAs serve", "33.203/7.5/01").that(arriving(await gets(context, friend, moved))).equals(
        ARRIVED,
      );
    },
  }),
];
