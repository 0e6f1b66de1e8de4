/**
 * What the P-CSCF tells the home network of TLS: clauses O.1.4, O.2.2, O.2.3 and O.4.3 of TS 33.203. The tester is the UE
 * and its home network, on both sides of the P-CSCF.
 */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { AT_HOME, flagsOf, HOME, nextWithin } from "../_shared/home.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { AGREED, either, FIRST, procedures } from "./_sessions.ts";

/** Logical value "authentication pending" (TS 24.229 7.2A.2). */
const PENDING = "tls-pending";

/** Values that say that the user has been authenticated, by TLS or otherwise (TS 24.229 7.2A.2). */
const COMPLETE = ["tls-yes", "yes", "ip-assoc-yes", "auth-done"];

export const home: readonly CaseDefinition[] = [
  /**
   *     UE                        P-CSCF                home network
   *      |=== SM7 ================>|--- tls-… ------------>|   never "yes" or "no"
   *      |=== re-REGISTER ========>|--- tls-… ------------>|
   *      |=== de-REGISTER ========>|--- tls-… ------------>|
   */
  testCase({
    id: "tls/protection-is-told-from-ipsec",
    title: "A REGISTER that TLS protects is marked so that nobody takes it for one under IPsec",
    ...AT_HOME,
    verifies: ["33.203/O.1.4/01"],
    kills: ["pcscf/tls-flag-of-ipsec"],
    needs: { ...HOME, tls: true },
    async run({ ue, homeNetwork, check, given, profile }) {
      const home = await homeNetwork({ users: ["digest"] });
      for (const [procedure, security] of Object.entries(procedures(profile))) {
        const before = home.registers.length;
        const alice = await ue({ home, as: 0, security });
        await given(`${procedure}: the UE registers`, register(alice));
        await given(`${procedure}: it registers again`, register(alice));
        await given(`${procedure}: it de-registers`, alice.deregister());
        const [, ...later] = home.registers.slice(before);
        check(`${procedure}: three of them at least`, "33.203/O.1.4/01").that(later.length).isAtLeast(3);
        for (const [index, one] of later.entries()) {
          check(`${procedure}: REGISTER ${index + 2} is marked`, "33.203/O.1.4/01").about(one.request)
            .that(flagsOf(one).join(" and ")).matches(/^tls-(yes|pending)$/);
        }
      }
    },
  }),

  /**
   *     UE                        P-CSCF                home network
   *      |--- SM1, tls ----------->|--- no mark, "no" ---->|
   *      |=== SM7 ================>|--- tls-pending ------>|   right response or wrong
   */
  testCase({
    id: "tls/agreed-answer-is-pending",
    title: "By agreement: SM8 says that authentication is pending, whatever the response is",
    ...AT_HOME,
    verifies: ["33.203/O.2.2/06"],
    kills: ["pcscf/tls-answer-complete", "pcscf/tls-offer-is-pending"],
    needs: { ...HOME, "tls.agreement": true },
    async run({ ue, homeNetwork, check, given }) {
      const home = await homeNetwork({ users: ["digest"] });
      for (const right of [false, true]) {
        const name = right ? "right response" : "wrong response";
        const alice = await ue({ home, as: 0, security: AGREED });
        const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true }));
        const first = home.registers.at(-1);
        await given(`${name}: by the home network`, first !== undefined);
        // "no" is true of what came in the clear (TS 24.229 5.2.2.2).
        check(`${name}: SM2 is called neither protected nor pending`, "33.203/O.2.2/06").about(first?.request)
          .that(flagsOf(first)).lacks(PENDING, ...COMPLETE);
        await silenceIsUndefined(alice.answer(challenge, right ? {} : { password: "not the password" }));
        const second = home.registers.at(-1);
        check(`${name}: SM8`, "33.203/O.2.2/06").about(second?.request)
          .that(second === first ? "none came" : flagsOf(second).join(" and ")).equals(PENDING);
      }
    },
  }),

  /**
   *     UE                        P-CSCF                home network
   *      |=== TLS ================>|
   *      |=== SM1 ================>|--- nothing that is complete -->|
   *      |=== SM7 ================>|--- tls-pending --------------->|
   */
  testCase({
    id: "tls/early-answer-is-pending",
    title: "TLS before registration: nothing is complete before the home network has said so",
    ...AT_HOME,
    verifies: ["33.203/O.2.3/03"],
    kills: ["pcscf/tls-early-connection-complete"],
    needs: { ...HOME, "tls.first": true },
    async run({ ue, homeNetwork, check, given }) {
      const home = await homeNetwork({ users: ["digest"] });
      for (const right of [false, true]) {
        const name = right ? "right response" : "wrong response";
        const alice = await ue({ home, as: 0, security: FIRST });
        const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true }));
        const first = home.registers.at(-1);
        await given(`${name}: by the home network`, first !== undefined);
        check(`${name}: SM2 says nothing that is complete`, "33.203/O.2.3/03").about(first?.request)
          .that(flagsOf(first)).lacks(...COMPLETE);
        await silenceIsUndefined(alice.answer(challenge, right ? {} : { password: "not the password" }));
        const second = home.registers.at(-1);
        check(`${name}: SM8`, "33.203/O.2.3/03").about(second?.request)
          .that(second === first ? "none came" : flagsOf(second).join(" and ")).equals(PENDING);
      }
    },
  }),

  /** `registered; REGISTER, no Authorization, To: the own IMPU or another's -> no mark, and no Authorization`. */
  testCase({
    id: "tls/no-impi-no-mark",
    title: "Where a re-REGISTER names no IMPI nothing is said of TLS, and nobody is made up",
    ...AT_HOME,
    verifies: ["33.203/O.4.3/03"],
    kills: ["pcscf/tls-invents-authorization"],
    needs: { ...HOME, tls: true },
    async run({ ue, homeNetwork, check, given, profile, timers }) {
      const home = await homeNetwork({ users: ["digest", "digest"] });
      const alice = await ue({ home, as: 0, security: either(profile) });
      await given("the UE registers", register(alice));
      const others = { "the own IMPU": alice.identity.impus[0]!, "another's IMPU": home.users[1]!.impus[0]! };
      for (const [name, impu] of Object.entries(others)) {
        while (await nextWithin(home, 0));
        const attempt = silenceIsUndefined(alice.attempt({ withoutAuthorization: true, impu }));
        const own = impu === alice.identity.impus[0];
        const forwarded = await nextWithin(home, own ? timers.answer : timers.silence);
        await (forwarded ? attempt : undefined);
        // Another user's may be turned away at the first hop; the own one is what O.4.3 is about.
        if (own) {
          check(`${name}: forwarded`, "33.203/O.4.3/03").about(forwarded?.request).holds(!!forwarded, {
            expected: "the REGISTER at the home network",
            actual: forwarded?.request ?? "no REGISTER came",
          });
        }
        if (!forwarded) continue;
        check(`${name}: no mark`, "33.203/O.4.3/03").about(forwarded.request).that(flagsOf(forwarded))
          .isAbsent();
        check(`${name}: no Authorization is made up`, "33.203/O.4.3/03").that(forwarded.request)
          .lacks("Authorization");
      }
    },
  }),
];
