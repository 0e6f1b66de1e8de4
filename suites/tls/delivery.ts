/** On which way messages go once a UE is registered over TLS: O.2.1 and O.2.2 of TS 33.203, RFC 5626. */
import type { SipRequest } from "sip-codec";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { inDialogOf } from "../_shared/in_dialog.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { getNowhere } from "./_clear.ts";
import {
  AGREED,
  arriving,
  clearTransports,
  dialled,
  EXPECTED,
  further,
  impuOf,
  isRefused,
  isServed,
  messageGets,
  securedPair,
  tries,
  wayOf,
} from "./_sessions.ts";

/** Refusals of who is taken for nobody, or should have come another way: an emergency call gets none of them. */
const TURNED_AWAY = [401, 403, 407, 421, 494];

export const delivery = [
  /**
   *     UE (registered)          P-CSCF          friend
   *      |<== INVITE ==============|<-- INVITE -----|   on the connection, and no other is opened
   *      |=== close_notify =======>|
   *                                |<-- INVITE -----|   refused: 430, 480…
   */
  testCase({
    id: "tls/terminating-requests-use-the-connection",
    title: "A call to the UE comes on its connection; when that is gone it comes nowhere",
    verifies: ["33.203/O.2.1/10"],
    kills: ["pcscf/tls-dials-contact"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check } = context;
      const [{ ue: alice, connection }, { ue: friend }] = await securedPair(context);
      const { invite } = await call(friend, impuOf(alice), alice);
      check("a call arrives", "33.203/O.2.1/10").holds(invite !== undefined, arriving(invite));
      check("on the connection", "33.203/O.2.1/10").about(invite).that(wayOf(alice, invite, connection))
        .equals(EXPECTED);
      await connection.close();
      const attempt = await tries(context, friend, alice, { way: "current" });
      isRefused(context, "33.203/O.2.1/10", "when it is closed a call", attempt);
      check("nobody has connected to the Contact", "33.203/O.2.1/10").that(dialled(alice)).isAbsent();
    },
  }),

  /**
   *     UE (registered)                       P-CSCF          friend
   *      |--- INVITE, MESSAGE, SUBSCRIBE ------>|   over UDP, TCP: refused, or nothing
   *      |--- BYE of a dialog ----------------->|   the same
   *      |=== the same on another connection ==>|   the same
   *      |=== BYE on the connection ===========>|--- BYE ------->|
   */
  testCase({
    id: "tls/outside-the-connection-nothing-is-served",
    title: "What a registered UE says in the clear or on another connection is not accepted",
    verifies: ["33.203/O.2.2/09"],
    kills: ["pcscf/tls-clear-requests-served"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, given, profile, timers } = context;
      const [{ ue: alice }, { ue: friend }] = await securedPair(context, AGREED);
      const parties = { alice, friend };
      const outgoing = await alice.invite(impuOf(friend));
      const incoming = await given("a call arrives", friend.acceptCall({ automatic: [] }));
      await given("it is answered", outgoing.answered().then(({ status }) => status === 200));
      await given("the ACK arrives", incoming.acknowledged());
      const info = await outgoing.request("INFO");
      await given("a request of the dialog arrives", incoming.next("INFO").then((it) => it.respond(200)));
      for (const over of clearTransports(profile)) {
        const how = { way: "clear", over } as const;
        await getNowhere(context, "33.203/O.2.2/09", `over ${over}`, parties, how);
        await alice.send(inDialogOf(info.request, alice, "BYE", how), how);
        const bye = await silenceIsUndefined(incoming.next("BYE", timers.silence));
        check(`BYE of the dialog over ${over}: goes nowhere`, "33.203/O.2.2/09").about(bye?.request)
          .holds(bye === undefined, {
            expected: "no BYE at the callee",
            actual: bye?.request ?? "no BYE came",
          });
      }
      const other = await further(alice);
      if (other) {
        const how = { way: other } as const;
        await getNowhere(context, "33.203/O.2.2/09", "on another connection", parties, how);
      }
      const exchange = await outgoing.request("BYE");
      const bye = await check("BYE on the connection arrives", "33.203/O.2.2/09").answers(
        incoming.next("BYE"),
      );
      if (bye && !bye.answered) await bye.respond(200);
      await silenceIsUndefined(exchange.final());
    },
  }),

  /**
   *     UE (registered)                P-CSCF
   *      |--- REGISTER, initial --------->|   401
   *      |--- INVITE urn:service:sos ---->|   dealt with: not turned away for want of protection
   *      |--- 500 to nothing ------------>|
   *      |=== INVITE on the connection ==>|   served as ever
   */
  testCase({
    id: "tls/exceptions-in-the-clear-are-dealt-with",
    title: "REGISTERs, emergency calls and errors in the clear are dealt with beside a registration",
    verifies: ["33.203/O.2.2/10"],
    kills: ["pcscf/tls-blocks-clear-emergency"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, timers } = context;
      const [{ ue: alice }, { ue: friend }] = await securedPair(context, AGREED);
      const initial = await silenceIsUndefined(alice.attempt({ fresh: true, way: "clear" }));
      check("an initial REGISTER is challenged", "33.203/O.2.2/10").answer(initial).isOneOf(401);
      const emergency = await alice.request("INVITE", "urn:service:sos", { way: "clear" });
      check("an emergency call is answered", "33.203/O.2.2/10")
        .holds(!await emergency.unanswered(timers.answer), {
          expected: "an answer",
          actual: emergency.responses.at(-1) ?? "no answer",
        });
      check("and not turned away", "33.203/O.2.2/10").answer(emergency.responses.at(-1)).isNot(
        ...TURNED_AWAY,
      );
      await alice.sendRaw(errorTo(alice.draft.request("OPTIONS", impuOf(friend))), { way: "clear" });
      await isServed(context, "33.203/O.2.2/10", "a call on the connection", alice, friend);
    },
  }),

  /**
   *     UE (registered)              P-CSCF          friend
   *      |<== NOTIFY of the reg event ==|
   *      |<== INVITE ===================|<-- INVITE -----|
   *      |<== MESSAGE ==================|<-- MESSAGE ----|   all on the connection
   */
  testCase({
    id: "tls/everything-to-the-ue-comes-in-tls",
    title: "INVITE, MESSAGE and NOTIFY come to the UE on its connection alone",
    verifies: ["33.203/O.2.2/11"],
    kills: ["pcscf/tls-notify-in-clear"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, note } = context;
      const [{ ue: alice, connection }, { ue: friend }] = await securedPair(context, AGREED);
      const judge = (name: string, request: SipRequest | undefined) =>
        check(`${name}: on the connection`, "33.203/O.2.2/11").about(request)
          .that(wayOf(alice, request, connection)).equals(EXPECTED);
      const subscription = await check("a subscription is answered", "33.203/O.2.2/11").answers(
        alice.subscribeReg(),
      );
      if (subscription && subscription.response.status < 300) {
        judge("NOTIFY", await silenceIsUndefined(subscription.notify()));
      }
      judge("INVITE", (await call(friend, impuOf(alice), alice)).invite);
      const message = await messageGets(context, alice, friend);
      if (message) judge("MESSAGE", message);
      else note("the device delivers no MESSAGE");
      check("nothing came beside it", "33.203/O.2.2/11").that(beside(alice)).isAbsent();
    },
  }),
];

/** What came to the UE outside its connection. */
function beside(ue: Ue): string[] {
  return [...ue.tls!.discarded.map(({ why }) => why), ...dialled(ue)];
}

/** An answer to what nobody has asked. */
function errorTo(request: SipRequest): Uint8Array {
  const names = ["Via", "From", "To", "Call-ID", "CSeq"];
  const lines = names.flatMap((name) => request.all(name).map((value) => `${name}: ${value}`));
  return new TextEncoder().encode(
    ["SIP/2.0 500 Server Internal Error", ...lines, "Content-Length: 0", "", ""].join("\r\n"),
  );
}
