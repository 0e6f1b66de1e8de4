/** What I-CSCF and S-CSCF ask the HSS for a trusted node: TS 33.203 U.2 steps 5 and 7; TS 29.228 6.1. */
import { ASSIGNMENT, failure, type HssView, valueOf } from "../../harness/peer/hss/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import { asked } from "../_shared/cx.ts";
import { TRUSTED } from "./_trusted.ts";

const OUR_HSS = { ...TRUSTED, "hss": true, "entry.i-cscf-hss": true } as const;

export const cx = [
  /**
   *     trusted node         I-CSCF                          HSS (ours)
   *      |--- REGISTER ------->|--- UAR: IMPI, IMPU, network --->|
   *      |<-- 403 -------------|<-- roaming not allowed ---------|
   */
  testCase({
    id: "tna/status-is-asked",
    title: "The HSS is asked about both identities and the visited network, and its no is a no",
    verifies: ["33.203/U.2/03"],
    kills: ["icscf/no-status-query-for-auth-done"],
    peer: "hss",
    needs: { ...OUR_HSS, "single.i-cscf": true },
    async run({ trustedNode, hss, check, given, profile }) {
      const cx = await hss();
      for (const visitedNetwork of [profile.home.domain, profile.trustedNode!.visitedNetwork]) {
        const node = await trustedNode({ as: 0, entry: "i-cscf-hss", visitedNetwork });
        const { impi, impus: [impu] } = node.identity;
        const before = asked(cx, "User-Authorization").length;
        await given(`"${visitedNetwork}": the trusted node registers her`, node.registerTrusted());
        const question = asked(cx, "User-Authorization")[before];
        check(`"${visitedNetwork}": the HSS is asked`, "33.203/U.2/03").that(question?.command).isPresent();
        check(`"${visitedNetwork}": User-Name`, "33.203/U.2/03").that(question?.impi).equals(impi);
        check(`"${visitedNetwork}": Public-Identity`, "33.203/U.2/03").that(question?.impu).equals(impu);
        const named = question && valueOf(question.avps, "Visited-Network-Identifier");
        check(`"${visitedNetwork}": Visited-Network-Identifier`, "33.203/U.2/03")
          .that(named && new TextDecoder().decode(named).toLowerCase()).equals(visitedNetwork.toLowerCase());
        await node.deregister();
      }
      const refusals = ["DIAMETER_ERROR_ROAMING_NOT_ALLOWED", "DIAMETER_ERROR_USER_UNKNOWN"] as const;
      for (const code of refusals) {
        cx.script("User-Authorization", () => failure(code));
        const node = await trustedNode({ as: 0, entry: "i-cscf-hss" });
        const before = registrations(cx);
        const { response } = await node.registerTrusted();
        check(`${code}: refused`, "33.203/U.2/03").answer(response).isClass(4);
        check(`${code}: nothing is assigned`, "33.203/U.2/03").that(registrations(cx)).equals(before);
      }
    },
  }),

  /**
   *     trusted node         I-CSCF, S-CSCF               HSS (ours)
   *      |--- REGISTER ------->|--- UAR -------------------->|
   *      |                     |--- SAR, registration ------>|   no MAR
   *      |<-- 200 -------------|<-- user profile ------------|
   */
  testCase({
    id: "tna/no-vector-is-fetched",
    title: "The HSS is told of the registration and asked for the profile, but for no authentication",
    verifies: ["33.203/U.2/05"],
    kills: ["scscf/vectors-for-trusted-node"],
    peer: "hss",
    needs: { ...OUR_HSS, "single.s-cscf": true },
    async run({ trustedNode, hss, check }) {
      const cx = await hss();
      const node = await trustedNode({ entry: "i-cscf-hss" });
      for (const what of ["registration", "refresh"]) {
        const { response, associatedUris } = await node.registerTrusted();
        check(`${what}: 200`, "33.203/U.2/05").answer(response).isOneOf(200);
        check(`${what}: no vector is asked for`, "33.203/U.2/05").that(asked(cx, "Multimedia-Auth").length)
          .equals(0);
        check(`${what}: the identities of the profile`, "33.203/U.2/05").about(response).that(associatedUris)
          .has(...node.subscriber.implicitSet);
      }
      const [assignment] = asked(cx, "Server-Assignment");
      check("the HSS is told of the registration", "33.203/U.2/05")
        .that(assignment && valueOf(assignment.avps, "Server-Assignment-Type")).equals(
          ASSIGNMENT.REGISTRATION,
        );
    },
  }),
];

/** How often the HSS was told of one: a de-registration may be told later than it is answered. */
function registrations(view: HssView): number {
  return asked(view, "Server-Assignment").filter(({ avps }) =>
    valueOf(avps, "Server-Assignment-Type") === ASSIGNMENT.REGISTRATION
  ).length;
}
