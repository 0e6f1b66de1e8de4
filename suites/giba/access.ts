/** From where GIBA registers, and with which header fields: TS 33.203 P.3, T.5 and T.7. */
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { attached, contextOf, GIBA, impuOf, registered, SIM } from "./_attached.ts";
import { offerFor } from "./_full_security.ts";
import { all, sentBy, viaParameter } from "./_via.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export const access = [
  /**
   *     UE                                                network
   *      |--- REGISTER, no Authorization, from 3GPP -------->|   200, no challenge
   *      |--- the same from fixed access, its address known ->|   an error
   */
  testCase({
    id: "giba/access-decides",
    title: "Without Authorization a REGISTER from 3GPP access is GIBA, and one from elsewhere is not",
    verifies: ["33.203/P.3/09"],
    kills: ["pcscf/giba-on-every-access"],
    peer: "ue",
    needs: { ...GIBA, "access.fixed": true },
    leases: [SIM],
    async run(context) {
      const { ue, check, given } = context;
      const { ue: alice, ggsn } = await attached(context);
      const inside = await alice.attempt();
      check("from 3GPP access: registered at once", "33.203/P.3/09").answer(inside).isOneOf(200);
      await given("the UE de-registers", alice.deregister());
      const elsewhere = await ue({ like: alice, access: "fixed" });
      await given("the HSS hears of the other address", ggsn.start(contextOf(elsewhere)));
      const outside = await silenceIsUndefined(elsewhere.attempt());
      check("from fixed access: not registered", "33.203/P.3/09").answer(outside).isClass(4, 5, 6);
    },
  }),

  /**
   *     UE (3GPP, address A)      UE (WLAN)                       network          friend
   *      |= A is in the HSS =========|============================>|                |
   *      |                           |--- REGISTER, A in Via ----->|   no success   |
   *                                  |   no INVITE                 |<-- INVITE -----|
   */
  testCase({
    id: "giba/not-over-wlan",
    title: "Over WLAN nobody is registered by an address, whatever the UE writes of it",
    verifies: ["33.203/T.5/06"],
    kills: ["pcscf/giba-by-sent-by-on-wlan", "pcscf/giba-by-received-on-wlan"],
    peer: "ue",
    needs: { ...GIBA, "access.wlan": true },
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given, timers } = context;
      const { ue: alice } = await attached(context, { as: 0 });
      const { ue: friend } = await registered(context, { as: 1 });
      const { address } = alice.local;
      const { mcc, mnc } = context.profile.home;
      const geran = { "P-Access-Network-Info": `3GPP-GERAN;cgi-3gpp=${mcc}${mnc}00010001` };
      const lies: Readonly<Record<string, (port: number) => Tamper>> = {
        "nothing": () => () => {},
        "its 3GPP address in sent-by": (port) => sentBy(`${address}:${port}`),
        "its 3GPP address in received": () => viaParameter(`received=${address}`),
        "its 3GPP address in both": (port) =>
          all(sentBy(`${address}:${port}`), viaParameter(`received=${address}`)),
      };
      for (const [what, lie] of Object.entries(lies)) {
        const roamer = await ue({ like: alice, access: "wlan" });
        const tamper = lie(roamer.local.port);
        const answer = await silenceIsUndefined(roamer.attempt({ headers: geran, tamper }));
        isNoSuccess(check(`with ${what}: no success`, "33.203/T.5/06"), answer);
        const reach = await call(friend, impuOf(alice), roamer, { within: timers.silence });
        check(`with ${what}: and nobody calls it there`, "33.203/T.5/06").about(reach.invite)
          .that(reach.delivered).equals(false);
      }
      await given("on 3GPP access the address registers her", alice.register());
    },
  }),

  /**
   *     UE (its address in the HSS)                       network
   *      |--- REGISTER, refresh, de-registration ------------>|   200, no security header
   *      |--- REGISTER with Authorization ------------------->|   no success
   *      |--- REGISTER with Security-Client ----------------->|   no success
   */
  testCase({
    id: "giba/no-security-headers",
    title: "GIBA has no security headers: none is in an answer, and with one in the REGISTER it is not GIBA",
    verifies: ["33.203/T.7/01", "33.203/P.4.2/07"],
    kills: ["pcscf/giba-with-one-security-header", "scscf/authentication-info-in-giba"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM],
    async run(context) {
      const { check, profile } = context;
      const { ue: alice } = await attached(context);
      for (
        const [what, options] of [
          ["REGISTER", {}],
          ["refresh", {}],
          ["de-registration", { expires: 0 }],
        ] as const
      ) {
        const answer = await alice.attempt(options);
        check(`${what}: taken`, "33.203/T.7/01").answer(answer).isOneOf(200);
        check(`${what}: no security header in the answer`, "33.203/T.7/01").that(answer).lacks(
          ...SECURITY_HEADERS,
        );
      }
      const withAuthorization = await silenceIsUndefined(
        alice.attempt({ withoutAuthorization: false, fresh: true }),
      );
      isNoSuccess(check("with Authorization: not GIBA", "33.203/T.7/01"), withAuthorization);
      isNoSuccess(check("with Authorization: not GIBA", "33.203/P.4.2/07"), withAuthorization);
      const withOffer = await silenceIsUndefined(alice.attempt({ headers: offerFor(profile), fresh: true }));
      isNoSuccess(check("with Security-Client: not GIBA", "33.203/T.7/01"), withOffer);
      const bareOffer = { "Security-Client": offerFor(profile)["Security-Client"] };
      const withClient = await silenceIsUndefined(alice.attempt({ headers: bareOffer, fresh: true }));
      isNoSuccess(check("with Security-Client alone: not GIBA", "33.203/T.7/01"), withClient);
    },
  }),
];
