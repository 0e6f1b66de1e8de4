/** What the home network does on the word of a trusted node: TS 33.203 U.2 and P.4.2 step 1a. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { isFree, isRegistered, registersRightly, told, TRUSTED, turnedAway } from "./_trusted.ts";

/** What is almost the mark of a trusted node; null: none. */
const NEARLY = ["auth-done2", "xauth-done", "auth", "done", "auth_done", "auth-done,yes", "", null];

export const registration = [
  /**
   *     trusted node                                I-CSCF, S-CSCF
   *      |--- REGISTER, auth-done, empty response ----->|   200, no 401
   *      |--- the same again, and with Expires: 0 ----->|   200
   */
  testCase({
    id: "tna/auth-done-registers",
    title: "On the word of a trusted node a user is registered, refreshed and removed without a challenge",
    verifies: ["33.203/U.2/05"],
    kills: ["scscf/challenges-trusted-node", "scscf/trusted-node-never-removes"],
    peer: "trusted-node",
    needs: TRUSTED,
    async run({ trustedNode, check }) {
      const node = await trustedNode();
      const [impu = ""] = node.identity.impus;
      const first = await node.registerTrusted();
      check("registered", "33.203/U.2/05").answer(first.response).isOneOf(200);
      check("Service-Route", "33.203/U.2/05").about(first.response).that(first.serviceRoute).isPresent();
      check("P-Associated-URI", "33.203/U.2/05").about(first.response).that(first.associatedUris).isPresent();
      check("bound to the node's contact", "33.203/U.2/05").about(first.response)
        .that(first.response.all("Contact").join(", ")).includes(`${node.local.address}:${node.local.port}`);
      check("and reached there", "33.203/U.2/05").that(await isRegistered(node, impu)).equals(true);
      const second = await node.registerTrusted();
      check("refreshed", "33.203/U.2/05").answer(second.response).isOneOf(200);
      const last = await node.deregister();
      check("removed", "33.203/U.2/05").answer(last.response).isOneOf(200);
      check("and no longer reached", "33.203/U.2/05").that(await isRegistered(node, impu)).equals(false);
    },
  }),

  /** `trusted node -- REGISTER, integrity-protected="auth-done2", "", … --> 401 or 403`; `"auth-done" -> 200` */
  testCase({
    id: "tna/auth-done-to-the-letter",
    title: "What is almost auth-done, or no mark at all, registers nobody without a challenge",
    verifies: ["33.203/P.4.2/03"],
    kills: ["scscf/any-flag-is-auth-done", "scscf/no-flag-is-auth-done"],
    peer: "trusted-node",
    needs: TRUSTED,
    async run({ trustedNode, check }) {
      const node = await trustedNode();
      for (const integrityProtected of NEARLY) {
        const { response } = await node.registerTrusted({ integrityProtected, fresh: true });
        const mark = integrityProtected === null ? "no mark" : `"${integrityProtected}"`;
        check(`${mark}: challenged or refused`, "33.203/P.4.2/03").answer(response).isClass(4);
      }
      const { response } = await node.registerTrusted({ fresh: true });
      check(`"auth-done": registered`, "33.203/P.4.2/03").answer(response).isOneOf(200);
    },
  }),

  /**
   *     trusted node (for A)                          I-CSCF, HSS
   *      |--- REGISTER, IMPI of A, IMPU of B ----------->|   403, 404
   *      |--- REGISTER, IMPI or IMPU that nobody has --->|   403, 404
   */
  testCase({
    id: "tna/identities-belong-together",
    title: "Not even a trusted node registers an identity under an IMPI that it does not belong to",
    verifies: ["33.203/U.2/04"],
    kills: ["icscf/any-identity-pair-with-auth-done", "icscf/any-private-identity-with-auth-done"],
    peer: "trusted-node",
    needs: TRUSTED,
    leases: ["tna", "tna"],
    async run(context) {
      const { trustedNode, check, profile } = context;
      const node = await trustedNode({ as: 0 });
      const other = await trustedNode({ as: 1 });
      const [[own = ""], [impu = ""]] = [node.identity.impus, other.identity.impus];
      await isFree(context, node, own);
      await isFree(context, other, impu);
      const { mcc, mnc, domain } = profile.home;
      const nobody = `${mcc}${mnc}0999999999`;
      const pairs = {
        "another's public identity": { impu },
        "another's private identity": { impi: other.identity.impi },
        "a private identity that nobody has": { impi: `${nobody}@${domain}` },
        "identities that nobody has": { impi: `${nobody}@${domain}`, impu: `sip:${nobody}@${domain}` },
        "a public identity of another network": { impu: "sip:somebody@another.example.org" },
      };
      for (const [what, pair] of Object.entries(pairs)) {
        const outcome = await silenceIsUndefined(node.registerTrusted({ ...pair, fresh: true }));
        check(`${what}: refused`, "33.203/U.2/04").about(outcome?.response)
          .holds(turnedAway(outcome?.response), told(outcome?.response));
        const registered = await Promise.all([isRegistered(node, own), isRegistered(other, impu)]);
        check(`${what}: nobody is registered`, "33.203/U.2/04").that(registered).equals([false, false]);
      }
      await registersRightly(context, node, own);
      await registersRightly(context, other, impu);
    },
  }),
];
