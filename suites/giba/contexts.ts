/** What the HSS makes of the accounting of GGSNs: TS 33.203 T.4 and T.5. */
import { testCase } from "../../harness/runner/case.ts";
import { arrival, call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { attached, contextOf, GIBA, impuOf, registered, SIM } from "./_attached.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export const contexts = [
  /**
   *     UE at A, at B          GGSN                         HSS                network
   *      |                      |--- Start, A; Start, B ----->|                  |
   *      |--- REGISTER from A ---------------------------------------- 403 ----->|
   *      |--- REGISTER from B ---------------------------------------- 200 ----->|
   */
  testCase({
    id: "giba/latest-address-counts",
    title: "The HSS has the address that a GGSN told last, for that user alone",
    verifies: ["33.203/T.4/02"],
    kills: ["hss/keeps-first-address"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given } = context;
      const { ue: first, ggsn } = await registered(context, { as: 0 });
      await given("the UE de-registers", first.deregister());
      const { ue: bob } = await attached(context, { as: 1 });
      const second = await ue({ like: first, access: "3gpp" });
      await given("the HSS hears of another context", ggsn.start(contextOf(second)));
      const former = await silenceIsUndefined(first.attempt({ fresh: true }));
      check("from the former address: 403", "33.203/T.4/02").answer(former).isOneOf(403);
      const latest = await silenceIsUndefined(second.attempt({ fresh: true }));
      check("from the latest one: registered", "33.203/T.4/02").answer(latest).isOneOf(200);
      const other = await silenceIsUndefined(bob.attempt());
      check("another user has his own", "33.203/T.4/02").answer(other).isOneOf(200);
    },
  }),

  /**
   *     attacker                                HSS               network
   *      |--- the victim is at M: wrong secret --->|                 |
   *      |--- the same from no GGSN's address ---->|                 |
   *      |--- REGISTER as the victim, from M ------------------------>|   403
   *     victim
   *      |--- REGISTER from her own address ------------------------->|   200
   */
  testCase({
    id: "giba/forged-accounting-is-dropped",
    title: "Accounting that is not signed, or not of a GGSN that the HSS knows, changes no address",
    verifies: ["33.203/T.4/02"],
    kills: ["hss/takes-accounting-from-anybody"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM],
    async run(context) {
      const { ue, check, random } = context;
      const { ue: victim, ggsn } = await attached(context);
      const thief = await ue({ like: victim, access: "3gpp" });
      const stranger = await context.ggsn({ local: "outside" });
      for (const status of ["start", "interim", "stop"] as const) {
        const lie = contextOf(status === "stop" ? victim : thief);
        await Promise.all([
          ggsn.say(status, lie, { secret: random.token(20) }),
          stranger.say(status, lie),
        ]);
        const forged = await silenceIsUndefined(thief.attempt({ fresh: true }));
        check(`after a forged "${status}": 403 from there`, "33.203/T.4/02").answer(forged).isOneOf(403);
        const own = await silenceIsUndefined(victim.attempt());
        check(`after a forged "${status}": the victim registers`, "33.203/T.4/02").answer(own).isOneOf(200);
      }
    },
  }),

  /**
   *     UE            GGSN                   HSS           network              friend
   *      |--- REGISTER, INVITE --------------------------->|   200, INVITE ----->|
   *                    |--- Stop ------------>|
   *     whoever has the address now
   *      |--- REGISTER as the former user ---------------->|   an error          |
   *      |--- INVITE as the former user ------------------>|   not asserted so ->|
   */
  testCase({
    id: "giba/ended-context-is-forgotten",
    title: "After the end of a context its address is nobody's, for REGISTERs and for requests",
    verifies: ["33.203/T.4/03"],
    kills: ["hss/keeps-address-after-stop", "hss/tells-no-s-cscf-of-the-stop"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given, timers } = context;
      const { ue: friend } = await registered(context, { as: 1 });
      const { ue: alice, ggsn, session } = await registered(context, { as: 0 });
      const before = await call(alice, impuOf(friend), friend);
      await given("while it lasts she is served", asserted(before.invite).includes(impuOf(alice)));
      await given("the context ends", ggsn.stop(session));
      const heir = await ue({ like: alice, access: "3gpp", local: { address: alice.local.address } });
      for (const [who, terminal] of [["the former user", alice], ["the next owner", heir]] as const) {
        const reach = await call(terminal, impuOf(friend), friend, { within: timers.silence });
        check(`INVITE of ${who}: not served as the user`, "33.203/T.4/03").about(reach.invite)
          .that(asserted(reach.invite)).lacks(impuOf(alice));
        const answer = await silenceIsUndefined(terminal.attempt({ fresh: true }));
        check(`REGISTER of ${who}: refused`, "33.203/T.4/03").answer(answer).isClass(4, 5, 6);
      }
      await given("a new context begins", ggsn.start(contextOf(alice)));
      await given("with it she is registered again", alice.register({ fresh: true }));
    },
  }),

  /** `GGSN -- Start, A -- Interim-Update, B -- HSS`: REGISTER from A gets 403, from B 200. */
  testCase({
    id: "giba/modified-context-moves-the-address",
    title: "After the modification of a context only its new address counts",
    verifies: ["33.203/T.4/03"],
    kills: ["hss/ignores-modification"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM],
    async run(context) {
      const { ue, check, given } = context;
      const { ue: before, ggsn, session } = await attached(context);
      const after = await ue({ like: before, access: "3gpp" });
      await given("the HSS hears of the modification", ggsn.update(session, contextOf(after)));
      const old = await silenceIsUndefined(before.attempt({ fresh: true }));
      check("from the old address: 403", "33.203/T.4/03").answer(old).isOneOf(403);
      const moved = await silenceIsUndefined(after.attempt({ fresh: true }));
      check("from the new one: registered", "33.203/T.4/03").answer(moved).isOneOf(200);
    },
  }),

  /**
   *     UE 1 at A       UE 2 at B, same IMSI       network                     friend
   *      |--- REGISTER ------------------------------>|   200                   |
   *      |                |--- REGISTER ------------->|   403, or 200 and       |
   *      |   no INVITE    |<-- INVITE ----------------|   A is gone  <-- INVITE -|
   */
  testCase({
    id: "giba/one-address-per-user",
    title: "A user is registered at one address by GIBA, never at two",
    verifies: ["33.203/T.5/01"],
    kills: ["scscf/two-giba-contacts"],
    peer: "ue",
    needs: GIBA,
    leases: [SIM, SIM],
    async run(context) {
      const { ue, check, given, timers } = context;
      const { ue: friend } = await registered(context, { as: 1 });
      const { ue: first, ggsn } = await registered(context, { as: 0 });
      const second = await ue({ like: first, access: "3gpp" });
      const unknown = await silenceIsUndefined(second.attempt({ fresh: true }));
      isNoSuccess(check("from an address that is not hers: refused", "33.203/T.5/01"), unknown);
      await given("she is called where she is", (await call(friend, impuOf(first), first)).delivered);
      await given("the HSS hears of another context", ggsn.start(contextOf(second)));
      const answer = await silenceIsUndefined(second.attempt({ fresh: true }));
      const places = answer?.status === 200
        ? answer.contacts.flatMap((contact) => contact === "*" ? [] : [contact.uri.host])
        : [];
      check("the answer names contacts at one address at most", "33.203/T.5/01").about(answer)
        .that(new Set(places).size).isAtMost(1);
      const arriving = [first, second].map((terminal) => arrival(terminal, timers.silence));
      const outgoing = await friend.invite(impuOf(first));
      const arrived = (await Promise.all(arriving)).filter((invite) => invite !== undefined);
      check("a call comes to one of the addresses at most", "33.203/T.5/01").about(arrived[0])
        .that(arrived.length).isAtMost(1);
      await silenceIsUndefined(outgoing.answered());
    },
  }),
];
