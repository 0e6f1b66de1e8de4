/** TLS before the initial registration: O.2.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { withinWindow } from "../_shared/window.ts";
import { getNowhere } from "./_clear.ts";
import { registersThrough, servesOneUser } from "./_reuse.ts";
import {
  arriving,
  assertsOwn,
  dialled,
  EXPECTED,
  FIRST,
  impuOf,
  isNoSuccess,
  isRefused,
  isServed,
  messageGets,
  NOTHING,
  secure,
  secured,
  securedPair,
  tries,
  wayOf,
} from "./_sessions.ts";

export const beforeRegistration = [
  /** `TLS; REGISTER without Security-Client -> 401 without Security-Server -> REGISTER -> 200`, all on one connection. */
  testCase({
    id: "tls/no-agreement-with-tls-first",
    title: "Over TLS that was there first a UE registers without security agreement",
    verifies: ["33.203/O.2.3/01"],
    kills: ["pcscf/tls-demands-agreement"],
    peer: "ue",
    needs: { "tls.first": true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: FIRST });
      // Who never answers inside TLS may speak no SIP at all.
      const first = await given("a REGISTER is answered", alice.attempt());
      check("challenged", "33.203/O.2.3/01").answer(first).isOneOf(401);
      check("without Security-Server", "33.203/O.2.3/01").that(first).lacks("Security-Server");
      const outcome = await check("a whole registration is answered", "33.203/O.2.3/01").answers(
        alice.register({ fresh: true }),
      );
      check("with success", "33.203/O.2.3/01").answer(outcome?.response).isOneOf(200);
      const connection = alice.tls!.connections.at(-1);
      for (const response of [outcome?.challenge?.response, outcome?.response]) {
        check(`${response?.status ?? "no answer"} on the connection`, "33.203/O.2.3/01").about(response)
          .that(wayOf(alice, response, connection)).equals(EXPECTED);
      }
    },
  }),

  /**
   *     UE                            P-CSCF          friend
   *      |=== handshake, SM1, SM6 =====>|
   *      |=== INVITE ==================>|   refused
   *      |=== SM7, SM12 ===============>|
   *      |=== INVITE, own identities ==>|--- INVITE ---->|   asserted
   *      |=== INVITE, somebody else's =>|--- INVITE ---->|   as the user's own, or not at all
   */
  testCase({
    id: "tls/first-connection-is-associated-at-200",
    title: "A connection that was there before registration is tied to identities by the 200 alone",
    verifies: ["33.203/O.2.3/04"],
    kills: ["pcscf/tls-associates-before-200"],
    peer: "ue",
    needs: { "tls.first": true },
    leases: ["digest+implicit-set", "digest"],
    async run(context) {
      const { ue, given } = context;
      const { ue: friend } = await secured(context, 1, FIRST);
      const alice = await ue({ as: 0, security: FIRST });
      const connection = await given("a connection comes about", alice.tls!.connect());
      const before = await tries(context, alice, friend, { way: connection });
      isRefused(context, "33.203/O.2.3/04", "an INVITE after the handshake", before);
      const challenge = connection.open
        ? await given("the REGISTER is challenged", alice.challenge({ way: connection }))
        : await given("a REGISTER on another connection is challenged", alice.challenge());
      const way = alice.tls!.carried(challenge.response);
      await given("inside TLS", way !== undefined);
      const early = way?.open ? await tries(context, alice, friend, { way }) : NOTHING;
      isRefused(context, "33.203/O.2.3/04", "an INVITE after the challenge", early);
      await given(
        "the UE registers",
        way?.open ? alice.answer(challenge, { way }) : alice.register({ fresh: true }),
      );
      await assertsOwn(context, "33.203/O.2.3/04", alice, friend);
    },
  }),

  /**
   *     UE (registered)                  P-CSCF          friend
   *      |--- INVITE, MESSAGE ------------>|   refused, or nothing
   *      |--- REGISTER, as a refresh ----->|   no success
   *      |--- REGISTER, Expires: 0 ------->|   no success, and with a right answer none either
   *      |<== INVITE ======================|<-- INVITE -----|   the binding is untouched
   *      |--- INVITE urn:service:sos ----->|   may be dealt with
   */
  testCase({
    id: "tls/nothing-but-emergency-in-the-clear",
    title: "Who set TLS up first gets no service in the clear, not even a registration changed",
    verifies: ["33.203/O.2.3/05"],
    kills: ["pcscf/tls-clear-deregistration"],
    peer: "ue",
    needs: { "tls.first": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, note, timers } = context;
      const [{ ue: alice, connection }, { ue: friend }] = await securedPair(context, FIRST);
      const way = { way: "clear" } as const;
      await getNowhere(context, "33.203/O.2.3/05", "in the clear", { alice, friend }, way);
      const refreshes = {
        "a refresh": {},
        "a refresh with the last credentials": { authorization: "last" },
        "a de-registration": { expires: 0 },
        "a de-registration with the last credentials": { expires: 0, authorization: "last" },
      } as const;
      for (const [name, options] of Object.entries(refreshes)) {
        const answer = await withinWindow(context, alice.attempt({ ...options, way: "clear" }));
        isNoSuccess(context, "33.203/O.2.3/05", name, answer);
        if (answer?.status === 401) note(`${name} in the clear is challenged, as O.4.3 may have it`);
      }
      const unchallenged = () => undefined;
      const challenge = await withinWindow(
        context,
        alice.challenge({ ...way, expires: 0 }).catch(unchallenged),
      );
      if (challenge) {
        const ended = await withinWindow(context, alice.answer(challenge, way));
        isNoSuccess(context, "33.203/O.2.3/05", "a de-registration with a right answer", ended?.response);
      }
      const { invite } = await call(friend, impuOf(alice), alice);
      check("the UE is still reached", "33.203/O.2.3/05").holds(invite !== undefined, arriving(invite));
      check("on its connection", "33.203/O.2.3/05").about(invite).that(wayOf(alice, invite, connection))
        .equals(EXPECTED);
      const emergency = await alice.request("INVITE", "urn:service:sos", way);
      const silent = await emergency.unanswered(timers.answer);
      note(`an emergency call in the clear: ${silent ? "no answer" : emergency.responses.at(-1)?.status}`);
    },
  }),

  /**
   *     UE (registered)              P-CSCF          friend
   *      |<== INVITE ==================|<-- INVITE -----|
   *      |=== 200, ACK ===============>|--- 200, ACK -->|
   *      |<== INFO, INVITE, BYE =======|<-- the same ---|
   *      |<== MESSAGE, NOTIFY =========|<-- MESSAGE ----|   all on the connection, nothing beside it
   */
  testCase({
    id: "tls/dialog-stays-in-tls",
    title: "What is sent to the UE inside and outside of dialogs comes on its connection alone",
    verifies: ["33.203/O.2.3/06"],
    kills: ["pcscf/tls-dialog-in-clear"],
    peer: "ue",
    needs: { "tls.first": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, given, note } = context;
      const [{ ue: alice, connection }, { ue: friend }] = await securedPair(context, FIRST);
      const outgoing = await friend.invite(impuOf(alice));
      const incoming = await given("the call arrives", alice.acceptCall({ automatic: [] }));
      await given("it is answered", outgoing.answered().then(({ status }) => status === 200));
      await given("the ACK arrives", incoming.acknowledged());
      for (const method of ["INFO", "BYE"] as const) {
        const exchange = await outgoing.request(method);
        const arrived = await silenceIsUndefined(incoming.next(method));
        await arrived?.respond(200);
        check(`${method} of the dialog: on the connection`, "33.203/O.2.3/06").about(arrived?.request)
          .that(wayOf(alice, arrived?.request, connection)).equals(EXPECTED);
        await silenceIsUndefined(exchange.final());
      }
      check("the INVITE: on the connection", "33.203/O.2.3/06").about(incoming.invite)
        .that(wayOf(alice, incoming.invite, connection)).equals(EXPECTED);
      const message = await messageGets(context, alice, friend);
      if (message) {
        check("a MESSAGE: on the connection", "33.203/O.2.3/06").about(message)
          .that(wayOf(alice, message, connection)).equals(EXPECTED);
      } else note("the device delivers no MESSAGE");
      check("no connection came to the Contact", "33.203/O.2.3/06").that(dialled(alice)).isAbsent();
    },
  }),

  /**
   *     UE                        P-CSCF        friend
   *      |=== A de-registers, B registers on the same connection ==>|   refused, or B's from now on
   *      |=== INVITE, A preferred ==>|--- INVITE --->|   not as A
   *      |=== INVITE, B preferred ==>|--- INVITE --->|   as B, or not at all
   */
  testCase({
    id: "tls/second-user-of-a-connection-is-himself",
    title: "Who registers on a connection that somebody else used is never taken for him",
    verifies: ["33.203/O.2.3/02"],
    kills: ["pcscf/tls-asserts-former-user"],
    peer: "ue",
    needs: { "tls.first": true },
    leases: ["digest", "digest", "digest"],
    async run(context) {
      const { ue, given, note } = context;
      const { ue: friend } = await secured(context, 2, FIRST);
      const bob = await ue({ as: 1, security: FIRST });
      for (const registered of [false, true]) {
        const { ue: alice, connection } = await secured(context, 0, FIRST);
        if (!registered) await given("A de-registers", alice.deregister());
        const name = registered ? "while A is registered" : "after A's end";
        const parties = { alice, bob, friend, connection };
        const answer = await registersThrough(context, parties);
        const granted = answer?.status === 200;
        note(`${name}: B is answered ${answer?.status ?? "nothing"}`);
        // The 200 ties the connection to whom it registers; a refusal leaves it as it was.
        const may = { aliceMay: registered && !granted, bobMay: granted };
        await servesOneUser(context, "33.203/O.2.3/02", name, parties, may);
        await silenceIsUndefined(alice.register({ fresh: true }));
      }
      await secure(context, bob);
      await isServed(context, "33.203/O.2.3/02", "B on a connection of his own", bob, friend);
    },
  }),
];
