/** TLS by security agreement during registration: O.1.1, O.2.2 and P.3 of TS 33.203. */
import type { SipResponse } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import { PASSWORD } from "../_shared/challenges.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { goesOn, setUps, withoutAgreement } from "../_shared/set_up_lines.ts";
import {
  AGREED,
  assertsOwn,
  clearTransports,
  either,
  EXPECTED,
  further,
  isNoSuccess,
  isRefused,
  NOTHING,
  secured,
  tries,
  wayOf,
} from "./_sessions.ts";

export const agreement = [
  /** `REGISTER (Security-Client: tls) -> 401 (Security-Server: tls)`; without the offer, or with another: no such line. */
  testCase({
    id: "tls/tls-is-announced-to-who-offers-it",
    title: "Security-Server has tls for a UE that offers tls, and for no other",
    verifies: ["33.203/O.2.2/01"],
    kills: ["pcscf/tls-announced-unasked"],
    peer: "ue",
    needs: { "tls.agreement": true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: AGREED });
      const offered = await given("a REGISTER is answered", alice.attempt());
      check("tls is offered: challenged", "33.203/O.2.2/01").answer(offered).isOneOf(401);
      check("with tls", "33.203/O.2.2/01").about(offered).that(mechanismsOf(offered)).includes("tls");
      const others = {
        "no security agreement": withoutAgreement,
        "an unknown mechanism": (request: Parameters<typeof withoutAgreement>[0]) =>
          void request.set("Security-Client", "mechanism-of-tomorrow;q=0.5"),
      };
      for (const [name, tamper] of Object.entries(others)) {
        const answer = await check(`${name}: answered`, "33.203/O.2.2/01").answers(
          alice.attempt({ fresh: true, way: "clear", tamper }),
        );
        check(`${name}: no success`, "33.203/O.2.2/01").answer(answer).isNot(200);
        check(`${name}: tls is not announced`, "33.203/O.2.2/01").about(answer)
          .that(mechanismsOf(answer)).lacks("tls");
      }
    },
  }),

  /**
   *     UE                           P-CSCF
   *      |--- SM1 -------------------->|
   *      |<-- SM6, tls ----------------|
   *      |--- SM7, UDP or TCP -------->|   no success
   *      |=== registers anew =========>|   200
   */
  testCase({
    id: "tls/answer-in-the-clear-ends-nothing-well",
    title: "Once tls was selected a right answer in the clear does not register",
    verifies: ["33.203/O.2.2/05"],
    kills: ["pcscf/tls-clear-sm7"],
    peer: "ue",
    needs: { "tls.agreement": true },
    async run(context) {
      const { ue, check, given, profile } = context;
      const alice = await ue({ security: AGREED });
      for (const over of clearTransports(profile)) {
        const one = await ue({ like: alice, security: { ...AGREED, clear: over } });
        const challenge = await given(`${over}: the network challenges`, one.challenge());
        await given(`${over}: with tls`, mechanismsOf(challenge.response).includes("tls"));
        const outcome = await silenceIsUndefined(one.answer(challenge, { way: "clear" }));
        isNoSuccess(context, "33.203/O.2.2/05", `${over}: the answer in the clear`, outcome?.response);
      }
      const anew = await silenceIsUndefined(alice.register({ fresh: true }));
      check("inside TLS it registers", "33.203/O.2.2/05").answer(anew?.response).isOneOf(200);
    },
  }),

  /** `REGISTER (tls) -> 401 (Digest, tls) -> SM7 in the clear: no success; 401 -> SM7 in TLS -> 200 in TLS`. */
  testCase({
    id: "tls/mechanism-tls-means-digest-with-tls",
    title: "Selecting tls makes the registration one of SIP Digest inside TLS",
    verifies: ["33.203/P.3/05"],
    kills: ["pcscf/tls-clear-answer-accepted"],
    peer: "ue",
    needs: { "tls.agreement": true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: AGREED });
      await given("a REGISTER is answered", alice.attempt());
      const challenge = await check("the offer is challenged", "33.203/P.3/05").answers(
        alice.challenge({ fresh: true }),
      );
      if (!challenge) return;
      check("with tls", "33.203/P.3/05").that(mechanismsOf(challenge.response)).includes("tls");
      check("with Digest", "33.203/P.3/05").that(challenge.parameters.get("algorithm") ?? "MD5")
        .matches(PASSWORD);
      const clear = await silenceIsUndefined(
        alice.answer(challenge, { way: "clear", tamper: withoutAgreement }),
      );
      isNoSuccess(context, "33.203/P.3/05", "the answer in the clear", clear?.response);
      const outcome = await check("inside TLS it is answered", "33.203/P.3/05").answers(
        alice.register({ fresh: true }),
      );
      check("with success", "33.203/P.3/05").answer(outcome?.response).isOneOf(200);
      check("inside TLS", "33.203/P.3/05").about(outcome?.response)
        .that(wayOf(alice, outcome?.response, alice.tls!.current)).equals(EXPECTED);
    },
  }),

  /**
   *     UE                              P-CSCF          friend
   *      |--- SM1, SM6 ------------------>|
   *      |=== INVITE on a new connection =>|   refused
   *      |=== SM7, SM12 =================>|
   *      |=== INVITE, own identities ====>|--- INVITE ---->|   asserted
   *      |=== INVITE, somebody else's ===>|--- INVITE ---->|   as the user's own, or not at all
   */
  testCase({
    id: "tls/connection-is-associated-at-200",
    title: "The 200 ties the connection to the registered identities, neither sooner nor to others",
    verifies: ["33.203/O.2.2/08"],
    kills: ["pcscf/tls-serves-after-handshake"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest+implicit-set", "digest"],
    async run(context) {
      const { ue, given } = context;
      const { ue: friend } = await secured(context, 1, AGREED);
      const alice = await ue({ as: 0, security: AGREED });
      await given("the network challenges", alice.challenge());
      const early = await further(alice);
      const attempt = early && await tries(context, alice, friend, { way: early });
      isRefused(context, "33.203/O.2.2/08", "an INVITE before the 200", attempt ?? NOTHING);
      await given("the UE registers", register(alice));
      await assertsOwn(context, "33.203/O.2.2/08", alice, friend);
    },
  }),

  /**
   *     UE                        P-CSCF        operator
   *                                 |<-- TLS is mandatory --|
   *      |--- REGISTER, stripped -->|   421, 494, 4xx, or nothing; no 200 for the answer to a challenge
   *      |=== inside TLS ==========>|   200
   */
  testCase({
    id: "tls/clear-digest-is-refused-where-tls-is-mandatory",
    title: "Where protection is mandatory nobody is bid down to Digest in the clear",
    verifies: ["33.203/O.1.1/03"],
    kills: ["pcscf/tls-mandate-ignored"],
    peer: "ue",
    needs: { "tls": true, "operator.security-policy": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given, operator, operatorAtEnd, profile } = context;
      const alice = await ue({ security: either(profile) });
      const { address } = alice.local;
      operatorAtEnd("security-policy", { address });
      await given("the operator demands TLS", operator("security-policy", { address, tls: "mandatory" }));
      const bare = await ue({ like: alice, security: "none", local: { address } });
      const plain = await silenceIsUndefined(bare.register());
      isNoSuccess(context, "33.203/O.1.1/03", "Digest without security agreement", plain?.response);
      if (profile.capabilities["tls.agreement"] === true) {
        const stripped = { tamper: withoutAgreement, way: "clear" } as const;
        const one = await ue({ like: alice, security: AGREED, local: { address } });
        const outcome = await silenceIsUndefined(one.register({ ...stripped, answer: stripped }));
        isNoSuccess(context, "33.203/O.1.1/03", "one whose offer was taken away", outcome?.response);
      }
      const inside = await silenceIsUndefined(alice.register({ fresh: true }));
      check("inside TLS the UE registers", "33.203/O.1.1/03").answer(inside?.response).isOneOf(200);
    },
  }),
];

/** What the P-CSCF announces to go on with; the list of a 494 is for a UE that begins anew. */
function mechanismsOf(response: SipResponse | undefined): string[] {
  return goesOn(response) ? setUps(response).map(({ mechanism }) => mechanism) : [];
}
