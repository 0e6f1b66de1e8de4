/** Registration with IMS AKA: clauses 5.1.1, 5.1.2, 6.1.1 and 7.4 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { akaIn } from "../_shared/control.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import {
  afterwards,
  AKA_ALGORITHM,
  contactOf,
  credentialsWith,
  decodedLength,
  latin1,
  spellings,
  withoutCredentials,
  withoutResponse,
} from "./_stimuli.ts";
import { registeredPair } from "../_shared/scene.ts";

export const registration = [
  /**
   *     UE                         network
   *      |--- REGISTER ------------->|
   *      |<-- 401 RAND, AUTN --------|   MAC must be good
   *      |--- REGISTER wrong RES --->|
   *      |<-- 4xx -------------------|   never 200
   *      |--- REGISTER ------------->|
   *      |<-- 401 -------------------|
   *      |--- REGISTER right RES --->|
   *      |<-- 200 -------------------|
   */
  testCase({
    id: "aka/mutual-authentication",
    title: "Both sides prove themselves: AUTN verifies, and only the right RES registers",
    verifies: ["33.203/5.1.1/01"],
    kills: ["scscf/registers-without-challenge"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check }) {
      const alice = await ue();
      const first = await check("the first REGISTER is challenged", "33.203/5.1.1/01").answers(
        alice.challenge(),
      );
      if (!first) return;
      check("MAC in AUTN verifies with the subscriber's key", "33.203/5.1.1/01").that(first.aka?.macOk)
        .equals(true);
      const wrong = await alice.answer(first, { res: "wrong" });
      check("a wrong RES does not register", "33.203/5.1.1/01").answer(wrong.response).isClass(4);
      const right = await alice.register({ fresh: true });
      check("the right RES registers", "33.203/5.1.1/01").answer(right.response).isOneOf(200);
    },
  }),

  /** Five shapes of a first REGISTER, each `REGISTER -> 401 or 4xx`, none of them ever 200. */
  testCase({
    id: "aka/initial-registration-is-authenticated",
    title: "No shape of initial REGISTER gets in without an authentication run",
    verifies: ["33.203/5.1.2/01"],
    kills: ["scscf/skips-challenge-for-known-impu", "scscf/accepts-answer-to-no-challenge"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given, random }) {
      const alice = await ue();
      const invented = {
        nonce: btoa(random.token(40)),
        response: random.token(32),
        qop: "auth",
        nc: "00000001",
        cnonce: "c",
      };
      const shapes = {
        // First of all, while no challenge is open that it could be an answer to.
        "made-up nonce and response": credentialsWith(invented),
        "no Authorization": withoutCredentials(),
        "empty response": credentialsWith({ nonce: invented.nonce, response: "" }),
        "algorithm MD5 and made-up response": credentialsWith({ ...invented, algorithm: "MD5" }),
      };
      for (const [shape, tamper] of Object.entries(shapes)) {
        const answer = await alice.attempt({ fresh: true, tamper });
        check(`${shape}: challenged or refused`, "33.203/5.1.2/01").answer(answer).isClass(4);
      }
      await given("the UE registers", register(alice));
      await given("the UE de-registers", (await alice.deregister()).ok);
      const again = await alice.attempt({ fresh: true });
      check("after de-registration it is an initial registration again", "33.203/5.1.2/01").answer(again)
        .isClass(4);
    },
  }),

  /**
   *     UE (registered)   other address      network       friend
   *      |--- REGISTER in clear --------------->|
   *      |<-- 401, new nonce -------------------|
   *                       |--- REGISTER ------->|
   *                       |<-- 401, new nonce --|
   *      |<-- INVITE ---------------------------|<-- INVITE --|   the binding stands
   */
  testCase({
    id: "aka/unprotected-register-is-initial",
    title: "A REGISTER without integrity protection is challenged whatever is registered",
    verifies: ["33.203/5.1.2/03"],
    kills: ["scscf/accepts-clear-refresh"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("the UE registers", register(alice));
      await given("a second subscriber registers", register(friend));
      const contact = contactOf(registered.request);
      const refresh = await alice.attempt({ tamper: withoutResponse });
      check("a refresh in clear is challenged", "33.203/5.1.2/03").answer(refresh).isOneOf(401);
      const stranger = await ue({ like: alice });
      const foreign = await stranger.attempt({ ...(contact ? { contact } : {}) });
      check("the same from another address is challenged", "33.203/5.1.2/03").answer(foreign).isOneOf(401);
      check("with a nonce of its own", "33.203/5.1.2/03")
        .that(foreign.wwwAuthenticate[0]?.parameters.get("nonce"))
        .differsFrom(refresh.wwwAuthenticate[0]?.parameters.get("nonce"));
      const reach = await call(friend, alice.identity.impus[0]!, alice);
      check("the binding is as it was", "33.203/5.1.2/03").that(reach.delivered).equals(true);
    },
  }),

  /** `REGISTER -> 401`: the challenge of RFC 3310 taken apart. */
  testCase({
    id: "aka/challenge-is-rfc3310",
    title: "The challenge carries RAND, then AUTN, in the nonce, for the home realm",
    verifies: ["33.203/6.1.1/04"],
    kills: ["scscf/autn-before-rand", "scscf/realm-is-own-name"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const { parameters, aka } = await given("the network challenges", alice.challenge());
      check("realm is the home domain", "33.203/6.1.1/04").that(parameters.get("realm")).equals(
        alice.identity.homeDomain,
      );
      check("algorithm is of the AKA family", "33.203/6.1.1/04").that(parameters.get("algorithm")).matches(
        AKA_ALGORITHM,
      );
      check("the nonce decodes to RAND and AUTN at least", "33.203/6.1.1/04")
        .that(decodedLength(parameters.get("nonce"))).isAtLeast(32);
      check("AUTN verifies behind RAND", "33.203/6.1.1/04").that(aka?.macOk).equals(true);
    },
  }),

  /**
   *     UE                     network
   *      |--- REGISTER 1 -------->|
   *      |<-- 401 RAND 1 ---------|
   *      |--- REGISTER 2, 3 ----->|   not answered in between
   *      |<-- 401 RAND 2, 3 ------|   all different
   */
  testCase({
    id: "aka/vector-is-never-sent-twice",
    title: "Each REGISTER transaction is challenged with a vector of its own",
    verifies: ["33.203/6.1.1/07"],
    kills: ["scscf/repeats-open-nonce"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const rands: Uint8Array[] = [];
      for (const attempt of [1, 2, 3]) {
        const challenge = await given(`REGISTER ${attempt} is challenged`, alice.challenge());
        // The nonce may differ in what follows AUTN: it is the vector that may not come twice.
        rands.push((await akaIn({ given }, challenge)).rand);
      }
      check("RANDs of different transactions", "33.203/6.1.1/07").that(rands).allDistinct();
    },
  }),

  /** `REGISTER -> 401`, twice: neither carries key material, by name or by value. */
  testCase({
    id: "aka/challenge-hides-keys",
    title: "The challenge that reaches the UE carries no CK and no IK",
    verifies: ["33.203/6.1.1/09"],
    kills: ["pcscf/leaks-ck-ik"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const first = await given("the first REGISTER is challenged", alice.challenge());
      const { sqn } = await akaIn({ given }, first);
      const { next } = await alice.answer(first, { auts: { sqn } });
      for (const { response, aka } of next ? [first, next] : [first]) {
        for (const challenge of response.wwwAuthenticate) {
          check("no ck and no ik in the challenge", "33.203/6.1.1/09").about(response)
            .that(challenge.parameters).lacks("ck", "ik");
        }
        const text = latin1(response.toBytes()).toLowerCase();
        const shown = Object.entries({ CK: aka?.ck, IK: aka?.ik }).filter(([, key]) =>
          key && spellings(key).some((one) => text.includes(one))
        );
        check("no octets of CK or IK in the message", "33.203/6.1.1/09").about(response)
          .that(shown.map(([name]) => name)).equals([]);
      }
    },
  }),

  /** `REGISTER -> 401 -> REGISTER with one thing wrong -> 4xx`, a run each; the faultless one at the end gives 200. */
  testCase({
    id: "aka/only-the-right-response-registers",
    title: "Only a digest over the active XRES and this REGISTER authenticates",
    verifies: ["33.203/6.1.1/10"],
    kills: ["scscf/accepts-any-response"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const older = await given("the network challenges", alice.challenge());
      const wrongs = {
        "wrong RES": { res: "wrong" },
        "empty response": { credentials: afterwards("response", "") },
        "digest over an older nonce": { nonce: older.parameters.get("nonce") ?? "" },
        "digest made for another uri": { uri: "sip:elsewhere.example" },
        "algorithm MD5 in place of AKA": { algorithm: "MD5" },
        "another cnonce than was hashed": { credentials: afterwards("cnonce", "0123456789abcdef") },
        "another nc than was hashed": { credentials: afterwards("nc", "0000000f") },
      } as const;
      for (const [wrong, answer] of Object.entries(wrongs)) {
        const challenge = await given(`challenged before "${wrong}"`, alice.challenge({ fresh: true }));
        const { response } = await alice.answer(challenge, answer);
        check(`${wrong} is refused`, "33.203/6.1.1/10").answer(response).isClass(4);
      }
      const right = await alice.register({ fresh: true });
      check("the right digest registers", "33.203/6.1.1/10").answer(right.response).isOneOf(200);
    },
  }),

  /**
   *     UE (registered)        network        friend
   *      |<-- INVITE ------------|<-- INVITE to each IMPU of the set --|
   *      |--- INVITE, P-Preferred-Identity of the set -->|-- P-Asserted-Identity -->|
   */
  testCase({
    id: "aka/implicit-set-is-delivered",
    title: "Every IMPU of the implicit set is told to the UE, and can call and be called",
    verifies: ["33.203/6.1.1/12"],
    kills: ["scscf/implicit-impu-unreachable", "scscf/tells-sip-uris-only"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka+implicit-set", "aka"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("the UE registers", register(alice));
      await given("a second subscriber registers", register(friend));
      for (const impu of alice.subscriber.implicitSet) {
        check(`${impu} is in P-Associated-URI`, "33.203/6.1.1/12").that(registered.associatedUris).includes(
          impu,
        );
        const inward = await call(friend, impu, alice);
        check(`a call to ${impu} reaches the contact`, "33.203/6.1.1/12").that(inward.delivered).equals(true);
        const outward = await call(alice, friend.identity.impus[0]!, friend, { preferredIdentity: impu });
        check(`a call from ${impu} is asserted as such`, "33.203/6.1.1/12")
          .that(outward.invite?.assertedIdentities.map((one) => one.uri.toString())).includes(impu);
      }
      const foreign = await call(alice, friend.identity.impus[0]!, friend, {
        preferredIdentity: friend.identity.impus[0]!,
      });
      check("an identity outside the set is not asserted", "33.203/6.1.1/12")
        .that(foreign.invite?.assertedIdentities.map((one) => one.uri.toString()) ?? []).lacks(
          friend.identity.impus[0]!,
        );
    },
  }),

  /**
   *     UE              network             friend
   *      |--- REGISTER, answered ---->|   expires E
   *      |      … before E …          |
   *      |--- REGISTER, answered ---->|   refreshed
   *      |      … after the first E … |
   *      |<-- INVITE -----------------|<-- INVITE -- |
   *      |      … after the second E and the margin … |
   *                                   |<-- INVITE -- |
   *                                   |--- 480/404 ->|
   */
  testCase({
    id: "aka/registration-is-refreshed-and-expires",
    title: "A refresh extends the registration, and it ends after its time",
    verifies: ["33.203/6.1.1/13"],
    kills: ["scscf/refreshes-explicit-impu-only"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka+implicit-set", "aka"],
    tags: ["slow"],
    async run({ ue, check, given, timers, wait }) {
      const [alice, friend] = [await ue(), await ue()];
      const implicit = alice.subscriber.implicitSet[0]!;
      await given("a second subscriber registers", register(friend));
      const first = await given("the UE registers for a short time", register(alice, timers.minExpires));
      const lifetime = (first.expires ?? 0) * 1000;
      await wait(lifetime * 0.75);
      const second = await given("the UE refreshes", register(alice, timers.minExpires));
      await wait(lifetime * 0.75);
      const between = await call(friend, implicit, alice);
      check("an implicit IMPU is reachable after the first expiry", "33.203/6.1.1/13").that(between.delivered)
        .equals(true);
      await wait((second.expires ?? 0) * 1000 + timers.expiryMargin);
      const after = await call(friend, implicit, alice, { within: timers.silence });
      check("nobody is reachable after the second expiry", "33.203/6.1.1/13").that(after.delivered).equals(
        false,
      );
      check("the caller is told so", "33.203/6.1.1/13").answer(after.final).isOneOf(404, 480);
    },
  }),

  /**
   *     victim (registered)    attacker         network      friend
   *                             |--- REGISTER -------->|
   *                             |<-- 401 --------------|
   *                             |--- wrong answer ---->|
   *                             |<-- 4xx --------------|      … and with Expires: 0
   *      |<-- INVITE ----------------------------------|<-- INVITE --|
   */
  testCase({
    id: "aka/failed-authentication-does-not-deregister",
    title: "Wrong answers from elsewhere do not knock a registered user off",
    verifies: ["33.203/6.1.1/14"],
    kills: ["scscf/wrong-answer-deregisters"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given }) {
      const [victim, friend] = await registeredPair({ ue, given });
      const attacker = await ue({ like: victim });
      let answered = 0;
      for (const expires of [600, 0, 600]) {
        const attempt = await attacker.register({ expires, fresh: true, answer: { res: "wrong" } });
        if (attempt.challenge) answered++;
        check(`the attacker, Expires ${expires}, is refused`, "33.203/6.1.1/14").answer(attempt.response)
          .isClass(4);
      }
      const reach = await call(friend, victim.identity.impus[0]!, victim);
      check("the victim is still reachable", "33.203/6.1.1/14").that(reach.delivered).equals(true);
      await given("a challenge was there to be answered wrongly", answered > 0);
    },
  }),
];
