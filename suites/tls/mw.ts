/** What the S-CSCF makes of the marks of TLS: clauses O.2.2, O.2.3 and O.4.3 of TS 33.203, from the P-CSCF's place on Mw. */
import { testCase } from "../../harness/runner/case.ts";
import { algorithmOf, PASSWORD } from "../_shared/challenges.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";

const MW = { "digest": true, "trusted-node": true, "entry.i-cscf": true } as const;

/** The logical value "authentication pending". */
const PENDING = { integrityProtected: "tls-pending" } as const;

export const mw = [
  /**
   *     P-CSCF-like node                                     S-CSCF
   *      |--- REGISTER, tls-pending, no response ------------->|   401
   *      |--- REGISTER, tls-pending, wrong response ---------->|   401, 403
   *      |--- REGISTER, tls-pending, nonce made up ----------->|   401, 403
   *      |--- REGISTER, tls-pending, nonce of another user --->|   401, 403
   *      |--- REGISTER, tls-pending, right response ---------->|   200
   */
  testCase({
    id: "tls/pending-needs-a-right-response",
    title: "Authentication pending is worth nothing without a response that verifies over a valid challenge",
    verifies: ["33.203/O.2.2/12"],
    kills: ["scscf/tls-pending-is-proof"],
    peer: "trusted-node",
    needs: MW,
    leases: ["digest", "digest"],
    async run({ trustedNode, check, given, random }) {
      const proxy = await trustedNode({ as: 0 });
      const other = await trustedNode({ as: 1 });
      const bare = await proxy.attempt(PENDING);
      check("no response: challenged", "33.203/O.2.2/12").answer(bare).isOneOf(401, 403);
      const foreign = await given("another user is challenged", other.challenge());
      const nonces = {
        "a made-up nonce": random.token(32),
        "another user's nonce": foreign.parameters.get("nonce")!,
      };
      for (
        const [name, answer] of [
          ["wrong response", { password: "not the password" }],
          ...Object.entries(nonces).map(([name, nonce]) =>
            [`right response over ${name}`, { nonce }] as const
          ),
        ] as const
      ) {
        const challenge = await given(`${name}: challenged before`, proxy.challenge({ fresh: true }));
        const { response } = await proxy.answer(challenge, { ...PENDING, ...answer });
        check(`${name}: not registered`, "33.203/O.2.2/12").answer(response).isOneOf(401, 403);
      }
      const challenge = await given("challenged once more", proxy.challenge({ fresh: true }));
      const { response } = await proxy.answer(challenge, PENDING);
      check("right response: registered", "33.203/O.2.2/12").answer(response).isOneOf(200);
    },
  }),

  /**
   *     P-CSCF-like node                                     S-CSCF
   *      |--- SM8, tls-pending ------------------------------->|   200
   *      |--- the very same credentials again ---------------->|   401, 403
   *      |--- REGISTER of another user with these credentials ->|   401, 403
   */
  testCase({
    id: "tls/used-response-is-no-proof",
    title: "A response that was used, or is another's, does not register whatever carries it",
    verifies: ["33.203/O.2.3/07"],
    kills: ["scscf/tls-pending-revives-nonce"],
    peer: "trusted-node",
    needs: MW,
    leases: ["digest", "digest"],
    async run({ trustedNode, check, given }) {
      const proxy = await trustedNode({ as: 0 });
      const other = await trustedNode({ as: 1 });
      const challenge = await given("challenged", proxy.challenge());
      const { request } = await given("the right response registers", proxy.answer(challenge, PENDING));
      const written = request.get("Authorization") ?? "";
      for (const [name, node] of [["once more", proxy], ["of another user", other]] as const) {
        const answer = await silenceIsUndefined(
          node.attempt({ fresh: true, headers: { Authorization: written } }),
        );
        check(`${name}: not registered`, "33.203/O.2.3/07").answer(answer).isOneOf(400, 401, 403);
      }
    },
  }),

  /**
   *     P-CSCF-like node                            S-CSCF
   *      |--- SM8, tls-pending ---------------------->|   200
   *      |--- refresh, no mark ---------------------->|   401
   *      |--- refresh, no Authorization ------------->|   401
   *      |--- refresh, tls-yes ---------------------->|   200, or 401
   */
  testCase({
    id: "tls/refresh-without-mark-is-challenged",
    title: "A refresh that comes without a word on TLS is challenged",
    verifies: ["33.203/O.4.3/05"],
    kills: ["scscf/refreshes-without-indicator"],
    peer: "trusted-node",
    needs: MW,
    leases: ["digest"],
    async run({ trustedNode, check, given }) {
      const proxy = await trustedNode({ accessNetworkInfo: "IEEE-802.3;network-provided" });
      await given("the UE registers over TLS", proxy.register({ answer: PENDING }));
      const refreshes = {
        "no mark": { integrityProtected: null },
        "no Authorization": { withoutAuthorization: true },
      } as const;
      for (const [name, options] of Object.entries(refreshes)) {
        const answer = await proxy.attempt(options);
        check(`${name}: challenged`, "33.203/O.4.3/05").answer(answer).isOneOf(401);
        check(`${name}: with Digest`, "33.203/O.4.3/05").about(answer)
          .that(algorithmOf(answer)).matches(PASSWORD);
      }
      const answer = await proxy.attempt({ integrityProtected: "tls-yes" });
      check("tls-yes: let in, or challenged", "33.203/O.4.3/05").answer(answer).isOneOf(200, 401);
    },
  }),
];
