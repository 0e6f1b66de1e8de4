/** Synchronisation failure and parameter lengths: clauses 6.1.3 and 6.1.1 of TS 33.203, 6.3.5 of TS 33.102. */
import { testCase } from "../../harness/runner/case.ts";
import type { ReceivedChallenge } from "../../harness/peer/ue/types.ts";
import { afterwards } from "./_stimuli.ts";

/** How far the tester's ISIM claims to be ahead of the network: within 2^28, the usual delta of TS 33.102 Annex C. */
const AHEAD = 1n << 20n;

/** So many challenges to AUTS in a row are a loop. */
const BOUND = 12;

export const synchronisation = [
  /**
   *     UE                      network
   *      |--- REGISTER ----------->|
   *      |<-- 401 SQN --------------|
   *      |--- auts, bad MAC-S ----->|   SQN_MS far ahead
   *      |<-- 4xx or 401 -----------|   the next SQN does not follow it
   *      |--- auts, right --------->|
   *      |<-- 401 SQN' > SQN_MS ----|
   */
  testCase({
    id: "aka/forged-auts-does-not-resynchronise",
    title: "SQN follows an AUTS whose MAC-S verifies, and no other",
    verifies: ["33.203/6.1.3/02"],
    kills: ["hss/adopts-unverified-auts"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the network challenges", alice.challenge());
      const before = await given(
        "the nonce is one of AKA",
        first.aka?.sqn ?? Promise.reject(new Error("no RAND and AUTN")),
      );
      const forged = alice.isim!.auts(first.aka!.rand, before + AHEAD);
      forged[13]! ^= 0x01;
      const refused = await alice.answer(first, { auts: forged });
      check("the forged AUTS does not register", "33.203/6.1.3/02").answer(refused.response).isNot(200);
      const second = await given("the network challenges again", alice.challenge({ fresh: true }));
      check("SQN does not follow the forged AUTS", "33.203/6.1.3/02").that(second.aka?.sqn).isBelow(
        before + AHEAD,
      );
      const after = await alice.answer(second, { auts: { sqn: before + AHEAD } });
      const third = after.next ??
        await given("challenged after the right AUTS", alice.challenge({ fresh: true }));
      check("SQN follows the right AUTS", "33.203/6.1.3/02").that(third.aka?.sqn).isAtLeast(before + AHEAD);
    },
  }),

  /** `REGISTER -> 401 -> REGISTER auts -> 401 with another RAND, SQN in range -> REGISTER -> 200` */
  testCase({
    id: "aka/resynchronisation-goes-on-with-a-fresh-challenge",
    title: "After AUTS comes a fresh challenge that registers; the old batch is gone",
    verifies: ["33.203/6.1.3/03"],
    kills: ["scscf/continues-old-batch"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the network challenges", alice.challenge());
      const sqn = await given(
        "the nonce is one of AKA",
        first.aka?.sqn ?? Promise.reject(new Error("no RAND and AUTN")),
      );
      const synced = await alice.answer(first, { auts: { sqn: sqn + AHEAD } });
      check("AUTS is answered by a challenge", "33.203/6.1.3/03").answer(synced.response).isOneOf(401);
      check("with another RAND", "33.203/6.1.3/03").that(synced.next?.aka?.rand).differsFrom(first.aka!.rand);
      check("and a SQN beyond the reported one", "33.203/6.1.3/03").that(synced.next?.aka?.sqn).isAtLeast(
        sqn + AHEAD,
      );
      if (!synced.next) return;
      const registered = await alice.answer(synced.next);
      check("which registers", "33.203/6.1.3/03").answer(registered.response).isOneOf(200);
    },
  }),

  /** AUTS five times in a row, then a wrong digest after a right AUTS; a normal registration still works. */
  testCase({
    id: "aka/failures-after-resynchronisation-end",
    title: "Repeated AUTS and failures after it end, and do not lock the subscriber",
    verifies: ["33.203/6.1.3/04"],
    kills: ["scscf/endless-resynchronisation"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      let challenge: ReceivedChallenge | undefined = await given("the network challenges", alice.challenge());
      let answers = 0;
      while (challenge?.aka && answers < BOUND) {
        challenge = (await alice.answer(challenge, { auts: { sqn: challenge.aka.sqn } })).next;
        answers++;
      }
      check("AUTS again and again is not challenged for ever", "33.203/6.1.3/04").that(answers).isBelow(
        BOUND,
      );
      const later = await alice.register({ fresh: true });
      check("a normal registration succeeds afterwards", "33.203/6.1.3/04").answer(later.response).isOneOf(
        200,
      );
    },
  }),

  /** Challenge taken apart; then auts of 0, 13, 15 and 1000 octets and no base64: refused, and nothing moved. */
  testCase({
    id: "aka/parameter-lengths",
    title: "RAND and AUTN have 16 octets, AUTS of another length than 14 is refused",
    verifies: ["33.203/6.1.1/15"],
    kills: ["scscf/passes-malformed-auts"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given, random }) {
      const alice = await ue();
      for (const length of [0, 13, 15, 700]) {
        const challenge = await given(
          `challenged before ${length} octets of AUTS`,
          alice.challenge({ fresh: true }),
        );
        // Of any other length the MAC would not be where it is looked for.
        check("AUTN verifies as the 16 octets after 16 of RAND", "33.203/6.1.1/15").about(challenge.response)
          .that(challenge.aka?.macOk).equals(true);
        const answered = await alice.answer(challenge, { auts: random.bytes(length) });
        check(`AUTS of ${length} octets is refused`, "33.203/6.1.1/15").answer(answered.response).isClass(4);
      }
      const challenge = await given("challenged before a broken AUTS", alice.challenge({ fresh: true }));
      const broken = await alice.answer(challenge, { credentials: afterwards("auts", "***no base64***") });
      check("AUTS that is no base64 is refused", "33.203/6.1.1/15").answer(broken.response).isClass(4);
      const normal = await alice.register({ fresh: true });
      check("a normal registration succeeds afterwards", "33.203/6.1.1/15").answer(normal.response).isOneOf(
        200,
      );
    },
  }),
];
