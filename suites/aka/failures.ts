/** Authentication failures and incomplete runs: clauses 6.1.2.1 to 6.1.2.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";

export const failures = [
  /**
   *     UE                   network              friend
   *      |--- REGISTER -------->|
   *      |<-- 401 --------------|
   *      |--- wrong RES ------->|
   *      |<-- 403 --------------|<-- INVITE ---------|
   *                             |--- 480 or 404 ---->|
   *      |--- right RES ------->|
   *      |<-- INVITE -----------|<-- INVITE ---------|
   */
  testCase({
    id: "aka/wrong-response-is-refused",
    title: "A wrong response ends the run: refused, without a nonce, and nobody is registered",
    verifies: ["33.203/6.1.2.1/02"],
    kills: ["scscf/rechallenges-after-wrong-response"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(), await ue()];
      await given("a second subscriber registers", register(friend));
      const challenge = await given("the network challenges", alice.challenge());
      const { response } = await alice.answer(challenge, { res: "wrong" });
      check("the answer is a failure", "33.203/6.1.2.1/02").answer(response).isClass(4);
      check("without a new challenge", "33.203/6.1.2.1/02").that(response.get("WWW-Authenticate")).isAbsent();
      const reach = await call(friend, alice.identity.impus[0]!, alice, { within: timers.silence });
      check("the IMPU is not reachable", "33.203/6.1.2.1/02").that(reach.delivered).equals(false);
      await given("the right RES registers", register(alice));
      await servedAsItself({ given }, friend, alice);
    },
  }),

  /** `REGISTER -> 401 -> REGISTER (empty response, no auts: MAC failure) -> 4xx`; then a normal registration works. */
  testCase({
    id: "aka/network-failure-report-is-processed",
    title: "The report of a network authentication failure is accepted and ends the run",
    verifies: ["33.203/6.1.2.2/01"],
    kills: ["pcscf/discards-failure-report", "scscf/rechallenges-failure-report"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const challenge = await given("the network challenges", alice.challenge());
      const report = await check("the report is answered", "33.203/6.1.2.2/01").answers(
        alice.answer(challenge, { macFailure: true }),
      );
      if (!report) return;
      check("with a final failure", "33.203/6.1.2.2/01").answer(report.response).isClass(4);
      check("that is no further challenge", "33.203/6.1.2.2/01").answer(report.response).isNot(401, 407);
      const late = await alice.answer(challenge);
      check("the run is over: its challenge no longer registers", "33.203/6.1.2.2/01").answer(late.response)
        .isNot(200);
      const again = await alice.register({ fresh: true });
      check("a later registration succeeds", "33.203/6.1.2.2/01").answer(again.response).isOneOf(200);
    },
  }),

  /** `REGISTER -> 401 -> (MAC failure | wrong RES) -> 4xx` bare of any security parameter; right RES `-> 200`. */
  testCase({
    id: "aka/failure-carries-no-security-parameters",
    title: "The failure response carries no nonce, key, vector or mechanism",
    verifies: ["33.203/6.1.2.2/03"],
    kills: ["scscf/failure-carries-challenge"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      for (
        const [failure, answer] of [["MAC failure", { macFailure: true }], ["wrong RES", {
          res: "wrong",
        }]] as const
      ) {
        const challenge = await given(`challenged before the ${failure}`, alice.challenge({ fresh: true }));
        const { response } = await alice.answer(challenge, answer);
        check(`${failure}: a failure response`, "33.203/6.1.2.2/03").answer(response).isClass(4);
        check(`${failure}: no security header`, "33.203/6.1.2.2/03").that(response).lacks(
          ...SECURITY_HEADERS,
        );
        check(`${failure}: no key by name`, "33.203/6.1.2.2/03").that(response.toBytes()).satisfies(
          (octets) => !/\b(ck|ik)\s*=/i.test(new TextDecoder().decode(octets)),
          "without ck= and ik=",
        );
      }
      await given("the right RES registers", register(alice));
    },
  }),

  /**
   *     UE                   network
   *      |--- REGISTER -------->|
   *      |<-- 401 A ------------|
   *      |--- REGISTER -------->|
   *      |<-- 401 B ------------|
   *      |--- answer to A ----->|   never 200
   *      |--- REGISTER -------->|
   *      |<-- 401 C ------------|
   *      |--- answer to C ----->|
   *      |<-- 200 --------------|
   */
  testCase({
    id: "aka/new-challenge-supersedes-the-old",
    title: "Once challenged anew, the answer to the former challenge does not register",
    verifies: ["33.203/6.1.2.3/01"],
    kills: ["scscf/accepts-superseded-challenge"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const former = await given("challenge A", alice.challenge());
      await given("challenge B", alice.challenge());
      const late = await alice.answer(former);
      check("the right answer to A is no success", "33.203/6.1.2.3/01").answer(late.response).isNot(200);
      const right = await alice.register({ fresh: true });
      check("the latest challenge can be answered", "33.203/6.1.2.3/01").answer(right.response).isOneOf(200);
    },
  }),

  /** As above, with the answer to B sent after that to A: at most B's succeeds. A procedure alone does. */
  testCase({
    id: "aka/one-registration-at-a-time",
    title: "Of two overlapping registration procedures at most the latest completes",
    verifies: ["33.203/7.4.1a/01"],
    kills: ["scscf/completes-overlapping-registrations"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const [former, latest] = [
        await given("the first procedure is challenged", alice.challenge({ fresh: true })),
        await given("the second procedure is challenged", alice.challenge({ fresh: true })),
      ];
      const [first, second] = [await alice.answer(former), await alice.answer(latest)];
      check("the older procedure does not complete", "33.203/7.4.1a/01").answer(first.response).isNot(200);
      check("not both complete", "33.203/7.4.1a/01")
        .holds(!(first.ok && second.ok), {
          expected: "one success at most",
          actual: `${first.response.status} to the first, ${second.response.status} to the second`,
        });
      await given("a procedure of its own completes", register(alice));
    },
  }),

  /** Two challenges; the answer to the first, with an invented key set identifier, is not accepted (LS slide 6). */
  testCase({
    id: "aka/superseded-vector-is-refused",
    title: "The nonce tells which vector is in use: an earlier one is refused, whatever the UE claims",
    verifies: ["S3-010xxx/LS/06"],
    kills: ["scscf/accepts-earlier-vector"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const former = await given("the first challenge", alice.challenge());
      await given("the second challenge", alice.challenge());
      const claim = await alice.answer(former, {
        credentials: (credentials) => {
          credentials.parameters.set("ksi", "0");
          return credentials;
        },
      });
      check("the former vector is not accepted", "S3-010xxx/LS/06").answer(claim.response).isClass(4);
      await given("the answer to a challenge of its own registers", register(alice));
    },
  }),

  /** `REGISTER -> 401 -> REGISTER -> 200`, then the same Authorization in a new transaction from another port. */
  testCase({
    id: "aka/used-vector-is-refused",
    title: "An Authorization that was accepted once is not accepted again",
    verifies: ["S3-010xxx/LS/07"],
    kills: ["scscf/nonce-valid-after-use"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const registered = await given("the UE registers", register(alice));
      const used = registered.request.get("Authorization");
      const thief = await ue({ like: alice });
      const replay = await thief.attempt({
        tamper: (request) => void request.set("Authorization", used ?? ""),
      });
      check("the replay is challenged or refused", "S3-010xxx/LS/07").answer(replay).isClass(4);
      check("a new RAND is used if it is challenged", "S3-010xxx/LS/07")
        .that(replay.wwwAuthenticate[0]?.parameters.get("nonce") ?? "none").differsFrom(
          registered.challenge?.parameters.get("nonce") ?? "",
        );
    },
  }),
];
