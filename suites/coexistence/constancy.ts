/** A user has one scheme, and a registration keeps it: P.4.1 and P.4.2 (condition 3) of TS 33.203, from the P-CSCF's place. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { algorithmOf, PASSWORD, passwordsAskedIn } from "../_shared/challenges.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** Mw without Cx: an I-CSCF that trusts the tester. */
const MW = { "trusted-node": true, "entry.i-cscf": true } as const;

/** Places that a NASS or a P-CSCF might tell of a user; LINE stands for the line of the user. */
const PLACES: Readonly<Record<string, string>> = {
  "on the own line": 'ADSL;dsl-location="LINE";network-provided',
  "on another line": 'ADSL;dsl-location="dsl-1.west-9";network-provided',
  "on the Internet": "IEEE-802.3;network-provided",
  "on WLAN": "IEEE-802.11;network-provided",
};

export const constancy = [
  /**
   *     P-CSCF-like node                              S-CSCF
   *      |--- REGISTER (AKA, SM2 and SM8) ------------->|   200
   *      |--- REGISTER, integrity-protected=auth-done ->|   401 AKA, or an error
   *      |--- INVITE to the user ---------------------->|   comes to the contact of the first
   */
  testCase({
    id: "coexistence/auth-done-does-not-change-the-scheme",
    title: "A registration with AKA is not taken over by a trusted node",
    verifies: ["33.203/P.4.1/02"],
    kills: ["scscf/auth-done-changes-scheme"],
    peer: "trusted-node",
    needs: { ...MW, aka: true, tna: true },
    leases: ["aka"],
    async run({ trustedNode, check, given, random }) {
      const proxy = await trustedNode();
      await given("the UE registers with AKA", proxy.register());
      const contact = `<sip:${random.token(8)}@192.0.2.99:5060>`;
      const node = await trustedNode();
      const { response } = await node.registerTrusted({ contact });
      isNoSuccess(check("auth-done: no success", "33.203/P.4.1/02"), response);
      check("auth-done: no password is asked for", "33.203/P.4.1/02").about(response)
        .that(passwordsAskedIn(response)).equals([]);
      const calling = await trustedNode();
      const incoming = silenceIsUndefined(proxy.incoming("MESSAGE"));
      await calling.request("MESSAGE", proxy.identity.impus[0]!, {
        route: [],
        from: "sip:friend@example.com",
      });
      const arrived = await incoming;
      await arrived?.respond(200);
      check("the registration with AKA stands", "33.203/P.4.1/02").about(arrived?.request)
        .holds(arrived !== undefined, {
          expected: "a MESSAGE to the contact that AKA registered",
          actual: arrived?.request ?? "none came",
        });
      check("and has the contact of the UE", "33.203/P.4.1/02").about(arrived?.request)
        .that(arrived?.request.requestUri).satisfies(
          (uri) => uri !== undefined && !uri.includes("192.0.2.99"),
          "a Request-URI that is not the contact of the trusted node",
        );
    },
  }),

  /**
   *     PANI-aware P-CSCF                                    S-CSCF
   *      |--- REGISTER of an NBA user, from four places ------->|   200 on the line, else refused; never 401
   *      |--- REGISTER of a Digest user, from the same -------->|   401 Digest, always
   */
  testCase({
    id: "coexistence/one-scheme-per-user",
    title: "Wherever they are, an NBA user is never asked for a password, and a Digest user always",
    verifies: ["33.203/P.4.2/14"],
    kills: ["scscf/digest-after-wrong-line"],
    peer: "trusted-node",
    needs: { ...MW, nba: true, digest: true, "pani-aware": true },
    leases: ["nba", "digest"],
    async run({ trustedNode, check }) {
      const bundled = await trustedNode({ as: 0, local: "pani-aware" });
      const password = await trustedNode({ as: 1, local: "pani-aware" });
      for (const [place, value] of Object.entries(PLACES)) {
        const info = value.replace("LINE", bundled.subscriber.nba?.line ?? "");
        for (const withoutAuthorization of [false, true]) {
          const name = `${place}, ${withoutAuthorization ? "without" : "with"} Authorization`;
          const headers = { "P-Access-Network-Info": info };
          const options = { fresh: true, withoutAuthorization, headers };
          const nba = await bundled.attempt(options);
          check(`NBA user ${name}: not challenged`, "33.203/P.4.2/14").answer(nba).isNot(401);
          if (place === "on the own line") {
            check(`NBA user ${name}: registered`, "33.203/P.4.2/14").answer(nba).isOneOf(200);
          } else check(`NBA user ${name}: refused`, "33.203/P.4.2/14").answer(nba).isClass(4);
          const digest = await password.attempt(options);
          check(`Digest user ${name}: challenged`, "33.203/P.4.2/14").answer(digest).isOneOf(401);
          check(`Digest user ${name}: for the password`, "33.203/P.4.2/14").about(digest)
            .that(algorithmOf(digest)).matches(PASSWORD);
        }
      }
    },
  }),
];
