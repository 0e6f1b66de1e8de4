/** What the operator starts: re-authentication (clause N.2.4) and change of password (clause N.2.5) of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { eventOf, remaining } from "../_shared/reg_event.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { nonceOf } from "./_stimuli.ts";
import { askedToReregister, registeredPair } from "../_shared/scene.ts";

const REAUTHENTICATE = { digest: true, "operator.reauthenticate": true } as const;
const CHANGE = { digest: true, "operator.change-password": true } as const;

/** Another UE, that already uses this password: from a place that nobody knows yet, so that it is challenged. */
const knowing = (like: Ue, password: string) => ({ like, secrets: { password } }) as const;

export const operatorInitiated = [
  /** `operator -> network -> NOTIFY event=shortened` in the dialog of the subscription. */
  testCase({
    id: "digest/network-requests-reregistration",
    title: "The network asks for re-registration with a NOTIFY that shortens the contact",
    verifies: ["33.203/N.2.4/01"],
    kills: ["scscf/reauthenticates-silently"],
    peer: "ue",
    needs: REAUTHENTICATE,
    tags: ["operator"],
    async run({ ue, check, given, operator }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      const subscription = await askedToReregister({ given, operator }, alice);
      const notify = await check("a NOTIFY comes", "33.203/N.2.4/01").answers(subscription.notify());
      check("the contact is shortened", "33.203/N.2.4/01").that(notify && eventOf(notify)).equals(
        "shortened",
      );
    },
  }),

  /** After that NOTIFY: `REGISTER from the known flow, without and with the old Authorization -> 401, new nonce`. */
  testCase({
    id: "digest/requested-reregistration-is-challenged",
    title: "The re-registration that the network asked for runs Digest anew",
    verifies: ["33.203/N.2.4/02"],
    kills: ["scscf/accepts-requested-digest-reregistration"],
    peer: "ue",
    needs: REAUTHENTICATE,
    tags: ["operator"],
    async run({ ue, check, given, operator }) {
      const alice = await ue();
      const registered = await given("the UE registers", register(alice));
      const subscription = await askedToReregister({ given, operator }, alice);
      await given("the NOTIFY comes", subscription.notify());
      for (const authorization of ["empty", "last"] as const) {
        const answer = await alice.attempt({ authorization });
        check(`${authorization} credentials: challenged`, "33.203/N.2.4/02").answer(answer).isOneOf(401);
        check(`${authorization} credentials: new nonce`, "33.203/N.2.4/02")
          .that(answer.wwwAuthenticate[0]?.parameters.get("nonce")).differsFrom(
            nonceOf(registered.challenge),
          );
      }
    },
  }),

  /** The UE does nothing: a second NOTIFY, or the end of service, follows the shortened time. */
  testCase({
    id: "digest/ignored-request-ends-service",
    title: "Who ignores the request is asked again or loses service",
    verifies: ["33.203/N.2.4/03"],
    kills: ["scscf/restores-old-expiry"],
    peer: "ue",
    needs: REAUTHENTICATE,
    leases: ["digest", "digest"],
    tags: ["operator", "slow"],
    async run({ ue, check, given, operator, timers }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const subscription = await askedToReregister({ given, operator }, alice);
      const left = remaining(await given("the NOTIFY comes", subscription.notify()));
      const second = await check("another NOTIFY follows", "33.203/N.2.4/03")
        .answers(subscription.notify(left + timers.expiryMargin + timers.answer));
      if (!second || eventOf(second) === "shortened") return;
      const reach = await call(friend, alice.identity.impus[0]!, alice, { within: timers.silence });
      check("and calls are not delivered any more", "33.203/N.2.4/03").that(reach.delivered).equals(false);
    },
  }),

  /** Password changed at the operator: the new one registers, with rspauth computed from it. */
  testCase({
    id: "digest/pushed-password-is-used",
    title: "A new password is good at the next registration, and proves the network too",
    verifies: ["33.203/N.2.5/02"],
    kills: ["scscf/ignores-pushed-password"],
    peer: "ue",
    needs: CHANGE,
    tags: ["operator"],
    async run({ ue, check, given, operator, operatorAtEnd, random }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      operatorAtEnd("change-password", passwordOf(alice));
      const password = random.token(20);
      await changePassword({ given, operator }, alice, password);
      const renewed = await (await ue(knowing(alice, password))).register();
      check("the new password registers", "33.203/N.2.5/02").answer(renewed.response).isOneOf(200);
      check("rspauth is computed from it", "33.203/N.2.5/02").that(renewed.rspauthOk).equals(true);
    },
  }),

  /** Password changed within a call: UPDATE and BYE still work, and the user stays registered. */
  testCase({
    id: "digest/password-change-leaves-sessions",
    title: "A session goes on while the password changes",
    verifies: ["33.203/N.2.5/03"],
    kills: ["scscf/password-change-deregisters"],
    peer: "ue",
    needs: CHANGE,
    leases: ["digest", "digest"],
    tags: ["operator"],
    async run({ ue, check, given, operator, operatorAtEnd, random }) {
      const [alice, friend] = await registeredPair({ ue, given });
      operatorAtEnd("change-password", passwordOf(alice));
      const accepting = friend.acceptCall({ automatic: ["UPDATE", "BYE", "PRACK"] });
      const session = await given("a call is made", alice.invite(friend.identity.impus[0]!));
      await given("it is accepted", accepting);
      await given("it is answered", (await session.answered()).status === 200);
      const password = random.token(20);
      await changePassword({ given, operator }, alice, password);
      const update = await session.request("UPDATE");
      check("UPDATE goes through", "33.203/N.2.5/03").answer(await update.final()).isOneOf(200);
      check("BYE goes through", "33.203/N.2.5/03").answer(await session.hangUp()).isOneOf(200);
      const reach = await call(friend, alice.identity.impus[0]!, alice);
      check("the user is still registered", "33.203/N.2.5/03").that(reach.delivered).equals(true);
    },
  }),

  /** Old password during the transition: may work; whichever works, rspauth is made from that one. */
  testCase({
    id: "digest/rspauth-matches-the-password-used",
    title: "During a change of password the network proves itself with the password the UE used",
    verifies: ["33.203/N.2.5/04"],
    kills: ["scscf/rspauth-of-newest-password"],
    peer: "ue",
    needs: CHANGE,
    tags: ["operator"],
    async run({ ue, check, given, operator, operatorAtEnd, random, note }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      operatorAtEnd("change-password", passwordOf(alice));
      const password = random.token(20);
      await changePassword({ given, operator }, alice, password);
      const old = await (await ue({ like: alice })).register();
      note(`the old password is answered ${old.response.status} during the transition`);
      if (old.ok) check("old password: rspauth from it", "33.203/N.2.5/04").that(old.rspauthOk).equals(true);
      const renewed = await (await ue(knowing(alice, password))).register();
      check("the new password registers", "33.203/N.2.5/04").answer(renewed.response).isOneOf(200);
      check("new password: rspauth from it", "33.203/N.2.5/04").that(renewed.rspauthOk).equals(true);
    },
  }),

  /** New password used once; then the old one from elsewhere (a leaked password): refused. */
  testCase({
    id: "digest/old-password-dies",
    title: "After the first success with the new password the old one is dead",
    verifies: ["33.203/N.2.5/05"],
    kills: ["scscf/keeps-old-password"],
    peer: "ue",
    needs: CHANGE,
    tags: ["operator"],
    async run({ ue, check, given, operator, operatorAtEnd, random }) {
      const alice = await ue();
      await given("the UE registers", register(alice));
      operatorAtEnd("change-password", passwordOf(alice));
      const password = random.token(20);
      await changePassword({ given, operator }, alice, password);
      await given("the new password registers", (await ue(knowing(alice, password))).register());
      const leaked = await ue({ like: alice });
      const late = await leaked.register();
      check("the old password from elsewhere", "33.203/N.2.5/05").answer(late.response).isClass(4);
    },
  }),

  /** P1 used, then P2 and P3 without a registration in between: P2 never registers, P3 does, and then P1 does not. */
  testCase({
    id: "digest/third-password-displaces-the-second",
    title: "Of three passwords the one never used in the middle is forgotten",
    verifies: ["33.203/N.2.5/06"],
    kills: ["scscf/keeps-all-passwords"],
    peer: "ue",
    needs: CHANGE,
    tags: ["operator"],
    async run({ ue, check, given, operator, operatorAtEnd, random }) {
      const alice = await ue();
      await given("the UE registers with P1", register(alice));
      operatorAtEnd("change-password", passwordOf(alice));
      const [second, third] = [random.token(20), random.token(20)];
      for (const password of [second, third]) {
        await changePassword({ given, operator }, alice, password);
      }
      const middle = await (await ue(knowing(alice, second))).register();
      check("P2 does not register", "33.203/N.2.5/06").answer(middle.response).isClass(4);
      const last = await (await ue(knowing(alice, third))).register();
      check("P3 registers", "33.203/N.2.5/06").answer(last.response).isOneOf(200);
      const first = await (await ue({ like: alice })).register();
      check("P1 does not register after P3 did", "33.203/N.2.5/06").answer(first.response).isClass(4);
    },
  }),
];

function changePassword(
  { given, operator }: Pick<CaseContext, "given" | "operator">,
  { identity: { impi } }: Ue,
  password: string,
): Promise<void> {
  return given("the operator changes the password", operator("change-password", { impi, password }));
}

/** The password of the profile, put back for the next case that leases the subscriber. */
function passwordOf(ue: Ue): Readonly<Record<string, string>> {
  return { impi: ue.identity.impi, password: ue.subscriber.digest?.password ?? "" };
}
