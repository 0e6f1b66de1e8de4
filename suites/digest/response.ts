/** The answer to the challenge and its verification: the second half of clause N.2.1.1 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { AnswerOptions } from "../../harness/peer/ue/types.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { answeredWith, nonceOf } from "./_stimuli.ts";
import { registeredPair } from "../_shared/scene.ts";

export const response = [
  /** Usernames other than the IMPI, each with a digest computed for it: 401 or 403, never 200. */
  testCase({
    id: "digest/impi-is-what-is-authenticated",
    title: "The identity authenticated is the IMPI, not whatever the username says",
    verifies: ["33.203/N.1/04"],
    kills: ["scscf/ignores-username"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, bob] = [await ue(), await ue()];
      const usernames = {
        "another subscriber's IMPI": bob.identity.impi,
        "the IMPU": alice.identity.impus[0]!,
        "the IMPI in another realm": `${alice.identity.impi.split("@")[0]}@elsewhere.example`,
      };
      for (const [what, username] of Object.entries(usernames)) {
        const { response } = await answeredWith(alice, given, { username });
        check(`${what} is refused`, "33.203/N.1/04").answer(response).isOneOf(400, 401, 403, 404);
      }
      const right = await alice.register({ fresh: true });
      check("the IMPI registers", "33.203/N.1/04").answer(right.response).isOneOf(200);
    },
  }),

  /** `REGISTER username=A, To: A -> 200`; `username=A, To: B -> 403`; the same with an unknown IMPU. */
  testCase({
    id: "digest/impi-and-impu-belong-together",
    title: "An IMPU that is not the user's is refused before any challenge can be answered",
    verifies: ["33.203/N.2.1.1/10"],
    kills: ["hss/digest-vector-for-foreign-impu"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, bob] = [await ue(), await ue()];
      await given("the user's own IMPU registers", register(alice));
      for (const impu of [bob.identity.impus[0]!, `sip:nobody@${alice.identity.homeDomain}`]) {
        const { response } = await alice.register({ impu, fresh: true });
        check(`${impu} does not register`, "33.203/N.2.1.1/10").answer(response).isOneOf(400, 403, 404);
      }
    },
  }),

  /** B answers A's challenge with B's right credentials, A an invented nonce: neither registers. Each their own: both do. */
  testCase({
    id: "digest/nonce-belongs-to-the-impi",
    title: "A nonce is good for the IMPI it was issued to, and for no other",
    verifies: ["33.203/N.2.1.1/17"],
    kills: ["scscf/accepts-any-issued-nonce"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given, random }) {
      const [alice, bob] = [await ue(), await ue()];
      const forAlice = await given("A is challenged", alice.challenge());
      const forBob = await given("B is challenged", bob.challenge());
      const borrowed = await bob.answer(forBob, { nonce: nonceOf(forAlice) });
      check("A's nonce does not register B", "33.203/N.2.1.1/17").answer(borrowed.response).isClass(4);
      const invented = await alice.answer(forAlice, { nonce: random.token(32) });
      check("an invented nonce does not register A", "33.203/N.2.1.1/17").answer(invented.response).isClass(
        4,
      );
      for (const own of [alice, bob]) {
        await given(`${own.identity.impi} registers with a nonce of its own`, register(own));
      }
    },
  }),

  /** One parameter of SM7 missing or altered, the response recomputed for it: 4xx for each; complete: 200. */
  testCase({
    id: "digest/answer-is-complete",
    title: "An answer that lacks or alters a parameter is refused although its digest fits",
    verifies: ["33.203/N.2.1.1/20"],
    kills: ["scscf/ignores-digest-uri", "scscf/accepts-nonce-count-zero"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+sha-256"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const variants: Readonly<Record<string, AnswerOptions>> = {
        "uri of another registrar": { uri: "sip:registrar.elsewhere.example" },
        "another realm": { realm: "elsewhere.example" },
        "algorithm MD5 where SHA-256 was offered": { algorithm: "MD5" },
        "nc=00000000": { nc: 0 },
        "no cnonce": { credentials: (credentials) => void credentials.parameters.delete("cnonce") },
        "no uri": { credentials: (credentials) => void credentials.parameters.delete("uri") },
        "no nonce": { credentials: (credentials) => void credentials.parameters.delete("nonce") },
        "nc of seven digits": {
          credentials: (credentials) => void credentials.parameters.set("nc", "0000001"),
        },
      };
      for (const [variant, answer] of Object.entries(variants)) {
        const { response } = await answeredWith(alice, given, answer);
        check(`${variant} is refused`, "33.203/N.2.1.1/20").answer(response).isClass(4);
      }
      const complete = await alice.register({ fresh: true });
      check("the complete answer registers", "33.203/N.2.1.1/20").answer(complete.response).isOneOf(200);
    },
  }),

  /** The response one digit off, cut short, for another method, for an empty password, for another case: 4xx each. */
  testCase({
    id: "digest/response-is-compared-whole",
    title: "Only the exact digest over H(A1) and the nonce registers",
    verifies: ["33.203/N.2.1.1/21"],
    kills: ["scscf/compares-response-prefix"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const variants: Readonly<Record<string, AnswerOptions>> = {
        "last digit changed": {
          credentials: edited((response) => response.slice(0, -1) + flipped(response.at(-1))),
        },
        "first digit changed": {
          credentials: edited((response) => flipped(response[0]) + response.slice(1)),
        },
        "cut to eight digits": { credentials: edited((response) => response.slice(0, 8)) },
        "empty": { credentials: edited(() => "") },
        "for method INVITE": { method: "INVITE" },
        "empty password": { password: "" },
        "username in capitals": { username: alice.identity.impi.toUpperCase() },
      };
      for (const [variant, answer] of Object.entries(variants)) {
        const { response } = await answeredWith(alice, given, answer);
        check(`response ${variant}: refused`, "33.203/N.2.1.1/21").answer(response).isClass(4);
      }
      const right = await alice.register({ fresh: true });
      check("the exact one registers", "33.203/N.2.1.1/21").answer(right.response).isOneOf(200);
    },
  }),

  /** `REGISTER -> 401 (no Authentication-Info) -> REGISTER -> 200 rspauth, qop, cnonce, nc`. */
  testCase({
    id: "digest/network-proves-itself",
    title: "The 200 carries the network's own digest, and echoes qop, cnonce and nc",
    verifies: ["33.203/N.2.1.1/25"],
    kills: ["scscf/rspauth-with-method"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const challenge = await given("the network challenges", alice.challenge());
      check("no Authentication-Info in the 401", "33.203/N.2.1.1/25").that(
        challenge.response.get("Authentication-Info"),
      )
        .isAbsent();
      const registered = await alice.answer(challenge);
      await given("the UE registers", registered.ok);
      const sent = registered.request.authorization[0]?.parameters;
      const info = registered.response.authenticationInfo;
      check("rspauth is the digest of the same password", "33.203/N.2.1.1/25").that(registered.rspauthOk)
        .equals(true);
      check("qop", "33.203/N.2.1.1/25").that(info?.get("qop")).equals("auth");
      check("cnonce is ours", "33.203/N.2.1.1/25").that(info?.get("cnonce")).equals(sent?.get("cnonce"));
      check("nc is ours", "33.203/N.2.1.1/25").that(info?.get("nc")).equals(sent?.get("nc"));
    },
  }),

  /** rspauth in each of three initial registrations, verified; then a UE that gave up is registered anew. */
  testCase({
    id: "digest/rspauth-can-be-relied-on",
    title: "Every 200 can be verified by the UE, and one that gave up registers later",
    verifies: ["33.203/N.2.1.1/32"],
    kills: ["scscf/empty-rspauth"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      for (const run of [1, 2, 3]) {
        const registered = await given(`registration ${run}`, register(alice));
        check(`rspauth of run ${run}`, "33.203/N.2.1.1/32").that(registered.rspauthOk).equals(true);
        // Who is known by her address need not be challenged again, and then there is no rspauth.
        await given(`registration ${run} is ended`, alice.deregister());
      }
      const later = await alice.register({ fresh: true });
      check("a later registration succeeds", "33.203/N.2.1.1/32").answer(later.response).isOneOf(200);
    },
  }),

  /**
   *     UE (registered)     attacker       network      friend
   *                          |--- REGISTER ---->|
   *                          |<-- 401 ----------|   never answered
   *      |<-- INVITE --------------------------|<-- INVITE --|
   */
  testCase({
    id: "digest/pending-challenge-leaves-registration",
    title: "A challenge that nobody answers does not make a registered user unreachable",
    verifies: ["33.203/N.2.1.1/09"],
    kills: ["scscf/drops-binding-on-challenge"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const attacker = await ue({ like: alice });
      await given("the attacker's REGISTER is challenged", attacker.challenge());
      const reach = await call(friend, alice.identity.impus[0]!, alice);
      check("a call still arrives at the original flow", "33.203/N.2.1.1/09").that(reach.delivered).equals(
        true,
      );
    },
  }),

  /** The set in P-Associated-URI; a call to and from each member. */
  testCase({
    id: "digest/implicit-set-is-delivered",
    title: "Every IMPU of the implicit set is told, can call and be called",
    verifies: ["33.203/N.2.1.1/23"],
    kills: ["scscf/registers-explicit-impu-only"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+implicit-set", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("the UE registers", register(alice));
      await given("a second subscriber registers", register(friend));
      for (const impu of alice.subscriber.implicitSet) {
        check(`${impu} is told`, "33.203/N.2.1.1/23").that(registered.associatedUris).includes(impu);
        const inward = await call(friend, impu, alice);
        check(`a call to ${impu} arrives`, "33.203/N.2.1.1/23").that(inward.delivered).equals(true);
        const outward = await call(alice, friend.identity.impus[0]!, friend, { preferredIdentity: impu });
        check(`a call from ${impu} is served`, "33.203/N.2.1.1/23").that(outward.delivered).equals(true);
      }
    },
  }),

  /** `REGISTER, answered -> 200 P-Associated-URI`: the implicit set, and nobody who is barred. */
  testCase({
    id: "digest/barred-identity-is-not-told",
    title: "A barred IMPU of the implicit set is not among those that the UE is told of",
    verifies: ["33.203/N.2.1.1/23"],
    kills: ["scscf/tells-barred-identities"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+barred+implicit-set"],
    async run({ ue, check, given }) {
      const alice = await ue();
      const { associatedUris, response } = await given("the UE registers", register(alice));
      for (const impu of alice.subscriber.implicitSet) {
        check(`${impu} is told`, "33.203/N.2.1.1/23").about(response).that(associatedUris).includes(impu);
      }
      check("what is barred is not", "33.203/N.2.1.1/23").about(response)
        .that(associatedUris).lacks(...alice.subscriber.barred);
    },
  }),

  /** Expires E; refreshed before E; reachable after the first E, not after the second and the margin. */
  testCase({
    id: "digest/registration-is-refreshed-and-expires",
    title: "A refresh extends the registration, and service ends after its time and not before",
    verifies: ["33.203/N.2.1.1/24"],
    kills: ["scscf/refresh-keeps-expiry"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest"],
    tags: ["slow"],
    async run({ ue, check, given, timers, wait }) {
      const [alice, friend] = [await ue(), await ue()];
      await given("a second subscriber registers", register(friend));
      const first = await given("the UE registers for a short time", register(alice, timers.minExpires));
      const lifetime = (first.expires ?? 0) * 1000;
      await wait(lifetime * 0.75);
      const second = await given("the UE refreshes", register(alice, timers.minExpires));
      await wait(lifetime * 0.75);
      const between = await call(friend, alice.identity.impus[0]!, alice);
      check("reachable after the first expiry", "33.203/N.2.1.1/24").that(between.delivered).equals(true);
      await wait((second.expires ?? 0) * 1000 + timers.expiryMargin);
      const after = await call(friend, alice.identity.impus[0]!, alice, { within: timers.silence });
      check("not reachable after the second", "33.203/N.2.1.1/24").that(after.delivered).equals(false);
      check("and the caller is told", "33.203/N.2.1.1/24").answer(after.final).isOneOf(404, 480);
    },
  }),
];

function edited(edit: (response: string) => string): NonNullable<AnswerOptions["credentials"]> {
  return ({ parameters }) => void parameters.set("response", edit(parameters.get("response") ?? ""));
}

/** Another hexadecimal digit. */
function flipped(digit: string | undefined): string {
  return digit === "0" ? "1" : "0";
}
