/**
 * What the CSCFs ask the HSS and make of its answers: clauses 6.1.1 to 6.1.3 of TS 33.203, the liaison of 2001. The tester
 * is the P-CSCF in front of them and the HSS behind.
 */
import type { SipResponse } from "sip-codec";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { avp, failure } from "../../harness/peer/hss/mod.ts";
import {
  asked,
  assignments,
  betweenUs,
  ENDS,
  nextAbout,
  OUR_HSS,
  OUR_HSS_BOTH,
  OUR_HSS_ICSCF,
  replaced,
} from "../_shared/cx.ts";
import { arrival, silenceIsUndefined } from "../_shared/reach.ts";

const THERE = { ...OUR_HSS, aka: true } as const;

export const hss: readonly CaseDefinition[] = [
  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|--- MAR --------------->|   pending
   *      |--- SM8 ------------->|--- SAR --------------->|   registered
   *      |--- SM2 ------------->|--- MAR --------------->|   registered still
   *      |<-- INVITE -----------|   while the challenge is open
   */
  testCase({
    id: "aka/challenge-leaves-registered-what-is",
    title: "The HSS learns of a first registration before the challenge; a later challenge changes nothing",
    verifies: ["33.203/6.1.1/02"],
    kills: ["scscf/challenge-hides-user"],
    peer: "hss",
    needs: { ...THERE, "entry.i-cscf-hss": true },
    leases: ["aka", "aka"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy, impi } = await betweenUs(context);
      const { proxy: friend } = await betweenUs(context, 1);
      await given("the caller registers", friend.register());
      const first = await given("the network challenges", proxy.challenge());
      const told = asked(hss, "Multimedia-Auth", impi).length +
        asked(hss, "Server-Assignment", impi).length;
      check("challenged: the HSS has been told", "33.203/6.1.1/02").about(first.response).that(told)
        .isAtLeast(1);
      check("challenged: pending at the HSS", "33.203/6.1.1/02").about(first.response)
        .that(hss.registration(impi)?.state).equals("pending");
      await given("the user answers rightly", proxy.answer(first));
      const before = assignments(hss, 0, impi).length;
      const second = await given("she is challenged again", proxy.challenge({ integrityProtected: "no" }));
      check("challenged again: registered at the HSS", "33.203/6.1.1/02").about(second.response)
        .that(hss.registration(impi)?.state).equals("registered");
      check("challenged again: nothing is taken back", "33.203/6.1.1/02").about(second.response)
        .that(assignments(hss, before, impi)).lacks(...ENDS);
      const arriving = arrival(proxy);
      const call = await friend.invite(proxy.identity.impus[0]!);
      const invite = await arriving;
      check("challenged again: reachable", "33.203/6.1.1/02").about(invite).that(invite).isPresent();
      await silenceIsUndefined(call.answered());
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|   no SAR
   *      |--- SM8 ------------->|--- SAR REGISTRATION -->|
   *      |--- refresh --------->|--- SAR RE_REGISTRATION, or nothing
   */
  testCase({
    id: "aka/registered-once-verified",
    title: "The HSS is told of a registration when the response has been verified, and only of the first",
    verifies: ["33.203/6.1.1/11"],
    kills: ["scscf/assigns-before-verification", "scscf/refresh-is-registration"],
    peer: "hss",
    needs: THERE,
    leases: ["aka"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy } = await betweenUs(context);
      const challenge = await given("the network challenges", proxy.challenge());
      check("challenged: no registration is reported", "33.203/6.1.1/11").about(challenge.response)
        .that(assignments(hss)).equals([]);
      const wrong = await proxy.answer(challenge, { res: "wrong" });
      check("answered wrongly: no registration is reported", "33.203/6.1.1/11").about(wrong.response)
        .that(assignments(hss)).lacks("REGISTRATION", "RE_REGISTRATION");
      const before = assignments(hss).length;
      const { response } = await given("the UE registers", proxy.register({ fresh: true }));
      check("answered rightly: the registration is reported, once", "33.203/6.1.1/11").about(response)
        .that(assignments(hss, before)).equals(["REGISTRATION"]);
      const refresh = await given("it refreshes", proxy.register({ integrityProtected: "yes" }));
      check("refreshed: not as a registration", "33.203/6.1.1/11").about(refresh.response)
        .that(assignments(hss, before + 1).filter((type) => type !== "RE_REGISTRATION")).equals([]);
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM8, failure ---->|--- SAR AUTHENTICATION_FAILURE -->|   the name of the S-CSCF goes
   *      |<-- 4xx --------------|
   *      |   registered, challenged again
   *      |--- SM8, failure ---->|   nothing that would end the registration
   */
  testCase({
    id: "aka/failure-clears-the-name-once",
    title: "After a failure the HSS forgets the S-CSCF of who is not registered, and of nobody else",
    verifies: ["33.203/6.1.2.2/02"],
    kills: ["scscf/failure-deregisters-at-hss", "scscf/keeps-name-after-failure"],
    peer: "hss",
    needs: { ...THERE, "entry.i-cscf-hss": true },
    leases: ["aka", "aka"],
    async run(context) {
      const { check, given, wait, timers } = context;
      const { hss, proxy, impi } = await betweenUs(context);
      const { proxy: friend } = await betweenUs(context, 1);
      await given("the caller registers", friend.register());
      const first = await given("the network challenges", proxy.challenge());
      const failed = await proxy.answer(first, { macFailure: true });
      await given("the failure report is answered", failed.response.status >= 400);
      const report = await check("not registered: the HSS is told", "33.203/6.1.2.2/02")
        .answers(nextAbout(hss, "Server-Assignment", impi));
      check("not registered: of a failure", "33.203/6.1.2.2/02").that(assignments(hss, 0, impi))
        .equals(["AUTHENTICATION_FAILURE"]);
      check("not registered: the S-CSCF's name is gone", "33.203/6.1.2.2/02")
        .that(report && hss.registration(impi)?.serverName).isAbsent();
      await given("the UE registers", proxy.register({ fresh: true }));
      const before = assignments(hss, 0, impi).length;
      const again = await given("she is challenged again", proxy.challenge({ integrityProtected: "no" }));
      await proxy.answer(again, { macFailure: true });
      await wait(timers.silence);
      check("registered: nothing that ends it", "33.203/6.1.2.2/02")
        .that(assignments(hss, before, impi).filter((type) => type !== "AUTHENTICATION_FAILURE")).equals([]);
      check("registered: still so at the HSS", "33.203/6.1.2.2/02").that(hss.registration(impi)?.state)
        .equals("registered");
      const arriving = arrival(proxy);
      const call = await friend.invite(proxy.identity.impus[0]!);
      check("registered: still reachable", "33.203/6.1.2.2/02").that(await arriving).isPresent();
      await silenceIsUndefined(call.answered());
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|
   *      |<-- 401 --------------|
   *      |   reg-await-auth goes by
   *      |                      |--- SAR AUTHENTICATION_TIMEOUT -->|
   *      |--- SM8, right ------>|   never 200
   *      |--- SM2, SM8 -------->|   200
   */
  testCase({
    id: "aka/unanswered-challenge-is-reported",
    title: "A challenge that nobody answers in time is dead, and the HSS hears of it",
    verifies: ["33.203/6.1.2.3/02"],
    kills: ["scscf/aka-challenge-never-expires"],
    peer: "hss",
    needs: THERE,
    leases: ["aka"],
    tags: ["slow"],
    timeout: ({ regAwaitAuth, expiryMargin, answer, t1 }) =>
      regAwaitAuth + expiryMargin + 4 * answer + Math.max(30_000, 4 * 64 * t1),
    async run(context) {
      const { check, given, timers, wait } = context;
      const { hss, proxy } = await betweenUs(context);
      const challenge = await given("the network challenges", proxy.challenge());
      const report = hss.next("Server-Assignment", timers.regAwaitAuth + timers.expiryMargin + timers.answer);
      await wait(timers.regAwaitAuth + timers.expiryMargin);
      await check("the HSS is told", "33.203/6.1.2.3/02").answers(report);
      check("of a time-out", "33.203/6.1.2.3/02").that(assignments(hss))
        .satisfies(
          (types) =>
            types.length > 0 && types.every((type) => /^AUTHENTICATION_(TIMEOUT|FAILURE)$/.test(type)),
          "AUTHENTICATION_TIMEOUT, or AUTHENTICATION_FAILURE as for any failure",
        );
      const late = await proxy.answer(challenge);
      check("the late answer does not register", "33.203/6.1.2.3/02").answer(late.response).isClass(4, 5);
      await given("one in time does", proxy.register({ fresh: true }));
    },
  }),

  /** `UAR -> UAA: identities do not match, and others -> 403`, and nobody is challenged. */
  testCase({
    id: "aka/identities-that-do-not-match",
    title: "Where the HSS refuses a pair of identities nobody is challenged",
    verifies: ["S3-010xxx/LS/05"],
    kills: ["icscf/ignores-refusal"],
    peer: "hss",
    needs: { ...OUR_HSS_ICSCF, aka: true },
    leases: ["aka", "aka"],
    async run(context) {
      const { check } = context;
      const { hss, proxy } = await betweenUs(context);
      const other = await context.trustedNode({
        entry: "i-cscf-hss",
        identity: { impi: proxy.identity.impi },
        as: 1,
      });
      const pair = await other.attempt();
      check("the IMPU of another user: 403", "S3-010xxx/LS/05").answer(pair).isOneOf(403);
      for (const refusal of REFUSALS) {
        hss.script("User-Authorization", () => failure(refusal), 1);
        const answer = await proxy.attempt({ fresh: true });
        check(`${refusal}: 403`, "S3-010xxx/LS/05").answer(answer).isOneOf(403);
        check(`${refusal}: no challenge`, "S3-010xxx/LS/05").that(answer).lacks("WWW-Authenticate");
      }
      check("no vector is asked for", "S3-010xxx/LS/05").that(asked(hss, "Multimedia-Auth").length).equals(0);
    },
  }),

  /** `UAR -> UAA: Server-Name (the tester's) -> REGISTER comes to the tester`, as often as the UE registers. */
  testCase({
    id: "aka/reregistration-goes-where-the-hss-says",
    title: "A re-registration goes to the S-CSCF that the HSS names",
    verifies: ["S3-010xxx/LS/12"],
    kills: ["icscf/selects-anew"],
    peer: "hss",
    needs: { ...OUR_HSS_BOTH, aka: true },
    leases: ["aka"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy } = await betweenUs(context);
      const first = await given("the UE registers", proxy.register());
      const again = await given("it registers again", proxy.register({ integrityProtected: "yes" }));
      // What stands before the host may be of the registration, which is a new one.
      check("Service-Route leads to the same S-CSCF", "S3-010xxx/LS/12").about(again.response)
        .that(hosts(again.response)).equals(hosts(first.response));
      const server = await context.trustedNode({ entry: "i-cscf-hss" });
      const { address, port } = server.local;
      hss.script(
        "User-Authorization",
        (_, right) => replaced(right, avp("Server-Name", `sip:${address}:${port}`)),
      );
      const arriving = silenceIsUndefined(server.incoming("REGISTER"));
      const sent = silenceIsUndefined(proxy.attempt({ integrityProtected: "yes" }));
      const arrived = await arriving;
      await arrived?.respond(403);
      await sent;
      check("the REGISTER comes to the S-CSCF that the HSS names", "S3-010xxx/LS/12").about(arrived?.request)
        .that(arrived).isPresent();
    },
  }),
];

const REFUSALS = [
  "DIAMETER_ERROR_IDENTITIES_DONT_MATCH",
  "DIAMETER_ERROR_USER_UNKNOWN",
  "DIAMETER_ERROR_ROAMING_NOT_ALLOWED",
] as const;

function hosts({ serviceRoute }: SipResponse): readonly string[] {
  return serviceRoute.map(({ uri }) => uri.hostPort.toLowerCase());
}
