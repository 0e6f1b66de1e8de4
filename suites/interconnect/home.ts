/** The way back from the home network to a roaming UE: the register flow on the slides of 2001 (RFC 3327). */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { arrival, silenceIsUndefined } from "../_shared/reach.ts";
import { AT_HOME, HOME } from "../_shared/home.ts";

export const home: readonly CaseDefinition[] = [
  /**
   *     UE                             P-CSCF                   home network
   *      |--- REGISTER, Path: mallory -->|--- REGISTER ----------->|   Path: P-CSCF, Require: path
   *      |<-- 200 -----------------------|<-- 200 -----------------|
   *      |<-- INVITE --------------------|<-- INVITE, Route: Path --|
   */
  testCase({
    id: "interconnect/path-is-the-pcscfs",
    title: "The P-CSCF puts itself on the way to the UE, and nobody else",
    ...AT_HOME,
    verifies: ["S3-010339/register-7-1/01"],
    kills: ["pcscf/keeps-path-of-ue", "pcscf/adds-no-path", "pcscf/requires-no-path"],
    needs: { ...HOME, digest: true },
    async run({ ue, homeNetwork, check, given, random }) {
      const home = await homeNetwork({ users: ["digest"] });
      const alice = await ue({ home });
      const forged = `sip:${random.token(8)}@192.0.2.66:5060;lr`;
      const headers = { Path: `<${forged}>` };
      const registered = await alice.register({ headers, answer: { headers } });
      const paths = home.registers.map(({ request }) => request);
      for (const [index, request] of paths.entries()) {
        const name = `REGISTER ${index + 1}`;
        check(`${name}: Path is there`, "S3-010339/register-7-1/01").about(request)
          .that(request.values("Path")).isPresent();
        check(`${name}: the UE's is not`, "S3-010339/register-7-1/01").about(request)
          .that(request.values("Path").filter((value) => value.includes("192.0.2.66"))).isAbsent();
        // That it is supported the UE has said itself (TS 24.229 5.1.1.2).
        check(`${name}: path is required`, "S3-010339/register-7-1/01").about(request)
          .holds(request.require.some((tag) => tag.toLowerCase() === "path"), {
            expected: "Require: path",
            actual: request.has("Require") ? `Require: ${request.require.join(", ")}` : "no Require",
          });
      }
      check("REGISTER and the answer to the challenge are forwarded", "S3-010339/register-7-1/01")
        .that(paths.length).isAtLeast(2);
      await given("the UE registers", registered.ok);
      await given("at the home network", home.bindings.length > 0);
      const arriving = arrival(alice);
      const call = await home.invite();
      const invite = await arriving;
      check("a call along Path comes to the UE", "S3-010339/register-7-1/01").about(invite)
        .holds(invite !== undefined, {
          expected: "the INVITE at the UE",
          actual: invite ?? "no INVITE came",
        });
      await silenceIsUndefined(call.answered());
    },
  }),
];
