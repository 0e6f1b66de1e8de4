/** SM1 and SM6 through a NAT: how the P-CSCF finds out, and when it stops (M.7.2, M.7.3.2.4 of TS 33.203). */
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { IpsecOptions, NatView } from "../../harness/peer/ue/ipsec/types.ts";
import type { RegisterOptions, Tamper, Ue } from "../../harness/peer/ue/types.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { each, goesOn, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import { isAborted, isAgreed } from "./_judged.ts";
import { BEHIND_NAT, nobodys, viaHost, viaReceived } from "./_stimuli.ts";
import { isTakenUp, modesOf, natOf, receivedIn, THROUGH_NAT } from "./_tunnel.ts";

const TRANSPORT_ONLY: RegisterOptions = { offer: { modes: ["trans"] } };
const TUNNEL_ONLY: RegisterOptions = { offer: { modes: ["UDP-enc-tun"] } };

/** No NAT in between, and transport mode alone. */
const DIRECT_ALONE: IpsecOptions = { mechanism: "ipsec-3gpp" };

/** Offers that do not say UDP-enc-tun. */
const WITHOUT_TRAVERSAL: Readonly<Record<string, RegisterOptions>> = {
  "mod=trans alone": TRANSPORT_ONLY,
  "no mod at all": {
    ...TRANSPORT_ONLY,
    tamper: rewritten("Security-Client", each(setting("mod", null))),
  },
};

export const detection = [
  /**
   *     UE                  NAT                    P-CSCF
   *      |-- REGISTER -------->|-- Via: private -------->|
   *      |<-- 401 -------------|<-- received, rport -----|
   */
  testCase({
    id: "ipsec-nat/challenge-comes-back-through-nat",
    title: "The challenge goes to where the REGISTER came from, not to the address in its Via",
    verifies: ["33.203/M.7.2/01"],
    kills: ["pcscf/nat-sm6-to-via"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run({ ue, check }) {
      const alice = await ue({ security: BEHIND_NAT });
      const challenge = await check("the challenge arrives", "33.203/M.7.2/01").answers(alice.challenge());
      const via = challenge?.response.via;
      check("the Via is the one that was sent", "33.203/M.7.2/01").that(via?.host).equals(
        natOf(alice).privateAddress,
      );
      check("received is the public address", "33.203/M.7.2/01").that(via?.received).equals(
        natOf(alice).public.address,
      );
      check("rport is the public port", "33.203/M.7.2/01").that(via?.rport).equals(
        natOf(alice).publicClear.port,
      );
    },
  }),

  /** `REGISTER Via: private;received=… -> 401 received=the source, mod=UDP-enc-tun`, for a foreign and for the private address. */
  testCase({
    id: "ipsec-nat/received-is-the-pcscfs-to-write",
    title: "The P-CSCF compares Via with the packet's source, whatever received says",
    verifies: ["33.203/M.7.2/05"],
    kills: ["pcscf/nat-trusts-received"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run({ ue, check }) {
      const variants: Readonly<Record<string, (nat: NatView) => Tamper>> = {
        "no received": () => () => {},
        "a third address": (nat) => viaReceived(nobodys(nat.public.address)),
        "the private address, as if there were no NAT": (nat) => viaReceived(nat.privateAddress),
      };
      for (const [what, tamper] of Object.entries(variants)) {
        const alice = await ue({ as: 0, security: BEHIND_NAT });
        const challenge = await check(`${what}: challenged`, "33.203/M.7.2/05").answers(
          alice.challenge({ tamper: tamper(natOf(alice)) }),
        );
        check(`${what}: received is the source`, "33.203/M.7.2/05").that(receivedIn(challenge?.response))
          .equals([natOf(alice).public.address]);
        isAgreed(
          { check },
          "33.203/M.7.2/05",
          `${what}: the NAT is seen`,
          challenge?.response,
          "UDP-enc-tun",
        );
      }
    },
  }),

  /** `REGISTER through a NAT, mod=trans or none -> nothing`; the same UE with UDP-enc-tun is challenged. */
  testCase({
    id: "ipsec-nat/no-traversal-is-dropped-silently",
    title: "A REGISTER through a NAT that does not offer UDP-enc-tun is dropped without an answer",
    verifies: ["33.203/M.7.2/06"],
    kills: ["pcscf/nat-answers-without-traversal"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      await given("the P-CSCF challenges those that can", alice.challenge(TUNNEL_ONLY));
      for (const [what, options] of Object.entries(WITHOUT_TRAVERSAL)) {
        const answer = await withinWindow(context, alice.attempt({ fresh: true, ...options }));
        check(`${what}: not answered`, "33.203/M.7.2/06").that(answer?.status).isAbsent();
      }
      const late = await alice.challenge({ fresh: true, ...TUNNEL_ONLY });
      check("nor is the UE shut out afterwards", "33.203/M.7.2/06").answer(late.response).isOneOf(401);
    },
  }),

  /** The same offers: an error that is no challenge, or nothing; with UDP-enc-tun there is a set-up, before and after. */
  testCase({
    id: "ipsec-nat/no-traversal-makes-no-sas",
    title: "Without NAT traversal in the UE no security associations come about through a NAT",
    verifies: ["33.203/M.7.3.2.4/01"],
    kills: ["pcscf/nat-sas-without-traversal"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      await isTakenUp(context, alice, TUNNEL_ONLY);
      for (const [what, options] of Object.entries(WITHOUT_TRAVERSAL)) {
        const answer = await withinWindow(context, alice.attempt({ fresh: true, ...options }));
        check(`${what}: the procedure ends`, "33.203/M.7.3.2.4/01").holds(isAborted(answer), {
          expected: "no answer, or an error that is no challenge",
          actual: answer ?? "no answer",
        });
        check(`${what}: no SPIs and ports`, "33.203/M.7.3.2.4/01").that(setUps(answer)).isAbsent();
      }
      await isTakenUp(context, alice, TUNNEL_ONLY);
    },
  }),

  /**
   * A P-CSCF without Annex M, or whose operator has taken it away: `REGISTER through a NAT, both modes -> an error, or
   * nothing`. One that keeps it has nothing to fall back from.
   */
  testCase({
    id: "ipsec-nat/no-transport-mode-through-nat",
    title: "A P-CSCF that cannot traverse the NAT stops, and does not fall back to transport mode",
    verifies: ["33.203/M.7.3.2.4/02"],
    kills: ["pcscf/nat-falls-back-to-trans"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, profile } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const traverses = profile.capabilities["ipsec.udp-enc"] === true;
      // What shows that this P-CSCF would go on: through the NAT where it can, else without one.
      await isTakenUp(context, traverses ? alice : await ue({ as: 0, security: DIRECT_ALONE }));
      const taken = await withoutTraversal(context, alice);
      const answer = await silenceIsUndefined(alice.attempt({ fresh: true }));
      const tunnel = goesOn(answer) && modesOf(answer).every((mode) => mode === "UDP-enc-tun");
      check("it ends, or the NAT is traversed", "33.203/M.7.3.2.4/02").holds(
        isAborted(answer) || tunnel && !taken,
        {
          expected: `no answer, or an error that is no challenge${taken ? "" : ", or mod=UDP-enc-tun"}`,
          actual: answer?.get("Security-Server") ?? answer ?? "no answer",
        },
      );
    },
  }),

  /** `REGISTER Via: a name that is not the source's -> mod=UDP-enc-tun, or nothing`; never transport mode. */
  testCase({
    id: "ipsec-nat/name-in-via-is-resolved",
    title: "A host name in Via counts as the source only if it resolves to it",
    verifies: ["33.203/M.7.2/07"],
    kills: ["pcscf/nat-any-name-matches"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check, profile } = context;
      const alice = await ue({ security: BEHIND_NAT });
      await isTakenUp(context, alice);
      for (const name of ["ue.invalid", profile.home.domain]) {
        const answer = await silenceIsUndefined(alice.attempt({ fresh: true, tamper: viaHost(name) }));
        const tunnel = modesOf(answer).every((mode) => mode === "UDP-enc-tun");
        check(`"${name}": no match`, "33.203/M.7.2/07").holds(tunnel && answer?.status !== 200, {
          expected: "mod=UDP-enc-tun, or no set-up",
          actual: answer?.get("Security-Server") ?? answer ?? "no answer",
        });
      }
    },
  }),
];

/** Has the operator take the NAT traversal away from this UE's address until the case ends; false where he cannot. */
async function withoutTraversal(
  { profile, given, operator, operatorAtEnd, note }: CaseContext,
  ue: Ue,
): Promise<boolean> {
  if (!profile.operator?.actions.includes("security-policy")) {
    note("no operator to take NAT traversal away: the P-CSCF is judged as it is");
    return false;
  }
  const { address } = natOf(ue).public;
  operatorAtEnd("security-policy", { address });
  const order = operator("security-policy", { address, "nat-traversal": "off" });
  await given("the operator takes NAT traversal away", order);
  return true;
}
