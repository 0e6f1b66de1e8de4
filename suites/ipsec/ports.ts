/** Which ports carry what, protected and unprotected ones: clauses 4 and 7.1 of TS 33.203. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { inDialogOf } from "../_shared/in_dialog.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered, ARRIVED, arriving, drawn, NOTHING } from "../_shared/said.ts";
import { setUps } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import { draws, drawsOverTcp, follows, isTurnedAway, options } from "./_probes.ts";
import {
  complete,
  furtherImpuOf,
  gets,
  impuOf,
  isServed,
  openAgain,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

export const ports = [
  /**
   *     UE (never registered)     P-CSCF          friend
   *      |--- INVITE -------------->|   refused, or no answer; nothing gets to the friend
   *      |--- MESSAGE, SUBSCRIBE -->|   the same
   *      |    … registers …         |
   *      |--- INVITE, MESSAGE … --->|   from another address, in her name: the same
   *      |=== MESSAGE =============>|--- MESSAGE --->|
   */
  testCase({
    id: "ipsec/no-service-without-sa",
    title: "Who has no SA gets no service, however good the bearer is",
    verifies: ["33.203/4/02"],
    kills: ["pcscf/serves-without-sa"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, friend);
      const isUnserved = async (who: string, from: Ue) => {
        for (const method of ["INVITE", "MESSAGE", "SUBSCRIBE", "OPTIONS"] as const) {
          const headers = EXTRA[method] ?? {};
          const exchange = await from.request(method, impuOf(friend), { way: "clear", headers });
          await isTurnedAway(context, "33.203/4/02", `${method} of ${who}`, exchange);
          await check(`${method} of ${who}: not forwarded`, "33.203/4/02").never(
            friend.silent(),
            `the ${method}`,
          );
        }
      };
      await isUnserved("a UE that never registered", alice);
      await secure(context, alice);
      await isUnserved("a terminal without SAs, in her name", await ue({ ...WATCHING, like: alice }));
      await given("with SAs the friend is reached", gets(context, friend, alice));
    },
  }),

  /**
   *     UE                                       P-CSCF
   *      |=== OPTIONS, port_uc -> port_ps ========>|
   *      |<== 200, port_pc -> port_us =============|
   *      |<== INVITE, port_pc -> port_us ==========|
   *      |=== OPTIONS, port_uc -> port_pc ========>|   nothing
   */
  testCase({
    id: "ipsec/udp-comes-from-the-client-port",
    title: "Over UDP the network sends from port_pc to port_us and listens on port_ps alone",
    verifies: ["33.203/7.1/12"],
    kills: ["pcscf/ipsec-requests-from-server-port"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue({ ...WATCHING, transport: "udp" }), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      check("a request to port_ps is answered", "33.203/7.1/12").that(
        drawn(await draws(context, alice, {}, timers.answer)),
      ).equals(drawn(true));
      const { invite } = await call(friend, impuOf(alice), alice);
      check("a request of the network comes", "33.203/7.1/12").about(invite).that(wayOf(alice, invite))
        .equals(set.name);
      // An INVITE may be too big for UDP (RFC 3261 18.1.1), a MESSAGE is not.
      check("a small one, too", "33.203/7.1/12").that(arriving(await gets(context, alice, friend))).equals(
        ARRIVED,
      );
      for (const { inner, spi } of alice.ipsec!.arrivals) {
        check("SPI, from port, to port", "33.203/7.1/12").that([spi, inner?.remote.port, inner?.local.port])
          .equals([set.spiUs, set.portPc, set.portUs]);
      }
      const request = alice.draft.request("OPTIONS", `sip:${alice.identity.homeDomain}`).toBytes();
      for (const fromPort of [set.portUc, set.portUs]) {
        check("a request to port_pc draws nothing", "33.203/7.1/12").that(
          drawn(await follows(alice, () => alice.ipsec!.send(request, { fromPort, toPort: set.portPc }))),
        ).equals(NOTHING);
      }
      check("neither of its ports is one of SIP", "33.203/7.1/12").that(
        [set.portPc, set.portPs].filter((port) => port === 5060 || port === 5061),
      ).isAbsent();
    },
  }),

  /**
   *     UE (TCP)                               P-CSCF         friend
   *      |=== SM7, port_uc -> port_ps ========>|
   *      |<== 200, on this connection =========|
   *      |<== INVITE, port_pc -> port_us ======|<-- INVITE ---|   on another one, though the first is up
   */
  testCase({
    id: "ipsec/tcp-requests-have-their-own-connection",
    title: "Over TCP the network's requests come from port_pc to port_us, its answers as the requests went",
    verifies: ["33.203/7.1/13"],
    kills: ["pcscf/ipsec-request-on-ue-connection"],
    peer: "ue",
    needs: { "ipsec": true, "entry.p-cscf.tcp": true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue({ ...WATCHING, transport: "tcp" }), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const at = (message: SipRequest | SipResponse | undefined) => {
        const carried = message && alice.ipsec!.carried(message);
        return carried?.protected ? carried.at : "clear";
      };
      for (const time of ["first", "second"]) {
        const answer = await check(`${time} OPTIONS: answered`, "33.203/7.1/13").answers(
          (await options(alice)).final(),
        );
        check(`${time} OPTIONS: answered on its connection`, "33.203/7.1/13").about(answer).that(at(answer))
          .equals("port-uc");
        const { invite, final } = await call(friend, impuOf(alice), alice);
        check(`${time} INVITE: comes`, "33.203/7.1/13").that(invite).isPresent();
        check(`${time} INVITE: to port_us`, "33.203/7.1/13").about(invite).that(at(invite)).equals("port-us");
        check(`${time} INVITE: its answer is taken`, "33.203/7.1/13").answer(final).isOneOf(486);
      }
      const segments = alice.ipsec!.arrivals.filter(({ spi }) => spi === set.spiUs);
      check("segments under spi_us, from port to port", "33.203/7.1/13").that(segments).isPresent();
      for (const { inner } of segments) {
        check("from port_pc to port_us", "33.203/7.1/13").that([inner?.remote.port, inner?.local.port])
          .equals([set.portPc, set.portUs]);
      }
    },
  }),

  /** `re-registers, registers B, de-registers B, re-registers`: port-s is what it was at each challenge. */
  testCase({
    id: "ipsec/server-port-stays",
    title: "port_ps stays as it is until the last identity is de-registered",
    verifies: ["33.203/7.1/14"],
    kills: ["pcscf/ipsec-server-port-moves"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const reregister = async (when: string) => {
        const run = await openAgain(context, alice);
        for (const { portS } of setUps(run.challenge.response)) {
          check(`${when}: the same port-s`, "33.203/7.1/14").about(run.challenge.response).that(portS)
            .equals(set.portPs);
        }
        await complete(context, alice, run);
      };
      await reregister("at the first re-registration");
      await reregister("at the second");
      const impu = furtherImpuOf(alice);
      await given("a further identity is registered", alice.register({ impu }));
      await given("and de-registered", alice.deregister({ impu }));
      await reregister("after that");
    },
  }),

  /** SYN in the clear to port_ps: no connection. SYN inside the SA: a connection, on which an OPTIONS is answered. */
  testCase({
    id: "ipsec/clear-tcp-is-not-accepted",
    title: "port_ps takes TCP connections inside the SA alone",
    verifies: ["33.203/7.1/16"],
    kills: ["pcscf/ipsec-takes-clear-tcp"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, wait, timers } = context;
      const alice = await ue(WATCHING);
      await secure(context, alice);
      // A SYN that is dropped leaves the attempt open for minutes; one that is taken is told well before an answer is due.
      const clear = await withinWindow(
        { wait, timers: { ...timers, silence: timers.answer } },
        alice.ipsec!.connects({ way: "clear-to-protected" }),
      );
      check("a connection in the clear is accepted", "33.203/7.1/16").that(clear ?? false).equals(false);
      check("one inside the SA is, and serves", "33.203/7.1/16").that(
        answered(await drawsOverTcp(context, alice)),
      ).equals(ANSWERED);
    },
  }),

  /**
   *     UE                         P-CSCF         friend
   *      |=== INVITE, 200, ACK =====>|<===========>|
   *      |--- INFO, UPDATE, BYE ---->|             |   of this dialog: refused, or no answer
   *      |--- MESSAGE, REFER … ----->|             |   the same
   *      |=== INFO =================>|=== INFO ===>|   the dialog is there
   */
  testCase({
    id: "ipsec/only-register-in-the-clear",
    title: "An unprotected port takes no request but REGISTER, be it of a dialog that there is",
    verifies: ["33.203/7.1/17"],
    kills: ["pcscf/ipsec-clear-bye-in-dialog"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, alice);
      await secure(context, friend);
      const requirement = "33.203/7.1/17";
      const outgoing = await alice.invite(impuOf(friend));
      const incoming = await given("the call arrives", friend.acceptCall({ automatic: [] }));
      await given("it is answered", outgoing.answered().then(({ status }) => status === 200));
      await given("the ACK arrives", incoming.acknowledged());
      const before = await outgoing.request("INFO");
      await (await given("an INFO arrives", incoming.next("INFO"))).respond(200);
      for (const method of ["INFO", "UPDATE", "BYE"] as const) {
        const exchange = await alice.send(inDialogOf(before.request, alice, method, { way: "clear" }), {
          way: "clear",
        });
        await isTurnedAway(context, requirement, `${method} of the dialog`, exchange);
        const arrived = await silenceIsUndefined(incoming.next(method, context.timers.silence));
        check(`${method} of the dialog: not forwarded`, requirement).that(arrived?.request).isAbsent();
      }
      for (const method of ["INVITE", "MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH"] as const) {
        const headers = { ...EXTRA[method] };
        const exchange = await alice.request(method, impuOf(friend), { way: "clear", headers });
        await isTurnedAway(context, requirement, method, exchange);
        await check(`${method}: not forwarded`, requirement).never(friend.silent(), `the ${method}`);
      }
      const alive = await outgoing.request("INFO");
      const info = await check("an INFO inside ESP arrives", requirement).answers(incoming.next("INFO"));
      if (info && !info.answered) await info.respond(200);
      check("and is answered: the dialog is there", requirement).answer(
        await silenceIsUndefined(alive.final()),
      )
        .isOneOf(200);
    },
  }),

  /** In the clear: `INVITE urn:service:sos`: answered. `INVITE sip:friend;sos`, `sip:sos.friend`: refused, or no answer. */
  testCase({
    id: "ipsec/emergency-is-no-pretext",
    title: "What names an emergency service may come in the clear, what merely looks so gets no service",
    verifies: ["33.203/7.1/18"],
    kills: ["pcscf/emergency-by-text"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, friend);
      const emergency = await alice.request("INVITE", "urn:service:sos", { way: "clear" });
      check("an emergency call is heard of", "33.203/7.1/18").that(
        await emergency.unanswered(context.timers.answer),
      )
        .equals(false);
      const impu = impuOf(friend);
      for (
        const uri of [`${impu};sos`, `${impu};user=sos`, impu.replace(":", ":sos."), `${impu}?Subject=sos`]
      ) {
        const disguised = await alice.request("INVITE", uri, { way: "clear" });
        await isTurnedAway(context, "33.203/7.1/18", uri, disguised);
        await check(`${uri}: not forwarded`, "33.203/7.1/18").never(friend.silent(), "the INVITE");
      }
    },
  }),

  /** The UE is called, gets a MESSAGE, a NOTIFY and answers under its SAs; on its unprotected port nothing comes. */
  testCase({
    id: "ipsec/nothing-for-the-unprotected-port",
    title: "What is for a registered UE never comes to its unprotected port",
    verifies: ["33.203/7.1/19"],
    kills: ["pcscf/ipsec-terminating-in-clear"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, random } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const { invite } = await call(friend, impuOf(alice), alice);
      const content = random.token(16);
      await friend.request("MESSAGE", impuOf(alice), { body: { type: "text/plain", content } });
      const message = await silenceIsUndefined(alice.incoming("MESSAGE"));
      await message?.respond(200);
      const subscription = await silenceIsUndefined(alice.subscribeReg());
      const notify = subscription && await silenceIsUndefined(subscription.notify());
      const answer = await silenceIsUndefined((await options(alice)).final());
      const came = {
        "an INVITE": invite,
        "a MESSAGE": message?.request,
        "a NOTIFY": notify,
        "an answer": answer,
      };
      for (const [what, one] of Object.entries(came)) {
        check(`${what} comes under the SAs`, "33.203/7.1/19").about(one).that(wayOf(alice, one)).equals(
          set.name,
        );
      }
      const clear = alice.ipsec!.discarded.filter(({ carried }) => !carried.protected);
      check("what came in the clear", "33.203/7.1/19").that(clear.map(({ why }) => why)).isAbsent();
    },
  }),

  /**
   * UDP datagrams in the clear to port_ps and port_pc, from the UE's unprotected port and its protected one: REGISTER,
   * OPTIONS, keep-alives. Nothing comes back.
   */
  testCase({
    id: "ipsec/protected-ports-are-deaf-in-the-clear",
    title: "port_ps and port_pc neither take nor send anything in the clear",
    verifies: ["33.203/7.1/11"],
    kills: ["pcscf/ipsec-clear-on-protected-port"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const octets = () => [
        alice.draft.register({ fresh: true }).toBytes(),
        alice.draft.request("OPTIONS", `sip:${alice.identity.homeDomain}`).toBytes(),
        new TextEncoder().encode("\r\n\r\n"),
      ];
      const froms = { "the unprotected port": alice.local.port, port_uc: set.portUc, port_us: set.portUs };
      for (const [to, toPort] of [["port_ps", set.portPs], ["port_pc", set.portPc]] as const) {
        for (const [from, fromPort] of Object.entries(froms)) {
          const send = async () => {
            for (const one of octets()) await alice.ipsec!.send(one, { way: "clear", fromPort, toPort });
          };
          check(`from ${from} to ${to}: nothing`, "33.203/7.1/11").that(drawn(await follows(alice, send)))
            .equals(NOTHING);
        }
      }
      check("the SAs serve on", "33.203/7.1/11").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),
];

/** What these methods cannot do without (RFC 6665, RFC 3515, RFC 3903). */
const EXTRA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SUBSCRIBE: { Event: "presence", Expires: "600" },
  REFER: { "Refer-To": "<sip:somebody@example.org>" },
  PUBLISH: { Event: "presence", Expires: "600" },
};
