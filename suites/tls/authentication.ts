/** Digest inside TLS, and what becomes of the connection when it fails: O.1.1, O.1.4 and O.3.1 of TS 33.203. */
import type { SipResponse } from "sip-codec";
import type { AnswerOptions, Tamper } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { algorithmOf, PASSWORD } from "../_shared/challenges.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  arriving,
  currentOf,
  either,
  EXPECTED,
  impuOf,
  isNoSuccess,
  isServed,
  procedures,
  resumes,
  secure,
  secured,
  wayOf,
} from "./_sessions.ts";

const withoutCredentials: Tamper = (request) => void request.remove("Authorization");

const emptyResponse: AnswerOptions["credentials"] = ({ parameters }) => void parameters.set("response", "");

/** What only a P-CSCF may say (TS 24.229 7.2A.2). */
const INDICATORS = ["tls-yes", "tls-pending", "tls-connected", "auth-done"] as const;

const claiming = (value: string): Tamper => (request) =>
  void request.set(
    "Authorization",
    `${request.get("Authorization") ?? ""}, integrity-protected="${value}"`,
  );

/** Wrong passwords that are tried on a connection which the device leaves open. */
const GUESSES = 8;

export const authentication = [
  /**
   *     UE                              network
   *      |=== REGISTER ================>|   401, or 4xx
   *      |=== REGISTER, no response ===>|   4xx
   *      |=== REGISTER, wrong digest ==>|   4xx
   *      |=== REGISTER, right digest ==>|   200
   */
  testCase({
    id: "tls/digest-is-needed-inside-tls",
    title: "A TLS connection authenticates nobody: only a right digest registers",
    verifies: ["33.203/O.1.1/02"],
    kills: ["scscf/tls-registers-unchallenged"],
    peer: "ue",
    needs: { tls: true },
    async run(context) {
      const { ue, check, given, profile } = context;
      for (const [name, security] of Object.entries(procedures(profile))) {
        const alice = await ue({ as: 0, security });
        // Who never answers inside TLS may speak no SIP at all.
        const first = await given(`${name}: a REGISTER is answered`, alice.attempt());
        check(`${name}, nothing said: challenged`, "33.203/O.1.1/02").answer(first).isOneOf(401);
        check(`${name}: with Digest`, "33.203/O.1.1/02").about(first)
          .that(algorithmOf(first)).matches(PASSWORD);
        for (
          const [what, wrong] of [
            ["no credentials", { tamper: withoutCredentials }],
            ["an empty response", { credentials: emptyResponse }],
            ["a wrong digest", { password: "not the password" }],
          ] as const
        ) {
          const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true }));
          const outcome = await check(`${name}, ${what}: answered`, "33.203/O.1.1/02").answers(
            alice.answer(challenge, wrong),
          );
          check(`${name}, ${what}: refused`, "33.203/O.1.1/02").answer(outcome?.response).isClass(4);
        }
        const right = await alice.register({ fresh: true });
        check(`${name}, the right digest: registered`, "33.203/O.1.1/02").answer(right.response).isOneOf(200);
      }
    },
  }),

  /**
   *     UE                                                  network
   *      |--- REGISTER, integrity-protected of its own ------>|   401, 4xx, or nothing
   *      |=== registers over TLS ============================>|
   *      |--- the same, from here and from elsewhere -------->|   401, 4xx, or nothing
   */
  testCase({
    id: "tls/forged-indicator-is-void",
    title: "What a REGISTER in the clear says about its protection by TLS lets nobody in",
    verifies: ["33.203/O.1.4/02"],
    kills: ["pcscf/tls-keeps-forged-indicator"],
    peer: "ue",
    needs: { tls: true },
    async run(context) {
      const { ue, given, profile } = context;
      const alice = await ue({ security: either(profile) });
      const bare = await ue({ like: alice, security: "none" });
      const judge = async (name: string, attempt: Promise<SipResponse>) =>
        isNoSuccess(context, "33.203/O.1.4/02", name, await withinWindow(context, attempt));
      for (const value of INDICATORS) {
        await judge(`${value}, not registered`, bare.attempt({ fresh: true, tamper: claiming(value) }));
      }
      await secure({ given }, alice);
      for (const value of INDICATORS) {
        const tamper = claiming(value);
        await Promise.all([
          judge(`${value}, registered, from elsewhere`, bare.attempt({ fresh: true, tamper })),
          judge(`${value}, registered, from the user's address`, alice.attempt({ way: "clear", tamper })),
        ]);
      }
    },
  }),

  /** `REGISTER, 401, REGISTER with a wrong digest -> 4xx`, on the connection that carried it; a right one: 200. */
  testCase({
    id: "tls/failure-is-told-inside-tls",
    title: "A wrong digest over TLS is answered with 4xx on that connection",
    verifies: ["33.203/O.3.1.1/01"],
    kills: ["pcscf/tls-closes-before-failure"],
    peer: "ue",
    needs: { tls: true },
    async run(context) {
      const { ue, check, given, profile } = context;
      const alice = await ue({ security: either(profile) });
      const challenge = await given("the network challenges", alice.challenge());
      const outcome = await check("the wrong digest is answered", "33.203/O.3.1.1/01").answers(
        alice.answer(challenge, { password: "not the password" }),
      );
      check("with a failure", "33.203/O.3.1.1/01").answer(outcome?.response).isClass(4);
      check("on the connection that carried it", "33.203/O.3.1.1/01").about(outcome?.response)
        .that(wayOf(alice, outcome?.response, alice.tls!.connections.at(-1))).equals(EXPECTED);
      const right = await silenceIsUndefined(alice.register({ fresh: true }));
      await given("a right digest registers", right?.ok === true);
    },
  }),

  /**
   *     UE                                P-CSCF
   *      |=== REGISTER, wrong digest ===>|
   *      |<== 4xx =======================|   with 401 another guess, for as long as it is borne with
   *      |<== close_notify or FIN =======|
   *      |--- ClientHello, the session ->|   a full handshake, or none
   */
  testCase({
    id: "tls/failure-ends-connection-and-session",
    title: "After a failed authentication the P-CSCF closes the connection and forgets the session",
    verifies: ["33.203/O.3.1.1/02"],
    kills: ["pcscf/tls-open-after-failure"],
    peer: "ue",
    needs: { tls: true },
    async run(context) {
      const { ue, check, given, note, profile, timers } = context;
      const security = { ...either(profile), afterFailure: "keep" } as const;
      const alice = await ue({ security });
      const connection = await given("a connection comes about", alice.tls!.connect());
      // The way of the first REGISTER is that of the procedure: in the clear with security agreement.
      const first = security.agreement ? {} : { way: connection } as const;
      let challenge = await given("the network challenges", alice.challenge(first));
      for (let guesses = 1; guesses <= GUESSES; guesses++) {
        const answer = alice.answer(challenge, { way: connection, password: `guess ${guesses}` });
        const outcome = await silenceIsUndefined(answer);
        if (guesses === 1) await given("the wrong digest is answered", outcome !== undefined);
        if (!outcome?.next || !connection.open) break;
        note(`policy of the device: guess ${guesses} is challenged again`);
        challenge = outcome.next;
      }
      const end = await connection.ended(timers.answer);
      check("the P-CSCF closes the connection", "33.203/O.3.1.1/02").holds(end?.by === "peer", {
        expected: "the end of the connection from the device",
        actual: end?.says ?? "still open",
      });
      const { session } = connection;
      if (session === undefined) return note("there is no session to be resumed");
      const resumed = await resumes(alice, session);
      check("and resumes its session no more", "33.203/O.3.1.1/02").holds(!resumed, {
        expected: "a full handshake, or none",
        actual: resumed ? "the session is resumed" : "it is not resumed",
      });
    },
  }),

  /**
   *     UE                                          network
   *      |=== a whole registration, nonce N1 ======>|
   *      |=== on another connection: 401, N2 =======|
   *      |=== REGISTER, right digest over N1 ======>|
   *      |<== 401, stale=true, N3 ==================|   the connection stays
   *      |=== REGISTER, right digest over N3 ======>|
   *      |<== 200 ==================================|
   */
  testCase({
    id: "tls/stale-retry-on-same-connection",
    title: "A stale nonce is told, and answered anew, on the connection that is there",
    verifies: ["33.203/O.3.1.3/01"],
    kills: ["pcscf/tls-closes-on-stale"],
    peer: "ue",
    needs: { tls: true },
    async run(context) {
      const { ue, check, given, profile } = context;
      const security = either(profile);
      const { ue: earlier, registered } = await secured(context, 0, security);
      const nonce = registered.challenge?.parameters.get("nonce") ?? "";
      const alice = await ue({ like: earlier, security });
      const connection = await given("a connection comes about", alice.tls!.connect());
      const first = security.agreement ? {} : { way: connection } as const;
      const challenge = await given("the network challenges", alice.challenge(first));
      const late = alice.answer(challenge, { way: connection, nonce });
      const { next } = await given("the old nonce is answered", late.then((it) => ({ next: it.next })));
      const stale = next?.parameters.get("stale")?.toLowerCase() === "true";
      await given("with stale=true", stale && next !== undefined);
      check("on the connection that carried it", "33.203/O.3.1.3/01").about(next!.response)
        .that(wayOf(alice, next!.response, connection)).equals(EXPECTED);
      const outcome = connection.open
        ? await silenceIsUndefined(alice.answer(next!, { way: connection }))
        : undefined;
      check("the answer on the same connection registers", "33.203/O.3.1.3/01").answer(outcome?.response)
        .isOneOf(200);
      check("which carries the 200", "33.203/O.3.1.3/01").about(outcome?.response)
        .that(wayOf(alice, outcome?.response, connection)).equals(EXPECTED);
    },
  }),

  /**
   *     UE                              network          friend
   *      |=== REGISTER, answered ======>|   RST: the 200 is lost
   *      |=== registers anew ==========>|
   *      |<== INVITE ===================|<-- INVITE -----|   on the new connection
   */
  testCase({
    id: "tls/new-registration-replaces-lost-one",
    title: "A UE that lost the answer to its REGISTER registers anew, and is reached on the new connection",
    verifies: ["33.203/O.3.1.4/01"],
    kills: ["pcscf/tls-keeps-dead-connection"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { ue, check, given, profile } = context;
      const security = either(profile);
      const { ue: friend } = await secured(context, 1, security);
      const alice = await ue({ as: 0, security });
      const { connection: lost } = await secure({ given }, alice);
      await lost.close("reset");
      const anew = await check("a new registration is answered", "33.203/O.3.1.4/01").answers(
        alice.register({ fresh: true }),
      );
      check("with success", "33.203/O.3.1.4/01").answer(anew?.response).isOneOf(200);
      const connection = await given("there is a new connection", () => currentOf(alice));
      const { invite } = await call(friend, impuOf(alice), alice);
      check("a call to the UE arrives", "33.203/O.3.1.4/01").holds(invite !== undefined, arriving(invite));
      check("on the new connection", "33.203/O.3.1.4/01").about(invite).that(
        wayOf(alice, invite, connection),
      )
        .equals(EXPECTED);
      await isServed(context, "33.203/O.3.1.4/01", "a call from the UE", alice, friend);
    },
  }),
];
