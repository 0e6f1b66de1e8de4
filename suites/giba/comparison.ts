/** How an S-CSCF compares addresses in REGISTERs: TS 33.203 P.4.2, T.4 and T.8.1. */
import type { SipResponse } from "sip-codec";
import type { Behind, TrustedNode } from "../../harness/peer/trusted_node/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { asked, assignments, DEREGISTRATIONS, schemesAsked } from "../_shared/cx.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { impuOf } from "./_attached.ts";
import { answerTo, BOTH_SIDES, EARLY_IMS, forwarder, HERE, THERE } from "./_forwarder.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export const comparison = [
  /** `P-CSCF -- REGISTER, Via of the UE: another address, a name -> 403; the address that the HSS has -> 200`. */
  testCase({
    id: "giba/stored-address-decides",
    title: "A REGISTER passes from the address that the HSS has, and from none that cannot be told",
    verifies: ["33.203/T.4/04"],
    kills: ["scscf/host-name-matches"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    async run(context) {
      const { check } = context;
      const { node } = await forwarder(context);
      const places: Readonly<Record<string, Behind>> = {
        "another address": THERE,
        "a name": { address: "ue.example.net" },
        "a name, and another address in received": { address: "ue.example.net", received: THERE.address },
      };
      for (const [place, behind] of Object.entries(places)) {
        check(`${place}: 403`, "33.203/T.4/04").answer(await answerTo(node, { behind })).isOneOf(403);
      }
      check("the address: registered", "33.203/T.4/04").answer(await answerTo(node)).isOneOf(200);
    },
  }),

  /** `Via: the stored address;received=another -> 403`, `Via: another;received=the stored one -> 200`. */
  testCase({
    id: "giba/received-goes-before-sent-by",
    title: "Where the P-CSCF has noted the source in received, that is what is compared",
    verifies: ["33.203/T.8.1/02"],
    kills: ["scscf/compares-sent-by"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    async run(context) {
      const { check } = context;
      const { node } = await forwarder(context);
      const wrong = await answerTo(node, { behind: { ...HERE, received: THERE.address } });
      check("sent-by is right, received is not: 403", "33.203/T.8.1/02").answer(wrong).isOneOf(403);
      const right = await answerTo(node, { behind: { ...THERE, received: HERE.address } });
      check("received is right, sent-by is not: registered", "33.203/T.8.1/02").answer(right).isOneOf(200);
    },
  }),

  /** The HSS has a prefix of 64 bits: `Via: [prefix:id] -> 200`, in any spelling; a neighbouring prefix -> 403. */
  testCase({
    id: "giba/prefix-decides",
    title: "Of an IPv6 address the 64 bits of the prefix are compared, by value",
    verifies: ["33.203/T.4/06"],
    kills: ["scscf/compares-whole-ipv6", "scscf/compares-48-bits"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    async run(context) {
      const { check } = context;
      const { node, hss, impi } = await forwarder(context);
      hss.bind(impi, { prefix: "2001:db8:7:41::/64" });
      for (const address of ["2001:db8:7:40::1", "2001:db8:7:c041::1", "2001:db8:8:41::1"]) {
        const answer = await answerTo(node, { behind: { address } });
        check(`${address}: 403`, "33.203/T.4/06").answer(answer).isOneOf(403);
      }
      for (
        const address of [
          "2001:db8:7:41::1",
          "2001:db8:7:41:8d3a:1cff:fe02:9b5e",
          "2001:0DB8:0007:0041:0000:0000:0000:0001",
          "2001:db8:7:41:0:0:192.0.2.1",
        ]
      ) {
        const answer = await answerTo(node, { behind: { address } });
        check(`${address}: registered`, "33.203/T.4/06").answer(answer).isOneOf(200);
      }
      const own = await message(node, { address: "2001:db8:7:41::2" });
      check("a request from the prefix: served", "33.203/T.4/06").answer(own).isOneOf(200);
      const foreign = await message(node, { address: "2001:db8:7:40::1" });
      check("a request from the neighbouring prefix: refused", "33.203/T.4/06").answer(foreign).isClass(4);
    },
  }),

  /**
   *     P-CSCF (PANI-aware)             S-CSCF                        HSS (ours)
   *      |--- REGISTER, no PANI,           |                             |
   *      |    GERAN, UTRAN: of the network |                             |
   *      |    ADSL: of the UE ------------>|--- MAR Early-IMS-Security -->|
   *      |<-- 403, 200 --------------------|<-- the address -------------|
   */
  testCase({
    id: "giba/access-of-3gpp-means-giba",
    title:
      "Without Authorization, and with no access type of the network or one of 3GPP, addresses are compared",
    verifies: ["33.203/P.4.2/04"],
    kills: ["scscf/digest-for-3gpp-access"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    async run(context) {
      const { check, given, profile: { home: { mcc, mnc } } } = context;
      const { node, hss } = await forwarder(context, { local: "pani-aware", accessNetworkInfo: null });
      const values = [
        null,
        `3GPP-GERAN;cgi-3gpp=${mcc}${mnc}00010001;network-provided`,
        `3GPP-UTRAN-FDD;utran-cell-id-3gpp=${mcc}${mnc}00010000001;network-provided`,
        // Note 2 of P.4.2: what the UE says of itself does not matter.
        'ADSL;dsl-location="0017"',
      ];
      for (const value of values) {
        const name = value?.split(";")[0] ?? "no access type";
        const headers = { "P-Access-Network-Info": value };
        const before = schemesAsked(hss).length;
        const wrong = await answerTo(node, { headers, behind: THERE });
        check(`${name}, another address: 403`, "33.203/P.4.2/04").answer(wrong).isOneOf(403);
        const right = await answerTo(node, { headers });
        check(`${name}, the address: registered`, "33.203/P.4.2/04").answer(right).isOneOf(200);
        const schemes = new Set(schemesAsked(hss, before));
        check(`${name}: asked for by its name`, "33.203/P.4.2/04").that([...schemes]).equals([EARLY_IMS]);
        if (right?.status === 200) await given("the UE de-registers", node.deregister({ headers }));
      }
    },
  }),

  /** `P-CSCF -- REGISTER, Authorization without response, the right address -> 4xx, no MAR Early-IMS-Security`; without: 200. */
  testCase({
    id: "giba/authorization-rules-it-out",
    title: "With Authorization nobody is registered by an address, however empty it is",
    verifies: ["33.203/P.4.2/07"],
    kills: ["scscf/empty-authorization-is-giba"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    async run(context) {
      const { check, given } = context;
      const { node, hss } = await forwarder(context);
      for (const integrityProtected of [null, "ip-assoc-pending"]) {
        const options = { withoutAuthorization: false, integrityProtected };
        const name = integrityProtected ?? "no mark";
        const answer = await answerTo(node, options);
        isNoSuccess(check(`${name}: no success`, "33.203/P.4.2/07"), answer);
      }
      check("the HSS is not asked for an address", "33.203/P.4.2/07").that(
        schemesAsked(hss).includes(EARLY_IMS),
      )
        .equals(false);
      await given("without Authorization she is registered by the address", node.register({ fresh: true }));
    },
  }),

  /**
   *     P-CSCF                          S-CSCF                     HSS (ours)
   *      |--- from here: REGISTER -------->|   200                    |
   *      |--- from there: refresh -------->|   403                    |
   *      |--- from there: Expires: 0 ----->|   403, no SAR: end ----->|
   *      |--- from here: MESSAGE --------->|   to herself: 200        |
   */
  testCase({
    id: "giba/later-registers-are-compared",
    title: "From another address a registration is neither refreshed nor ended",
    verifies: ["33.203/T.4/05"],
    kills: ["scscf/giba-refresh-unchecked"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    leases: ["giba+!usim"],
    async run(context) {
      const { check, given } = context;
      const { node, hss } = await forwarder(context);
      await given("the UE registers", node.register());
      const before = asked(hss, "Server-Assignment").length;
      const refresh = await silenceIsUndefined(node.attempt({ behind: THERE }));
      check("refresh: 403", "33.203/T.4/05").answer(refresh).isOneOf(403);
      const end = await silenceIsUndefined(node.attempt({ behind: THERE, expires: 0 }));
      check("de-registration: 403", "33.203/T.4/05").answer(end).isOneOf(403);
      check("the HSS is told of no end", "33.203/T.4/05")
        .that(assignments(hss, before).filter((type) => DEREGISTRATIONS.includes(type))).isAbsent();
      const arriving = silenceIsUndefined(node.incoming("MESSAGE"));
      const exchange = await node.request("MESSAGE", impuOf(node), {
        route: [],
        body: { type: "text/plain", content: "Are you there?" },
      });
      const arrived = await arriving;
      await arrived?.respond(200);
      check("the user is still reached", "33.203/T.4/05").about(arrived?.request).that(
        arrived?.request.method,
      )
        .equals("MESSAGE");
      await silenceIsUndefined(exchange.final());
      const own = await silenceIsUndefined(node.attempt());
      check("from the address: refreshed", "33.203/T.4/05").answer(own).isOneOf(200);
    },
  }),

  /**
   *     P-CSCF                             S-CSCF              P-CSCF of a friend
   *      |--- from here: INVITE ------------->|--- INVITE -------->|
   *      |--- from there: INVITE, MESSAGE, -->|                    |
   *      |<-- SUBSCRIBE: 4xx -----------------|                    |
   */
  testCase({
    id: "giba/later-requests-are-compared",
    title: "From another address nothing is served that the user has not registered from",
    verifies: ["33.203/T.4/05"],
    kills: ["scscf/giba-requests-unchecked"],
    peer: "trusted-node",
    needs: BOTH_SIDES,
    leases: ["giba+!usim", "giba+!usim"],
    async run(context) {
      const { check, given, timers } = context;
      const { node } = await forwarder(context, { as: 0 });
      const { node: friend } = await forwarder(context, { as: 1, behind: { address: "203.0.113.9" } });
      await given("the UE registers", node.register());
      await given("the friend registers", friend.register());
      const ask = (method: string, behind: Behind) =>
        node.request(method, impuOf(friend), {
          behind,
          headers: method === "SUBSCRIBE" ? { "Event": "presence", "Expires": "60" } : {},
        });
      for (const method of ["INVITE", "MESSAGE", "SUBSCRIBE"]) {
        const own = await ask(method, HERE);
        const arrived = await given(
          `${method} from the address arrives`,
          friend.incoming(method, 64 * timers.t1),
        );
        await arrived.respond(method === "INVITE" ? 486 : 200);
        await silenceIsUndefined(own.final());
        const foreign = await ask(method, THERE);
        await check(`${method} from elsewhere: not forwarded`, "33.203/T.4/05").never(
          friend.silent(method, timers.silence),
          `${method} from elsewhere`,
        );
        const answer = await silenceIsUndefined(foreign.final());
        check(`${method} from elsewhere: refused`, "33.203/T.4/05").answer(answer).isClass(4);
      }
    },
  }),
];

/** A MESSAGE of the user to herself, from there: its final answer, which is 200 where it has come back to us. */
async function message(node: TrustedNode, behind: Behind): Promise<SipResponse | undefined> {
  const arriving = silenceIsUndefined(node.incoming("MESSAGE"));
  const exchange = await node.request("MESSAGE", impuOf(node), {
    behind,
    body: { type: "text/plain", content: "Here?" },
  });
  const ending = silenceIsUndefined(exchange.final());
  const arrived = await Promise.race([arriving, ending.then(() => undefined)]);
  await arrived?.respond(200);
  return await ending;
}
