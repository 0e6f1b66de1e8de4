/** Which identities a GIBA user registers and uses: TS 33.203 T.5. */
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { attached, GIBA, impuOf, registered, SIM } from "./_attached.ts";

export const identities = [
  /**
   *     UE (registered by its derived identity)       network                friend
   *      |--- INVITE, each of P-Associated-URI ------->|--- asserted so ------>|
   *      |--- INVITE, somebody else's ---------------->|--- asserted otherwise, or not at all
   */
  testCase({
    id: "giba/set-shares-the-address",
    title: "All identities of the set are used from the one address, and no other",
    verifies: ["33.203/T.5/02"],
    kills: ["scscf/giba-derived-impu-alone"],
    peer: "ue",
    needs: GIBA,
    leases: [`${SIM}+implicit-set`, SIM],
    async run(context) {
      const { check, given } = context;
      const { ue: friend } = await registered(context, { as: 1 });
      const { ue: alice } = await attached(context, { as: 0 });
      const { associatedUris } = await given("the UE registers", register(alice));
      const { implicitSet } = alice.subscriber;
      check("the answer names the whole set", "33.203/T.5/02").that(associatedUris).has(...implicitSet);
      for (const impu of [impuOf(alice), ...implicitSet]) {
        const { invite } = await call(alice, impuOf(friend), friend, { preferredIdentity: impu });
        check(`${impu}: served as asked`, "33.203/T.5/02").about(invite).that(asserted(invite)).includes(
          impu,
        );
      }
      const foreign = await call(alice, impuOf(friend), friend, { preferredIdentity: impuOf(friend) });
      check("another user's: not asserted", "33.203/T.5/02").about(foreign.invite).that(
        asserted(foreign.invite),
      )
        .lacks(impuOf(friend));
    },
  }),

  /**
   *     UE (registered by its derived identity)            network
   *      |--- REGISTER and de-REGISTER, another of its set -->|   4xx
   *     another UE, at its own address
   *      |--- the same, an identity of the first ------------>|   4xx
   *     friend
   *      |--- INVITE ---------------------------------------->|--- INVITE ---> UE
   */
  testCase({
    id: "giba/only-the-derived-identity-registers",
    title: "A REGISTER for an identity that tells no IMSI is refused and changes nobody's registration",
    verifies: ["33.203/T.5/08"],
    kills: ["hss/user-by-impu-alone"],
    peer: "ue",
    needs: GIBA,
    leases: [`${SIM}+implicit-set`, SIM],
    async run(context) {
      const { ue, check } = context;
      const { ue: alice } = await registered(context, { as: 0 });
      const { ue: bob } = await registered(context, { as: 1 });
      const stranger = await ue({ like: alice, access: "3gpp", local: { address: bob.local.address } });
      for (const impu of alice.subscriber.implicitSet) {
        for (const [who, terminal] of [["the user", alice], ["a stranger", stranger]] as const) {
          for (const [what, options] of [["registers", {}], ["de-registers", { expires: 0 }]] as const) {
            const answer = await silenceIsUndefined(terminal.attempt({ impu, fresh: true, ...options }));
            check(`${who} ${what} ${impu}: refused`, "33.203/T.5/08").answer(answer).isClass(4);
          }
        }
      }
      const reach = await call(bob, impuOf(alice), alice);
      check("the user is still registered", "33.203/T.5/08").about(reach.invite).that(reach.delivered).equals(
        true,
      );
    },
  }),
];
