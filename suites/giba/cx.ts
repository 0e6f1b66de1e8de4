/** What I-CSCF and S-CSCF ask the HSS for GIBA, and what they make of its answers: TS 33.203 P.6, T.5, T.7 and T.8.1. */
import { avp, type CxReply, failure, success } from "../../harness/peer/hss/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { Random } from "../../harness/runner/context.ts";
import { asked, assignments, OUR_HSS_BOTH, schemesAsked } from "../_shared/cx.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { impuOf } from "./_attached.ts";
import { answerTo, BOTH_SIDES, EARLY_IMS, forwarder, THERE } from "./_forwarder.ts";

const WITH_ICSCF = { "giba": true, ...OUR_HSS_BOTH } as const;

/** Assignments that say that somebody is registered. */
const REGISTRATIONS = ["REGISTRATION", "RE_REGISTRATION"];

export const cx = [
  /** `P-CSCF -- REGISTER, To: the derived IMPU, with port and parameters --> UAR, MAR, SAR with User-Name <IMSI>@…`. */
  testCase({
    id: "giba/private-identity-is-derived",
    title: "Without Authorization the HSS is asked about the IMPI that follows from To",
    verifies: ["33.203/P.6/01"],
    kills: ["icscf/asks-without-user-name", "icscf/impi-with-parameters"],
    peer: "hss",
    needs: WITH_ICSCF,
    leases: ["giba+!usim+implicit-set"],
    async run(context) {
      const { check, given } = context;
      const { node, hss, impi } = await forwarder(context);
      const impu = impuOf(node);
      const spellings = [`<${impu}>`, `<${impu}:5060>`, `<${impu};user=phone>`, `<${impu}>;x=1`];
      for (const to of spellings) {
        const before = hss.requests.length;
        const answer = await answerTo(node, { headers: { To: to } });
        check(`${to}: registered`, "33.203/P.6/01").answer(answer).isOneOf(200);
        const questions = hss.requests.slice(before);
        for (const command of ["User-Authorization", "Multimedia-Auth", "Server-Assignment"] as const) {
          const names = new Set(questions.filter((one) => one.command === command).map((one) => one.impi));
          check(`${to}: User-Name of ${command}`, "33.203/P.6/01").that([...names]).equals([impi]);
        }
        if (answer?.status === 200) await given("the UE de-registers", node.deregister());
      }
      const numbers = node.subscriber.implicitSet.filter((identity) => identity.startsWith("tel:"));
      for (const to of [...numbers, `sip:${node.identity.homeDomain}`].map((uri) => `<${uri}>`)) {
        const before = hss.requests.length;
        const answer = await answerTo(node, { headers: { To: to } });
        check(`${to}, which tells no IMSI: refused`, "33.203/P.6/01").answer(answer).isClass(4);
        const nameless = hss.requests.slice(before).filter((question) => !question.impi);
        check(`${to}: no question without User-Name`, "33.203/P.6/01").that(nameless).isAbsent();
      }
    },
  }),

  /**
   *     P-CSCF                 S-CSCF                              HSS (ours)
   *      |--- REGISTER --------->|--- MAR, Early-IMS-Security ------->|
   *      |<-- error -------------|<-- an AKA vector, another scheme, -|
   *      |                       |    no address                      |
   */
  testCase({
    id: "giba/scheme-is-named-to-the-hss",
    title: "The S-CSCF asks for GIBA by its name, and registers nobody for another answer",
    verifies: ["33.203/T.7/03"],
    kills: ["scscf/asks-aka-for-giba", "scscf/any-answer-is-a-match"],
    peer: "hss",
    needs: BOTH_SIDES,
    async run(context) {
      const { check, given, random } = context;
      const { node, hss } = await forwarder(context);
      const right = await answerTo(node);
      check("the scheme of the MAR", "33.203/T.7/03").that([...new Set(schemesAsked(hss))]).equals([
        EARLY_IMS,
      ]);
      check("the address: registered", "33.203/T.7/03").answer(right).isOneOf(200);
      if (right?.status === 200) await given("the UE de-registers", node.deregister());
      for (const [what, reply] of Object.entries(oddAnswers(random))) {
        hss.script("Multimedia-Auth", () => reply);
        const answer = await answerTo(node);
        check(`${what}: an error`, "33.203/T.7/03").answer(answer).isClass(4, 5, 6);
      }
    },
  }),

  /**
   *     P-CSCF               I-CSCF, S-CSCF               HSS (ours)
   *      |--- right address ---->|--- UAR, MAR, SAR -------->|
   *      |<-- 200, the first ----|                           |
   *      |--- wrong address ---->|--- UAR, MAR ------------->|   no SAR: registration
   *      |<-- 403 ---------------|                           |
   */
  testCase({
    id: "giba/assigned-after-the-comparison",
    title: "One REGISTER, one 200: the S-CSCF compares, then takes the user, in this order",
    verifies: ["33.203/T.8.1/03"],
    kills: ["scscf/assigns-before-comparison"],
    peer: "hss",
    needs: WITH_ICSCF,
    async run(context) {
      const { check, given } = context;
      const { node, hss } = await forwarder(context);
      const right = await node.register({ fresh: true });
      check("the address: registered", "33.203/T.8.1/03").answer(right.response).isOneOf(200);
      check("the address: without a challenge", "33.203/T.8.1/03").that(right.challenge).isAbsent();
      check("the address: no security header", "33.203/T.8.1/03").that(right.response).lacks(
        ...SECURITY_HEADERS,
      );
      check("the address: Service-Route", "33.203/T.8.1/03").that(right.serviceRoute).isPresent();
      check("the address: P-Associated-URI", "33.203/T.8.1/03").that(right.associatedUris).includes(
        impuOf(node),
      );
      check("the questions in their order", "33.203/T.8.1/03").that(
        hss.requests.map(({ command }) => command),
      )
        .equals(["User-Authorization", "Multimedia-Auth", "Server-Assignment"]);
      check("the HSS is told of a registration", "33.203/T.8.1/03").that(assignments(hss)).equals([
        "REGISTRATION",
      ]);
      await given("the UE de-registers", node.deregister());
      const since = asked(hss, "Server-Assignment").length;
      const wrong = await answerTo(node, { behind: THERE });
      check("another address: 403", "33.203/T.8.1/03").answer(wrong).isOneOf(403);
      check("another address: nobody is registered", "33.203/T.8.1/03")
        .that(assignments(hss, since).filter((type) => REGISTRATIONS.includes(type))).isAbsent();
    },
  }),

  /**
   *     P-CSCF                        S-CSCF            HSS (ours)
   *      |--- REGISTER, as GIBA -------->|                 |   200, and ended
   *      |--- REGISTER, Authorization -->|--- MAR -------->|
   *      |    integrity-protected="no"   |<-- refusal -----|
   *      |<-- 403, no challenge ---------|                 |
   */
  testCase({
    id: "giba/refused-vectors-end-in-403",
    title: "Where the HSS has no vectors for a SIM, full security ends in 403, whatever the address",
    verifies: ["33.203/T.7/06"],
    kills: ["scscf/giba-after-refused-vectors"],
    peer: "hss",
    needs: BOTH_SIDES,
    async run(context) {
      const { check, given } = context;
      const { node, hss } = await forwarder(context);
      await given("by her address she is registered", node.register({ fresh: true }));
      await given("the UE de-registers", node.deregister());
      const before = asked(hss, "Multimedia-Auth").length;
      const full = { withoutAuthorization: false, integrityProtected: "no" };
      for (const code of [undefined, "DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED"] as const) {
        if (code) hss.script("Multimedia-Auth", () => failure(code));
        const name = code ?? "the HSS as it is";
        const answer = await answerTo(node, full);
        check(`${name}: 403`, "33.203/T.7/06").answer(answer).isOneOf(403);
      }
      check("the HSS was asked", "33.203/T.7/06").that(asked(hss, "Multimedia-Auth").length)
        .isAtLeast(before + 1);
    },
  }),

  /**
   *     P-CSCF               I-CSCF                                 HSS (ours)
   *      |--- refresh ---------->|--- UAR --------------------------->|
   *      |                       |<-- Server-Name: nobody is there ---|
   *      |<-- 4xx, 5xx ----------|   no further UAR                   |
   */
  testCase({
    id: "giba/no-other-s-cscf",
    title: "A GIBA user whose S-CSCF does not answer is not moved to another one",
    verifies: ["33.203/T.5/05"],
    kills: ["icscf/reselects-for-giba"],
    peer: "hss",
    needs: WITH_ICSCF,
    async run(context) {
      const { check, given } = context;
      const { node, hss } = await forwarder(context);
      await given("the UE registers", node.register());
      hss.script("User-Authorization", () => [
        ...failure("DIAMETER_SUBSEQUENT_REGISTRATION"),
        avp("Server-Name", "sip:scscf.nowhere.invalid:5060"),
      ]);
      const before = hss.requests.length;
      const answer = await answerTo(node, { fresh: false });
      check("an error", "33.203/T.5/05").answer(answer).isClass(4, 5, 6);
      check("the HSS is asked once", "33.203/T.5/05").that(
        hss.requests.slice(before).map(({ command }) => command),
      )
        .equals(["User-Authorization"]);
    },
  }),
];

/** What is no answer to a question for an address. */
function oddAnswers(random: Random): Readonly<Record<string, CxReply>> {
  const item = (scheme: string, ...more: ReturnType<typeof avp>[]) => [
    success(),
    avp("SIP-Number-Auth-Items", 1),
    avp("SIP-Auth-Data-Item", [avp("SIP-Item-Number", 1), avp("SIP-Authentication-Scheme", scheme), ...more]),
  ];
  const vector = [
    avp("SIP-Authenticate", random.bytes(32)),
    avp("SIP-Authorization", random.bytes(8)),
    avp("Confidentiality-Key", random.bytes(16)),
    avp("Integrity-Key", random.bytes(16)),
  ];
  return {
    "an AKA vector": item("Digest-AKAv1-MD5", ...vector),
    "an AKA vector under the name of GIBA": item(EARLY_IMS, ...vector),
    "no address": item(EARLY_IMS),
    "nothing but success": [success()],
    "a refusal": failure("DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED"),
  };
}
