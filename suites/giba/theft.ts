/** Somebody else's identity at one's own address, and an address that is only written: TS 33.203 T.3, T.4, T.8.2, V. */
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { attached, contextOf, GIBA, impuOf, registered, SIM } from "./_attached.ts";
import { all, lowerVia, sentBy, viaParameter } from "./_via.ts";

export const theft = [
  /**
   *     UE 2 (its own address)                network            UE 1
   *      |--- REGISTER, IMPU of UE 1 -------->|                   |   once before UE 1 has registered,
   *      |<-- 403, no challenge --------------|                   |   once afterwards
   *      |--- INVITE, as itself ------------->|--- INVITE ------->|   and none to UE 2
   */
  testCase({
    id: "giba/foreign-identity-is-refused",
    title:
      "At another user's address a REGISTER gets 403, and the user whose identity it is stays where she is",
    verifies: ["33.203/T.8.2/01"],
    kills: ["scscf/address-mismatch-accepted", "scscf/mismatch-deregisters"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given, timers } = context;
      const { ue: victim } = await attached(context, { as: 0 });
      const { ue: bob } = await attached(context, { as: 1 });
      const thief = await ue({ like: victim, access: "3gpp", local: { address: bob.local.address } });
      for (const state of ["not registered", "registered"]) {
        if (state === "registered") await given("the victim registers", victim.register());
        const answer = await silenceIsUndefined(thief.attempt({ fresh: true }));
        check(`the victim is ${state}: 403`, "33.203/T.8.2/01").answer(answer).isOneOf(403);
      }
      await given("the owner of the address registers", bob.register());
      const quiet = thief.silent("INVITE", timers.silence);
      const reach = await call(bob, impuOf(victim), victim);
      check("the victim is called where she is", "33.203/T.8.2/01").about(reach.invite).that(reach.delivered)
        .equals(true);
      await check("and nowhere else", "33.203/T.8.2/01").never(
        quiet,
        "an INVITE for her at the other address",
      );
    },
  }),

  /** `REGISTER, Via: the victim's address in sent-by, in received, in both, in a second Via -> 4xx`; from it: 200. */
  testCase({
    id: "giba/written-addresses-are-void",
    title: "What a UE writes of addresses into Via does not make it the user of one",
    verifies: ["33.203/T.4/07"],
    kills: ["pcscf/giba-keeps-forged-received", "scscf/compares-lowest-via"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given, random } = context;
      const { ue: victim } = await attached(context, { as: 0 });
      const { ue: bob } = await attached(context, { as: 1 });
      const { address } = victim.local;
      const lies: Readonly<Record<string, (port: number) => Tamper>> = {
        "received": () => viaParameter(`received=${address}`),
        "sent-by": (port) => sentBy(`${address}:${port}`),
        "sent-by and received": (port) =>
          all(sentBy(`${address}:${port}`), viaParameter(`received=${address}`)),
        "a second Via": () => lowerVia(address, random.token(16)),
      };
      for (const [where, lie] of Object.entries(lies)) {
        const thief = await ue({ like: victim, access: "3gpp", local: { address: bob.local.address } });
        const answer = await silenceIsUndefined(thief.attempt({ tamper: lie(thief.local.port) }));
        check(`her address in ${where}: refused`, "33.203/T.4/07").answer(answer).isClass(4);
      }
      await given("from her address she is registered", victim.register());
    },
  }),

  /**
   *     UE (has A)        NAT that nobody knows         P-CSCF                 S-CSCF
   *      |--- Via: A ------->|--- from B, Via: A -------->|--- received=B ------>|
   *      |<------------------|<-- 403 --------------------|<----------------------|
   */
  testCase({
    id: "giba/translated-address-is-no-match",
    title: "Behind a NAT that is not the operator's nobody is registered by the address in sent-by",
    verifies: ["33.203/V/01"],
    kills: ["scscf/falls-back-to-sent-by"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM],
    async run(context) {
      const { ue, check, given } = context;
      const { ue: inside, ggsn } = await attached(context);
      const translated = await ue({ like: inside, access: "3gpp" });
      const place = `${inside.local.address}:${translated.local.port}`;
      const answer = await silenceIsUndefined(translated.attempt({ tamper: sentBy(place) }));
      check("from the translated address: 403", "33.203/V/01").answer(answer).isOneOf(403);
      await given("the HSS hears of that address", ggsn.start(contextOf(translated)));
      await given("where it is the user's the same UE registers", translated.register({ fresh: true }));
    },
  }),

  /**
   *     A (registered)                    network                 friend
   *      |--- INVITE, MESSAGE, SUBSCRIBE ->|                        |
   *      |    From and P-Preferred-Identity: B                      |
   *      |                                 |--- asserted as A, if at all -->|
   */
  testCase({
    id: "giba/nobody-speaks-for-another",
    title: "A registered user who gives another's identity is served as herself or not at all",
    verifies: ["33.203/T.3.1/01"],
    kills: ["pcscf/giba-asserts-preferred-identity"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM, SIM],
    async run(context) {
      const { check, given, timers, wait } = context;
      const { ue: alice } = await registered(context, { as: 0 });
      const { ue: bob } = await registered(context, { as: 1 });
      const { ue: friend } = await registered(context, { as: 2 });
      const own = await call(alice, impuOf(friend), friend);
      await given("as herself she is served", asserted(own.invite).includes(impuOf(alice)));
      for (const method of ["INVITE", "MESSAGE", "SUBSCRIBE"]) {
        const exchange = await alice.request(method, impuOf(friend), {
          from: impuOf(bob),
          preferredIdentity: impuOf(bob),
          headers: method === "SUBSCRIBE" ? { "Event": "presence", "Expires": "60" } : {},
        });
        const arriving = silenceIsUndefined(friend.incoming(method, 64 * timers.t1));
        const ending = silenceIsUndefined(exchange.final());
        const came = await Promise.race([arriving.then(() => true), ending.then(() => false)]);
        // A request that is refused should not arrive afterwards.
        if (!came) await wait(timers.silence);
        const arrived = await Promise.race([arriving, undefined]);
        await arrived?.respond(method === "MESSAGE" ? 200 : 486);
        const final = await ending;
        if (!arrived) check(`${method}: not served`, "33.203/T.3.1/01").answer(final).isClass(4);
        check(`${method}: not asserted as the other`, "33.203/T.3.1/01").about(arrived?.request)
          .that(asserted(arrived?.request)).lacks(impuOf(bob));
      }
    },
  }),
];
