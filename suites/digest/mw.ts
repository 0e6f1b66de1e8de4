/** Digest users at the S-CSCF, from the P-CSCF's place on Mw: P.4.2 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";

/** Marks with which the answer to a challenge comes (TS 24.229 7.2A.2). */
const PENDING = ["tls-pending", "ip-assoc-pending"] as const;

export const mw = [
  /**
   *     P-CSCF-like node                          S-CSCF
   *      |--- SM2 --------------------------------->|   401
   *      |--- SM8, tls-pending, wrong response ---->|   4xx, no success
   *      |--- SM2 --------------------------------->|   401
   *      |--- SM8, tls-pending, right response ---->|   200
   *      |   the same with ip-assoc-pending, and then
   *      |--- refresh, tls-yes --------------------->|   401: that was not TLS
   */
  testCase({
    id: "digest/mark-is-no-proof",
    title: "Whatever is said of the protection, a Digest user registers by a right response alone",
    verifies: ["33.203/P.4.2/10"],
    kills: ["scscf/pending-flag-skips-check", "scscf/tls-yes-without-tls"],
    peer: "trusted-node",
    needs: { "digest": true, "trusted-node": true, "entry.i-cscf": true },
    leases: ["digest"],
    async run({ trustedNode, check, given }) {
      const proxy = await trustedNode();
      for (const integrityProtected of PENDING) {
        for (const right of [false, true]) {
          const name = `${integrityProtected}, ${right ? "right" : "wrong"} response`;
          const challenge = await given(`${name}: challenged`, proxy.challenge({ fresh: true }));
          const { response } = await proxy.answer(challenge, {
            integrityProtected,
            ...(right ? {} : { password: "not the password" }),
          });
          if (right) check(name, "33.203/P.4.2/10").answer(response).isOneOf(200);
          else check(name, "33.203/P.4.2/10").answer(response).isClass(4);
        }
      }
      // Registered over "ip-assoc-pending" now: "tls-yes" would be somebody else's.
      const answer = await proxy.attempt({ integrityProtected: "tls-yes" });
      check("tls-yes on a registration without TLS: challenged", "33.203/P.4.2/10").answer(answer).isOneOf(
        401,
      );
    },
  }),
];
