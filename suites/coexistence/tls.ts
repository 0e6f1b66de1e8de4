/** Digest with TLS beside the other schemes: Annex P.3 of TS 33.203. */
import type { UeTlsOptions } from "../../harness/peer/ue/tls/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";

const FIRST: UeTlsOptions = { mechanism: "tls", agreement: false, wrongWay: "take" };
const PASSWORD = /^(MD5|SHA-256|SHA-512-256)(-sess)?$/i;

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
        check(`${name}: on the same connection`, "33.203/P.3/08").about(outcome?.response)
          .that(outcome !== undefined && alice.tls!.carried(outcome.response) === connection).equals(true);
        if (!outcome?.ok) continue;
        const { invite } = await call(alice, friend.identity.impus[0]!, friend);
        check(`${name}: served as the user`, "33.203/P.3/08").about(invite).that(asserted(invite)).includes(
          alice.identity.impus[0]!,
        );
      }
    },
  }),
];
