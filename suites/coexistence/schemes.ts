/** Which scheme a REGISTER is taken for, and that the schemes do not disturb each other: Annex P of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { AKA, algorithmOf, PASSWORD, passwordsAskedIn } from "../_shared/challenges.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** Spellings of a flag that only a P-CSCF may set (TS 24.229 7.2A.2). */
const FORGED_FLAGS = [
  'integrity-protected="auth-done"',
  'integrity-protected="yes"',
  'integrity-protected="no"',
  'integrity-protected="tls-yes"',
  'integrity-protected="tls-connected"',
  'integrity-protected="tls-pending"',
  'integrity-protected="ip-assoc-yes"',
  "integrity-protected=auth-done",
  'Integrity-Protected="auth-done"',
] as const;

const flag = (parameter: string): Tamper => (request) =>
  void request.set("Authorization", `${request.get("Authorization") ?? ""}, ${parameter}`);

export const schemes = [
  /** `REGISTER ..., integrity-protected=… -> 401`, in every spelling; in a second header too. Without: `401 -> 200`. */
  testCase({
    id: "coexistence/integrity-protected-of-the-ue-is-void",
    title: "What the UE writes about integrity protection never lets it in",
    verifies: ["33.203/P.3/01"],
    kills: ["pcscf/keeps-integrity-protected"],
    peer: "ue",
    leases: ["digest"],
    async run({ ue, check, given }) {
      const alice = await ue();
      for (const spelling of FORGED_FLAGS) {
        const answer = await alice.attempt({ fresh: true, tamper: flag(spelling) });
        check(`${spelling}: challenged`, "33.203/P.3/01").answer(answer).isOneOf(401);
      }
      const second = await alice.attempt({
        fresh: true,
        tamper: (request) => {
          const written = request.get("Authorization") ?? "";
          request.append("Authorization", `${written}, integrity-protected="auth-done"`);
        },
      });
      isNoSuccess(check("in a second Authorization header: not accepted", "33.203/P.3/01"), second);
      await given("without any of it the user registers", register(alice));
    },
  }),

  /** A Digest subscriber with algorithm=AKAv1-MD5, integrity-protected=yes, forged PANI: challenged as without. */
  testCase({
    id: "coexistence/scheme-is-not-what-the-ue-claims",
    title: "A Digest subscriber is challenged with Digest, whatever the REGISTER claims",
    verifies: ["33.203/N.2.1.1/11"],
    kills: ["scscf/follows-ue-algorithm"],
    peer: "ue",
    leases: ["digest"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const plain = await given("without a claim the user is challenged", alice.challenge());
      const algorithm = algorithmOf(plain.response);
      const claims: Readonly<Record<string, Tamper>> = {
        "algorithm=AKAv1-MD5": flag("algorithm=AKAv1-MD5"),
        "integrity-protected=yes": flag('integrity-protected="yes"'),
        "a network-provided access type": (request) =>
          void request.set("P-Access-Network-Info", 'ADSL; dsl-location="line 1"; network-provided'),
      };
      for (const [claim, tamper] of Object.entries(claims)) {
        const answer = await alice.attempt({ fresh: true, tamper });
        check(`${claim}: challenged`, "33.203/N.2.1.1/11").answer(answer).isOneOf(401);
        check(`${claim}: with the algorithm as without`, "33.203/N.2.1.1/11").about(answer)
          .that(algorithmOf(answer)).equals(algorithm);
      }
      await given("without a claim the user registers", register(alice));
    },
  }),

  /** An AKA subscriber with and without Security-Client: AKA both times, never a password challenge. */
  testCase({
    id: "coexistence/aka-is-not-bid-down",
    title: "Taking Security-Client away does not turn an AKA subscriber into a password user",
    verifies: ["33.203/N.1/06"],
    kills: ["scscf/password-for-aka-without-sec-agree"],
    peer: "ue",
    leases: ["aka"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const bare = await silenceIsUndefined(alice.attempt({
        tamper: (request) => void request.remove("Security-Client").remove("Require").remove("Proxy-Require"),
      }));
      isNoSuccess(check("stripped: challenged or refused", "33.203/N.1/06"), bare);
      check("stripped: no password is asked for", "33.203/N.1/06").about(bare).that(passwordsAskedIn(bare))
        .equals([]);
      const { challenge } = await given("with all of it the user registers", register(alice));
      await given("with AKA", AKA.test(algorithmOf(challenge?.response) ?? ""));
    },
  }),

  /** An AKA and a Digest UE registered at the same S-CSCF, both still served afterwards. */
  testCase({
    id: "coexistence/one-core-serves-both",
    title: "Subscribers of AKA and of Digest are served by one S-CSCF at the same time",
    verifies: ["33.203/P.2/01"],
    kills: ["scscf/digest-evicts-aka"],
    peer: "ue",
    needs: { aka: true, digest: true },
    leases: ["aka", "digest"],
    async run({ ue, check, given }) {
      const [mobile, fixed] = [await ue(), await ue()];
      const [first, second] = [await mobile.register(), await fixed.register()];
      check("the mobile one registers", "33.203/P.2/01").answer(first.response).isOneOf(200);
      check("the fixed one registers", "33.203/P.2/01").answer(second.response).isOneOf(200);
      const hosts = [first, second].map(({ serviceRoute }) =>
        serviceRoute.at(-1)?.match(/sips?:(?:[^@>]*@)?([^:;>]+)/)?.[1]
      );
      for (
        const [name, from, to] of [["mobile to fixed", mobile, fixed], [
          "fixed to mobile",
          fixed,
          mobile,
        ]] as const
      ) {
        const arriving = to.incoming("INVITE");
        const call = await from.invite(to.identity.impus[0]!);
        const invite = await check(`${name}: still served`, "33.203/P.2/01").answers(arriving);
        await invite?.respond(486);
        if (invite) await call.answered();
      }
      // A network of several may have taken one for each.
      await given("both are told the same S-CSCF", hosts[0] !== undefined && hosts[0] === hosts[1]);
    },
  }),

  /** Challenge of one between challenge and answer of the other, one of the runs failing: both as if alone. */
  testCase({
    id: "coexistence/schemes-do-not-disturb-each-other",
    title: "Interleaved registrations of different schemes end as they would alone",
    verifies: ["33.203/P.2/02"],
    kills: ["scscf/one-authentication-state"],
    peer: "ue",
    needs: { aka: true, digest: true },
    leases: ["aka", "digest", "digest"],
    async run({ ue, check, given }) {
      const [mobile, fixed, failing] = [await ue(), await ue(), await ue()];
      // A challenge does not last for ever: at once.
      const [forFixed, forMobile, forFailing] = await Promise.all([
        given("the Digest UE is challenged", fixed.challenge()),
        given("the AKA UE is challenged", mobile.challenge()),
        given("a third UE is challenged", failing.challenge()),
      ]);
      check("the Digest UE sees Digest", "33.203/P.2/02").that(forFixed.parameters.get("algorithm") ?? "MD5")
        .matches(PASSWORD);
      check("the AKA UE sees AKA", "33.203/P.2/02").that(forMobile.parameters.get("algorithm")).matches(AKA);
      const failed = await failing.answer(forFailing, { password: "not the password" });
      check("the failing one fails", "33.203/P.2/02").answer(failed.response).isClass(4);
      const [first, second] = await Promise.all([fixed.answer(forFixed), mobile.answer(forMobile)]);
      check("the Digest UE registers", "33.203/P.2/02").answer(first.response).isOneOf(200);
      check("the AKA UE registers", "33.203/P.2/02").answer(second.response).isOneOf(200);
    },
  }),

  /** Security-Client with a mechanism that nobody knows: the same challenge as without one, and no Security-Server. */
  testCase({
    id: "coexistence/unusable-security-client-counts-as-none",
    title: "Mechanisms that the P-CSCF cannot use are treated as if none were offered",
    verifies: ["33.203/P.3/06"],
    kills: ["pcscf/selects-unknown-mechanism", "pcscf/refuses-unusable-offer"],
    peer: "ue",
    leases: ["digest"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const plain = await given("without an offer the user is challenged", alice.challenge());
      for (const offer of ["ipsec-ike; q=0.5", "mechanism-of-tomorrow"]) {
        const answer = await alice.attempt({ fresh: true, headers: { "Security-Client": offer } });
        check(`${offer}: challenged`, "33.203/P.3/06").answer(answer).isOneOf(plain.status);
        check(`${offer}: not selected`, "33.203/P.3/06").about(answer)
          .that(answer.values("Security-Server").filter((value) => value.startsWith(offer.split(";")[0]!)))
          .equals([]);
        check(`${offer}: the same challenge as without`, "33.203/P.3/06").about(answer)
          .that(algorithmOf(answer)).equals(algorithmOf(plain.response));
      }
      await given("without an offer the user registers", register(alice));
    },
  }),

  /** A Digest subscriber over a fixed access, with and without Authorization: 401 Digest, then 200. */
  testCase({
    id: "coexistence/other-access-means-digest",
    title: "From an access that is neither 3GPP nor NASS a REGISTER is handled as SIP Digest",
    verifies: ["33.203/P.3/10"],
    kills: ["pcscf/demands-sec-agree", "pcscf/marks-everything-no"],
    peer: "ue",
    leases: ["digest"],
    async run({ ue, check }) {
      const alice = await ue();
      for (const withoutAuthorization of [false, true]) {
        const name = withoutAuthorization ? "without Authorization" : "with Authorization";
        const challenge = await check(`${name}: challenged`, "33.203/P.3/10").answers(
          alice.challenge({ fresh: true, withoutAuthorization }),
        );
        if (!challenge) continue;
        check(`${name}: algorithm`, "33.203/P.3/10").that(challenge.parameters.get("algorithm") ?? "MD5")
          .matches(PASSWORD);
        const { response } = await alice.answer(challenge);
        check(`${name}: registers`, "33.203/P.3/10").answer(response).isOneOf(200);
      }
    },
  }),

  /** Registered with AKA; then the same IMPI without Authorization, and with auth-done: challenged or refused. */
  testCase({
    id: "coexistence/scheme-does-not-change",
    title: "Later REGISTERs do not move a registration to a weaker scheme",
    verifies: ["33.203/P.4.1/02"],
    kills: ["scscf/changes-scheme"],
    peer: "ue",
    leases: ["aka+derivable-impi"],
    async run({ ue, check, given }) {
      const alice = await ue();
      await given("the UE registers with AKA", register(alice));
      const attempts: Readonly<Record<string, Tamper>> = {
        "without Authorization": (request) => void request.remove("Authorization"),
        "with auth-done": flag('integrity-protected="auth-done"'),
      };
      for (const [what, tamper] of Object.entries(attempts)) {
        const answer = await silenceIsUndefined(alice.attempt({ tamper }));
        isNoSuccess(check(`${what}: challenged or refused`, "33.203/P.4.1/02"), answer);
        check(`${what}: no password is asked for`, "33.203/P.4.1/02").about(answer)
          .that(passwordsAskedIn(answer)).equals([]);
      }
      await given("with AKA the UE registers again", register(alice));
    },
  }),

  /** First REGISTER without Authorization: challenged; answered with another user's name: 403; with the own: 200. */
  testCase({
    id: "coexistence/impi-is-derived-for-digest",
    title: "Without Authorization the core derives the IMPI, and holds the answer to it",
    verifies: ["33.203/P.6/02"],
    kills: ["icscf/demands-authorization"],
    peer: "ue",
    leases: ["digest", "digest"],
    async run({ ue, check }) {
      const [alice, bob] = [await ue(), await ue()];
      const answers = [
        [
          "another user's name",
          { username: bob.identity.impi, password: bob.subscriber.digest!.password },
          false,
        ],
        ["the own name", {}, true],
      ] as const;
      for (const [what, answer, registers] of answers) {
        const challenge = await check(`${what}: challenged first`, "33.203/P.6/02").answers(
          alice.challenge({ fresh: true, withoutAuthorization: true }),
        );
        if (!challenge) continue;
        const { response } = await alice.answer(challenge, answer);
        const judged = check(`${what}: ${registers ? "registered" : "not registered"}`, "33.203/P.6/02");
        if (registers) judged.answer(response).isOneOf(200);
        else isNoSuccess(judged, response);
      }
    },
  }),
];
