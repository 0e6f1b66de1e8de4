/**
 * What the P-CSCF leaves alone: challenges and credentials between UE and home network, clauses N.2.1.1 and Q.1 of TS
 * 33.203. The tester is both of them.
 */
import { type Challenge, type Credentials, formatChallenge, Params } from "sip-codec";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { AT_HOME, HOME } from "../_shared/home.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";

/** Challenges that a home network may send; what is in them is between it and the UE. */
const CHALLENGES: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  "MD5": [{ algorithm: "MD5", qop: "auth" }],
  "opaque, and parameters nobody knows": [
    {
      algorithm: "MD5",
      qop: "auth",
      opaque: "5ccc069c403ebaf9f0171e9517f40e41",
      domain: "sip:h.example",
      x: "y,z",
    },
  ],
  "SHA-256": [{ algorithm: "SHA-256", qop: "auth", userhash: "false" }],
  "an algorithm of tomorrow": [{ algorithm: "SHA3-512", qop: "auth", opaque: "tomorrow" }],
  "two, the better one first": [
    { algorithm: "SHA-256", qop: "auth", opaque: "a" },
    { algorithm: "MD5", qop: "auth", opaque: "b" },
  ],
};

export const home: readonly CaseDefinition[] = [
  /**
   *     UE                 P-CSCF             home network
   *      |--- REGISTER ------>|--- REGISTER ------>|
   *      |<-- 401 ------------|<-- 401 ------------|   the same challenges, in the same order
   */
  testCase({
    id: "digest/challenge-comes-unaltered",
    title: "The challenge gets to the UE as the home network has sent it",
    ...AT_HOME,
    verifies: ["33.203/N.2.1.1/18"],
    kills: ["pcscf/strips-opaque", "pcscf/strips-unknown-algorithms"],
    needs: { ...HOME, digest: true },
    async run({ ue, homeNetwork, check, random }) {
      const home = await homeNetwork({ users: ["digest"] });
      const alice = await ue({ home });
      for (const [name, challenges] of Object.entries(CHALLENGES)) {
        const sent = challenges.map((parameters) => ({
          scheme: "Digest",
          parameters: new Params({ realm: home.domain, nonce: random.token(32), ...parameters }),
        }));
        const headers = { "WWW-Authenticate": sent.map(formatChallenge) };
        home.script((register) => register.respond(401, { headers }));
        const answer = await silenceIsUndefined(alice.attempt({ fresh: true }));
        check(`${name}: forwarded`, "33.203/N.2.1.1/18").answer(answer).isOneOf(401);
        check(`${name}: as it was sent`, "33.203/N.2.1.1/18").about(answer)
          .that(meaning(answer?.wwwAuthenticate ?? [])).equals(meaning(sent));
      }
    },
  }),

  /**
   *     UE (registered)    P-CSCF             home network
   *      |--- INVITE -------->|--- INVITE -------->|
   *      |<-- 407 ------------|<-- 407 ------------|   Proxy-Authenticate as it was sent
   *      |--- INVITE -------->|--- INVITE -------->|   Proxy-Authorization as it was sent
   */
  testCase({
    id: "digest/proxy-authentication-is-transparent",
    title: "Challenge and credentials of proxy authentication pass the P-CSCF unchanged",
    ...AT_HOME,
    verifies: ["33.203/Q.1/04"],
    kills: ["pcscf/removes-proxy-authorization"],
    needs: { ...HOME, "proxy-auth": true },
    async run({ ue, homeNetwork, check, given, random }) {
      const home = await homeNetwork({ users: ["digest"], answers: ["OPTIONS", "SUBSCRIBE"] });
      const alice = await ue({ home });
      await given("the UE registers", register(alice));
      const sent = {
        scheme: "Digest",
        parameters: new Params({
          realm: home.domain,
          nonce: random.token(32),
          algorithm: "MD5",
          qop: "auth",
          opaque: random.token(8),
          "x-of-tomorrow": "a, b",
        }),
      };
      const target = `sip:somebody@${home.domain}`;
      for (const method of ["INVITE", "MESSAGE"]) {
        const first = await alice.request(method, target, { authenticate: false });
        const arrived = await given(`${method}: comes to the home network`, home.incoming(method));
        await arrived.respond(407, { headers: { "Proxy-Authenticate": formatChallenge(sent) } });
        const challenge = await first.final();
        check(`${method}: the challenge`, "33.203/Q.1/04").about(challenge)
          .that(meaning(challenge.proxyAuthenticate)).equals(meaning([sent]));
        const written = `${
          alice.credentials(alice.takeApart(challenge, first.request), { method, uri: target })
        }, x-of-tomorrow="c, d"`;
        const again = await alice.request(method, target, {
          authenticate: false,
          headers: { "Proxy-Authorization": written },
        });
        const second = await check(`${method}: with credentials it comes again`, "33.203/Q.1/04")
          .answers(home.incoming(method));
        check(`${method}: the credentials`, "33.203/Q.1/04").about(second?.request)
          .that(meaning(second?.request.proxyAuthorization ?? []))
          .equals(meaning(again.request.proxyAuthorization));
        await second?.respond(403);
        await again.final();
      }
    },
  }),
];

/** What challenges or credentials say, however it is written. */
function meaning(challenges: readonly (Challenge | Credentials)[]): readonly unknown[] {
  return challenges.map((
    { scheme, parameters },
  ) => [scheme, ...parameters.names().map((name) => [name, parameters.get(name)])]);
}
