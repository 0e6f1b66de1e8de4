/** Digest with TLS beside the other schemes: O.1.1 and Annex P.3 of TS 33.203. */
import type { SipResponse } from "sip-codec";
import type { UeTlsOptions } from "../../harness/peer/ue/tls/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { registered } from "../_shared/scene.ts";
import { goesOn, setUps, withoutAgreement } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import { PASSWORD } from "../_shared/challenges.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

const FIRST: UeTlsOptions = { mechanism: "tls", agreement: false, wrongWay: "take" };
const AGREED: UeTlsOptions = { ...FIRST, agreement: true };

export const tls = [
  /**
   *     UE                                            network
   *      |=== REGISTER, with and without Authorization ->|   401 Digest, no Security-Server
   *      |=== answered on the same connection ==========>|   200
   *      |=== INVITE on it =============================>|   served as the user
   */
  testCase({
    id: "coexistence/tls-without-agreement-means-digest",
    title: "A REGISTER over TLS without Security-Client is handled as Digest with TLS",
    verifies: ["33.203/P.3/08"],
    kills: ["pcscf/tls-without-authorization-is-giba"],
    peer: "ue",
    needs: { "tls.first": true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const friend = await ue({ as: 1, security: FIRST });
      await given("the called subscriber registers", register(friend));
      for (const withoutAuthorization of [false, true]) {
        const name = withoutAuthorization ? "without Authorization" : "with Authorization";
        const alice = await ue({ as: 0, security: FIRST });
        const challenge = await check(`${name}: challenged`, "33.203/P.3/08").answers(
          alice.challenge({ withoutAuthorization }),
        );
        if (!challenge) continue;
        check(`${name}: with Digest`, "33.203/P.3/08").that(challenge.parameters.get("algorithm") ?? "MD5")
          .matches(PASSWORD);
        check(`${name}: no security agreement`, "33.203/P.3/08").that(challenge.response).lacks(
          "Security-Server",
        );
        const connection = alice.tls!.carried(challenge.response);
        const outcome = await silenceIsUndefined(alice.answer(challenge));
        check(`${name}: registered`, "33.203/P.3/08").answer(outcome?.response).isOneOf(200);
        const same = outcome !== undefined && alice.tls!.carried(outcome.response) === connection;
        check(`${name}: on the same connection`, "33.203/P.3/08").about(outcome?.response).holds(same, {
          expected: "an answer on the connection that the challenge came by",
          actual: outcome === undefined ? "no answer" : same ? "it came on it" : "it came on another one",
        });
        if (!outcome?.ok) continue;
        const { invite } = await call(alice, friend.identity.impus[0]!, friend);
        check(`${name}: served as the user`, "33.203/P.3/08").about(invite).that(asserted(invite)).includes(
          alice.identity.impus[0]!,
        );
      }
    },
  }),

  /**
   *     UE (registered over TLS)                          P-CSCF          friend
   *      |--- REGISTER, no Security-Client, answered ------>|   no success
   *      |=== REGISTER, Security-Client: ipsec-3gpp =======>|   whatever, but not ipsec-3gpp
   *      |<== INVITE ======================================|<-- INVITE -----|   on the connection still
   *      |=== INVITE ======================================>|--- INVITE ---->|
   */
  testCase({
    id: "coexistence/reregistration-keeps-tls",
    title: "A re-registration outside TLS, or with another mechanism, does not take the UE out of TLS",
    verifies: ["33.203/P.3/13"],
    kills: ["pcscf/tls-left-by-reregistration", "pcscf/selects-anew-inside-tls"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, given } = context;
      const { ue: alice } = await registered(context, { as: 0, security: AGREED });
      const { ue: friend } = await registered(context, { as: 1, security: AGREED });
      const connection = alice.tls!.current;
      await given("a TLS connection carries the registration", connection !== undefined);
      const clear = { way: "clear", tamper: withoutAgreement } as const;
      const attempt = await withinWindow(context, alice.attempt(clear));
      noSuccess("in the clear", attempt);
      if (attempt?.status === 401) {
        const challenge = await given("challenged in the clear", alice.challenge(clear));
        const outcome = await silenceIsUndefined(alice.answer(challenge, clear));
        noSuccess("in the clear, with a right answer", outcome?.response);
      }
      const other = await withinWindow(
        context,
        alice.attempt({ way: connection!, headers: { "Security-Client": IPSEC } }),
      );
      check("another mechanism is not selected", "33.203/P.3/13").about(other)
        .that(mechanismsOf(other)).lacks("ipsec-3gpp");
      const inward = await call(friend, alice.identity.impus[0]!, alice);
      const carried = inward.invite !== undefined && alice.tls!.carried(inward.invite) === connection;
      check("a call still comes on the connection", "33.203/P.3/13").about(inward.invite).holds(carried, {
        expected: "an INVITE on the connection of the registration",
        actual: inward.invite === undefined ? "none came" : carried ? "it came" : "it came otherwise",
      });
      const outward = await call(alice, friend.identity.impus[0]!, friend, { way: connection! });
      check("and goes out on it", "33.203/P.3/13").about(outward.invite).that(asserted(outward.invite))
        .includes(alice.identity.impus[0]!);

      function noSuccess(name: string, response: SipResponse | undefined): void {
        isNoSuccess(check(`${name}: no success`, "33.203/P.3/13"), response);
      }
    },
  }),

  /** From a fixed access `REGISTER (tls) -> 401 (tls)`; from one of 3GPP the same offer gets an error, or no tls. */
  testCase({
    id: "coexistence/no-tls-on-3gpp-access",
    title: "On an access network of 3GPP the P-CSCF does not select tls",
    verifies: ["33.203/O.1.1/01"],
    kills: ["pcscf/tls-on-3gpp-access"],
    peer: "ue",
    needs: { "tls.agreement": true, "access.3gpp": true },
    leases: ["digest"],
    async run({ ue, check, given }) {
      const fixed = await ue({ security: AGREED });
      const elsewhere = await given("elsewhere it is challenged", fixed.challenge());
      await given("with tls", mechanismsOf(elsewhere.response).includes("tls"));
      const mobile = await ue({ like: fixed, security: AGREED, access: "3gpp" });
      const answer = await silenceIsUndefined(mobile.attempt());
      check("the offer of tls gets no tls", "33.203/O.1.1/01").about(answer)
        .that(mechanismsOf(answer)).lacks("tls");
      isNoSuccess(check("and no success", "33.203/O.1.1/01"), answer);
    },
  }),
];

const IPSEC = "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;" +
  "spi-c=0040003001;spi-s=0040003002;port-c=40301;port-s=40302";

function mechanismsOf(response: SipResponse | undefined): string[] {
  return goesOn(response) ? setUps(response).map(({ mechanism }) => mechanism) : [];
}
