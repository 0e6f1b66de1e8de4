/** How new SAs take the place of the old ones after a success: clauses 6.1.0, 7.4.0, 7.4.1a and 7.4.2a of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { call } from "../_shared/reach.ts";
import { ANSWERED, answered, ARRIVED, arriving, DEAD, drawn, dying, NOTHING } from "../_shared/said.ts";
import {
  complete,
  currentOf,
  dies,
  gets,
  impuOf,
  INITIAL,
  isServed,
  on,
  openAgain,
  openFurther,
  reacts,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

export const replacement = [
  /**
   *     UE (set 1)                 P-CSCF
   *      |=== re-registration =====>|   set 2
   *      |=== OPTIONS (set 2) =====>|   answered
   *      |=== OPTIONS (set 1) =====>|   nothing, at the latest when nothing can be pending any more
   */
  testCase({
    id: "ipsec/two-pairs-per-contact",
    title: "Once the new SAs are used and nothing is pending the old ones are dead",
    verifies: ["33.203/6.1.0/05"],
    kills: ["pcscf/ipsec-keeps-superseded-sas"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const renewed = await complete(context, alice, await openAgain(context, alice));
      await given("the new SAs serve", isServed(context, alice, on(renewed)));
      check("the old SAs die", "33.203/6.1.0/05").that(dying(await dies(context, alice, set))).equals(DEAD);
      check("the new ones do not", "33.203/6.1.0/05").that(
        answered(await isServed(context, alice, on(renewed))),
      ).equals(ANSWERED);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== re-registration =====>|   set 2, keys of this run
   *      |<== 200 (set 2) ==========|
   *      |=== OPTIONS (set 2) =====>|
   *      |<== INVITE (set 2) =======|<-- INVITE ------|
   */
  testCase({
    id: "ipsec/authentication-renews-spis-and-keys",
    title: "A new authentication replaces both pairs: other SPIs, and the keys of the new run",
    verifies: ["33.203/6.1.0/06"],
    kills: ["pcscf/ipsec-old-keys-on-new-spis"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const { challenge, fresh } = await openAgain(context, alice);
      check("the network's SPIs are others", "33.203/6.1.0/06").about(challenge.response)
        .that([set.spiPc, set.spiPs, fresh.spiPc, fresh.spiPs]).allDistinct();
      const registered = await check("SM7 under the new keys is understood", "33.203/6.1.0/06").answers(
        alice.answer(challenge),
      );
      if (!registered) return;
      check("and succeeds", "33.203/6.1.0/06").answer(registered.response).isOneOf(200);
      await given("the new SAs are used", isServed(context, alice, on(fresh)));
      const { invite } = await call(friend, impuOf(alice), alice);
      check("an INVITE comes under the new SAs", "33.203/6.1.0/06").about(invite).that(wayOf(alice, invite))
        .equals(fresh.name);
    },
  }),

  /**
   *     UE (set 1)                     P-CSCF
   *      |=== REGISTER (set 1) ========>|
   *      |<== 401, set 2 ===============|
   *      |=== MAC failure (set 1) =====>|   refused; set 1 is as it was
   *      |=== REGISTER (set 1) ========>|
   *      |<== 401, set 3 ===============|   no SPI of set 1 or 2
   *      |=== SM7 (set 3) =============>|   200
   */
  testCase({
    id: "ipsec/each-attempt-makes-new-sas",
    title: "Every challenge brings SAs of its own; only a success replaces those before",
    verifies: ["33.203/7.4.0/01"],
    kills: ["pcscf/ipsec-rekeys-in-place"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const failed = await openFurther(context, alice);
      check("the first challenge leaves the SAs alone", "33.203/7.4.0/01").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      const report = await check("the failure is heard of", "33.203/7.4.0/01").answers(
        alice.answer(failed.challenge, { macFailure: true }),
      );
      if (!report) return;
      const { challenge, fresh } = await openFurther(context, alice);
      check("all SPIs of the network are different", "33.203/7.4.0/01").about(challenge.response)
        .that([set, failed.fresh, fresh].flatMap(({ spiPc, spiPs }) => [spiPc, spiPs])).allDistinct();
      check("after a failure the SAs serve on", "33.203/7.4.0/01").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      const registered = await check("the next attempt is answered", "33.203/7.4.0/01").answers(
        alice.answer(challenge),
      );
      check("with success", "33.203/7.4.0/01").answer(registered?.response).isOneOf(200);
      check("the new SAs serve", "33.203/7.4.0/01").that(answered(await isServed(context, alice, on(fresh))))
        .equals(ANSWERED);
      check("those before are replaced", "33.203/7.4.0/01").that(dying(await dies(context, alice, set)))
        .equals(DEAD);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== INVITE (set 1) ======>|--- INVITE ----->|
   *      |<== 180 ==================|<-- 180 ---------|
   *      |=== re-registration =====>|   set 2         |
   *      |=== OPTIONS (set 2) =====>|   answered      |
   *      |=== CANCEL (set 1) ======>|--- CANCEL ----->|
   *      |<== 200, 487 =============|<-- 200, 487 ----|
   */
  testCase({
    id: "ipsec/pending-call-outlives-its-sas",
    title: "What is pending on the old SA can be ended there while new requests go on the new one",
    verifies: ["33.203/7.4.1a/05"],
    kills: ["pcscf/ipsec-cuts-pending"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const [outgoing] = await given(
        "the friend's phone rings",
        Promise.all([alice.invite(impuOf(friend)), friend.acceptCall({ status: 180 })]),
      );
      await given("the caller hears it", outgoing.exchange!.until(180));
      const renewed = await complete(context, alice, await openAgain(context, alice));
      check("a new request on the new SA is answered", "33.203/7.4.1a/05").that(
        answered(await isServed(context, alice, on(renewed))),
      ).equals(ANSWERED);
      const cancelled = await check("CANCEL on the old SA is answered", "33.203/7.4.1a/05").answers(
        outgoing.cancel(),
      );
      check("with 200", "33.203/7.4.1a/05").answer(cancelled).isOneOf(200);
      const final = await check("and the INVITE is", "33.203/7.4.1a/05").answers(outgoing.answered());
      check("with 487", "33.203/7.4.1a/05").answer(final).isOneOf(487);
      check("then the old SAs die", "33.203/7.4.1a/05").that(dying(await dies(context, alice, set))).equals(
        DEAD,
      );
    },
  }),

  /**
   *     UE (set 1)                     P-CSCF          friend
   *      |--- REGISTER in the clear ---->|
   *      |<-- 401, set 2 ----------------|
   *      |=== wrong RES (set 2) ========>|   403; set 1 serves on
   *      |--- registers in the clear --->|   set 3
   *      |<== INVITE (set 3) ============|<-- INVITE ------|
   *      |=== OPTIONS (set 1) ==========>|   nothing
   */
  testCase({
    id: "ipsec/clear-registration-removes-old-sas",
    title: "A success that began in the clear removes the SAs from before, a failure does not",
    verifies: ["33.203/7.4.2a/10"],
    kills: ["pcscf/ipsec-lost-ue-keeps-old"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const failed = await alice.register({ ...INITIAL, answer: { res: "wrong" } });
      await given("a wrong answer is refused", !failed.ok);
      check("after it the old SAs serve on", "33.203/7.4.2a/10").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      await given("the UE registers anew in the clear", alice.register(INITIAL));
      const latest = await currentOf(context, alice);
      const { invite } = await call(friend, impuOf(alice), alice);
      check("an INVITE comes under the new SAs at once", "33.203/7.4.2a/10").about(invite)
        .that(wayOf(alice, invite)).equals(latest.name);
      check("the SAs from before are dead", "33.203/7.4.2a/10").that(drawn(await reacts(context, alice, set)))
        .equals(NOTHING);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== INVITE (set 1) ======>|--- INVITE ----->|   rings, so that set 1 has to stay
   *      |=== re-registration =====>|   set 2         |
   *      |=== REGISTER B (set 2) ==>|                 |
   *      |<== 401 ==================|                 |
   *      |=== SM7 (set 3) =========>|   200           |
   *      |=== OPTIONS (set 1) =====>|   nothing       |
   *      |=== OPTIONS (set 2) =====>|   answered      |
   *      |=== OPTIONS (set 3) =====>|   answered      |
   */
  testCase({
    id: "ipsec/third-success-ends-the-oldest-sas",
    title: "Of several old sets only the one that carried SM1 stays beside the new one",
    verifies: ["33.203/7.4.2a/11"],
    kills: ["pcscf/ipsec-keeps-oldest"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set: first } = await secure(context, alice);
      await secure(context, friend);
      const [outgoing, ringing] = await given(
        "the friend's phone rings",
        Promise.all([alice.invite(impuOf(friend)), friend.acceptCall({ status: 180 })]),
      );
      await given("the caller hears it", outgoing.exchange!.until(180));
      const second = await complete(context, alice, await openAgain(context, alice));
      const third = await complete(context, alice, await openFurther(context, alice, on(second)));
      check("the oldest set is dead", "33.203/7.4.2a/11").that(drawn(await reacts(context, alice, first)))
        .equals(NOTHING);
      check("the one that carried SM1 serves", "33.203/7.4.2a/11").that(
        answered(await isServed(context, alice, on(second))),
      ).equals(ANSWERED);
      check("so does the newest", "33.203/7.4.2a/11").that(
        answered(await isServed(context, alice, on(third))),
      ).equals(ANSWERED);
      await ringing.respond(486);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== re-registration =====>|   set 2
   *      |<== INVITE (set 1) =======|<-- INVITE ------|
   *      |=== OPTIONS (set 2) =====>|
   *      |<== INVITE (set 2) =======|<-- INVITE ------|
   */
  testCase({
    id: "ipsec/uplink-moves-downlink",
    title: "Downlink stays on the old SAs until the UE has used the new ones, and then leaves them",
    verifies: ["33.203/7.4.2a/12"],
    kills: ["pcscf/ipsec-stays-on-old"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const renewed = await complete(context, alice, await openAgain(context, alice));
      const before = await call(friend, impuOf(alice), alice);
      check("before the first uplink: on the old SA", "33.203/7.4.2a/12").about(before.invite)
        .that(wayOf(alice, before.invite)).equals(set.name);
      await given("the new SAs are used", isServed(context, alice, on(renewed)));
      const after = await call(friend, impuOf(alice), alice);
      check("after it: on the new SA", "33.203/7.4.2a/12").about(after.invite)
        .that(wayOf(alice, after.invite)).equals(renewed.name);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== INVITE (set 1) ======>|--- INVITE ----->|
   *      |<== 180 ==================|<-- 180 ---------|
   *      |=== re-registration =====>|   set 2         |
   *      |=== OPTIONS (set 2) =====>|   answered      |
   *      |<== 200 ==================|<-- 200 ---------|
   *      |=== ACK =================>|--- ACK -------->|
   *      |=== OPTIONS (set 1) =====>|   nothing       |
   */
  testCase({
    id: "ipsec/old-sas-end-with-what-is-pending",
    title: "A call that rings during the change is answered, and then the old SAs end",
    verifies: ["33.203/7.4.2a/13"],
    kills: ["pcscf/ipsec-pending-never-ends"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const [outgoing, ringing] = await given(
        "the friend's phone rings",
        Promise.all([alice.invite(impuOf(friend)), friend.acceptCall({ status: 180 })]),
      );
      await given("the caller hears it", outgoing.exchange!.until(180));
      const renewed = await complete(context, alice, await openAgain(context, alice));
      await given("the new SAs are used", isServed(context, alice, on(renewed)));
      await ringing.respond(200);
      const final = await check("the answer comes through", "33.203/7.4.2a/13").answers(outgoing.answered());
      check("as 200", "33.203/7.4.2a/13").answer(final).isOneOf(200);
      await check("so does the ACK", "33.203/7.4.2a/13").answers(ringing.acknowledged());
      check("then the old SAs die", "33.203/7.4.2a/13").that(dying(await dies(context, alice, set))).equals(
        DEAD,
      );
      check("and the new ones serve", "33.203/7.4.2a/13").that(
        arriving(await gets(context, friend, alice, on(renewed))),
      ).equals(ARRIVED);
    },
  }),
];
