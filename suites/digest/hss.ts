/**
 * What the CSCFs ask the HSS about Digest users, and make of its answers: clauses N.2.1.1, N.2.1.2, N.2.2.1, N.2.5 and
 * P.4.2 of TS 33.203. The tester is the P-CSCF in front of them and the HSS behind.
 */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { avp, RESULT } from "../../harness/peer/hss/mod.ts";
import { PASSWORD } from "../_shared/challenges.ts";
import {
  asked,
  assignments,
  betweenUs,
  ENDS,
  nextAbout,
  OUR_HSS,
  OUR_HSS_ICSCF,
  schemeOf,
  wanted,
} from "../_shared/cx.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";

const THERE = { ...OUR_HSS, digest: true } as const;

/** P.3: how the network tells the S-CSCF that a REGISTER without Authorization is no GIBA. */
const FIXED = "IEEE-802.3;network-provided";

const scene = (context: Parameters<typeof betweenUs>[0], as = 0) =>
  betweenUs(context, as, { accessNetworkInfo: FIXED });

export const hss: readonly CaseDefinition[] = [
  /** `REGISTER, To: <sip:user@home:5060;x=y>, no Authorization -> UAR, User-Name user@home, Public-Identity sip:user@home`. */
  testCase({
    id: "digest/icscf-derives-the-impi",
    title: "Without Authorization the I-CSCF asks for the IMPI that To stands for",
    verifies: ["33.203/N.2.1.1/06"],
    kills: ["icscf/impi-from-from", "icscf/impu-as-written"],
    peer: "hss",
    needs: { ...OUR_HSS_ICSCF, digest: true },
    leases: ["digest+derivable-impi", "digest+derivable-impi"],
    async run(context) {
      const { check } = context;
      const { hss, proxy } = await scene(context);
      const { proxy: other } = await scene(context, 1);
      const impu = proxy.identity.impus[0]!;
      const spellings = {
        "as it is": `<${impu}>`,
        "with a parameter": `<${impu};x=y>`,
        "with a port": `<${impu}:5060>`,
        "with a display name": `"User" <${impu}>`,
      };
      for (const [name, to] of Object.entries(spellings)) {
        const before = asked(hss, "User-Authorization").length;
        await silenceIsUndefined(proxy.attempt({
          fresh: true,
          withoutAuthorization: true,
          tamper: (request) =>
            void request.set("To", to).set(
              "From",
              `<${other.identity.impus[0]!}>;tag=${context.random.token(8)}`,
            ),
        }));
        const [question] = asked(hss, "User-Authorization").slice(before);
        check(`${name}: User-Name`, "33.203/N.2.1.1/06").that(question?.impi).equals(
          impu.replace(/^sip:/, ""),
        );
        check(`${name}: Public-Identity`, "33.203/N.2.1.1/06").that(question?.impu).equals(impu);
      }
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|--- MAR --------------->|   pending
   *      |<-- 401 --------------|
   *      |   registered
   *      |--- SM2 ------------->|   nothing that takes the registration back
   */
  testCase({
    id: "digest/pending-before-the-challenge",
    title: "The HSS knows of a first registration before the user is challenged, and keeps a later one",
    verifies: ["33.203/N.2.1.1/08"],
    kills: ["scscf/challenges-before-asking"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy, impi } = await scene(context);
      const first = await check("challenged", "33.203/N.2.1.1/08").answers(proxy.challenge());
      const told = asked(hss, "Multimedia-Auth").length + asked(hss, "Server-Assignment").length;
      check("the HSS was told before", "33.203/N.2.1.1/08").about(first?.response).that(told).isAtLeast(1);
      check("pending at the HSS", "33.203/N.2.1.1/08").about(first?.response)
        .that(hss.registration(impi)?.state).equals("pending");
      await given("the UE registers", proxy.register({ fresh: true }));
      const before = assignments(hss).length;
      const second = await given("the user is challenged again", proxy.challenge({ fresh: true }));
      check("challenged again: registered at the HSS", "33.203/N.2.1.1/08").about(second.response)
        .that(hss.registration(impi)?.state).equals("registered");
      check("challenged again: nothing is taken back", "33.203/N.2.1.1/08").about(second.response)
        .that(assignments(hss, before)).lacks(...ENDS);
    },
  }),

  /** `SM2 -> MAR (m = 1)`; at a re-registration one more at most. */
  testCase({
    id: "digest/one-vector-is-asked-for",
    title: "The S-CSCF asks for one SD-AV, and for none while it has one",
    verifies: ["33.203/N.2.1.1/12"],
    kills: ["scscf/asks-five-digest-vectors"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy } = await scene(context);
      await given("the UE registers", proxy.register());
      const first = asked(hss, "Multimedia-Auth");
      check("first registration: asked once", "33.203/N.2.1.1/12").that(first.length).equals(1);
      await given("it registers again", proxy.register());
      const all = asked(hss, "Multimedia-Auth");
      check("re-registration: asked once more at most", "33.203/N.2.1.1/12").that(all.length).isAtMost(2);
      for (const question of all) {
        check("one vector", "33.203/N.2.1.1/12").that(wanted(question)).equals(1);
        check("of SIP Digest, or as the HSS has it", "33.203/N.2.1.1/12").that(schemeOf(question))
          .matches(/^(SIP Digest|Unknown)$/i);
      }
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM8, right ------>|--- SAR REGISTRATION -->|
   *      |<-- 200 --------------|
   *      |--- again ----------->|--- SAR RE_REGISTRATION, or nothing
   */
  testCase({
    id: "digest/registered-at-the-hss",
    title: "A first registration is reported to the HSS before its 200, a later one not as a first",
    verifies: ["33.203/N.2.1.1/22"],
    kills: ["scscf/registers-without-assignment"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy, impi } = await scene(context);
      const { response } = await given("the UE registers", proxy.register());
      check("first: reported when the 200 comes", "33.203/N.2.1.1/22").about(response)
        .that(assignments(hss)).includes("REGISTRATION");
      check("first: registered at the HSS", "33.203/N.2.1.1/22").about(response)
        .that(hss.registration(impi)?.state).equals("registered");
      const before = assignments(hss).length;
      const again = await given("it registers again", proxy.register());
      check("again: not as a first one", "33.203/N.2.1.1/22").about(again.response)
        .that(assignments(hss, before).filter((type) => type !== "RE_REGISTRATION")).equals([]);
    },
  }),

  /** `INVITE, MESSAGE, INVITE -> 407 each`, out of the SD-AV of the registration: no MAR. */
  testCase({
    id: "digest/proxy-challenge-needs-no-hss",
    title: "Requests are challenged out of what the registration has left, without asking the HSS",
    verifies: ["33.203/N.2.1.2/15"],
    kills: ["scscf/asks-hss-for-proxy-authentication"],
    peer: "hss",
    needs: { ...THERE, "proxy-auth": true },
    leases: ["digest+proxy-auth"],
    async run(context) {
      const { check, given, wait, timers } = context;
      const { hss, proxy } = await scene(context);
      const { challenge } = await given("the UE registers", proxy.register());
      const before = asked(hss, "Multimedia-Auth").length;
      for (const method of ["INVITE", "MESSAGE", "INVITE"]) {
        const exchange = await proxy.request(method, `sip:somebody@${proxy.identity.homeDomain}`);
        const refusal = await given(`${method} is challenged`, exchange.until(407));
        for (const name of ["realm", "algorithm", "qop"] as const) {
          check(`${method}: ${name} is that of the registration`, "33.203/N.2.1.2/15").about(refusal)
            .that(refusal.proxyAuthenticate[0]?.parameters.get(name)).equals(challenge?.parameters.get(name));
        }
      }
      await wait(timers.silence);
      check("no vector is asked for", "33.203/N.2.1.2/15").that(asked(hss, "Multimedia-Auth").length)
        .equals(before);
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM8, wrong ------>|--- SAR AUTHENTICATION_FAILURE -->|   pending no more
   *      |   registered
   *      |--- SM8, wrong ------>|   nothing that takes the registration back
   */
  testCase({
    id: "digest/failure-is-reported-to-the-hss",
    title: "After a wrong answer nobody is left pending at the HSS, and who is registered stays so",
    verifies: ["33.203/N.2.2.1/02"],
    kills: ["scscf/leaves-pending-at-hss"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given, wait, timers } = context;
      const { hss, proxy, impi } = await scene(context);
      const first = await given("the network challenges", proxy.challenge());
      const wrong = await proxy.answer(first, { password: "not the password" });
      await given("the wrong answer is refused", wrong.response.status >= 400);
      await check("not registered: the HSS is told", "33.203/N.2.2.1/02")
        .answers(nextAbout(hss, "Server-Assignment", impi));
      check("not registered: of a failure", "33.203/N.2.2.1/02").that(assignments(hss))
        .equals(["AUTHENTICATION_FAILURE"]);
      check("not registered: pending no more", "33.203/N.2.2.1/02").that(hss.registration(impi)?.state)
        .isOneOf("not-registered", "unregistered");
      await given("the UE registers", proxy.register({ fresh: true }));
      const before = assignments(hss).length;
      const again = await given("the user is challenged again", proxy.challenge({ fresh: true }));
      await proxy.answer(again, { password: "not the password" });
      await wait(timers.silence);
      check("registered: nothing that ends it", "33.203/N.2.2.1/02")
        .that(assignments(hss, before).filter((type) => type !== "AUTHENTICATION_FAILURE")).equals([]);
      check("registered: still so at the HSS", "33.203/N.2.2.1/02").that(hss.registration(impi)?.state)
        .equals("registered");
    },
  }),

  /**
   *     HSS                            S-CSCF                P-CSCF-like node
   *      |--- PPR, new H(A1) ------------>|   registered, idle: success
   *      |--- PPR, new H(A1) ------------>|   between SM4 and SM7: success
   *      |                                |<-- SM8, old or new ---|   200
   *      |                                |<-- the new password --|   200
   */
  testCase({
    id: "digest/password-is-pushed-at-any-time",
    title: "A new H(A1) may come whenever the HSS has one, also while a challenge is open",
    verifies: ["33.203/N.2.5/01"],
    kills: ["scscf/refuses-push-under-challenge"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given, random } = context;
      const { hss, proxy, impi } = await scene(context);
      const push = (password: string) => hss.push(impi, [hss.item(impi, "SIP Digest", { password })]);
      const [second, third] = [random.token(16), random.token(16)];
      await given("the UE registers", proxy.register());
      check("idle: taken", "33.203/N.2.5/01").that(await push(second)).equals(RESULT.DIAMETER_SUCCESS);
      const open = await given("the user is challenged", proxy.challenge({ fresh: true }));
      check("under a challenge: taken", "33.203/N.2.5/01").that(await push(third)).equals(
        RESULT.DIAMETER_SUCCESS,
      );
      // Which of two passwords a UE has by now is open (N.2.5): the one of the challenge, or the one after it.
      const answered = await proxy.answer(open, { password: second });
      const next = answered.ok ? answered : await newly(third);
      check("the challenge ends as it should", "33.203/N.2.5/01").answer(next.response).isOneOf(200);
      const { response } = await newly(third);
      check("the newest password registers", "33.203/N.2.5/01").answer(response).isOneOf(200);
      await given("one that was never pushed does not", !(await newly("not the password")).ok);
      // With this one the profile's subscriber takes its leave.
      await push(proxy.subscriber.digest!.password);

      async function newly(password: string) {
        const challenge = await given("a new REGISTER is challenged", proxy.challenge({ fresh: true }));
        return await proxy.answer(challenge, { password });
      }
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|--- MAR --------------->|
   *      |<-- 4xx, 5xx ---------|<-- a scheme that nobody knows, or one of another kind of user
   */
  testCase({
    id: "digest/scheme-of-the-hss-is-obeyed",
    title: "Nobody is registered by a scheme that the HSS names and the S-CSCF does not know",
    verifies: ["33.203/P.4.2/12"],
    kills: ["scscf/unknown-scheme-registers"],
    peer: "hss",
    needs: THERE,
    leases: ["digest"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy, impi } = await scene(context);
      for (const scheme of ["SIP Puzzle", "HTTP-Basic", ""]) {
        hss.script("Multimedia-Auth", (_, right) => [
          ...right.filter(({ code }) => code !== ITEM),
          avp("SIP-Auth-Data-Item", [avp("SIP-Authentication-Scheme", scheme)]),
        ]);
        const answer = await silenceIsUndefined(proxy.attempt({ fresh: true }));
        check(`"${scheme}": refused`, "33.203/P.4.2/12").answer(answer).isClass(4, 5);
        check(`"${scheme}": no challenge`, "33.203/P.4.2/12").about(answer)
          .that(answer?.status === 401).equals(false);
        check(`"${scheme}": nothing is registered`, "33.203/P.4.2/12").about(answer)
          .that(assignments(hss)).lacks("REGISTRATION", "RE_REGISTRATION");
      }
      hss.script("Multimedia-Auth", (_, right) => right);
      const challenge = await given(
        "with SIP Digest the user is challenged",
        proxy.challenge({ fresh: true }),
      );
      check("with SIP Digest: as the HSS says", "33.203/P.4.2/12").about(challenge.response)
        .that(challenge.parameters.get("algorithm") ?? "MD5").matches(PASSWORD);
      check("with SIP Digest: nothing is registered yet", "33.203/P.4.2/12").about(challenge.response)
        .that(hss.registration(impi)?.state).isOneOf("pending", "not-registered");
    },
  }),

  /** `SM2 -> MAR -> MAA, realm, algorithm, qop=auth, H(A1) -> 401 with the same`, and the password behind it registers. */
  testCase({
    id: "digest/challenge-is-what-the-hss-says",
    title: "Realm, algorithm and qop of the challenge are those of the SD-AV",
    verifies: ["33.203/N.2.1.1/13"],
    kills: ["hss/qop-auth-int"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const guessed = await alice.register({ answer: { password: "not the password" } });
      await given("another password does not register", !guessed.ok);
      const challenge = await check("challenged", "33.203/N.2.1.1/13").answers(
        alice.challenge({ fresh: true }),
      );
      if (!challenge) return;
      const { parameters, response } = challenge;
      check("qop is auth, and nothing else", "33.203/N.2.1.1/13").about(response).that(parameters.get("qop"))
        .equals("auth");
      check("the realm is the home domain", "33.203/N.2.1.1/13").about(response).that(parameters.get("realm"))
        .equals(alice.identity.homeDomain);
      check("the algorithm is one of SIP Digest", "33.203/N.2.1.1/13").about(response)
        .that(parameters.get("algorithm") ?? "MD5").matches(PASSWORD);
      // H(A1) is over IMPI, realm and password: an answer over these proves that the HSS has it so.
      const { response: last } = await alice.answer(challenge, { qop: "auth" });
      check("H(A1) is that of IMPI, realm and password", "33.203/N.2.1.1/13").answer(last).isOneOf(200);
    },
  }),
];

const ITEM = avp("SIP-Auth-Data-Item", []).code;
