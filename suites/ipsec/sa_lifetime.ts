/** How long SAs live: clauses 7.4.0, 7.4.1a and 7.4.2a of TS 33.203. */
import type { SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call } from "../_shared/reach.ts";
import { ANSWERED, answered, DEAD, drawn, dying, NOTHING } from "../_shared/said.ts";
import {
  complete,
  currentOf,
  dies,
  furtherImpuOf,
  gets,
  impuOf,
  INITIAL,
  isServed,
  nothingComes,
  on,
  openAgain,
  openFurther,
  reacts,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

export const lifetime = [
  /**
   *     UE                         P-CSCF          friend
   *      |    … registers, E …      |
   *      |    … E and the margin …  |
   *      |=== MESSAGE (set 1) =====>|   nothing         … and the same after a de-registration
   */
  testCase({
    id: "ipsec/no-service-past-the-registration",
    title: "A UE that goes on using its SAs after expiry or de-registration reaches nobody",
    verifies: ["33.203/7.4.1a/07"],
    kills: ["pcscf/ipsec-serves-expired"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    tags: ["slow"],
    async run(context) {
      const { ue, check, given, timers, wait } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const noService = async (when: string, set: SaSet) => {
        const reached = await gets(context, friend, alice, { ...on(set), within: timers.silence });
        check(`${when} a MESSAGE gets nowhere`, "33.203/7.4.1a/07").that(reached).equals(false);
        check(`${when} an OPTIONS draws nothing`, "33.203/7.4.1a/07").that(
          drawn(await reacts(context, alice, set)),
        ).equals(NOTHING);
      };
      await secure(context, friend);
      const gone = await secure(context, alice);
      await given("the SAs serve", gets(context, friend, alice));
      await given("the UE de-registers", alice.deregister());
      const brief = await secure(context, alice, timers.minExpires);
      await noService("after de-registration", gone.set);
      await wait(lifetimeOf(brief) + 2 * timers.expiryMargin);
      await noService("after expiry", brief.set);
    },
  }),

  /**
   *     UE                         P-CSCF
   *      |    … registers, E …      |
   *      |    … E and the margin …  |
   *      |=== OPTIONS, REGISTER ===>|   nothing
   *      |--- REGISTER in clear --->|   401
   */
  testCase({
    id: "ipsec/expired-sas-are-deleted",
    title: "After its lifetime an SA is gone: nothing is answered, not even a REGISTER",
    verifies: ["33.203/7.4.2a/18"],
    kills: ["pcscf/ipsec-expiry-ignored"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    async run(context) {
      const { ue, check, given, timers, wait } = context;
      const alice = await ue(WATCHING);
      const secured = await secure(context, alice, timers.minExpires);
      const { set } = secured;
      await given("the SAs serve", isServed(context, alice));
      await wait(lifetimeOf(secured) + 2 * timers.expiryMargin);
      check("an OPTIONS draws nothing", "33.203/7.4.2a/18").that(drawn(await reacts(context, alice, set)))
        .equals(NOTHING);
      check("nor does a REGISTER", "33.203/7.4.2a/18").that(
        drawn(!(await nothingComes(context, alice, alice.attempt(on(set)), set))),
      ).equals(NOTHING);
      const anew = await check("a REGISTER in the clear is answered", "33.203/7.4.2a/18").answers(
        alice.attempt(INITIAL),
      );
      check("with a challenge", "33.203/7.4.2a/18").answer(anew).isOneOf(401);
    },
  }),

  /**
   *     UE (A and B registered)    P-CSCF      operator
   *      |=== de-registers A ======>|
   *      |=== OPTIONS =============>|   answered
   *      |=== de-registers B ======>|
   *      |=== OPTIONS =============>|   nothing
   *      |    … registers A …       |
   *      |                          |<-- de-register --|
   *      |=== OPTIONS =============>|   nothing
   */
  testCase({
    id: "ipsec/last-deregistration-deletes-sas",
    title: "The SAs end with the last registered identity, whoever ends its registration",
    verifies: ["33.203/7.4.2a/19"],
    kills: ["pcscf/ipsec-survives-deregistration"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check, given, operator, profile } = context;
      const alice = await ue(WATCHING);
      await secure(context, alice);
      await given("a further identity is registered", alice.register({ impu: furtherImpuOf(alice) }));
      await given("the first identity is de-registered", alice.deregister({ impu: impuOf(alice) }));
      const set = await currentOf(context, alice);
      check("while one is registered the SAs serve", "33.203/7.4.2a/19").that(
        answered(await isServed(context, alice, { ...on(set), preferredIdentity: furtherImpuOf(alice) })),
      ).equals(ANSWERED);
      await given("the last one is de-registered", alice.deregister({ impu: furtherImpuOf(alice) }));
      check("after the last one they die", "33.203/7.4.2a/19").that(dying(await dies(context, alice, set)))
        .equals(DEAD);
      if (!profile.operator?.actions.includes("deregister")) return;
      const { set: second } = await secure(context, alice);
      await given(
        "the network ends the registration",
        operator("deregister", { impi: alice.identity.impi }),
      );
      check("they die when the network ends it", "33.203/7.4.2a/19").that(
        dying(await dies(context, alice, second)),
      ).equals(DEAD);
    },
  }),

  /** `registers; TCP connects inside the SA; de-registers -> SYN and OPTIONS under the SA: not one packet back` */
  testCase({
    id: "ipsec/deletion-reaches-the-ip-layer",
    title: "ESP on deleted SPIs draws no packet of any kind, not even of TCP",
    verifies: ["33.203/7.4.0/07"],
    kills: ["pcscf/ipsec-layer-keeps-sa"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      await given("TCP connects inside the SA", alice.ipsec!.connects({ way: "current" }));
      await given("the UE de-registers", alice.deregister());
      await given("nothing of it is under way any more", dies(context, alice, set));
      const packets = () =>
        alice.ipsec!.arrivals.filter(({ spi }) => spi === set.spiUc || spi === set.spiUs).length;
      const before = packets();
      check("TCP does not connect any more", "33.203/7.4.0/07").that(
        await alice.ipsec!.connects({ way: { set: set.name } }),
      ).equals(false);
      check("an OPTIONS draws nothing", "33.203/7.4.0/07").that(drawn(await reacts(context, alice, set)))
        .equals(NOTHING);
      check("ESP packets that came", "33.203/7.4.0/07").that(packets() - before).equals(0);
    },
  }),

  /**
   *     UE                         P-CSCF
   *      |    … registers A, long … |   set 1
   *      |    … registers B, short …|   set 2
   *      |    … B has expired …     |
   *      |=== OPTIONS (set 2) =====>|   answered, since A is registered
   */
  testCase({
    id: "ipsec/lifetime-is-not-shortened",
    title: "New SAs live as long as the old ones would have, though their own registration is shorter",
    verifies: ["33.203/7.4.2a/09"],
    kills: ["pcscf/ipsec-shortens-lifetime"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    tags: ["slow"],
    timeout: (timers) => 30_000 + 4 * timers.minExpires + 8 * timers.expiryMargin,
    async run(context) {
      const { ue, check, given, timers, wait } = context;
      const alice = await ue(WATCHING);
      const long = 3 * timers.minExpires + 4 * timers.expiryMargin;
      await given("the UE registers for a long time", secure(context, alice, long));
      const run = await openFurther(context, alice, { expires: Math.ceil(timers.minExpires / 1000) });
      const registered = await given("another identity is registered briefly", alice.answer(run.challenge));
      await given("the new SAs serve", isServed(context, alice, on(run.fresh)));
      await wait((registered.expires ?? 0) * 1000 + 2 * timers.expiryMargin);
      check("the SAs serve the identity that is left", "33.203/7.4.2a/09").that(
        answered(await isServed(context, alice, { ...on(run.fresh), preferredIdentity: impuOf(alice) })),
      ).equals(ANSWERED);
    },
  }),

  /**
   *     UE                         P-CSCF          friend
   *      |    … registers, short …  |   set 1
   *      |=== re-registration, long>|   set 2; the UE sends nothing on it
   *      |    … set 1 has expired … |
   *      |<== INVITE (set 2) =======|<-- INVITE ------|
   *      |=== OPTIONS (set 1) =====>|   nothing
   */
  testCase({
    id: "ipsec/new-sas-take-over-at-expiry",
    title: "When the old SAs run out the new ones carry downlink, though the UE has not used them",
    verifies: ["33.203/7.4.2a/14"],
    kills: ["pcscf/ipsec-lost-after-old-expiry"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    tags: ["slow"],
    async run(context) {
      const { ue, check, timers, wait } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, friend);
      const secured = await secure(context, alice, timers.minExpires);
      const renewed = await complete(context, alice, await openAgain(context, alice));
      await wait(lifetimeOf(secured) + 2 * timers.expiryMargin);
      const { invite } = await call(friend, impuOf(alice), alice);
      check("an INVITE comes under the new SAs", "33.203/7.4.2a/14").about(invite).that(wayOf(alice, invite))
        .equals(renewed.name);
      check("the old ones are dead", "33.203/7.4.2a/14").that(
        drawn(await reacts(context, alice, secured.set)),
      ).equals(NOTHING);
    },
  }),

  /** `registers, E -> … E/2 … -> refresh under the SA, 200 without a challenge -> … E … -> OPTIONS: answered` */
  testCase({
    id: "ipsec/refresh-extends-sas",
    title: "A refresh without authentication prolongs the SAs of the last one",
    verifies: ["33.203/7.4.2a/17"],
    kills: ["pcscf/ipsec-refresh-without-extension"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    async run(context) {
      const { ue, check, given, timers, wait } = context;
      const alice = await ue(WATCHING);
      const secured = await secure(context, alice, 2 * timers.minExpires);
      await wait(lifetimeOf(secured) / 2);
      const refresh = await given("the refresh is answered", alice.attempt(on(secured.set)));
      await given("without a challenge", refresh.status === 200);
      await wait(lifetimeOf(secured) / 2 + 2 * timers.expiryMargin);
      check("the SAs outlive the first expiry", "33.203/7.4.2a/17").that(
        answered(await isServed(context, alice, on(secured.set))),
      ).equals(ANSWERED);
    },
  }),
];

type Secured = Awaited<ReturnType<typeof secure>>;

/** Of the registration that was granted, in milliseconds. */
function lifetimeOf({ registered }: Secured): number {
  return (registered.expires ?? 0) * 1000;
}
