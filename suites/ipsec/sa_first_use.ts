/** What may travel on which SAs while new ones are made: clauses 7.4.0, 7.4.1a and 7.4.2a of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { challengedAgain } from "../_shared/challenged_again.ts";
import { call } from "../_shared/reach.ts";
import { ANSWERED, answered, ARRIVED, arriving, drawn, NOTHING } from "../_shared/said.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  complete,
  DISCARDING,
  furtherImpuOf,
  gets,
  impuOf,
  INITIAL,
  isServed,
  nothingComes,
  on,
  open,
  openAgain,
  openFurther,
  orderReauthentication,
  reacts,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

export const firstUse = [
  /**
   *     UE                              P-CSCF
   *      |--- REGISTER in the clear ------>|
   *      |<-- 401 in the clear ------------|   … answered, 200
   *      |=== REGISTER under set 1 =======>|
   *      |<== 401 under set 1 =============|
   *      |--- REGISTER in the clear ------>|   set 1 is there all the same
   *      |<-- 401 in the clear ------------|
   */
  testCase({
    id: "ipsec/challenge-travels-as-sm1-did",
    title: "The challenge comes in the clear for a clear SM1, and under the SA that a protected one used",
    verifies: ["33.203/7.4.2a/05"],
    kills: ["pcscf/ipsec-sm6-on-existing-sa"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const first = await open(context, alice);
      check("SM1 in the clear, SM6 in the clear", "33.203/7.4.2a/05").about(first.challenge.response)
        .that(wayOf(alice, first.challenge.response)).equals("clear");
      const set = await complete(context, alice, first);
      const again = await openAgain(context, alice, on(set));
      check("SM1 under the old SA, SM6 under it", "33.203/7.4.2a/05").about(again.challenge.response)
        .that(wayOf(alice, again.challenge.response)).equals(set.name);
      const lost = await open(context, alice, INITIAL);
      check("SM1 in the clear beside an SA, SM6 in the clear", "33.203/7.4.2a/05")
        .about(lost.challenge.response)
        .that(wayOf(alice, lost.challenge.response)).equals("clear");
    },
  }),

  /** `REGISTER -> 401 -> REGISTER -> 200 under the SAs of this 401`, initially and again, over UDP and TCP. */
  testCase({
    id: "ipsec/success-comes-under-the-new-sas",
    title: "The 200 comes on the SA that this registration has made",
    verifies: ["33.203/7.4.2a/08"],
    kills: ["pcscf/ipsec-sm12-on-old", "pcscf/ipsec-sm12-in-clear"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, profile } = context;
      for (const transport of ["udp", "tcp"] as const) {
        if (!profile.entry["p-cscf"]?.[transport]) continue;
        const alice = await ue({ ...WATCHING, transport });
        for (const [what, begin] of [["registration", open], ["re-registration", openAgain]] as const) {
          const { challenge, fresh } = await begin(context, alice);
          const named = `${what} over ${transport.toUpperCase()}`;
          const registered = await check(`${named}: SM7 is answered`, "33.203/7.4.2a/08").answers(
            alice.answer(challenge),
          );
          if (!registered) break;
          check(`${named}: it succeeds`, "33.203/7.4.2a/08").answer(registered.response).isOneOf(200);
          check(`${named}: SM12 under the new SAs`, "33.203/7.4.2a/08").about(registered.response)
            .that(wayOf(alice, registered.response)).equals(fresh.name);
        }
      }
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF
   *      |=== REGISTER (set 1) ====>|
   *      |<== 401 (set 1) ==========|
   *      |=== REGISTER (set 2) ====>|
   *      |<== 200 (set 2) ==========|   on set 1 it would be discarded
   *      |=== REGISTER (set 2) ====>|   another identity
   *      |<== 401 (set 2) ==========|   … never answered; reg-await-auth passes …
   *      |=== SM7 (set 3) =========>|   nothing
   *      |=== OPTIONS (set 2) =====>|   answered
   */
  testCase({
    id: "ipsec/wrong-sa-is-never-needed",
    title: "A UE that discards what comes on a wrong SA gets through, and its silence changes nothing",
    verifies: ["33.203/7.4.1a/02"],
    kills: ["pcscf/ipsec-sm12-under-old-pair"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    tags: ["slow"],
    async run(context) {
      const { ue, check, timers, wait } = context;
      const alice = await ue(DISCARDING);
      await secure(context, alice);
      await orderReauthentication(context, alice);
      const challenge = await check("SM6 gets through", "33.203/7.4.1a/02").answers(
        challengedAgain(context, alice),
      );
      const renewed = challenge &&
        await check("SM12 gets through", "33.203/7.4.1a/02").answers(alice.answer(challenge));
      if (!renewed) return;
      check("it is the success", "33.203/7.4.1a/02").answer(renewed.response).isOneOf(200);
      const left = await openFurther(context, alice);
      await wait(timers.regAwaitAuth + 2 * timers.expiryMargin);
      check("the SAs of the last success serve on", "33.203/7.4.1a/02").that(
        answered(await isServed(context, alice, { way: "current" })),
      ).equals(ANSWERED);
      const late = nothingComes(context, alice, alice.answer(left.challenge), left.fresh);
      check("those of the run that was left are gone", "33.203/7.4.1a/02").that(await late).equals(true);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF
   *      |=== REGISTER B (set 1) ==>|
   *      |<== 401 (set 1) ==========|   set 2 is made
   *      |=== SM7 (set 1) =========>|   nothing
   *      |--- SM7 in the clear ---->|   no 200
   *      |=== REGISTER B (set 1) ==>|
   *      |<== 401 (set 1) ==========|   set 3 is made
   *      |=== SM1 of A (set 3) ====>|   nothing
   *      |=== OPTIONS (set 1) =====>|   answered; B is not registered
   */
  testCase({
    id: "ipsec/registration-steps-keep-to-their-sas",
    title: "SM1 on an unfinished SA and SM7 on the old one or in the clear register nobody",
    verifies: ["33.203/7.4.1a/03"],
    kills: ["pcscf/ipsec-sm7-on-old-changes-state"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const run = await openFurther(context, alice);
      const onOld = alice.answer(run.challenge, on(set));
      check("SM7 on the old SA gets nowhere", "33.203/7.4.1a/03").that(
        drawn(!(await nothingComes(context, alice, onOld, set, run.fresh))),
      ).equals(NOTHING);
      const clear = await withinWindow(context, alice.answer(run.challenge, { way: "clear" }));
      check("SM7 in the clear is no success", "33.203/7.4.1a/03").holds(!clear?.ok, {
        expected: "no 200",
        actual: clear?.response ?? "nothing came",
      });
      const { fresh } = await openFurther(context, alice);
      const start = alice.attempt({ ...on(fresh), impu: impuOf(alice) });
      check("SM1 on the unfinished SAs gets nowhere", "33.203/7.4.1a/03").that(
        drawn(!(await nothingComes(context, alice, start, fresh))),
      ).equals(NOTHING);
      check("the registration before is as it was", "33.203/7.4.1a/03").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      const reach = await call(friend, furtherImpuOf(alice), alice, { within: timers.silence });
      check("the other identity is not registered", "33.203/7.4.1a/03").that(reach.delivered).equals(false);
    },
  }),

  /**
   *     UE                     P-CSCF          friend
   *      |--- REGISTER ---------->|
   *      |<-- 401 ----------------|
   *      |=== MESSAGE (set 1) ===>|   nothing    |
   *      |=== SM7 (set 1) =======>|
   *      |<== 200 (set 1) ========|
   *      |=== MESSAGE (set 1) ===>|--- MESSAGE ->|     … and once more with set 2 beside set 1
   */
  testCase({
    id: "ipsec/no-service-before-success",
    title: "Requests on the new SAs are not served before the 200 has come",
    verifies: ["33.203/7.4.1a/04"],
    kills: ["pcscf/ipsec-service-on-new-before-sm12"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, friend);
      for (const [what, begin] of [["the first", open], ["another", openFurther]] as const) {
        const run = await begin(context, alice);
        const early = await gets(context, friend, alice, { ...on(run.fresh), within: timers.silence });
        check(`before ${what} success`, "33.203/7.4.1a/04").that(early).equals(false);
        await complete(context, alice, run);
        check(`after ${what} success`, "33.203/7.4.1a/04").that(arriving(await gets(context, friend, alice)))
          .equals(ARRIVED);
      }
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== REGISTER (set 1) ====>|
   *      |<== 401 (set 1) ==========|   set 2 is made
   *      |<== INVITE (set 1) =======|<-- INVITE ------|
   *      |=== OPTIONS (set 2) =====>|   nothing
   */
  testCase({
    id: "ipsec/new-sas-carry-authentication-alone",
    title: "Until the registration is done other traffic of the network stays on the old SAs",
    verifies: ["33.203/7.4.2a/01"],
    kills: ["pcscf/ipsec-downlink-on-new-at-once"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const run = await openFurther(context, alice);
      const { invite } = await call(friend, impuOf(alice), alice);
      check("an INVITE comes on the old SA", "33.203/7.4.2a/01").about(invite).that(wayOf(alice, invite))
        .equals(set.name);
      check("an OPTIONS on the new SA draws nothing", "33.203/7.4.2a/01").that(
        drawn(await reacts(context, alice, run.fresh)),
      ).equals(NOTHING);
    },
  }),

  /**
   *     UE (set 1)                    P-CSCF
   *      |=== REGISTER B (set 1) =====>|
   *      |<== 401 (set 1) =============|   set 2 is made
   *      |=== refresh of A (set 2) ===>|   nothing
   *      |=== SM7 (set 1) ============>|   nothing
   *      |=== SM7, OPTIONS (set 2) ===>|   200, answered
   *      |=== MESSAGE (set 1) ========>|   nothing
   */
  testCase({
    id: "ipsec/incorrect-sa-is-discarded",
    title: "Messages on an SA that is not theirs are dropped without an answer",
    verifies: ["33.203/7.4.2a/02"],
    kills: ["pcscf/ipsec-refresh-on-incomplete"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, given, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const run = await openFurther(context, alice);
      const refresh = alice.attempt({ ...on(run.fresh), impu: impuOf(alice) });
      check("a refresh on the SAs of an incomplete run", "33.203/7.4.2a/02").that(
        drawn(!(await nothingComes(context, alice, refresh, run.fresh))),
      ).equals(NOTHING);
      const answer = alice.answer(run.challenge, on(set));
      check("SM7 on the old SA", "33.203/7.4.2a/02").that(
        drawn(!(await nothingComes(context, alice, answer, set))),
      ).equals(NOTHING);
      await given("SM7 on the new SA succeeds", alice.answer(run.challenge));
      await given("the new SAs are used", isServed(context, alice, on(run.fresh)));
      const late = await gets(context, friend, alice, { ...on(set), within: timers.silence });
      check("a MESSAGE on the superseded SA", "33.203/7.4.2a/02").that(late).equals(false);
    },
  }),

  /**
   *     UE                           P-CSCF
   *      |--- REGISTER in the clear ->|
   *      |<-- 401 --------------------|   set 1 is made
   *      |=== REGISTER (set 1) ======>|   nothing
   *      |    … registers …           |   set 2
   *      |=== REGISTER B (set 2) ====>|
   *      |<== 401 (set 2) ============|   set 3 is made
   *      |=== REGISTER (set 3) ======>|   nothing
   *      |=== REGISTER (set 2) ======>|   401 or 200
   */
  testCase({
    id: "ipsec/sm1-needs-completed-sas",
    title: "A protected SM1 is taken on the SAs of a success, not on those of an open challenge",
    verifies: ["33.203/7.4.2a/04"],
    kills: ["pcscf/ipsec-any-sa-for-sm1"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2+other-set"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const first = await open(context, alice);
      check("on the SAs of an open challenge: dropped", "33.203/7.4.2a/04").that(
        drawn(!(await nothingComes(context, alice, alice.attempt(on(first.fresh)), first.fresh))),
      ).equals(NOTHING);
      await complete(context, alice, await open(context, alice, INITIAL));
      const second = await openFurther(context, alice);
      const refresh = alice.attempt({ ...on(second.fresh), impu: impuOf(alice) });
      check("of a registered UE as well", "33.203/7.4.2a/04").that(
        drawn(!(await nothingComes(context, alice, refresh, second.fresh))),
      ).equals(NOTHING);
      const answer = await check("on those of a success: answered", "33.203/7.4.2a/04").answers(
        alice.attempt({ way: "current" }),
      );
      check("with a challenge or 200", "33.203/7.4.2a/04").answer(answer).isOneOf(200, 401);
    },
  }),

  /** `REGISTER -> 401 -> … half of reg-await-auth … -> REGISTER -> 200`; after a second 401 the first SAs are dead. */
  testCase({
    id: "ipsec/slow-answer-is-taken",
    title: "The SAs of a challenge live as long as the answer may take, unless another one replaces them",
    verifies: ["33.203/7.4.2a/06"],
    kills: ["pcscf/ipsec-short-registration-sa"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    async run(context) {
      const { ue, check, timers, wait } = context;
      const alice = await ue(WATCHING);
      const run = await open(context, alice);
      await wait(timers.regAwaitAuth / 2);
      const registered = await check("an answer at half time is heard", "33.203/7.4.2a/06").answers(
        alice.answer(run.challenge),
      );
      check("and succeeds", "33.203/7.4.2a/06").answer(registered?.response).isOneOf(200);
      const replaced = await open(context, alice, INITIAL);
      await open(context, alice, INITIAL);
      check("the SAs of a replaced challenge are dead", "33.203/7.4.2a/06").that(drawn(
        !(await nothingComes(
          context,
          alice,
          alice.answer(replaced.challenge),
          replaced.fresh,
        )),
      )).equals(NOTHING);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF          friend
   *      |=== REGISTER (set 1) ====>|
   *      |<== 401 (set 1) ==========|   set 2 is made
   *      |=== SM7 (set 1) =========>|   nothing
   *      |=== MESSAGE (set 1) =====>|--- MESSAGE ---->|
   *      |=== SM7 (set 2) =========>|
   *      |<== 200 ==================|
   */
  testCase({
    id: "ipsec/answer-counts-on-new-sas-alone",
    title: "The right answer registers on the new SA alone; the old one carries everything else meanwhile",
    verifies: ["33.203/7.4.2a/07"],
    kills: ["pcscf/ipsec-forwards-sm7-from-old"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const run = await openFurther(context, alice);
      const wrong = alice.answer(run.challenge, on(set));
      check("SM7 on the old SA is discarded", "33.203/7.4.2a/07").that(
        drawn(!(await nothingComes(context, alice, wrong, set, run.fresh))),
      ).equals(NOTHING);
      check("a MESSAGE on the old SA is delivered meanwhile", "33.203/7.4.2a/07").that(
        arriving(await gets(context, friend, alice, on(set))),
      ).equals(ARRIVED);
      const right = await check("SM7 on the new SA is answered", "33.203/7.4.2a/07").answers(
        alice.answer(run.challenge),
      );
      check("with success", "33.203/7.4.2a/07").answer(right?.response).isOneOf(200);
    },
  }),

  /** `REGISTER in the clear -> 401` beside living SAs, which serve on. */
  testCase({
    id: "ipsec/clear-register-at-any-time",
    title: "A UE that has SAs may register in the clear, and loses nothing before it succeeds",
    verifies: ["33.203/7.4.0/05"],
    kills: ["pcscf/ipsec-drops-clear-register"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const answer = await check("a REGISTER in the clear is answered", "33.203/7.4.0/05").answers(
        alice.attempt(INITIAL),
      );
      check("with a challenge", "33.203/7.4.0/05").answer(answer).isOneOf(401);
      check("in the clear", "33.203/7.4.0/05").about(answer).that(wayOf(alice, answer)).equals("clear");
      check("the SAs serve on", "33.203/7.4.0/05").that(answered(await isServed(context, alice, on(set))))
        .equals(ANSWERED);
    },
  }),
];
