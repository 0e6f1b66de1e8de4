/** Five kinds of users at one S-CSCF, at the same time: P.2 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { HssView } from "../../harness/peer/hss/types.ts";
import type { NodeRegisterOptions, TrustedNode } from "../../harness/peer/trusted_node/types.ts";
import { entryOf, OUR_HSS } from "../_shared/cx.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

const KINDS = ["aka", "digest", "giba", "nba", "tna"] as const;
type Kind = (typeof KINDS)[number];

/** Where the GIBA user's UE is. */
const HERE = "192.0.2.21";

const HEADERLESS = { withoutAuthorization: true, fresh: true } as const;

/** What shows the S-CSCF that a REGISTER is of this kind, beside what its node says anyway. */
const FIRST: Readonly<Record<Kind, NodeRegisterOptions>> = {
  aka: { fresh: true },
  digest: { ...HEADERLESS, headers: { "P-Access-Network-Info": "IEEE-802.3;network-provided" } },
  giba: { ...HEADERLESS, behind: { address: HERE }, headers: { "P-Access-Network-Info": null } },
  nba: HEADERLESS,
  tna: {},
};

export const sideBySide = [
  /**
   *     P-CSCF-like nodes, trusted node           S-CSCF
   *      |--- AKA: SM2, Digest: SM2 --------------->|   401 each
   *      |--- GIBA, from another address ---------->|   403
   *      |--- NBA, from another line -------------->|   403
   *      |--- AKA: SM8 ---------------------------->|   200
   *      |--- TNA; GIBA, NBA as they should be ---->|   200 each
   *      |--- Digest: SM8 ------------------------->|   200, all of them by one Service-Route
   *      |<-- MESSAGE to each ----------------------|
   */
  testCase({
    id: "coexistence/all-schemes-at-one-s-cscf",
    title: "Users of all schemes register in between each other, and all of them are served afterwards",
    verifies: ["33.203/P.2/01", "33.203/P.2/02"],
    kills: ["scscf/digest-evicts-aka", "scscf/one-authentication-state"],
    peer: "trusted-node",
    needs: {
      ...OUR_HSS,
      ...{ aka: true, digest: true, giba: true, nba: true, tna: true, "pani-aware": true },
      "entry.i-cscf-hss": true,
    },
    leases: KINDS,
    async run(context) {
      const { check, given } = context;
      const hss = await context.hss();
      const nodes = await nodesOf(context);
      const at = (kind: Kind, more: NodeRegisterOptions = {}) =>
        nodes[kind].attempt({ ...FIRST[kind], ...more });
      // What waits for an answer waits for two rounds at most: a challenge does not last for ever.
      const [aka, digest] = await Promise.all([
        given("AKA is challenged", nodes.aka.challenge(FIRST.aka)),
        given("Digest is challenged", nodes.digest.challenge(FIRST.digest)),
      ]);
      place(hss, nodes, "192.0.2.22", "dsl-3.west-9");
      const [mobile, address, line] = await Promise.all([nodes.aka.answer(aka), at("giba"), at("nba")]);
      isNoSuccess(check("GIBA, from another address: refused", "33.203/P.2/02"), address);
      isNoSuccess(check("NBA, from another line: refused", "33.203/P.2/02"), line);
      place(hss, nodes, HERE, nodes.nba.subscriber.nba?.line);
      const [fixed, trusted, giba, nba] = await Promise.all([
        nodes.digest.answer(digest),
        nodes.tna.registerTrusted(),
        at("giba"),
        at("nba"),
      ]);
      const answers = {
        aka: mobile.response,
        digest: fixed.response,
        tna: trusted.response,
        ...{ giba, nba },
      };
      for (const [kind, response] of Object.entries(answers)) {
        for (const id of ["33.203/P.2/01", "33.203/P.2/02"]) {
          check(`${kind}: registered`, id).answer(response).isOneOf(200);
        }
      }
      for (const kind of KINDS) {
        const from = nodes[kind === "digest" ? "aka" : "digest"];
        const arrived = await message(from, nodes[kind]);
        check(`${kind}: still served`, "33.203/P.2/01").holds(arrived, {
          expected: "a MESSAGE to this user where she has registered",
          actual: arrived ? "it came" : "none came",
        });
      }
      // A network of several may have taken one for each.
      const [first, ...others] = Object.values(answers).map(({ serviceRoute }) =>
        serviceRoute.at(-1)?.uri.host
      );
      await given(
        "all are told the same S-CSCF",
        first !== undefined && others.every((one) => one === first),
      );
    },
  }),
];

async function nodesOf(
  context: Pick<CaseContext, "trustedNode" | "profile">,
): Promise<Record<Kind, TrustedNode>> {
  const entry = entryOf(context.profile);
  const opened = await Promise.all(KINDS.map(async (kind, as) => {
    const node = await context.trustedNode({ as, entry, local: kind === "tna" ? "trusted" : "pani-aware" });
    return [kind, node] as const;
  }));
  return Object.fromEntries(opened) as Record<Kind, TrustedNode>;
}

/** What the HSS knows of the two that the access network authenticates. */
function place(
  hss: HssView,
  { giba, nba }: Record<Kind, TrustedNode>,
  address: string,
  line: string | undefined,
) {
  hss.bind(giba.identity.impi, { address });
  hss.line(nba.identity.impi, line);
}

/** Whether a MESSAGE to this user arrives where she has registered. */
async function message(from: TrustedNode, to: TrustedNode): Promise<boolean> {
  const arriving = silenceIsUndefined(to.incoming("MESSAGE"));
  const sent = await from.request("MESSAGE", to.identity.impus[0]!, { route: [] });
  const arrived = await arriving;
  await arrived?.respond(200);
  await silenceIsUndefined(sent.final());
  return arrived !== undefined;
}
