/** GIBA and fully compliant security side by side: TS 33.203 T.2. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { withoutAgreement } from "../_shared/set_up_lines.ts";
import { attached, GIBA, SIM } from "./_attached.ts";
import { AKA, offerFor } from "./_full_security.ts";

/** AKA alone, with an IMPI that a network can derive. */
const AKA_ALONE = "aka+derivable-impi+!giba";

export const biddingDown = [
  /** For a GIBA and an AKA subscriber, each at an address of its own: the style of the other scheme gets 4xx. */
  testCase({
    id: "giba/scheme-is-of-the-subscription",
    title: "Each subscriber registers in the way of the own subscription, not in the other's",
    verifies: ["33.203/T.2/01"],
    kills: ["hss/no-scheme-per-subscription"],
    peer: "ue",
    needs: { ...GIBA, aka: true, ipsec: true },
    leases: [SIM, AKA_ALONE],
    async run(context) {
      const { check, given, profile } = context;
      const { ue: early } = await attached(context, { as: 0 });
      const { ue: full } = await attached(context, { as: 1 });
      const right = await early.attempt();
      check("GIBA subscriber, GIBA: registered", "33.203/T.2/01").answer(right).isOneOf(200);
      await given("the UE de-registers", early.deregister());
      const wrong = await silenceIsUndefined(
        early.attempt({ withoutAuthorization: false, headers: offerFor(profile), fresh: true }),
      );
      check("GIBA subscriber, full security: refused", "33.203/T.2/01").answer(wrong).isClass(4);
      check("GIBA subscriber, full security: not challenged", "33.203/T.2/01").that(wrong).lacks(
        ...SECURITY_HEADERS,
      );
      const bare = await silenceIsUndefined(full.attempt({ withoutAuthorization: true }));
      check("AKA subscriber, GIBA: refused", "33.203/T.2/01").answer(bare).isClass(4);
      const challenge = await full.attempt({ headers: offerFor(profile), fresh: true });
      check("AKA subscriber, full security: challenged", "33.203/T.2/01").answer(challenge).isOneOf(401);
    },
  }),

  /**
   *     UE (USIM)        man in the middle                      network
   *      |--- REGISTER ----------------------------------------------->|   401 AKA
   *      |--- REGISTER ------>|--- without the security headers ->|   4xx
   */
  testCase({
    id: "giba/aka-is-not-bid-down",
    title: "An AKA subscriber whose security headers somebody takes away is not registered by the address",
    verifies: ["33.203/T.2/02"],
    kills: ["scscf/registers-aka-user-by-address"],
    peer: "ue",
    needs: { ...GIBA, "aka": true, "variants.both": true },
    leases: [AKA_ALONE],
    async run(context) {
      const { check, given, profile } = context;
      const { ue: alice } = await attached(context);
      await given("with her security headers she is challenged by AKA", async () => {
        const { parameters } = await alice.challenge({ headers: offerFor(profile), fresh: true });
        return AKA.test(parameters.get("algorithm") ?? "");
      });
      const answer = await silenceIsUndefined(
        alice.attempt({ withoutAuthorization: true, tamper: withoutAgreement, fresh: true }),
      );
      check("stripped: refused", "33.203/T.2/02").answer(answer).isClass(4);
    },
  }),
];
