/** Schemes and access networks, seen from the UE: N.1 and P.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { PASSWORD, passwordsAskedIn } from "../_shared/challenges.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** What a UE says that is on an access of 3GPP, and what one says that is not. */
const SAYS_3GPP = "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001";
const SAYS_WLAN = "IEEE-802.11";

/** What cases on GIBA need: the address of a user comes to the HSS by RADIUS. */
const BY_ADDRESS = { giba: true, radius: true, "access.3gpp": true } as const;

export const access = [
  /**
   *     UE (3GPP access)                          network
   *      |--- REGISTER, with and without Authorization ->|   no password challenge
   *     UE (elsewhere)
   *      |--- the same --------------------------------->|   401 Digest
   */
  testCase({
    id: "coexistence/no-digest-on-3gpp-access",
    title: "A Digest subscriber is asked for his password on other accesses, and never on one of 3GPP",
    verifies: ["33.203/N.1/01", "33.203/P.3/14"],
    kills: ["pcscf/digest-for-giba-user", "pcscf/digest-on-3gpp-access"],
    peer: "ue",
    needs: { digest: true, "access.3gpp": true },
    leases: ["digest"],
    async run({ ue, check, given }) {
      const fixed = await ue();
      const mobile = await ue({ like: fixed, access: "3gpp", security: "none" });
      for (const withoutAuthorization of [true, false]) {
        const name = withoutAuthorization ? "without Authorization" : "with Authorization";
        const requirement = withoutAuthorization ? "33.203/N.1/01" : "33.203/P.3/14";
        await given(`elsewhere, ${name}: challenged`, async () => {
          const { parameters } = await fixed.challenge({ fresh: true, withoutAuthorization });
          return PASSWORD.test(parameters.get("algorithm") ?? "MD5");
        });
        const answer = await silenceIsUndefined(mobile.attempt({ fresh: true, withoutAuthorization }));
        check(`3GPP access, ${name}: no password is asked for`, requirement).about(answer)
          .that(passwordsAskedIn(answer)).equals([]);
        isNoSuccess(check(`3GPP access, ${name}: no success`, requirement), answer);
      }
    },
  }),

  /**
   *     GGSN                                          HSS
   *      |--- the user has this address ---------------->|
   *     UE (WLAN or fixed, at this very address)      network
   *      |--- REGISTER, no Authorization --------------->|   never 200
   */
  testCase({
    id: "coexistence/address-counts-on-3gpp-access-alone",
    title: "Outside of 3GPP access nobody is registered by the address, even where it is the right one",
    verifies: ["33.203/P.3/17"],
    kills: ["pcscf/no-access-info-without-authorization"],
    peer: "ue",
    needs: BY_ADDRESS,
    leases: ["giba"],
    async run(context) {
      const { check, profile } = context;
      const elsewhere = ["wlan", "fixed"].filter((name) => (profile.access[name]?.length ?? 0) > 0);
      for (const name of elsewhere) {
        const alice = await context.ue({ as: 0, access: name });
        await bound(context, alice);
        const answer = await silenceIsUndefined(alice.attempt({ fresh: true, withoutAuthorization: true }));
        isNoSuccess(check(`${name}: not registered by the address`, "33.203/P.3/17"), answer);
      }
      const mobile = await context.ue({ as: 0, access: "3gpp" });
      await bound(context, mobile);
      await context.given("on 3GPP access the address registers", mobile.register());
    },
  }),

  /**
   *     UE (fixed)                                       network
   *      |--- REGISTER, P-Access-Network-Info: 3GPP-… ----->|   never 200
   *     UE (3GPP access)
   *      |--- REGISTER, P-Access-Network-Info: IEEE-802.11->|   200, by the address
   */
  testCase({
    id: "coexistence/access-type-is-the-networks",
    title: "The procedure follows from where the UE is, not from where it says that it is",
    verifies: ["33.203/P.3/19"],
    kills: ["pcscf/access-type-of-ue"],
    peer: "ue",
    needs: { ...BY_ADDRESS, "access.fixed": true },
    leases: ["giba"],
    async run(context) {
      const { check } = context;
      const outside = await context.ue({ as: 0, access: "fixed" });
      await bound(context, outside);
      const claimed = await silenceIsUndefined(
        outside.attempt({ withoutAuthorization: true, headers: { "P-Access-Network-Info": SAYS_3GPP } }),
      );
      isNoSuccess(check("outside, claiming 3GPP: not registered by the address", "33.203/P.3/19"), claimed);
      const inside = await context.ue({ as: 0, access: "3gpp" });
      await bound(context, inside);
      const denied = await silenceIsUndefined(
        inside.attempt({ withoutAuthorization: true, headers: { "P-Access-Network-Info": SAYS_WLAN } }),
      );
      check("inside, claiming WLAN: registered by the address", "33.203/P.3/19").answer(denied).isOneOf(200);
    },
  }),
];

/** The GGSN has given the user the address of this UE (T.4); whatever it had before is taken back. */
async function bound(
  { ggsn, given }: Pick<CaseContext, "ggsn" | "given">,
  { subscriber, local }: Ue,
): Promise<void> {
  const { imsi, msisdn } = subscriber.giba ?? { imsi: "" };
  const gateway = await ggsn();
  const context = { imsi, ...(msisdn === undefined ? {} : { msisdn }), address: local.address };
  await given(`the HSS is told that ${local.address} is the user's`, gateway.start(context));
}
