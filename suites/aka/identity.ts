/** Who is authenticated: clauses 5.1.1, 6.1.0, 6.1.1, 8.0 and S.4.1 of TS 33.203, and the liaison of 2001. */
import { testCase } from "../../harness/runner/case.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { AKA_ALGORITHM, credentialsWith } from "./_stimuli.ts";

export const identity = [
  /** `REGISTER -> 401 AKA`; with 3GPP P-Access-Network-Info, algorithm=MD5, no Security-Client `-> 401 AKA, or 4xx; never MD5` */
  testCase({
    id: "aka/umts-access-gets-aka",
    title: "A subscriber of IMS AKA is never offered SIP Digest, whatever the REGISTER hints at",
    verifies: ["33.203/6.1.0/02"],
    kills: ["scscf/password-for-aka-on-hint"],
    peer: "ue",
    needs: { aka: true },
    async run({ ue, check, given }) {
      const alice = await ue();
      const plain = await given("a REGISTER without hints is challenged", alice.challenge());
      check("without hints: the algorithm is of the AKA family", "33.203/6.1.0/02").about(plain.response)
        .that(plain.parameters.get("algorithm")).matches(AKA_ALGORITHM);
      const answer = await alice.attempt({
        fresh: true,
        tamper: (request) => {
          request.set("P-Access-Network-Info", "3GPP-UTRAN-FDD; utran-cell-id-3gpp=234151D0FCE11");
          request.remove("Security-Client");
          credentialsWith({ algorithm: "MD5" })(request);
        },
      });
      check("challenged or refused", "33.203/6.1.0/02").answer(answer).isClass(4);
      for (const { parameters } of answer.wwwAuthenticate) {
        check("the algorithm is of the AKA family", "33.203/6.1.0/02").that(parameters.get("algorithm"))
          .matches(AKA_ALGORITHM);
      }
    },
  }),

  /** `REGISTER` with an unknown, a malformed and an empty username, and with another's IMPI under own keys. */
  testCase({
    id: "aka/impi-is-what-is-authenticated",
    title: "The keys of the IMPI in the Authorization header decide, and no other's",
    verifies: ["33.203/6.1.0/01"],
    kills: ["hss/key-by-impu"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check }) {
      const [alice, bob] = [await ue(), await ue()];
      for (const impi of [`nobody@${alice.identity.homeDomain}`, "@@@", ""]) {
        const nobody = await ue({ as: 0, identity: { impi } });
        const registered = await nobody.register();
        check(`"${impi}" under the keys of the IMPU's owner`, "33.203/6.1.0/01").answer(registered.response)
          .isClass(4);
      }
      const liar = await ue({ as: 0, identity: { impi: bob.identity.impi, impus: bob.identity.impus } });
      const lie = await liar.register();
      check("another's IMPI under own keys does not register", "33.203/6.1.0/01").answer(lie.response)
        .isClass(4);
      const own = await bob.register();
      check("the same IMPI under its own keys does", "33.203/6.1.0/01").answer(own.response).isOneOf(200);
    },
  }),

  /**
   *     mallory                  network            friend
   *      |--- REGISTER, To: victim -->|
   *      |<-- 403 --------------------|
   *     victim (registered)
   *      |<-- INVITE -----------------|<-- INVITE ----|
   */
  testCase({
    id: "aka/impi-and-impu-belong-together",
    title: "Own keys do not register somebody else's public identity",
    verifies: ["33.203/6.1.1/03"],
    kills: ["hss/skips-impu-check"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka", "aka"],
    async run({ ue, check, given }) {
      const [mallory, victim, friend] = [await ue(), await ue(), await ue()];
      await given("the victim registers", register(victim));
      await given("a third subscriber registers", register(friend));
      const theft = await mallory.register({ impu: victim.identity.impus[0]! });
      check("the foreign IMPU is refused", "33.203/6.1.1/03").answer(theft.response).isClass(4);
      const reach = await call(friend, victim.identity.impus[0]!, victim);
      check("calls to the victim still reach the victim", "33.203/6.1.1/03").that(reach.delivered).equals(
        true,
      );
    },
  }),

  /** `REGISTER` with A's keys: B's IMPI; own IMPI to a foreign domain. Neither gives service. */
  testCase({
    id: "aka/tampered-identity-or-domain",
    title: "A UE that changed its IMPI or home domain gets no service",
    verifies: ["33.203/8.0/02"],
    kills: ["pcscf/serves-foreign-home-domain"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check }) {
      const [alice, bob] = [await ue(), await ue()];
      const impersonator = await ue({
        as: 0,
        identity: { impi: bob.identity.impi, impus: bob.identity.impus },
      });
      const stolen = await impersonator.register();
      check("own keys under a foreign IMPI", "33.203/8.0/02").answer(stolen.response).isClass(4);
      const elsewhere = await ue({ as: 0, identity: { homeDomain: "elsewhere.example" } });
      const foreign = await elsewhere.register();
      check("own IMPI towards a foreign domain", "33.203/8.0/02").answer(foreign.response).isClass(4, 5);
      const honest = await alice.register();
      check("untampered it registers", "33.203/8.0/02").answer(honest.response).isOneOf(200);
    },
  }),

  /** With A's credential: B's IMPI; A's IMPI with B's IMPU; a foreign realm. Each must be seen; A as A registers. */
  testCase({
    id: "aka/one-credential-per-impi",
    title: "The network sees a foreign IMPI, a foreign IMPU and a foreign realm under one credential",
    verifies: ["33.203/S.4.1/01"],
    kills: ["hss/serves-foreign-impu", "scscf/ignores-aka-realm"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given }) {
      const [alice, bob] = [await ue(), await ue()];
      const asBob = await ue({ as: 0, identity: { impi: bob.identity.impi, impus: bob.identity.impus } });
      const challenge = await given("the network challenges B's IMPI", asBob.challenge());
      check("AUTN does not verify with A's key", "33.203/S.4.1/01").that(challenge.aka?.macOk).equals(false);
      const answered = await asBob.answer(challenge);
      check("A's answer is refused", "33.203/S.4.1/01").answer(answered.response).isClass(4);
      const otherImpu = await alice.register({ impu: bob.identity.impus[0]! });
      check("A's IMPI with B's IMPU is refused", "33.203/S.4.1/01").answer(otherImpu.response).isClass(4);
      const realm = await given("the network challenges A", alice.challenge({ fresh: true }));
      const foreign = await alice.answer(realm, { realm: "elsewhere.example" });
      check("A's answer for a foreign realm is refused", "33.203/S.4.1/01").answer(foreign.response).isClass(
        4,
      );
      await given("A registers as A", register(alice));
    },
  }),

  /** `REGISTER IMPU2 (own set) -> 401 solvable with the key of IMPI1`; `REGISTER foreign IMPU -> refused` */
  testCase({
    id: "aka/vector-follows-the-private-identity",
    title: "The vector is that of the private identity, whichever public identity is registered",
    verifies: ["S3-010xxx/LS/02"],
    kills: ["scscf/vector-by-to-uri"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka+other-set", "aka"],
    async run({ ue, check }) {
      const [alice, bob] = [await ue(), await ue()];
      const challenge = await check("IMPU2 is challenged", "S3-010xxx/LS/02").answers(
        alice.challenge({ impu: alice.subscriber.otherSet[0]! }),
      );
      check("the challenge is for the key of the IMPI", "S3-010xxx/LS/02").that(challenge?.aka?.macOk).equals(
        true,
      );
      const foreign = await alice.attempt({ impu: bob.identity.impus[0]! });
      check("a foreign IMPU is refused", "S3-010xxx/LS/02").answer(foreign).isClass(4);
      check("and not answerable with the own key", "S3-010xxx/LS/02").answer(foreign).isOneOf(400, 403, 404);
    },
  }),

  /** INVITE from an address that never registered: nothing arrives; registered: not challenged for AKA. */
  testCase({
    id: "aka/only-registration-is-authenticated",
    title: "AKA happens at registration; requests without a registration are not served",
    verifies: ["S3-010xxx/LS/09"],
    kills: ["pcscf/routes-unregistered-request"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka", "aka"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(), await ue()];
      await given("the called subscriber registers", register(friend));
      const stranger = await call(alice, friend.identity.impus[0]!, friend, { within: timers.silence });
      check("an INVITE without registration reaches nobody", "S3-010xxx/LS/09").that(stranger.delivered)
        .equals(false);
      await given("the caller registers", register(alice));
      const served = await call(alice, friend.identity.impus[0]!, friend);
      check("with one it is served without a challenge of its own", "S3-010xxx/LS/09").that(served.delivered)
        .equals(true);
    },
  }),

  /** A barred IMPU preferred in an INVITE: not asserted at the called side; a call to it: not delivered. */
  testCase({
    id: "aka/barred-identity-gets-no-service",
    title: "The home network refuses a service that the profile does not allow",
    verifies: ["33.203/5.1.1/02"],
    kills: ["scscf/serves-barred-identity"],
    peer: "ue",
    needs: { aka: true },
    leases: ["aka+barred", "aka"],
    async run({ ue, check, given, timers }) {
      const [alice, friend] = [await ue(), await ue()];
      const barred = alice.subscriber.barred[0]!;
      await given("the caller registers", register(alice));
      await given("the called subscriber registers", register(friend));
      await servedAsItself({ given }, alice, friend);
      await servedAsItself({ given }, friend, alice);
      const reach = await call(alice, friend.identity.impus[0]!, friend, {
        within: timers.silence,
        preferredIdentity: barred,
      });
      check("the barred identity is not asserted to the called side", "33.203/5.1.1/02")
        .that(asserted(reach.invite)).lacks(barred);
      const inward = await call(friend, barred, alice, { within: timers.silence });
      check("the barred identity cannot be called", "33.203/5.1.1/02").that(inward.delivered).equals(false);
    },
  }),
];
