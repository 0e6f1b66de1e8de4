/** The S-CSCF from the P-CSCF's place on Mw: clauses 6.1.1 and 6.1.5 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { akaIn } from "../_shared/control.ts";
import { arrival, silenceIsUndefined } from "../_shared/reach.ts";
import { AKA_ALGORITHM } from "./_stimuli.ts";

const MW = { "aka": true, "trusted-node": true, "entry.i-cscf": true } as const;

/** What no P-CSCF says of a REGISTER that IPsec has protected. */
const UNPROTECTED: Readonly<Record<string, string | null>> = {
  "no": "no",
  "no flag": null,
  "an empty flag": "",
  "yess": "yess",
  "true": "true",
  "ip-assoc-yes": "ip-assoc-yes",
};

export const mw = [
  /**
   *     P-CSCF-like node                        S-CSCF              friend
   *      |--- INVITE, asserted IMPU ------------->|   4xx
   *      |--- REGISTER -------------------------->|
   *      |<-- 401 --------------------------------|
   *      |--- INVITE ----------------------------->|   4xx
   *      |--- REGISTER, answered ---------------->|   200
   *      |--- INVITE ----------------------------->|--- INVITE --->|
   */
  testCase({
    id: "aka/no-service-before-authentication",
    title: "Who has only been challenged gets as little service as who has never come",
    verifies: ["33.203/6.1.1/01"],
    kills: ["scscf/serves-challenged-identity"],
    peer: "trusted-node",
    needs: { ...MW, "entry.s-cscf": true },
    leases: ["aka", "aka"],
    async run({ trustedNode, check, given, timers }) {
      const friend = await trustedNode({ as: 1 });
      await given("the called subscriber registers", friend.register());
      const proxy = await trustedNode({ as: 0 });
      const target = friend.identity.impus[0]!;
      await refused("never registered");
      const challenge = await given("the network challenges", proxy.challenge());
      await refused("challenged");
      await given("the user answers rightly", proxy.answer(challenge));
      const arriving = arrival(friend);
      const call = await proxy.invite(target);
      await given("registered, the same INVITE is served", arriving.then((invite) => invite !== undefined));
      await call.answered();

      async function refused(name: string): Promise<void> {
        const arriving = arrival(friend, timers.silence);
        const attempt = await proxy.invite(target);
        const [invite, answer] = await Promise.all([arriving, silenceIsUndefined(attempt.answered())]);
        check(`${name}: the INVITE goes nowhere`, "33.203/6.1.1/01").about(invite).that(invite).isAbsent();
        check(`${name}: it is refused`, "33.203/6.1.1/01").answer(answer).isClass(4);
      }
    },
  }),

  /** `REGISTER from a visited P-CSCF -> 401 with RAND, AUTN, and CK and IK of the same vector`. */
  testCase({
    id: "aka/challenge-on-mw-has-the-keys",
    title: "The challenge that goes to the P-CSCF has CK and IK, and they are those of the vector",
    verifies: ["33.203/6.1.1/08"],
    kills: ["scscf/omits-ck"],
    peer: "trusted-node",
    needs: MW,
    leases: ["aka+!akav2"],
    async run({ trustedNode, check, given, profile }) {
      const networks = {
        "of the home network": profile.home.domain,
        "visited": profile.trustedNode!.visitedNetwork,
      };
      for (const [which, visitedNetwork] of Object.entries(networks)) {
        const proxy = await trustedNode({ visitedNetwork });
        const challenge = await check(`a P-CSCF ${which} gets a challenge`, "33.203/6.1.1/08").answers(
          proxy.challenge({ fresh: true }),
        );
        if (!challenge) continue;
        const { parameters, response } = challenge;
        const aka = await akaIn({ given }, challenge);
        for (const name of ["ck", "ik"] as const) {
          check(`${which}: ${name} is the one of the vector`, "33.203/6.1.1/08").about(response)
            .that(parameters.get(name)?.toLowerCase()).equals(hex(aka[name]));
        }
      }
    },
  }),

  /**
   *     P-CSCF-like node                                       S-CSCF
   *      |--- SM2, SM8 ---------------------------------------->|   200
   *      |--- refresh, integrity-protected=no, none, others ---->|   401 each
   *      |--- refresh, integrity-protected=yes ----------------->|   200, or 401
   */
  testCase({
    id: "aka/indication-decides-on-authentication",
    title: "A refresh passes without a challenge only where the P-CSCF says that IPsec protected it",
    verifies: ["33.203/6.1.5/05"],
    kills: ["scscf/unknown-flag-is-protection", "scscf/absent-flag-is-protection"],
    peer: "trusted-node",
    needs: MW,
    leases: ["aka"],
    async run({ trustedNode, check, given }) {
      const proxy = await trustedNode();
      await given("the UE registers", proxy.register());
      for (const [name, integrityProtected] of Object.entries(UNPROTECTED)) {
        const answer = await proxy.attempt({ integrityProtected });
        check(`${name}: challenged`, "33.203/6.1.5/05").answer(answer).isOneOf(401);
        check(`${name}: with AKA`, "33.203/6.1.5/05").about(answer)
          .that(answer.wwwAuthenticate[0]?.parameters.get("algorithm")).matches(AKA_ALGORITHM);
      }
      const answer = await proxy.attempt({ integrityProtected: "yes" });
      check("yes: let in, or challenged", "33.203/6.1.5/05").answer(answer).isOneOf(200, 401);
    },
  }),
];

function hex(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}
