/** Re-authentication asked by the network: clauses 5.1.2, 6.1.4 and 7.4.0 of TS 33.203. */
import type { SipRequest } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import { call } from "../_shared/reach.ts";
import { eventOf, remaining } from "../_shared/reg_event.ts";
import { register } from "../_shared/register.ts";
import { credentialsWith, withoutResponse } from "./_stimuli.ts";
import { askedToReregister, registeredPair } from "../_shared/scene.ts";

export const networkInitiated = [
  /**
   *     UE (registered, subscribed)   network   operator
   *                                      |<-- re-authenticate --|
   *      |<-- NOTIFY event=shortened ------|
   *      |--- REGISTER, empty and old --->|
   *      |<-- 401 fresh nonce -------------|
   */
  testCase({
    id: "aka/requested-reregistration-is-challenged",
    title: "The re-registration that the network asked for runs AKA anew",
    verifies: ["33.203/6.1.4/02"],
    kills: ["scscf/accepts-requested-aka-reregistration"],
    peer: "ue",
    needs: { aka: true, "operator.reauthenticate": true },
    tags: ["operator"],
    async run({ ue, check, given, operator }) {
      const alice = await ue();
      const registered = await given("the UE registers", register(alice));
      const subscription = await askedToReregister({ given, operator }, alice);
      await given("the NOTIFY comes", subscription.notify());
      for (const authorization of ["empty", "last"] as const) {
        const answer = await alice.attempt({ authorization });
        check(`${authorization} credentials: challenged`, "33.203/6.1.4/02").answer(answer).isOneOf(401);
        check(`${authorization} credentials: a fresh nonce`, "33.203/6.1.4/02")
          .that(answer.wwwAuthenticate[0]?.parameters.get("nonce"))
          .differsFrom(registered.challenge?.parameters.get("nonce"));
      }
    },
  }),

  /** `operator -> network -> NOTIFY(shortened)`, in the dialog of the subscription. */
  testCase({
    id: "aka/network-requests-reregistration",
    title: "The request to re-register comes as a NOTIFY that shortens the contact",
    verifies: ["33.203/6.1.4/01"],
    kills: ["scscf/notifies-without-shortening"],
    peer: "ue",
    needs: { aka: true, "operator.reauthenticate": true },
    tags: ["operator"],
    async run({ ue, check, given, operator }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      const subscription = await askedToReregister({ given, operator }, alice);
      const notify = await check("a NOTIFY comes in the dialog", "33.203/6.1.4/01").answers(
        subscription.notify(),
      );
      check("the contact is shortened", "33.203/6.1.4/01").that(notify && eventOf(notify)).equals(
        "shortened",
      );
    },
  }),

  /** As above; the REGISTER that follows is challenged although the registration is valid. */
  testCase({
    id: "aka/reauthentication-at-any-time",
    title: "The S-CSCF can demand authentication long before the registration expires",
    verifies: ["33.203/5.1.2/04"],
    kills: ["scscf/never-asks-for-reauthentication"],
    peer: "ue",
    needs: { aka: true, "operator.reauthenticate": true },
    tags: ["operator"],
    async run({ ue, check, given, operator }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      const subscription = await askedToReregister({ given, operator }, alice);
      const notify = await check("the UE is told", "33.203/5.1.2/04").answers(subscription.notify());
      check("with a shortened contact", "33.203/5.1.2/04").that(notify && eventOf(notify)).equals(
        "shortened",
      );
      const answer = await alice.attempt({ tamper: withoutResponse });
      check("and its REGISTER is challenged", "33.203/5.1.2/04").answer(answer).isOneOf(401);
    },
  }),

  /** The UE does nothing: after the shortened time the network ends the registration, or asks again. */
  testCase({
    id: "aka/ignored-request-ends-service",
    title: "Who ignores the request is asked again or loses service after the shortened time",
    verifies: ["33.203/6.1.4/03"],
    kills: ["scscf/forgets-shortened-expiry"],
    peer: "ue",
    needs: { aka: true, "operator.reauthenticate": true },
    leases: ["aka", "aka"],
    tags: ["operator", "slow"],
    async run({ ue, check, given, operator, timers }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const subscription = await askedToReregister({ given, operator }, alice);
      const shortened = await given("the NOTIFY comes", subscription.notify());
      const left = remaining(shortened);
      const second = await check("another NOTIFY comes after the shortened time", "33.203/6.1.4/03")
        .answers(subscription.notify(left + timers.expiryMargin + timers.answer));
      if (!second || eventOf(second) === "shortened") return;
      const reach = await call(friend, alice.identity.impus[0]!, alice, { within: timers.silence });
      check("and calls are not delivered any more", "33.203/6.1.4/03").that(reach.delivered).equals(false);
    },
  }),

  /** De-registered by the operator: NOTIFY terminated, and no service for the contact. */
  testCase({
    id: "aka/network-initiated-deregistration",
    title: "A subscriber de-registered by the network is told, and gets no more service",
    verifies: ["S3-010339/authentication/01"],
    kills: ["scscf/serves-after-deregistration"],
    peer: "ue",
    needs: { aka: true, "operator.deregister": true },
    leases: ["aka", "aka"],
    tags: ["operator"],
    async run({ ue, check, given, operator, timers }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const subscription = await given("the UE subscribes to its reg event", alice.subscribeReg());
      await given("the first NOTIFY comes", subscription.notify());
      await given("the operator de-registers the UE", operator("deregister", { impi: alice.identity.impi }));
      const notify = await check("the UE is told", "S3-010339/authentication/01").answers(
        subscription.notify(),
      );
      check("that the contact is gone", "S3-010339/authentication/01")
        .that(notify && eventOf(notify)).isOneOf("deactivated", "rejected", "unregistered");
      const reach = await call(alice, friend.identity.impus[0]!, friend, { within: timers.silence });
      check("its calls are not served", "S3-010339/authentication/01").that(reach.delivered).equals(false);
      const answer = await alice.attempt({ fresh: true });
      check("its next REGISTER is challenged", "S3-010339/authentication/01").answer(answer).isOneOf(401);
    },
  }),

  /**
   *     victim (registered)   attacker        network        friend
   *                            |--- REGISTER Expires: 0 ---->|
   *                            |--- REGISTER Contact: * ---->|
   *                            |--- REGISTER other Contact ->|   each 401
   *      |<-- INVITE ----------------------------|<-- INVITE --|
   */
  testCase({
    id: "aka/unprotected-register-changes-nothing",
    title: "No unprotected REGISTER moves or removes a binding without authentication",
    verifies: ["33.203/7.4.0/06"],
    kills: ["scscf/accepts-clear-deregistration", "scscf/adds-contact-unchallenged"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given }) {
      const [victim, friend] = await registeredPair({ ue, given });
      const attacker = await ue({ like: victim });
      const attempts = {
        "Expires: 0": { expires: 0 },
        "Contact: *": { expires: 0, tamper: (request: SipRequest) => void request.set("Contact", "*") },
        "another Contact": {},
      };
      for (const [what, options] of Object.entries(attempts)) {
        const answer = await attacker.attempt({ ...options, fresh: true });
        check(`${what} is challenged`, "33.203/7.4.0/06").answer(answer).isOneOf(401);
      }
      const reach = await call(friend, victim.identity.impus[0]!, victim);
      check("the victim's binding is untouched", "33.203/7.4.0/06").that(reach.delivered).equals(true);
    },
  }),

  /** A re-REGISTER in clear while registered: `REGISTER -> 401`. */
  testCase({
    id: "aka/clear-reregister-is-challenged",
    title: "A re-REGISTER outside every security association is challenged",
    verifies: ["33.203/7.4.0/04"],
    kills: ["scscf/accepts-clear-reregister"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const registered = await given("the UE registers", register(alice));
      const nonce = registered.challenge?.parameters.get("nonce") ?? "";
      const answer = await alice.attempt({ tamper: credentialsWith({ nonce, response: "" }) });
      check("in clear: challenged", "33.203/7.4.0/04").answer(answer).isOneOf(401);
      const further = alice.subscriber.otherSet[0];
      if (!further) return;
      const second = await alice.attempt({ impu: further });
      check("so is a further IMPU", "33.203/7.4.0/04").answer(second).isOneOf(401);
    },
  }),
];
