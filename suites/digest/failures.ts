/** Failures, replays and stale nonces: clauses N.2.2 and N.2.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { answeredWith, isStale, nonceOf } from "./_stimuli.ts";
import { registeredPair } from "../_shared/scene.ts";

export const failures = [
  /** `REGISTER -> 401 -> wrong password -> 4xx`; a call to the IMPU: 404 or 480. With the right one it is delivered. */
  testCase({
    id: "digest/wrong-password-fails",
    title: "A wrong password is answered with a failure, and registers nobody",
    verifies: ["33.203/N.2.2.1/01"],
    kills: ["scscf/drops-wrong-response"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(), await ue()];
      await given("a second subscriber registers", register(friend));
      const challenge = await given("the network challenges", alice.challenge());
      const wrong = await check("the wrong answer is answered", "33.203/N.2.2.1/01").answers(
        alice.answer(challenge, { password: "not the password" }),
      );
      check("with a failure", "33.203/N.2.2.1/01").answer(wrong?.response).isClass(4);
      const reach = await call(friend, alice.identity.impus[0]!, alice, { within: timers.silence });
      check("a call to the IMPU is not delivered", "33.203/N.2.2.1/01").that(reach.delivered).equals(false);
      check("and the caller told so", "33.203/N.2.2.1/01").answer(reach.final).isOneOf(404, 480);
      await given("the right password registers", register(alice));
      await servedAsItself({ given }, friend, alice);
    },
  }),

  /** A registered; wrong answers from elsewhere, with Expires 0 and Contact *: A can still be called and call. */
  testCase({
    id: "digest/failed-attempts-leave-registration",
    title: "Failed attempts from elsewhere leave a registered user registered",
    verifies: ["33.203/N.2.2.1/03"],
    kills: ["scscf/failed-digest-deregisters"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const attacker = await ue({ like: alice });
      for (const options of [{}, { expires: 0 }, { expires: 0, contact: "*" }]) {
        const attempt = await attacker.register({ ...options, fresh: true, answer: { password: "guess" } });
        check("the attacker is refused", "33.203/N.2.2.1/03").answer(attempt.response).isClass(4);
      }
      const inward = await call(friend, alice.identity.impus[0]!, alice);
      check("the user can be called", "33.203/N.2.2.1/03").that(inward.delivered).equals(true);
      const outward = await call(alice, friend.identity.impus[0]!, friend);
      check("the user can call", "33.203/N.2.2.1/03").that(outward.delivered).equals(true);
    },
  }),

  /** `REGISTER -> 401 -> wrong password -> 403` bare of security parameters (a re-challenge by 401 is told apart); right: 200. */
  testCase({
    id: "digest/failure-carries-no-security-parameters",
    title: "The failure carries no digest, nonce or mechanism",
    verifies: ["33.203/N.2.2.1/04"],
    kills: ["scscf/failure-carries-rspauth"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given, note }) {
      const alice = await ue();
      const { response } = await answeredWith(alice, given, { password: "not the password" });
      check("a failure", "33.203/N.2.2.1/04").answer(response).isClass(4);
      const challengedAgain = response.status === 401;
      if (challengedAgain) note("policy of the device: a failed response is challenged again");
      const judged = SECURITY_HEADERS.filter((name) => !(challengedAgain && name === "WWW-Authenticate"));
      check("no security header", "33.203/N.2.2.1/04").that(response).lacks(...judged);
      await given("the right password registers", register(alice));
    },
  }),

  /** A UE that rejected rspauth starts anew without de-registering: 200, after a fresh nonce if it is challenged, and one binding. */
  testCase({
    id: "digest/registration-after-rejected-rspauth",
    title: "A UE that gave up on the network may register anew over its old binding",
    verifies: ["33.203/N.2.2.2/01"],
    kills: ["scscf/refuses-register-over-binding"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the UE registers", register(alice));
      await given("it was challenged", first.challenge !== undefined);
      const second = await alice.register({ fresh: true });
      check("a new initial REGISTER registers", "33.203/N.2.2.2/01").answer(second.response).isOneOf(200);
      // Who is known by her address need not be challenged again.
      if (second.challenge) {
        check("a new challenge has a fresh nonce", "33.203/N.2.2.2/01").that(nonceOf(second.challenge))
          .differsFrom(nonceOf(first.challenge));
      }
      const ours = second.response.contacts.filter((contact) =>
        contact !== "*" && alice.contact.includes(contact.uri.toString())
      );
      check("the contact is there once", "33.203/N.2.2.2/01").that(ours.length).equals(1);
    },
  }),

  /** Challenge N1, challenge N2, the right answer to N1: no 200; a further run succeeds. */
  testCase({
    id: "digest/new-register-supersedes-challenge",
    title: "Once challenged anew, the former nonce does not register",
    verifies: ["33.203/N.2.2.3/01"],
    kills: ["scscf/keeps-all-digest-nonces"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const former = await given("challenge N1", alice.challenge());
      const latest = await given("challenge N2", alice.challenge());
      const undisturbed = await alice.answer(latest);
      check("the answer to N2 registers", "33.203/N.2.2.3/01").answer(undisturbed.response).isOneOf(200);
      const third = await given("challenge N3", alice.challenge({ fresh: true }));
      await given("challenge N4", alice.challenge({ fresh: true }));
      for (const [name, old] of [["N1", former], ["N3", third]] as const) {
        const late = await alice.answer(old);
        check(`the answer to ${name} does not`, "33.203/N.2.2.3/01").answer(late.response).isNot(200);
      }
    },
  }),

  /** The right answer after reg-await-auth: no 200 on that nonce; the registered user stayed reachable meanwhile. */
  testCase({
    id: "digest/unanswered-challenge-times-out",
    title: "A challenge cannot be answered for ever, and its end changes nothing for a registered user",
    verifies: ["33.203/N.2.2.3/02"],
    kills: ["scscf/challenge-never-expires"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    tags: ["slow"],
    async run({ ue, check, given, timers, wait }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const abandoned = await given("a re-registration is challenged", alice.challenge());
      await wait(timers.regAwaitAuth * 1.25);
      const reach = await call(friend, alice.identity.impus[0]!, alice);
      check("the user is still reachable", "33.203/N.2.2.3/02").that(reach.delivered).equals(true);
      const late = await alice.answer(abandoned);
      check("the late answer does not register", "33.203/N.2.2.3/02").answer(late.response).isNot(200);
    },
  }),

  /** The nonce of a finished run under a right digest: 401 stale=true; under a wrong password: no stale=true. */
  testCase({
    id: "digest/old-nonce-right-digest-is-stale",
    title: "An old nonce is called stale for who knows the password, and for nobody else",
    verifies: ["33.203/N.2.3/01"],
    kills: ["scscf/stale-for-wrong-password"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the UE registers", register(alice));
      await given("the UE registers again", register(alice));
      const old = nonceOf(first.challenge);
      const right = await answeredWith(alice, given, { nonce: old, nc: 2 });
      check("right digest: challenged", "33.203/N.2.3/01").answer(right.response).isOneOf(401);
      check("right digest: stale", "33.203/N.2.3/01").that(isStale(right.next)).equals(true);
      const wrong = await answeredWith(alice, given, { nonce: old, nc: 3, password: "not the password" });
      check("wrong password: refused", "33.203/N.2.3/01").answer(wrong.response).isClass(4);
      check("wrong password: not stale", "33.203/N.2.3/01").that(isStale(wrong.next)).equals(false);
    },
  }),

  /**
   *     UE                       network        thief
   *      |--- SM7 (nonce, nc=1) -->|
   *      |<-- 200 -----------------|
   *                                |<-- the same Authorization, and with Expires: 0
   *                                |--- 401 new nonce, stale=true -->|
   */
  testCase({
    id: "digest/replayed-answer-is-refused",
    title: "A successful answer replayed is a synchronisation failure, from wherever it comes",
    verifies: ["33.203/N.2.3/02"],
    kills: ["scscf/accepts-repeated-nonce-count"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("the user registers", register(alice));
      await given("a second subscriber registers", register(friend));
      const used = registered.request.get("Authorization") ?? "";
      const thief = await ue({ like: alice });
      for (
        const [who, terminal, expires] of [["the UE", alice, 600], ["a thief", thief, 600], [
          "a thief with Expires 0",
          thief,
          0,
        ]] as const
      ) {
        const answer = await terminal.attempt({ fresh: true, expires, headers: { Authorization: used } });
        check(`replayed by ${who}: challenged anew`, "33.203/N.2.3/02").answer(answer).isOneOf(401, 403);
        const nonce = answer.wwwAuthenticate[0]?.parameters.get("nonce");
        check(`replayed by ${who}: with another nonce, if any`, "33.203/N.2.3/02").that(nonce ?? "none")
          .differsFrom(
            nonceOf(registered.challenge),
          );
      }
      const reach = await call(friend, alice.identity.impus[0]!, alice);
      check("the binding is unchanged", "33.203/N.2.3/02").that(reach.delivered).equals(true);
    },
  }),

  /** nc=3 accepted, and refused the second time; after nc=1 a forged nc=9 does not make nc=2 a replay. */
  testCase({
    id: "digest/nonce-count-is-stored",
    title: "The count of the last success is the bar, and a failure does not raise it",
    verifies: ["33.203/N.2.3/03"],
    kills: ["scscf/counts-before-verifying"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const challenge = await given("the network challenges", alice.challenge());
      const first = await alice.answer(challenge, { nc: 3 });
      await given("nc=3 is accepted", first.ok);
      const used = await alice.answer(challenge, { nc: 3 });
      check("nc=3 again", "33.203/N.2.3/03").answer(used.response).isClass(4);
      // A device may drop a nonce after a wrong password. It may not take the forged count for the user's: then the
      // count above it is good and the user's own is not.
      const accepted: boolean[] = [];
      for (const nc of [2, 10]) {
        const fresh = await given("the network challenges", alice.challenge({ fresh: true }));
        await given("nc=1 is accepted", (await alice.answer(fresh, { nc: 1 })).ok);
        const forged = await alice.answer(fresh, { nc: 9, password: "not the password" });
        check("a forged nc=9", "33.203/N.2.3/03").answer(forged.response).isClass(4);
        accepted.push((await alice.answer(fresh, { nc })).ok);
      }
      check("the forged count is not the bar", "33.203/N.2.3/03").holds(accepted[0]! || !accepted[1]!, {
        expected: "nc=2 accepted if nc=10 is",
        actual: `nc=2 ${accepted[0] ? "accepted" : "refused"}, nc=10 ${accepted[1] ? "accepted" : "refused"}`,
      });
    },
  }),

  /** Both synchronisation failures: stale=true unquoted, a new nonce, the same realm, qop and algorithm. */
  testCase({
    id: "digest/stale-challenge-has-a-new-nonce",
    title: "The challenge after a synchronisation failure is the same but for a new nonce and stale",
    verifies: ["33.203/N.2.3/04"],
    kills: ["scscf/repeats-nonce-when-stale"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the UE registers", register(alice));
      const second = await given("the UE registers again", register(alice));
      const nonces = [nonceOf(first.challenge), nonceOf(second.challenge)];
      const outdated = await answeredWith(alice, given, { nonce: nonces[0]!, nc: 2 });
      const replayed = await answeredWith(alice, given, { nonce: nonces[1]!, nc: 1 });
      for (const [what, { next }] of [["outdated nonce", outdated], ["used count", replayed]] as const) {
        check(`${what}: stale`, "33.203/N.2.3/04").that(isStale(next)).equals(true);
        check(`${what}: stale is not quoted`, "33.203/N.2.3/04").that(next?.parameters.raw("stale")).matches(
          /^[^"]+$/,
        );
        for (const name of ["realm", "qop", "algorithm"]) {
          check(`${what}: ${name} unchanged`, "33.203/N.2.3/04").that(next?.parameters.get(name)).equals(
            first.challenge?.parameters.get(name),
          );
        }
        nonces.push(nonceOf(next));
      }
      check("all nonces", "33.203/N.2.3/04").that(nonces).allDistinct();
    },
  }),

  /** `stale challenge -> the same password over the new nonce, nc=00000001 -> 200 with rspauth over it`. */
  testCase({
    id: "digest/retry-after-stale-is-accepted",
    title: "The answer to a stale challenge completes the registration",
    verifies: ["33.203/N.2.3/05"],
    kills: ["scscf/refuses-after-stale"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the UE registers", register(alice));
      await given("the UE registers again", register(alice));
      const { next } = await answeredWith(alice, given, { nonce: nonceOf(first.challenge), nc: 2 });
      const stale = await given(
        "the old nonce is challenged",
        next ?? Promise.reject(new Error("no challenge came")),
      );
      const retry = await check("the retry is answered", "33.203/N.2.3/05").answers(
        alice.answer(stale, { nc: 1 }),
      );
      check("with 200", "33.203/N.2.3/05").answer(retry?.response).isOneOf(200);
      check("rspauth is over the new nonce", "33.203/N.2.3/05").that(retry?.rspauthOk).equals(true);
    },
  }),

  /** Outbound in SM1 but not in SM7: answered the same way each time, and no half-outbound binding is left. */
  testCase({
    id: "digest/outbound-given-up-halfway",
    title: "A UE that drops outbound between SM1 and SM7 gets a plain binding or an error",
    verifies: ["33.203/N.2.1.1/02"],
    kills: ["pcscf/half-outbound-binding"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue({ outbound: true }), await ue()];
      await given("a second subscriber registers", register(friend));
      const challenge = await given("SM1 with outbound is challenged", alice.challenge());
      const answered = await alice.answer(challenge, {
        tamper: (request) => {
          request.set("Supported", "path");
          request.set(
            "Contact",
            (request.get("Contact") ?? "").replace(/;\s*(reg-id|\+sip\.instance)=("[^"]*"|[^;]*)/g, ""),
          );
        },
      });
      check("answered with 200 or an error", "33.203/N.2.1.1/02").answer(answered.response).isClass(2, 4);
      const outbound = answered.response.require.includes("outbound");
      check("no Require: outbound for a binding without it", "33.203/N.2.1.1/02").that(outbound).equals(
        false,
      );
      if (!answered.ok) return;
      const reach = await silenceIsUndefined(
        call(friend, alice.identity.impus[0]!, alice, { within: timers.answer }),
      );
      check("the binding is usable", "33.203/N.2.1.1/02").that(reach?.delivered).equals(true);
    },
  }),
];
