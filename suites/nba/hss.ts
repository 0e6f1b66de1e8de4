/** What the HSS answers about lines: TS 33.203 R.3 step 9, TS 29.228 6.3. The tester is the S-CSCF. */
import type { CxAnswer } from "../../harness/peer/cscf/types.ts";
import { valueOf } from "../../harness/peer/hss/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

export const hss = [
  /**
   *     S-CSCF (ours)                        HSS
   *      |--- MAR, Unknown, NBA user ---------->|   NASS-Bundled, Line-Identifier
   *      |--- MAR, Unknown, Digest user ------->|   SIP Digest, no Line-Identifier
   *      |--- MAR, IMPI of one, IMPU of other ->|   5002
   */
  testCase({
    id: "nba/hss-tells-lines-of-nba-users",
    title: "The HSS answers with NBA and the line for who has it, and with no line for anybody else",
    verifies: ["33.203/R.3/05"],
    kills: ["hss/line-for-everybody"],
    peer: "hss",
    needs: { "nba": true, "digest": true, "single.hss": true, "entry.hss": true, "trusted-node": true },
    leases: ["nba", "digest"],
    async run({ subscribers, cscf, check }) {
      const [fixed, other] = subscribers as readonly [Who, Who];
      const scscf = await cscf();
      const [{ impi, impus: [impu = ""] }, { impi: otherImpi, impus: [otherImpu = ""] }] = [fixed, other];
      const nba = await scscf.authenticate({ impi, impu }, "Unknown");
      check("NBA user: the scheme", "33.203/R.3/05").that(schemeOf(nba)).equals("NASS-Bundled");
      check("NBA user: the line", "33.203/R.3/05").that(linesOf(nba)).equals([fixed.nba?.line ?? ""]);
      const digest = await scscf.authenticate({ impi: otherImpi, impu: otherImpu }, "Unknown");
      check("Digest user: the scheme", "33.203/R.3/05").that(schemeOf(digest)).equals("SIP Digest");
      check("Digest user: no line", "33.203/R.3/05").that(linesOf(digest)).isAbsent();
      const forced = await scscf.authenticate({ impi: otherImpi, impu: otherImpu }, "NASS-Bundled");
      check("Digest user, NBA asked for: no line", "33.203/R.3/05").that(linesOf(forced)).isAbsent();
      const mixed = await scscf.authenticate({ impi, impu: otherImpu }, "Unknown");
      check("identities of two users: refused", "33.203/R.3/05").that(mixed.code).isAtLeast(3000);
      check("identities of two users: no line", "33.203/R.3/05").that(linesOf(mixed)).isAbsent();
    },
  }),
];

type Who = CaseContext["subscribers"][number];

function schemeOf({ item }: CxAnswer): string | undefined {
  return valueOf(item, "SIP-Authentication-Scheme");
}

/** TS 29.229 6.3.41, wherever it stands in the answer. */
function linesOf({ avps, item }: CxAnswer): string[] {
  return [avps, item].flatMap((list) => {
    const line = valueOf(list, "Line-Identifier");
    return line === undefined ? [] : [new TextDecoder().decode(line)];
  });
}
