/** One connection, one user: O.2.1, O.2.2, O.4.1 and O.4.2 of TS 33.203, and Q.1 where it is about TLS. */
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { registersThrough, servesOneUser } from "./_reuse.ts";
import {
  AGREED,
  dialled,
  either,
  EXPECTED,
  further,
  impuOf,
  isRefused,
  isServed,
  NOTHING,
  only,
  secure,
  secured,
  securedPair,
  tries,
  versionsOf,
  wayOf,
} from "./_sessions.ts";

/** Handshakes that are left idle. */
const IDLE = 8;

export const association = [
  /**
   *     A's terminal               P-CSCF          friend
   *      |=== SM7, SM12 on one ======>|
   *      |=== INVITE on another =====>|   refused
   *     somebody with A's password, elsewhere
   *      |=== SM7, SM12 on one ======>|
   *      |=== INVITE on another =====>|   refused
   *      |=== INVITE on the one =====>|--- INVITE ---->|   as A
   */
  testCase({
    id: "tls/endpoint-is-who-authenticated",
    title: "Only the connection that carried the authentication is served as the user, not the address",
    verifies: ["33.203/O.2.1/07"],
    kills: ["pcscf/tls-associates-by-address"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { ue, profile } = context;
      const security = either(profile);
      const [{ ue: alice }, { ue: friend }] = await securedPair(context, security);
      const second = await further(alice);
      const attempt = second ? await tries(context, alice, friend, { way: second }) : NOTHING;
      isRefused(context, "33.203/O.2.1/07", "another connection from the address", attempt);
      const relay = await secure(context, await ue({ like: alice, security }));
      const third = await further(relay.ue);
      const stolen = third ? await tries(context, relay.ue, friend, { way: third }) : NOTHING;
      isRefused(context, "33.203/O.2.1/07", "another connection of who relayed the answer", stolen);
      const way = { way: relay.connection } as const;
      await isServed(context, "33.203/O.2.1/07", "the connection that carried it", relay.ue, friend, way);
    },
  }),

  /**
   *     A         B, unregistered       P-CSCF        callee
   *                |=== INVITE, "A" ======>|   refused
   *                |=== registers ========>|
   *                |=== INVITE, "A" ======>|--- INVITE --->|   as B, or not at all
   *
   * "A": in From and P-Preferred-Identity.
   */
  testCase({
    id: "tls/identity-comes-from-the-connection",
    title: "Whom a request prefers does not decide whose it is; the connection does",
    verifies: ["33.203/Q.1/01"],
    kills: ["pcscf/tls-user-by-preferred-identity"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest", "digest"],
    async run(context) {
      const { ue, check, profile } = context;
      const security = either(profile);
      const [{ ue: alice }, { ue: friend }] = await securedPair(context, security);
      const bob = await ue({ as: 2, security });
      const [own, his] = [impuOf(bob), impuOf(alice)];
      const lies = {
        "P-Preferred-Identity": { preferredIdentity: his },
        "From": { from: his },
        "both": { from: his, preferredIdentity: his },
      };
      for (const [name, lie] of Object.entries(lies)) {
        const connection = await further(bob);
        const attempt = connection && await tries(context, bob, friend, { ...lie, way: connection });
        isRefused(context, "33.203/Q.1/01", `unregistered, A in ${name}`, attempt ?? NOTHING);
        await connection?.close();
      }
      const { connection } = await secure(context, bob);
      for (const [name, lie] of Object.entries(lies)) {
        const { invite, answer } = await tries(context, bob, friend, { ...lie, way: connection });
        const who = asserted(invite);
        check(`registered, A in ${name}: A is not asserted`, "33.203/Q.1/01").about(invite)
          .that(who).lacks(his);
        check(`registered, A in ${name}: B is, or the call is refused`, "33.203/Q.1/01")
          .about(invite ?? answer).holds(invite ? who.includes(own) : (answer?.status ?? 400) >= 300, {
            expected: `${own} in P-Asserted-Identity, or an error`,
            actual: invite ? who : answer ?? "no answer",
          });
      }
    },
  }),

  /**
   *     A's terminal, with what B says        P-CSCF        callee
   *      |=== initial REGISTER of B =========>|   4xx or 401; the connection may be closed
   *      |=== INVITE, A and then B preferred >|--- INVITE --->|   not as B
   *      |=== whole registration of B =======>|   4xx, or 200
   *      |=== INVITE, A and then B preferred >|--- INVITE --->|   as one of them, the same each time
   */
  testCase({
    id: "tls/one-connection-never-serves-two",
    title: "An initial registration of somebody else on a connection does not make it serve both",
    verifies: ["33.203/O.2.2/03"],
    kills: ["pcscf/tls-mixes-users"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest", "digest"],
    async run(context) {
      const { ue, note } = context;
      const { ue: friend } = await secured(context, 2, AGREED);
      const { ue: alice, connection } = await secured(context, 0, AGREED);
      const bob = await ue({ as: 1, security: AGREED });
      const parties = { alice, bob, friend, connection };
      for (const until of ["challenged", "answered"] as const) {
        const answer = await registersThrough(context, parties, until);
        const name = until === "challenged" ? "an incomplete registration" : "a whole registration";
        note(`${name} of B is answered ${answer?.status ?? "nothing"}`);
        const granted = answer?.status === 200;
        const may = { aliceMay: !granted, bobMay: granted };
        await servesOneUser(context, "33.203/O.2.2/03", name, parties, may);
      }
      await silenceIsUndefined(alice.register({ fresh: true }));
      await secure(context, bob);
      await isServed(context, "33.203/O.2.2/03", "B on a connection of his own", bob, friend);
    },
  }),

  /**
   *     UE (registered)                 P-CSCF          friend
   *      |=== RST ======================>|
   *      |                               |<-- INVITE ----|   not sent anywhere
   *      |=== handshake, INVITE ========>|   refused
   *      |=== REGISTER, 401, answer ====>|   200
   *      |=== INVITE ===================>|--- INVITE --->|
   */
  testCase({
    id: "tls/lost-connection-needs-new-registration",
    title: "After the loss of its connection a UE gets service by a new registration, and not sooner",
    verifies: ["33.203/O.4.1/03"],
    kills: ["pcscf/tls-new-connection-inherits"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check } = context;
      const [{ ue: alice, connection: lost }, { ue: friend }] = await securedPair(context);
      await lost.close("reset");
      const early = await further(alice);
      const attempt = early ? await tries(context, alice, friend, { way: early }) : NOTHING;
      isRefused(context, "33.203/O.4.1/03", "an INVITE on a new connection", attempt);
      const inward = await tries(context, friend, alice, { way: "current" });
      isRefused(context, "33.203/O.4.1/03", "a call to the UE", inward);
      check("nobody connects to the Contact", "33.203/O.4.1/03").that(dialled(alice)).isAbsent();
      const outcome = await check("a new registration is answered", "33.203/O.4.1/03").answers(
        alice.register({ fresh: true }),
      );
      check("with success", "33.203/O.4.1/03").answer(outcome?.response).isOneOf(200);
      await isServed(context, "33.203/O.4.1/03", "then a call", alice, friend);
    },
  }),

  /**
   *     UE (registered)                              P-CSCF          friend
   *      |=== another connection, INVITE =============>|   refused
   *      |=== another, resuming the session, INVITE ==>|   refused
   *      |=== several idle ones ======================>|
   *      |=== INVITE on the registered one ===========>|--- INVITE ---->|
   */
  testCase({
    id: "tls/resumed-session-is-not-the-user",
    title: "Outside a registration procedure no further connection is served, resumed sessions neither",
    verifies: ["33.203/O.4.2/04"],
    kills: ["pcscf/tls-serves-resumed-session"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { note, profile } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      for (const version of versionsOf(profile)) {
        const { ue: alice, connection } = await secured(context, 0, only(version, either(profile)));
        const { session } = connection;
        if (session === undefined) note(`${version}: the device gives no session to resume`);
        for (const resume of [undefined, session]) {
          const name = resume === undefined ? "a further connection" : "one that resumes the session";
          const other = await further(alice, resume === undefined ? {} : { resume });
          if (resume !== undefined && other) note(`${version}: resumed: ${other.negotiated.resumed}`);
          const attempt = other ? await tries(context, alice, friend, { way: other }) : NOTHING;
          isRefused(context, "33.203/O.4.2/04", `${version}, ${name}`, attempt);
        }
        for (let count = 0; count < IDLE; count++) await further(alice);
        const way = { way: connection } as const;
        await isServed(context, "33.203/O.4.2/04", `${version}, the registered one`, alice, friend, way);
      }
    },
  }),

  /**
   *     UE (registered)                          P-CSCF          friend
   *      |--- REGISTER in the clear, tls offered ->|   401
   *      |=== SM7 on a new connection ============>|   200
   *      |=== INVITE on the old one ==============>|   refused
   *      |=== INVITE on the new one ==============>|--- INVITE ---->|
   */
  testCase({
    id: "tls/new-session-replaces-the-old",
    title: "A UE that begins anew in the clear is registered, and its old connection serves no more",
    verifies: ["33.203/O.4.3/06"],
    kills: ["pcscf/tls-keeps-old-association"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check } = context;
      const [{ ue: alice, connection: old }, { ue: friend }] = await securedPair(context, AGREED);
      const challenge = await check("an unprotected REGISTER is challenged", "33.203/O.4.3/06").answers(
        alice.challenge({ fresh: true, way: "clear" }),
      );
      if (!challenge) return;
      const outcome = await silenceIsUndefined(alice.answer(challenge, { way: "connect" }));
      check("and registers over a new connection", "33.203/O.4.3/06").answer(outcome?.response).isOneOf(200);
      const { current } = alice.tls!;
      check("which is another one", "33.203/O.4.3/06").holds(current !== undefined && current !== old, {
        expected: "a registration that a new connection carries",
        actual: !current
          ? "no connection carries it"
          : current === old
          ? "the old one carries it"
          : "a new one carries it",
      });
      const attempt = old.open ? await tries(context, alice, friend, { way: old }) : NOTHING;
      isRefused(context, "33.203/O.4.3/06", "the old connection", attempt);
      const { invite } = await call(alice, impuOf(friend), friend);
      check("the new one is served", "33.203/O.4.3/06").that(asserted(invite)).includes(impuOf(alice));
    },
  }),

  /**
   *     UE                                P-CSCF
   *      |--- SM1, SM6, first run -------->|
   *      |--- SM1, SM6, second run ------->|
   *      |=== second answer, connection 2 >|   200, on connection 2
   *      |=== first answer, connection 1 =>|   4xx on connection 1, or nothing
   */
  testCase({
    id: "tls/answers-stay-on-their-connection",
    title: "Of two registrations at once one comes about, and each is answered where it was asked",
    verifies: ["33.203/O.4.1/01"],
    kills: ["pcscf/tls-answers-elsewhere"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { ue, check, given, profile } = context;
      const security = either(profile);
      const { ue: friend } = await secured(context, 1, security);
      const alice = await ue({ as: 0, security });
      const runs = [];
      for (const name of ["first", "second"]) {
        const connection = await given(`the ${name} connection comes about`, alice.tls!.connect());
        const way = security.agreement ? "clear" : connection;
        const challenge = await given(`the ${name} run is challenged`, alice.challenge({ fresh: true, way }));
        runs.push({ name, connection, challenge });
      }
      const served = new Set<string>();
      for (const { name, connection, challenge } of runs.toReversed()) {
        const outcome = connection.open
          ? await silenceIsUndefined(alice.answer(challenge, { way: connection }))
          : undefined;
        if (name === "second") {
          check("the second run registers", "33.203/O.4.1/01").answer(outcome?.response).isOneOf(200);
        }
        if (!outcome) continue;
        check(`the ${name} run is answered on its connection`, "33.203/O.4.1/01").about(outcome.response)
          .that(wayOf(alice, outcome.response, connection)).equals(EXPECTED);
      }
      for (const { name, connection } of runs) {
        const attempt = connection.open ? await tries(context, alice, friend, { way: connection }) : NOTHING;
        if (attempt.invite) served.add(name);
      }
      check("one connection is served", "33.203/O.4.1/01").holds(served.size === 1, {
        expected: "calls on one of the two connections arrive",
        actual: served.size === 0 ? "on neither" : `on the ${[...served].join(" and the ")}`,
      });
    },
  }),
];
