/** What an SA is tied to: its run, its SPIs, its addresses, its messages. Clauses 7.0, 7.1 and 8.1 of TS 33.203. */
import { PeerViolation } from "../../harness/errors.ts";
import type { SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type { Registered } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered, arriving, DEAD, drawn, dying, NOTHING } from "../_shared/said.ts";
import { setUps } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import { draws, follows, viaHost } from "./_probes.ts";
import {
  complete,
  dies,
  gets,
  INITIAL,
  isServed,
  nothingComes,
  on,
  open,
  openAgain,
  openFurther,
  type OpenRun,
  reacts,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

export const binding = [
  /**
   *     UE                                P-CSCF
   *      |--- REGISTER ------------------->|
   *      |<-- 401 A -----------------------|
   *      |--- REGISTER ------------------->|
   *      |<-- 401 B -----------------------|
   *      |=== answer to B, keys of A =====>|   nothing
   *      |=== answer to A, keys of B =====>|   nothing
   *      |=== answer to B, keys of B =====>|
   *      |<== 200 =========================|
   */
  testCase({
    id: "ipsec/keys-are-of-this-run",
    title: "SM7 counts under the keys of the challenge that it answers, not of the one before",
    verifies: ["33.203/7.0/01"],
    kills: ["pcscf/ipsec-key-of-aborted-challenge"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const former = await open(context, alice, INITIAL);
      const latest = await open(context, alice, INITIAL);
      const wrong = [["the former's", latest, former], ["the latter's", former, latest]] as const;
      for (const [whose, run, other] of wrong) {
        const keys = alice.ipsec!.keys(run.fresh, other.fresh);
        const sent = alice.answer(run.challenge, { way: { set: run.fresh.name }, esp: { keys } });
        check(`SM7 under ${whose} keys draws nothing`, "33.203/7.0/01").that(
          drawn(!(await nothingComes(context, alice, sent, run.fresh, other.fresh))),
        ).equals(NOTHING);
      }
      const last = await open(context, alice, INITIAL);
      const right = await check("SM7 under its own keys is answered", "33.203/7.0/01").answers(
        alice.answer(last.challenge),
      );
      check("with success", "33.203/7.0/01").answer(right?.response).isOneOf(200);
    },
  }),

  /**
   * Two UEs at one address with the same SPIs, a UE that offers one SPI twice, SPIs of its live SAs, and reserved
   * ones: refused or served, and nobody who is registered loses service.
   */
  testCase({
    id: "ipsec/double-spis-do-no-harm",
    title: "A UE that offers SPIs that are in use harms nobody's SAs",
    verifies: ["33.203/7.1/04"],
    kills: ["pcscf/ipsec-shared-outbound-spi"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set: { spiUc, spiUs } } = await secure(context, alice);
      const neighbour = await ue({ ...WATCHING, local: { address: alice.local.address } });
      const stays = async (after: string) =>
        check(`after ${after} the first UE is served`, "33.203/7.1/04").that(
          answered(await isServed(context, alice)),
        ).equals(ANSWERED);
      const same = await silenceIsUndefined(neighbour.register({ offer: { spiUc, spiUs } }));
      if (same?.ok) {
        check("taken: its UE is served", "33.203/7.1/04").that(answered(await isServed(context, neighbour)))
          .equals(ANSWERED);
      }
      await stays("the same SPIs of another UE");
      const offers = {
        "one SPI twice": { spiUc: 1_234_567_890, spiUs: 1_234_567_890 },
        "SPI 0": { spiUc: 0, spiUs: 1_234_567_891 },
        "reserved SPIs": { spiUc: 1, spiUs: 255 },
      };
      for (const [name, offer] of Object.entries(offers)) {
        await silenceIsUndefined(neighbour.attempt({ ...INITIAL, offer }));
        await stays(name);
      }
    },
  }),

  /** Three UEs, each with SAs in use and a challenge that is open: none of the twelve SPIs is given twice. */
  testCase({
    id: "ipsec/spis-of-the-network-are-unique",
    title: "An SPI that the network gives belongs to no other SA of its",
    verifies: ["33.203/7.1/06"],
    kills: ["pcscf/ipsec-spi-in-use"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const spis: number[] = [];
      for (let who = 0; who < 3; who++) {
        const one = await ue({ ...WATCHING, as: who });
        const sm6s = [];
        const first = await check("SM1 is challenged", "33.203/7.1/06").answers(one.challenge());
        sm6s.push(first?.response);
        const registered = first && await silenceIsUndefined(one.answer(first));
        if (registered?.ok) sm6s.push((await openAgain(context, one)).challenge.response);
        for (const response of sm6s) {
          const [entry] = setUps(response);
          if (entry) spis.push(entry.spiC, entry.spiS);
        }
      }
      check("the SPIs of live and of new SAs", "33.203/7.1/06").that(spis).allDistinct();
    },
  }),

  /**
   *     UE at address 1      address 2      P-CSCF
   *      |--- REGISTER, 401 ------------------>|
   *                           |=== SM7 =======>|   nothing, here and there
   *      |=== SM7 ============================>|
   *      |<== 200 =============================|
   *                           |=== OPTIONS ===>|   nothing
   *      |=== OPTIONS ========================>|   answered
   */
  testCase({
    id: "ipsec/source-address-is-bound",
    title: "The SAs are for the addresses of the initial REGISTER, whatever is right besides",
    verifies: ["33.203/7.1/08"],
    kills: ["pcscf/ipsec-ignores-source-address"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const elsewhere = await ue({ ...WATCHING, like: alice });
      const esp = { sourceAddress: elsewhere.local.address };
      const away = await open(context, alice);
      const sent = alice.answer(away.challenge, { esp });
      check("SM7 from another address draws nothing", "33.203/7.1/08").that(
        drawn(!(await nothingComes(context, alice, sent, away.fresh))),
      ).equals(NOTHING);
      await secure(context, alice);
      check("nor does an OPTIONS", "33.203/7.1/08").that(drawn(await draws(context, alice, { esp }))).equals(
        NOTHING,
      );
      check("nothing came to the other address", "33.203/7.1/08").that(elsewhere.ipsec!.arrivals.length)
        .equals(0);
      check("from the right one it is answered", "33.203/7.1/08").that(
        answered(await isServed(context, alice)),
      ).equals(ANSWERED);
    },
  }),

  /**
   * SM7 and a protected refresh whose Via names another address, or a host that nobody knows: an error, or nothing. With
   * the UE's own address: 200.
   */
  testCase({
    id: "ipsec/via-is-the-source",
    title: "A protected REGISTER whose Via is not where it comes from does not register",
    verifies: ["33.203/7.1/20"],
    kills: ["pcscf/ipsec-via-mismatch-tolerated"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const hosts = {
        "another address": alice.local.address.includes(":") ? "[2001:db8::77]" : "192.0.2.77",
        "an unknown host": "nobody.invalid",
      };
      for (const [name, host] of Object.entries(hosts)) {
        const { challenge } = await open(context, alice, INITIAL);
        await isNoSuccess(
          context,
          `SM7, Via with ${name}`,
          alice.answer(challenge, { tamper: viaHost(host) }),
        );
      }
      const { set } = await secure(context, alice);
      for (const [name, host] of Object.entries(hosts)) {
        const refresh = alice.attempt({ ...on(set), tamper: viaHost(host) });
        const answer = await withinWindow(context, refresh);
        check(`refresh, Via with ${name}: no success`, "33.203/7.1/20").holds(
          !answer || answer.status >= 400,
          {
            expected: "an error, or no answer",
            actual: answer ?? "no answer",
          },
        );
        check(`refresh, Via with ${name}: no challenge`, "33.203/7.1/20").that(answer?.status === 401).equals(
          false,
        );
      }
      await given("the SAs serve on", isServed(context, alice));
    },
  }),

  /**
   *     UE (set 1)                 P-CSCF
   *      |=== re-registration =====>|   set 2, not used yet: set 1 is there still
   *      |--- REGISTER, 401 ------->|   five times; the SAs of an open challenge end with the next, or SM1 is refused
   *      |=== OPTIONS (sets 1, 2) =>|
   *      |=== SM7 to all five =====>|   three sets react at most
   *
   * One contact: rule 3 counts by IMPI, note 13 by registered contact, and here that is the same.
   */
  testCase({
    id: "ipsec/at-most-six-sas",
    title: "One IMPI has at most six SAs in each direction, and others do not suffer from it",
    verifies: ["33.203/7.1/22"],
    kills: ["pcscf/ipsec-unbounded-sas"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const renewed = await complete(context, alice, await openAgain(context, alice));
      const runs: OpenRun[] = [];
      for (let count = 0; count < 5; count++) {
        const challenge = await unlessRefused(alice.challenge(INITIAL));
        const fresh = challenge && alice.ipsec!.new;
        if (challenge && fresh) runs.push({ challenge, fresh });
      }
      const live = await Promise.all([
        ...[set, renewed].map((one) => reacts(context, alice, one)),
        ...runs.map(async ({ challenge, fresh }) => {
          const sent = alice.answer(challenge, { way: { set: fresh.name } });
          return !(await nothingComes(context, alice, sent, fresh));
        }),
      ]);
      const count = live.filter(Boolean).length;
      check("sets that react, of two SAs per direction each", "33.203/7.1/22").that(count).isAtMost(3);
      check("and at least one does", "33.203/7.1/22").that(count).isAtLeast(1);
      const other = await ue({ ...WATCHING, as: 1 });
      const registered = await check("another IMPI registers", "33.203/7.1/22").answers(other.register());
      check("with success", "33.203/7.1/22").answer(registered?.response).isOneOf(200);
    },
  }),

  /**
   *     UE (set 1)                      P-CSCF        friend
   *      |=== REGISTER B (set 1) =======>|
   *      |<== 401, set 2 ================|
   *      |=== MESSAGE (set 2) ==========>|   nothing    |
   *      |=== OPTIONS, SPI of 2, port of 1 =>|   nothing
   *      |=== SM7 (set 1) ==============>|   no 200
   *      |=== REGISTER B (set 1), 401, set 3 ===|
   *      |=== SM7 (set 3) ==============>|   200
   */
  testCase({
    id: "ipsec/sa-is-verified-per-message",
    title: "Each message is taken on the SA that is right for it, and on no other",
    verifies: ["33.203/7.1/23"],
    kills: ["pcscf/ipsec-sa-unseen-by-sip"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const requirement = "33.203/7.1/23";
      const { challenge, fresh } = await openFurther(context, alice);
      check("a MESSAGE on SAs that no SM7 has used", requirement).that(
        arriving(await gets(context, friend, alice, { ...on(fresh), within: timers.silence })),
      ).equals(arriving(false));
      const mixed = alice.draft.request("OPTIONS", `sip:${alice.identity.homeDomain}`).toBytes();
      const ports = { ...on(fresh), fromPort: set.portUc, toPort: set.portPs };
      check("the SPI of one set and a port of the other", requirement).that(
        drawn(await follows(alice, () => alice.ipsec!.send(mixed, ports))),
      ).equals(NOTHING);
      const onOld = await withinWindow(context, alice.answer(challenge, on(set)));
      check("SM7 on the old SA is no success", requirement).holds(!onOld?.ok, {
        expected: "an error, or no answer",
        actual: onOld?.response ?? "no answer",
      });
      const again = await openFurther(context, alice);
      const right = await check("SM7 on the new SA is answered", requirement).answers(
        alice.answer(again.challenge),
      );
      check("with success", requirement).answer(right?.response).isOneOf(200);
    },
  }),

  /**
   *     UE (set 1)                   P-CSCF
   *      |=== REGISTER B (set 1) ====>|
   *      |<== 401 (set 1) ============|   set 2 is made
   *      |=== SUBSCRIBE (set 1) =====>|
   *      |<== 200, NOTIFY (set 1) ====|   not set 2, before SM12
   *      |=== wrong RES (set 2) =====>|
   *      |<== 4xx (set 1) ============|
   *      |    … once more, rightly …  |   set 3
   *      |=== SUBSCRIBE (set 3) =====>|
   *      |<== 200, NOTIFY (set 3) ====|
   */
  testCase({
    id: "ipsec/downlink-is-as-the-ue-expects",
    title: "What the network sends comes on the SA that the UE has to find it on",
    verifies: ["33.203/7.1/27"],
    kills: ["pcscf/ipsec-notify-on-new-before-sm12"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+other-set"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const subscribes = async (when: string, expected: SaSet) => {
        const subscription = await check(`${when}: a SUBSCRIBE is answered`, "33.203/7.1/27").answers(
          alice.subscribeReg(),
        );
        const notify = subscription &&
          await check(`${when}: a NOTIFY comes`, "33.203/7.1/27").answers(subscription.notify());
        const came = [["its answer", subscription?.response], ["the NOTIFY", notify]] as const;
        for (const [what, message] of came) {
          check(`${when}: ${what} under ${expected.name}`, "33.203/7.1/27").about(message)
            .that(wayOf(alice, message)).equals(expected.name);
        }
      };
      const run = await openFurther(context, alice);
      check("SM6 under the SA of SM1", "33.203/7.1/27").about(run.challenge.response)
        .that(wayOf(alice, run.challenge.response)).equals(set.name);
      await subscribes("between SM6 and SM7", set);
      const { response } = await alice.answer(run.challenge, { res: "wrong" });
      check("the refusal of a wrong response under the SA of SM1", "33.203/7.1/27").about(response)
        .that(wayOf(alice, response)).equals(set.name);
      await subscribes("after a failure", set);
      const renewed = await complete(context, alice, await openFurther(context, alice));
      await subscribes("after SM12", renewed);
    },
  }),

  /**
   *     UE (set 1)              P-CSCF
   *      |   … loses all …      |
   *      |--- REGISTER -------->|
   *      |<-- 401 in the clear -|   not under set 1
   *      |=== SM7 (set 2) =====>|
   *      |<== 200 (set 2) ======|
   *      |=== OPTIONS (set 1) =>|   nothing
   */
  testCase({
    id: "ipsec/restarted-ue-is-challenged-in-clear",
    title: "A UE that has lost its SAs registers from scratch, and the lost ones die",
    verifies: ["33.203/8.1/02"],
    kills: ["pcscf/ipsec-answers-lost-sa"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      alice.ipsec!.forget();
      const challenge = await check("its REGISTER in the clear is challenged", "33.203/8.1/02").answers(
        alice.challenge(INITIAL),
      );
      if (!challenge) return;
      check("in the clear", "33.203/8.1/02").about(challenge.response).that(wayOf(alice, challenge.response))
        .equals("clear");
      const registered = await check("SM7 is answered", "33.203/8.1/02").answers(alice.answer(challenge));
      check("with success", "33.203/8.1/02").answer(registered?.response).isOneOf(200);
      check("on new SAs", "33.203/8.1/02").that(wayOf(alice, registered?.response)).differsFrom(set.name);
      check("the lost ones are dead", "33.203/8.1/02").that(dying(await dies(context, alice, set))).equals(
        DEAD,
      );
      check("the new ones serve", "33.203/8.1/02").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),
];

/** Judges an SM7 that must not register anybody. */
async function isNoSuccess(context: CaseContext, name: string, outcome: Promise<Registered>): Promise<void> {
  const registered = await withinWindow(context, outcome);
  context.check(`${name}: no success`, "33.203/7.1/20").holds(!registered?.ok, {
    expected: "an error, or no answer",
    actual: registered?.response ?? "no answer",
  });
}

/** What the promise gives; undefined where the device answers otherwise than the UE needs. */
async function unlessRefused<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof PeerViolation) return undefined;
    throw error;
  }
}
