/** Through whom NBA is done at all: TS 33.203 P.4.2 step 3 and P.5. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { isRefused, lineOf, MW, said } from "./_lines.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export const forwarder = [
  /**
   *     P-CSCF (trusted, not PANI-aware or of a visited network)      I-CSCF, S-CSCF
   *      |--- REGISTER, the line ----------------------------------------->|   refused
   *     P-CSCF (PANI-aware, of the home network)
   *      |--- REGISTER, the line ----------------------------------------->|   200
   */
  testCase({
    id: "nba/only-by-a-pani-aware-p-cscf-at-home",
    title: "The right line registers nobody by a P-CSCF that is not PANI-aware, or not of the home network",
    verifies: ["33.203/P.4.2/09"],
    kills: ["scscf/nba-by-any-pcscf"],
    peer: "trusted-node",
    needs: MW,
    async run({ trustedNode, check, given, profile }) {
      const others = {
        "of the home network": { visitedNetwork: profile.home.domain },
        "of a visited network": { visitedNetwork: profile.trustedNode!.visitedNetwork },
      };
      for (const [where, options] of Object.entries(others)) {
        const other = await trustedNode({ as: 0, ...options });
        for (const withoutAuthorization of [false, true]) {
          const headers = { "P-Access-Network-Info": said(lineOf(other)) };
          const answer = await silenceIsUndefined(
            other.attempt({ withoutAuthorization, headers, fresh: true }),
          );
          const header = withoutAuthorization ? "no Authorization" : "with Authorization";
          isRefused(check(`another P-CSCF ${where}, ${header}: refused`, "33.203/P.4.2/09"), answer);
        }
      }
      const known = await trustedNode({ as: 0, local: "pani-aware" });
      await given("the known P-CSCF registers her", known.register());
    },
  }),

  /**
   *     P-CSCF (trusted, not PANI-aware)                                   I-CSCF, S-CSCF
   *      |--- REGISTER, the line; a PANI-aware P-CSCF in a lower Via ------>|   refused
   *      |--- REGISTER, the line; a PANI-aware P-CSCF in its own Via ------>|   refused
   */
  testCase({
    id: "nba/p-cscf-is-who-forwarded",
    title: "A PANI-aware P-CSCF that is merely named in a Via does not make its bearer one",
    verifies: ["33.203/P.5/01"],
    kills: ["scscf/any-via-is-the-pcscf"],
    peer: "trusted-node",
    needs: MW,
    async run({ trustedNode, check, given }) {
      const known = await trustedNode({ as: 0, local: "pani-aware" });
      const { address, port } = known.local;
      const other = await trustedNode({ as: 0 });
      const options = async () =>
        await silenceIsUndefined(
          (await known.request("OPTIONS", other.identity.impus[0]!, { route: [] })).final(),
        );
      await given(
        "she is not registered yet: OPTIONS to her is refused",
        async () => ((await options())?.status ?? 200) >= 400,
      );
      const host = address.includes(":") ? `[${address}]` : address;
      const forged = `SIP/2.0/UDP ${host}:${port};branch=z9hG4bKforged`;
      const lies: Readonly<Record<string, (vias: readonly string[]) => readonly string[]>> = {
        "in the UE's Via": ([own = ""]) => [own, forged],
        "between its own and the UE's": ([own = "", ...below]) => [own, forged, ...below],
        "below the UE's": (vias) => [...vias, forged],
        "in place of its own": ([own = "", ...below]) => [
          own.replace(/^(\S+)\s+[^;]+/, `$1 ${host}:${other.local.port}`),
          ...below,
        ],
      };
      for (const [where, lie] of Object.entries(lies)) {
        const answer = await silenceIsUndefined(other.attempt({
          headers: { "P-Access-Network-Info": said(lineOf(other)) },
          fresh: true,
          tamper: (request) => void request.set("Via", [...lie(request.all("Via"))]),
        }));
        isNoSuccess(check(`${where}: not registered`, "33.203/P.5/01"), answer);
      }
      // What was answered to the name that was forged, if anything.
      const reached = await options();
      check("nobody is registered", "33.203/P.5/01").answer(reached).isClass(4, 5, 6);
      await given("the P-CSCF itself registers her", known.register());
      await given("OPTIONS to her is answered then", async () => (await options())?.status === 200);
    },
  }),
];
