/** What the home network generates: clause 6.1.0 of TS 33.203 with TS 33.102 clause 6.3 and Annex C. */
import { testCase } from "../../harness/runner/case.ts";
import type { AkaChallenge, Ue } from "../../harness/peer/ue/types.ts";

/** Challenges looked at; a generator that counts or repeats shows within a few. */
const SAMPLES = 24;

export const vectors = [
  /** `REGISTER -> 401` so many times: every MAC good, no RAND twice, no RAND like the one before. */
  testCase({
    id: "aka/vectors-are-those-of-33.102",
    title: "Every AUTN verifies and RAND is random",
    verifies: ["33.203/6.1.0/03"],
    kills: ["hss/predictable-rand"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const seen = await given(`${SAMPLES} challenges`, challenges(alice));
      const wrong = seen.filter(({ macOk }) => !macOk).length;
      check("MAC verifies in all of them", "33.203/6.1.0/03").holds(wrong === 0, {
        expected: `${SAMPLES} AUTNs whose MAC verifies`,
        actual: wrong === 0 ? "all of them do" : `${wrong} of them do not`,
      });
      check("no RAND comes twice", "33.203/6.1.0/03").that(seen.map((one) => one.rand)).allDistinct();
      check("no two RANDs share a run of 8 octets in place", "33.203/6.1.0/03").that(longestSharedRun(seen))
        .isBelow(8);
    },
  }),

  /** `REGISTER -> 401` so many times: SQN fresh each time, AMF the same. */
  testCase({
    id: "aka/sqn-is-fresh",
    title: "Each challenge has a fresh SQN, within the ISIM's range, and a constant AMF",
    verifies: ["33.203/6.1.0/04"],
    kills: ["hss/repeats-sqn"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const seen = await given(`${SAMPLES} challenges`, challenges(alice));
      check("no SQN comes twice", "33.203/6.1.0/04").that(seen.map((one) => one.sqn)).allDistinct();
      check("the last one is acceptable to the ISIM", "33.203/6.1.0/04").that(seen.at(-1)?.sqnOk).equals(
        true,
      );
      const first = seen[0]?.amf.join(".");
      const others = seen.map(({ amf }) => amf.join(".")).filter((amf) => amf !== first);
      check("AMF is that of the first challenge in all of them", "33.203/6.1.0/04").that(others).equals([]);
      const registered = await alice.register({ fresh: true });
      check("a registration needs no resynchronisation", "33.203/6.1.0/04").answer(registered.response)
        .isOneOf(200);
    },
  }),
];

async function challenges(ue: Ue): Promise<AkaChallenge[]> {
  const seen: AkaChallenge[] = [];
  for (let count = 0; count < SAMPLES; count++) {
    const { aka } = await ue.challenge({ fresh: true });
    if (!aka) throw new Error("the nonce holds no RAND and AUTN");
    seen.push(aka);
  }
  return seen;
}

/** The longest run of octets that any two RANDs have in common at the same place. */
function longestSharedRun(seen: readonly AkaChallenge[]): number {
  let longest = 0;
  for (const [index, one] of seen.entries()) {
    for (const other of seen.slice(0, index)) {
      let run = 0;
      for (const [place, octet] of one.rand.entries()) {
        run = octet === other.rand[place] ? run + 1 : 0;
        longest = Math.max(longest, run);
      }
    }
  }
  return longest;
}
