/** ESP in the tunnel: encryption, integrity, anti-replay, and what has to be in it (M.6.2, M.6.3, M.7.2 of TS 33.203). */
import { testCase } from "../../harness/runner/case.ts";
import type { AnswerOptions, Tamper } from "../../harness/peer/ue/types.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { each, rewritten, setting } from "../_shared/set_up_lines.ts";
import { isAnswered, isIgnored, isNoSuccess, isRegistered, isUnheard } from "./_judged.ts";
import { AUTHENTICATION_ONLY, BEHIND_NAT, ciphers, IN_NULL } from "./_stimuli.ts";
import { ENCAPSULATION_PORT, PAIR, setOf, settled, THROUGH_NAT, tunnelled, viewOf } from "./_tunnel.ts";

/** Set-up lines of SM7 that are not those of SM6 and SM1, as somebody in between would have changed them. */
const ALTERED: Readonly<Record<string, Tamper>> = {
  "mod=trans in Security-Verify": rewritten("Security-Verify", each(setting("mod", "trans"))),
  "no mod in Security-Verify": rewritten("Security-Verify", each(setting("mod", null))),
  "a mechanism less in Security-Verify": rewritten("Security-Verify", (entries) => entries.slice(1)),
  "another q in Security-Verify": rewritten("Security-Verify", each(setting("q", "0.017"))),
  "another spi-c in Security-Verify": rewritten("Security-Verify", each(setting("spi-c", "4026531841"))),
  "another port-c in Security-Verify": rewritten("Security-Verify", each(setting("port-c", "49152"))),
  "another spi-s in Security-Client": rewritten("Security-Client", each(setting("spi-s", "4026531842"))),
  "another port-s in Security-Client": rewritten("Security-Client", each(setting("port-s", "49153"))),
};

export const protection = [
  /**
   * For each cipher that the profile claims, another terminal:
   *
   *     UE                    NAT                     P-CSCF
   *      |=== SM7 in NULL ===============================>| nothing
   *      |=== SM7, encrypted ====>|======================>|
   *      |<== SM12, encrypted ====|<=== from port 4500 ===|
   *      |=== OPTIONS in NULL ===========================>| nothing
   */
  testCase({
    id: "ipsec-nat/cipher-is-used-in-the-tunnel",
    title: "Where encryption was agreed on, both ends encrypt in UDP-encapsulated tunnel mode",
    verifies: ["33.203/M.6.2/01"],
    kills: ["pcscf/nat-null-cipher"],
    peer: "ue",
    needs: { ...THROUGH_NAT, "ipsec.ealg": "aes-cbc" },
    async run(context) {
      const { ue, check, given, profile } = context;
      for (const pair of ciphers(profile)) {
        const { ealg } = pair;
        const alice = await ue({ as: 0, security: { ...BEHIND_NAT, offers: [pair] } });
        const challenge = await given(`${ealg}: the P-CSCF challenges`, alice.challenge());
        const bare = alice.answer(challenge, IN_NULL);
        await isUnheard(context, "33.203/M.6.2/01", `${ealg}: SM7 in NULL`, bare);
        const registering = alice.register({ fresh: true });
        await isRegistered(context, "33.203/M.6.2/01", `${ealg}: SM7, encrypted`, registering);
        const { current, arrivals } = viewOf(alice);
        if (!current) continue;
        check(`${ealg}: the set-up`, "33.203/M.6.2/01").that(current.ealg).equals(ealg);
        for (const { from, inner } of arrivals) {
          check(`${ealg}: what comes is a tunnel`, "33.203/M.6.2/01").that(inner?.mode).equals("tunnel");
          check(`${ealg}: from port 4500`, "33.203/M.6.2/01").that(from.port).equals(ENCAPSULATION_PORT);
        }
        const keys = viewOf(alice).keys(AUTHENTICATION_ONLY);
        await isIgnored(context, "33.203/M.6.2/01", `${ealg}: a request in NULL`, alice, { esp: { keys } });
        await isAnswered(context, "33.203/M.6.2/01", `${ealg}: a request, encrypted`, alice);
      }
    },
  }),

  /**
   *     UE                    NAT                     P-CSCF
   *      |=== SM7, wrong ICV ============================>| nothing
   *      |=== SM7 ===============>|======================>|
   *      |<== 200, ICV right =====|<======================|
   *      |=== OPTIONS, wrong ICV, another key ===========>| nothing
   */
  testCase({
    id: "ipsec-nat/icv-is-checked-in-the-tunnel",
    title: "What comes on port 4500 with a wrong ICV is dropped",
    verifies: ["33.203/M.6.3/01"],
    kills: ["pcscf/nat-accepts-wrong-icv"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      const forged = alice.answer(challenge, { esp: { icv: "wrong" } });
      await isUnheard(context, "33.203/M.6.3/01", "SM7 with a wrong ICV", forged);
      await isRegistered(context, "33.203/M.6.3/01", "SM7 with the right one", alice.answer(challenge));
      const set = await setOf(context, alice);
      const keys = viewOf(alice).keys(set, { ik: new Uint8Array(16) });
      for (
        const [name, esp] of Object.entries(
          { "a wrong ICV": { icv: "wrong" }, "another key": { keys } } as const,
        )
      ) {
        await isIgnored(context, "33.203/M.6.3/01", `a request with ${name}`, alice, { esp });
      }
      await isAnswered(context, "33.203/M.6.3/01", "a request with the right one", alice);
    },
  }),

  /**
   *     UE                    NAT                     P-CSCF
   *      |=== OPTIONS ===========>|======================>|
   *      |<== answer =============|<======================|
   *      |=== the same packet, also from another port ===>| nothing
   *      |<== INVITE =============|<======================| to the old port
   */
  testCase({
    id: "ipsec-nat/replays-are-dropped-in-the-tunnel",
    title: "An encapsulated packet is taken once, wherever it is sent from again",
    verifies: ["33.203/M.6.3/02"],
    kills: ["pcscf/nat-accepts-replay"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check } = context;
      const { ue: alice, impu, ipsec, set } = await tunnelled(context);
      const { ue: friend } = await tunnelled(context);
      await isAnswered(context, "33.203/M.6.3/02", "the first time", alice);
      await settled(alice);
      const [last, came] = [ipsec.sent - 1, ipsec.arrivals.length];
      for (const [name, from] of [["the same port", {}], ["another port", { otherPort: true }]] as const) {
        await ipsec.again(last, from);
        await check(`again from ${name}: nothing comes`, "33.203/M.6.3/02").never(
          alice.silent().then((silent) => silent && ipsec.arrivals.length === came),
          "an ESP packet",
        );
      }
      const reach = await call(friend, impu, alice);
      check("a call still comes to the old port", "33.203/M.6.3/02").that(reach.delivered).equals(true);
      for (const spi of [set.spiUc, set.spiUs]) {
        const sequence = ipsec.sequences(spi);
        if (sequence.length === 0) continue;
        // Packets may be lost on the way.
        check("the first sequence number is 1, or near to it", "33.203/M.6.3/02")
          .that(Math.min(...sequence)).isOneOf(1, 2, 3);
        check("none comes twice", "33.203/M.6.3/02").that(new Set(sequence).size).equals(sequence.length);
      }
    },
  }),

  /** All ESP packets of a registration and some requests, with silence in between: none has the next header 59. */
  testCase({
    id: "ipsec-nat/no-dummies-in-the-tunnel",
    title: "The P-CSCF sends no dummy packets, and one from the UE changes nothing",
    verifies: ["33.203/M.6.2/02"],
    kills: ["pcscf/nat-sends-dummies"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, ipsec } = await tunnelled(context);
      await isAnswered(context, "33.203/M.6.2/02", "a request", ue);
      await isIgnored(context, "33.203/M.6.2/02", "a dummy", ue, { esp: { nextHeader: 59 } });
      await isAnswered(context, "33.203/M.6.2/02", "a request after it", ue);
      await settled(ue);
      const dummies = ipsec.arrivals.filter(({ result }) => result === "dummy");
      check("no dummy came", "33.203/M.6.2/02").that(dummies).isAbsent();
    },
  }),

  /** `SM7 with a right RES, in the clear, to port_ps in the clear, in transport mode -> no 200`; in the tunnel: 200. */
  testCase({
    id: "ipsec-nat/answer-comes-as-agreed",
    title: "An SM7 in any other form than the agreed one does not complete the registration",
    verifies: ["33.203/M.7.2/12"],
    kills: ["pcscf/nat-accepts-other-protection"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given } = context;
      const ways: Readonly<Record<string, AnswerOptions>> = {
        "in transport mode": { esp: { mode: "transport" } },
        "in the clear to port_ps": { way: "clear-to-protected" },
        "in the clear": { way: "clear" },
      };
      for (const [name, way] of Object.entries(ways)) {
        const alice = await ue({ as: 0, security: BEHIND_NAT });
        const challenge = await given(`${name}: challenged`, alice.challenge());
        await isNoSuccess(context, "33.203/M.7.2/12", `SM7 ${name}`, alice.answer(challenge, way));
        if (way.way !== "clear") {
          const right = alice.answer(challenge);
          await isRegistered(context, "33.203/M.7.2/12", `after SM7 ${name}: in the tunnel`, right);
          if (alice.registered) await silenceIsUndefined(alice.deregister());
        }
        // What it repeats shall not get in the way of the next one.
        await alice.close();
      }
    },
  }),

  /** `SM7 with another Security-Verify or Security-Client -> an error, or nothing`; with the right ones: 200. */
  testCase({
    id: "ipsec-nat/set-up-lines-are-compared",
    title: "A registration whose set-up lines changed on the way is aborted, the mode being one of them",
    verifies: ["33.203/M.7.2/17"],
    kills: ["pcscf/nat-verify-without-mode"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      for (const [name, tamper] of Object.entries(ALTERED)) {
        const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true, way: "clear" }));
        await isNoSuccess(context, "33.203/M.7.2/17", name, alice.answer(challenge, { tamper }));
      }
      await isRegistered(
        context,
        "33.203/M.7.2/17",
        "as they were",
        alice.register({ fresh: true, way: "clear" }),
      );
    },
  }),
];
