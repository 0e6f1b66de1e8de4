/** What becomes of the new SAs when a registration fails: clauses 6.1.2.1, 7.3.1, 7.4.1a and 7.4.2a of TS 33.203. */
import { PeerViolation } from "../../harness/errors.ts";
import type { ReceivedChallenge, Registered, Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { ANSWERED, answered, ARRIVED, arriving, DEAD, drawn, dying, NOTHING } from "../_shared/said.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  complete,
  currentOf,
  dies,
  gets,
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

export const failure = [
  /**
   *     UE                           P-CSCF
   *      |--- REGISTER ------------->|
   *      |<-- 401 -------------------|
   *      |=== SM7 under wrong keys =>|   nothing
   *      |=== SM7 ==================>|
   *      |<== 200 ===================|
   */
  testCase({
    id: "ipsec/wrong-key-never-gets-to-sip",
    title: "An SM7 under wrong keys is lost in IPsec, and the right one is taken after it",
    verifies: ["33.203/6.1.2.1/01"],
    kills: ["pcscf/ipsec-unopened-sm7-as-clear"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, random } = context;
      const alice = await ue(WATCHING);
      const { challenge, fresh } = await open(context, alice);
      const keys = alice.ipsec!.keys(fresh, { ck: random.bytes(16), ik: random.bytes(16) });
      for (const [what, esp] of [["wrong keys", { keys }], ["a wrong ICV", { icv: "wrong" }]] as const) {
        const sent = alice.answer(challenge, { way: "new", esp });
        check(`SM7 with ${what} draws nothing`, "33.203/6.1.2.1/01").that(
          drawn(!(await nothingComes(context, alice, sent, fresh))),
        ).equals(NOTHING);
      }
      const right = await check("the right SM7 is answered", "33.203/6.1.2.1/01").answers(
        alice.answer(challenge),
      );
      check("with success", "33.203/6.1.2.1/01").answer(right?.response).isOneOf(200);
    },
  }),

  /** `REGISTER -> 401; SM7 under wrong keys; … reg-await-auth …; the right SM7: nothing`, three times; then it registers. */
  testCase({
    id: "ipsec/pending-sas-time-out",
    title: "SAs whose answer never verified are deleted after a time, and cost no place",
    verifies: ["33.203/7.3.1.1/01"],
    kills: ["pcscf/ipsec-pending-sas-stay"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    async run(context) {
      const { ue, check, given, timers, wait } = context;
      const alice = await ue(WATCHING);
      const run = await open(context, alice);
      const wrong = alice.answer(run.challenge, { way: "new", esp: { icv: "wrong" } });
      await given("a wrong ICV draws nothing", nothingComes(context, alice, wrong, run.fresh));
      await wait(timers.regAwaitAuth + 2 * timers.expiryMargin);
      check("the right SM7 comes too late", "33.203/7.3.1.1/01").that(
        drawn(!(await nothingComes(context, alice, alice.answer(run.challenge), run.fresh))),
      ).equals(NOTHING);
      const anew = await check("a new registration is answered", "33.203/7.3.1.1/01").answers(
        alice.register(INITIAL),
      );
      check("and succeeds", "33.203/7.3.1.1/01").answer(anew?.response).isOneOf(200);
    },
  }),

  /**
   *     UE                          P-CSCF
   *      |--- REGISTER ------------->|
   *      |<-- 401 -------------------|   set 1 is made
   *      |=== wrong RES (set 1) ====>|
   *      |<== 4xx (set 1) ===========|
   *      |=== OPTIONS, REGISTER ====>|   nothing
   */
  testCase({
    id: "ipsec/refusal-ends-its-sas",
    title: "A wrong response on good keys is refused inside ESP, and its SAs are gone afterwards",
    verifies: ["33.203/7.3.1.1/02"],
    kills: ["pcscf/ipsec-service-after-403"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { challenge, fresh } = await open(context, alice);
      const refused = await check("the wrong response is answered", "33.203/7.3.1.1/02").answers(
        alice.answer(challenge, { res: "wrong" }),
      );
      if (!refused) return;
      check("with a refusal", "33.203/7.3.1.1/02").answer(refused.response).isClass(4);
      check("that is no new challenge", "33.203/7.3.1.1/02").answer(refused.response).isNot(401, 407);
      check("inside ESP", "33.203/7.3.1.1/02").about(refused.response).that(wayOf(alice, refused.response))
        .equals(fresh.name);
      check("an OPTIONS on its SAs draws nothing", "33.203/7.3.1.1/02").that(
        drawn(await reacts(context, alice, fresh)),
      ).equals(NOTHING);
      check("nor does a REGISTER", "33.203/7.3.1.1/02").that(
        drawn(!(await nothingComes(context, alice, alice.attempt(on(fresh)), fresh))),
      ).equals(NOTHING);
    },
  }),

  /**
   *     UE                          P-CSCF
   *      |--- REGISTER ------------->|
   *      |<-- 401 -------------------|   set 1 is made
   *      |--- MAC failure ---------->|   refused
   *      |=== the right SM7 ========>|   nothing
   *      |    … registers …          |   set 2
   *      |=== REGISTER B (set 2) ===>|
   *      |<== 401 ===================|   set 3 is made
   *      |=== MAC failure (set 2) ==>|   refused
   *      |=== OPTIONS (set 2) ======>|   answered
   *      |=== the right SM7 (set 3) >|   nothing
   */
  testCase({
    id: "ipsec/mac-failure-deletes-new-sas",
    title: "The report of a MAC failure deletes the new SAs and no others",
    verifies: ["33.203/7.3.1.2/01"],
    kills: ["pcscf/ipsec-mac-failure-removes-old"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const report = { macFailure: true } as const;
      const first = await open(context, alice);
      const heard = await check("the report in the clear is answered", "33.203/7.3.1.2/01").answers(
        alice.answer(first.challenge, report),
      );
      check("with a failure", "33.203/7.3.1.2/01").answer(heard?.response).isClass(4);
      check("after it the right SM7 draws nothing", "33.203/7.3.1.2/01").that(
        drawn(!(await nothingComes(context, alice, alice.answer(first.challenge), first.fresh))),
      ).equals(NOTHING);
      const { set } = await secure(context, alice);
      const second = await openFurther(context, alice);
      const heardAgain = await check("the report on the old SA is answered", "33.203/7.3.1.2/01").answers(
        alice.answer(second.challenge, report),
      );
      check("with a failure there", "33.203/7.3.1.2/01").answer(heardAgain?.response).isClass(4);
      check("the old SAs serve on", "33.203/7.3.1.2/01").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      check("the new ones are dead", "33.203/7.3.1.2/01").that(
        drawn(!(await nothingComes(context, alice, alice.answer(second.challenge), second.fresh))),
      ).equals(NOTHING);
    },
  }),

  /**
   *     UE                          P-CSCF
   *      |--- REGISTER ------------->|
   *      |<-- 401 -------------------|   set 1 is made
   *      |--- AUTS ----------------->|
   *      |<-- 401 -------------------|   set 2, with other SPIs
   *      |=== SM7 (set 1) ==========>|   nothing
   *      |=== SM7 (set 2) ==========>|
   *      |<== 200 ===================|
   */
  testCase({
    id: "ipsec/resynchronisation-deletes-new-sas",
    title: "After AUTS the SAs of the first challenge are dead, those of the second work",
    verifies: ["33.203/7.3.1.3/01"],
    kills: ["pcscf/ipsec-resync-keeps-first-sas"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const first = await open(context, alice);
      const { challenge } = first;
      const resync = await given("AUTS is answered with a challenge", resynchronised(alice, challenge));
      const second = alice.ipsec!.new;
      check("the network's SPIs are others", "33.203/7.3.1.3/01").about(resync.response)
        .that([first.fresh, second].flatMap((set) => [set?.spiPc, set?.spiPs])).allDistinct();
      check("the answer to the first challenge draws nothing", "33.203/7.3.1.3/01").that(
        drawn(!(await nothingComes(context, alice, alice.answer(challenge), first.fresh))),
      ).equals(NOTHING);
      const answered = await check("that to the second is answered", "33.203/7.3.1.3/01").answers(
        alice.answer(resync),
      );
      check("with success", "33.203/7.3.1.3/01").answer(answered?.response).isOneOf(200);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF
   *      |=== re-registration =====>|   set 2
   *      |<== 200 (set 2) ==========|   as if it had not come:
   *      |=== REGISTER (set 1) ====>|   401 or 200, a success in the end
   *      |    … one set is alive …  |
   *      |--- registers in clear -->|   … and again one
   */
  testCase({
    id: "ipsec/restart-after-missing-reply",
    title: "A UE that never got its 200 begins anew on the SAs before, or in the clear",
    verifies: ["33.203/7.3.1.4/01"],
    kills: ["pcscf/ipsec-refuses-restart-on-old"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const missed = await complete(context, alice, await openAgain(context, alice));
      await orderReauthentication(context, alice);
      const past = [set, missed];
      for (const [how, way] of [["on the SAs before", on(set)], ["in the clear", INITIAL]] as const) {
        const anew = await check(`a start ${how} is answered`, "33.203/7.3.1.4/01").answers(
          alice.register(way),
        );
        check(`and ends with success, ${how}`, "33.203/7.3.1.4/01").answer(anew?.response).isOneOf(200);
        const current = await currentOf(context, alice);
        await given("the current SAs serve", isServed(context, alice, on(current)));
        for (const earlier of past.filter(({ name }) => name !== current.name)) {
          check(`${earlier.name} dies after a start ${how}`, "33.203/7.3.1.4/01").that(
            dying(await dies(context, alice, earlier)),
          ).equals(DEAD);
        }
        past.push(current);
      }
    },
  }),

  /**
   *     UE                          P-CSCF
   *      |--- REGISTER ------------->|
   *      |<-- 401 A -----------------|   set 1 is made
   *      |--- REGISTER ------------->|
   *      |<-- 401 B -----------------|   set 2 is made, set 1 is deleted
   *      |=== answer to A (set 1) ==>|   nothing
   *      |=== answer to B (set 2) ==>|
   *      |<== 200 ===================|
   */
  testCase({
    id: "ipsec/next-challenge-deletes-open-sas",
    title: "A new challenge wipes the SAs of the one before, answered or not",
    verifies: ["33.203/7.3.1.4/02"],
    kills: ["pcscf/ipsec-parallel-challenges"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const former = await open(context, alice);
      const latest = await open(context, alice, INITIAL);
      check("the right answer to the former draws nothing", "33.203/7.3.1.4/02").that(
        drawn(!(await nothingComes(context, alice, alice.answer(former.challenge), former.fresh))),
      ).equals(NOTHING);
      const answered = await check("that to the latest is answered", "33.203/7.3.1.4/02").answers(
        alice.answer(latest.challenge),
      );
      check("with success", "33.203/7.3.1.4/02").answer(answered?.response).isOneOf(200);
    },
  }),

  /** `REGISTER -> 401 … reg-await-auth …`, then the same ports and SPIs once more: `REGISTER -> 401 -> REGISTER -> 200` */
  testCase({
    id: "ipsec/expired-run-leaves-nothing",
    title: "Ports and SPIs of a run that has timed out can be offered again",
    verifies: ["33.203/7.3.1.4/03"],
    kills: ["pcscf/ipsec-stale-port-entry"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    async run(context) {
      const { ue, check, timers, wait } = context;
      const alice = await ue(WATCHING);
      const { spiUc, spiUs, portUc, portUs } = (await open(context, alice)).fresh;
      await wait(timers.regAwaitAuth + 2 * timers.expiryMargin);
      const anew = await check("the same offer is answered", "33.203/7.3.1.4/03").answers(
        alice.register({ ...INITIAL, offer: { spiUc, spiUs, portUc, portUs } }),
      );
      check("and taken", "33.203/7.3.1.4/03").answer(anew?.response).isOneOf(200);
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF
   *      |=== REGISTER B (set 1) ==>|
   *      |<== 401 (set 1) ==========|   set 2 is made
   *      |--- MAC failure in clear >|   begun under an SA: not part of this procedure
   *      |=== SM7 (set 2) =========>|
   *      |<== 200 ==================|
   */
  testCase({
    id: "ipsec/clear-report-does-not-end-protected-run",
    title: "A failure report in the clear does not tear down a procedure that began under an SA",
    verifies: ["33.203/7.4.1a/06"],
    kills: ["pcscf/ipsec-clear-failure-ends-protected"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const run = await openFurther(context, alice);
      const report = alice.answer(run.challenge, { macFailure: true, way: "clear" });
      const heard = await withinWindow(context, report);
      // 5.1.2: in the clear it may count as an initial REGISTER, whose challenge replaces the one before (7.3.1.4).
      await given("the report is not taken as a new registration", heard?.next === undefined);
      check("the old SAs serve on", "33.203/7.4.1a/06").that(
        answered(await isServed(context, alice, on(set))),
      ).equals(ANSWERED);
      const right = await check("the right SM7 is answered", "33.203/7.4.1a/06").answers(
        alice.answer(run.challenge),
      );
      check("with success", "33.203/7.4.1a/06").answer(right?.response).isOneOf(200);
    },
  }),

  /**
   * Wrong RES, MAC failure and AUTS, each after a clear and after a protected SM1.
   *
   *     SM1 in the clear:  403 for the wrong RES under the new SAs, the others in the clear
   *     SM1 under set 1:   all under set 1
   */
  testCase({
    id: "ipsec/failures-travel-as-sm1-did",
    title:
      "Failure messages come in the clear or on the old SA as SM1 went; a wrong RES is told on the new one",
    verifies: ["33.203/7.4.2a/15"],
    kills: ["pcscf/ipsec-failure-in-clear", "pcscf/ipsec-wrong-res-in-clear"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const provoke = async (
        sm1: string,
        begin: typeof open,
        wayFor: (failure: string, fresh: string) => string,
      ) => {
        for (const failure of ["wrong RES", "MAC failure", "AUTS"] as const) {
          const { challenge, fresh } = await begin(context, alice);
          const { response } = await alice.answer(challenge, {
            ...failure === "wrong RES" ? { res: "wrong" } : {},
            ...failure === "MAC failure" ? { macFailure: true } : {},
            ...failure === "AUTS" ? { auts: { sqn: challenge.aka?.sqn ?? 0n } } : {},
          });
          check(`SM1 ${sm1}, ${failure}: no success`, "33.203/7.4.2a/15").answer(response).isClass(4);
          check(`SM1 ${sm1}, ${failure}: the way of the answer`, "33.203/7.4.2a/15").about(response)
            .that(wayOf(alice, response)).equals(wayFor(failure, fresh.name));
        }
      };
      await provoke("in the clear", open, (failure, fresh) => failure === "wrong RES" ? fresh : "clear");
      const { set } = await secure(context, alice);
      await provoke("under an SA", openFurther, () => set.name);
    },
  }),

  /**
   *     UE (set 1)                    P-CSCF        friend
   *      |=== REGISTER B (set 1) =====>|
   *      |<== 401 (set 1) =============|   a new set is made
   *      |=== failure ================>|   refused
   *      |=== MESSAGE (set 1) ========>|--- MESSAGE ->|
   *      |=== OPTIONS (new set) ======>|   nothing
   */
  testCase({
    id: "ipsec/failed-sas-give-no-service",
    title: "After each kind of failure the new SAs are dead and the old ones serve",
    verifies: ["33.203/7.4.2a/16"],
    kills: ["pcscf/ipsec-new-sas-survive-failure"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const failures = { "a wrong RES": { res: "wrong" }, "a MAC failure": { macFailure: true } } as const;
      for (const [what, answer] of Object.entries(failures)) {
        const { challenge, fresh } = await openFurther(context, alice);
        await given(`${what} is refused`, alice.answer(challenge, answer).then(refused));
        check(`after ${what} the new SAs are dead`, "33.203/7.4.2a/16").that(
          drawn(await reacts(context, alice, fresh)),
        ).equals(NOTHING);
        check(`after ${what} the old ones serve`, "33.203/7.4.2a/16").that(
          arriving(await gets(context, friend, alice, on(set))),
        ).equals(ARRIVED);
      }
    },
  }),
];

/** A failure, and no further challenge. */
function refused({ response: { status } }: Registered): boolean {
  return status >= 400 && status < 500 && status !== 401;
}

/** The second challenge. */
async function resynchronised(ue: Ue, challenge: ReceivedChallenge): Promise<ReceivedChallenge> {
  const { next, response } = await ue.answer(challenge, { auts: { sqn: challenge.aka?.sqn ?? 0n } });
  if (next) return next;
  throw new PeerViolation(`AUTS was answered "${response.status} ${response.reason}"`);
}
