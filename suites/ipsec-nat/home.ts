/** What the home network is told of a UE behind a NAT: M.7.2 of TS 33.203. The tester is the UE, the NAT, and the home network. */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { AT_HOME, flagsOf, HOME } from "../_shared/home.ts";
import { register } from "../_shared/register.ts";
import { BEHIND_NAT } from "./_stimuli.ts";
import { THROUGH_NAT } from "./_tunnel.ts";

const forged: Tamper = (request) =>
  void request.set("Authorization", `${request.get("Authorization") ?? ""}, integrity-protected="yes"`);

export const home: readonly CaseDefinition[] = [
  /**
   *     UE              NAT           P-CSCF              home network
   *      |--- SM1, "yes" ------------->|--- SM2, no -------->|
   *      |=== SM7 ====================>|--- SM8, yes ------->|   in the tunnel
   *      |=== refresh ================>|--- yes ------------>|
   *      |=== de-registration ========>|--- yes ------------>|
   */
  testCase({
    id: "ipsec-nat/tunnel-counts-as-protection",
    title: "What comes through the tunnel is marked as protected, and what a UE says of itself is not",
    ...AT_HOME,
    verifies: ["33.203/M.7.2/18"],
    kills: ["pcscf/nat-keeps-forged-flag", "pcscf/nat-tunnel-is-unprotected"],
    needs: { ...HOME, ...THROUGH_NAT },
    async run({ ue, homeNetwork, check, given }) {
      const home = await homeNetwork();
      const alice = await ue({ home, security: BEHIND_NAT });
      await given("the UE registers", register(alice));
      await given("in a tunnel", alice.ipsec?.current?.mode === "UDP-enc-tun");
      await given("it refreshes", register(alice));
      await given("it de-registers", alice.deregister());
      const names = ["SM2", "SM8", "the refresh", "the de-registration"];
      for (const [index, name] of names.entries()) {
        const one = home.registers[index];
        check(name, "33.203/M.7.2/18").about(one?.request).that(flagsOf(one)).equals([
          index === 0 ? "no" : "yes",
        ]);
      }
      const attacker = await ue({ home, as: 0, security: BEHIND_NAT });
      await given("another terminal is challenged", attacker.challenge({ tamper: forged }));
      const last = home.registers.at(-1);
      check("a REGISTER in the clear that says yes", "33.203/M.7.2/18").about(last?.request)
        .that(flagsOf(last)).equals(["no"]);
    },
  }),
];
