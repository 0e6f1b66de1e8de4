/** Re-registration in the tunnel, and from elsewhere (M.7.4 of TS 33.203). */
import { testCase } from "../../harness/runner/case.ts";
import { challengedAgain } from "../_shared/challenged_again.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { each, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";
import { areUnheard, isAborted, isAgreed, isAnswered, isIgnored, isRegistered } from "./_judged.ts";
import { WITH_NATIVE_ESP } from "./_stimuli.ts";
import { carriersOf, PAIR, reauthenticates, setOf, THROUGH_NAT, tunnelled } from "./_tunnel.ts";

export const reregistration = [
  /**
   *     UE                                       P-CSCF
   *      |=== REGISTER port-s as before, new port-c =>|
   *      |<== 401 port-s as before, new port-c =======|
   *      |=== SM7 ===================================>|
   *      |<== 200 ====================================|
   *      |=== REGISTER port-c in use ================>|
   *      |<== 4xx ====================================|
   *      |=== OPTIONS ===============================>| answered
   */
  testCase({
    id: "ipsec-nat/own-server-port-is-no-collision",
    title: "A re-registration keeps the server ports and is no collision with itself",
    verifies: ["33.203/M.7.4.0/01"],
    kills: ["pcscf/nat-own-port-collides"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, set } = await tunnelled(context);
      await reauthenticates(context, ue);
      const challenge = await check("it is challenged", "33.203/M.7.4.0/01").answers(
        challengedAgain(context, ue),
      );
      const [server] = setUps(challenge?.response);
      check("port_ps stays", "33.203/M.7.4.0/01").that(server?.portS).equals(set.portPs);
      check("port_pc changes", "33.203/M.7.4.0/01").that(server?.portC).differsFrom(set.portPc);
      if (!challenge) return;
      await isRegistered(context, "33.203/M.7.4.0/01", "the UE", ue.answer(challenge));
      const { portUc } = await setOf(context, ue);
      const tamper = rewritten("Security-Client", each(setting("port-c", String(portUc))));
      await reauthenticates(context, ue);
      const answer = await silenceIsUndefined(ue.attempt({ tamper }));
      check("the client port in use is not taken", "33.203/M.7.4.0/01").holds(isAborted(answer), {
        expected: "an error that is no challenge, or no answer",
        actual: answer ?? "no answer",
      });
      await isAnswered(context, "33.203/M.7.4.0/01", "a request on the SAs that have it", ue);
    },
  }),

  /**
   *     UE                                       P-CSCF
   *      |=== REGISTER in the old tunnel ============>|
   *      |<== 401 in the old tunnel ==================|
   *      |=== SM7 in native ESP, new keys ===========>| nothing
   *      |=== OPTIONS in the old tunnel =============>| answered
   *      |=== SM7 in the new tunnel =================>| 200
   */
  testCase({
    id: "ipsec-nat/answer-keeps-the-mode",
    title: "An SM7 that leaves the tunnel is not served, and the old SAs go on",
    verifies: ["33.203/M.7.4.1a/01"],
    kills: ["pcscf/nat-mode-change-at-sm7"],
    peer: "ue",
    needs: { ...THROUGH_NAT, ipsec: true },
    tags: ["privileged"],
    async run(context) {
      const { given } = context;
      const { ue, set } = await tunnelled(context, { security: WITH_NATIVE_ESP });
      await reauthenticates(context, ue);
      const challenge = await given("the re-registration is challenged", ue.challenge());
      await areUnheard(context, "33.203/M.7.4.1a/01", {
        "SM7 in native ESP": ue.answer(challenge, { esp: { carrier: "raw", mode: "transport" } }),
        "SM7 in transport mode in UDP": ue.answer(challenge, { esp: { carrier: "udp", mode: "transport" } }),
      });
      const old = { way: { set: set.name } };
      await isAnswered(context, "33.203/M.7.4.1a/01", "a request in the old tunnel", ue, old);
      await isRegistered(context, "33.203/M.7.4.1a/01", "SM7 in the new tunnel", ue.answer(challenge));
    },
  }),

  /** `REGISTER in the tunnel, Via: public -> 401 mod=UDP-enc-tun on the old SA -> SM7, SM12 in the new tunnel`. */
  testCase({
    id: "ipsec-nat/mode-stays-at-reregistration",
    title: "What was registered in a tunnel is re-registered in one, though Via and source now agree",
    verifies: ["33.203/M.7.4.2a/01"],
    kills: ["pcscf/nat-forgets-mode"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, ipsec, set } = await tunnelled(context);
      await reauthenticates(context, ue);
      const challenge = await check("it is challenged", "33.203/M.7.4.2a/01").answers(
        challengedAgain(context, ue),
      );
      if (!challenge) return;
      isAgreed(context, "33.203/M.7.4.2a/01", "the tunnel again", challenge.response, "UDP-enc-tun");
      const old = ipsec.carried(challenge.response);
      check("the challenge comes on the old SAs", "33.203/M.7.4.2a/01").that(old.protected && old.set.name)
        .equals(
          set.name,
        );
      const registered = await isRegistered(context, "33.203/M.7.4.2a/01", "SM7", ue.answer(challenge));
      if (!registered?.ok) return;
      const fresh = ipsec.carried(registered.response);
      check("SM12 comes on new SAs", "33.203/M.7.4.2a/01").that(fresh.protected && fresh.set.name)
        .differsFrom(
          set.name,
        );
      check("in a tunnel", "33.203/M.7.4.2a/01").that(fresh.protected && fresh.set.mode).equals(
        "UDP-enc-tun",
      );
      check("and all in UDP", "33.203/M.7.4.2a/01").that(carriersOf(ue)).equals(["udp"]);
    },
  }),

  /**
   *     UE                    NAT                     P-CSCF
   *      |                       | forgets its bindings   |
   *      |--- REGISTER ---------->|--- another port ------>|
   *      |<== 200 ===============|<======================|
   *      |=== OPTIONS on the old SAs ===================>| nothing
   *      |<== INVITE on the new ones =====================|
   */
  testCase({
    id: "ipsec-nat/old-tunnel-ends-elsewhere",
    title: "An unprotected registration from another public port ends the old tunnel",
    verifies: ["33.203/M.7.4.2a/02"],
    kills: ["pcscf/nat-keeps-old-tunnel"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check, given } = context;
      const { ue, ipsec, nat, set, impu } = await tunnelled(context);
      const { ue: friend } = await tunnelled(context);
      await nat.rebind();
      await given("the UE registers from another port", ue.register({ fresh: true, way: "clear" }));
      const old = { way: { set: set.name } };
      await isIgnored(context, "33.203/M.7.4.2a/02", "a request on the old SAs", ue, old);
      const { invite } = await call(friend, impu, ue);
      const carried = invite && ipsec.carried(invite);
      check("a call arrives on the new SAs", "33.203/M.7.4.2a/02").that(
        carried?.protected && carried.set.name,
      )
        .equals(ipsec.current?.name);
    },
  }),
];
