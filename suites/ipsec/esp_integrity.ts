/** That ESP keeps changed, repeated and reflected packets out: clauses 5.1.4 and 6.3 of TS 33.203. */
import type { SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered, drawn, NOTHING } from "../_shared/said.ts";
import { setUps } from "../_shared/set_up_lines.ts";
import { draws, flipped, follows, isTurnedAway, isUnheard, lose, options } from "./_probes.ts";
import { complete, gets, impuOf, INITIAL, isServed, on, openAgain, secure, WATCHING, wayOf } from "./_sas.ts";

export const integrity = [
  /**
   *     UE (registered)                 P-CSCF          friend
   *      |--- MESSAGE in the clear ------>|   refused, or no answer
   *      |=== MESSAGE without any ICV ===>|   nothing
   *      |=== OPTIONS, answered =========>|
   *      |<== INVITE =====================|<-- INVITE -----|
   *
   * All that comes from SM12 on is ESP, and its ICV is right.
   */
  testCase({
    id: "ipsec/integrity-is-mandatory",
    title: "After SM6 everything on Gm is integrity protected, in both directions",
    verifies: ["33.203/5.1.4/01"],
    kills: ["pcscf/ipsec-protection-optional"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { registered, set } = await secure(context, alice);
      await secure(context, friend);
      const requirement = "33.203/5.1.4/01";
      const bare = { keys: alice.ipsec!.keys({ alg: "null", ealg: "null" }) };
      for (
        const [what, how] of [["in the clear", { way: "clear" }], ["without ICV", { esp: bare }]] as const
      ) {
        const got = await gets(context, friend, alice, { ...how, within: timers.silence });
        check(`a MESSAGE ${what} gets to the called party`, requirement).that(got).equals(false);
        await isTurnedAway(context, requirement, `an OPTIONS ${what}`, await options(alice, how));
      }
      const answer = await check("a protected OPTIONS is answered", requirement).answers(
        (await options(alice)).final(),
      );
      const { invite } = await call(friend, impuOf(alice), alice);
      for (const [what, message] of Object.entries({ "SM12": registered.response, "200": answer, invite })) {
        check(`${what} comes under the SAs`, requirement).about(message).that(wayOf(alice, message))
          .equals(set.name);
      }
      const wrong = alice.ipsec!.arrivals.filter(({ result }) => result !== "opened");
      check("ESP packets that do not open", requirement).that(wrong.length).equals(0);
    },
  }),

  /** `OPTIONS` with one bit of the ICV, of the payload, of the sequence number changed, cut short, under other keys: nothing. */
  testCase({
    id: "ipsec/tampering-is-noticed",
    title: "What was changed on the way, or comes under somebody else's key, is dropped without a word",
    verifies: ["33.203/5.1.4/02"],
    kills: ["pcscf/ipsec-accepts-wrong-icv"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, stranger] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      const { set: { ck, ik } } = await secure(context, stranger);
      const requirement = "33.203/5.1.4/02";
      const changes: Record<string, (packet: Uint8Array) => Uint8Array> = {
        "one bit of the ICV": (packet) => flipped(packet, packet.length - 1),
        "one bit of the first octet of the ICV": (packet) =>
          flipped(packet, packet.length - (set.alg === "hmac-sha-1-96" ? 12 : 16)),
        "one bit behind the header": (packet) => flipped(packet, 8),
        "one bit of the payload": (packet) => flipped(packet, packet.length >> 1),
        "one bit of the sequence number": (packet) => flipped(packet, 6),
        "cut short by four octets": (packet) => packet.slice(0, -4),
        "no ICV": (packet) => packet.slice(0, set.alg === "hmac-sha-1-96" ? -12 : -16),
      };
      for (const [name, change] of Object.entries(changes)) {
        await isUnheard(context, requirement, name, alice, change);
      }
      const foreign = { keys: alice.ipsec!.keys(set, { ck, ik }) };
      check("keys of another subscriber draw nothing", requirement).that(
        drawn(await draws(context, alice, { esp: foreign })),
      ).equals(NOTHING);
      check("the SAs serve on", requirement).that(answered(await isServed(context, alice))).equals(ANSWERED);
    },
  }),

  /**
   *     UE                        P-CSCF          friend
   *      |=== MESSAGE (packet n) ===>|--- MESSAGE --->|
   *      |=== packet n once more ===>|                |   nothing, here and there
   *      |=== OPTIONS, 70 lost =====>|
   *      |=== packet n once more ===>|                |   it is left of the window now: nothing
   */
  testCase({
    id: "ipsec/replays-are-dropped",
    title: "A packet that was taken is not taken again, at once or when the window has moved past it",
    verifies: ["33.203/5.1.4/03"],
    kills: ["pcscf/ipsec-accepts-replay"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, alice);
      await secure(context, friend);
      const message = alice.ipsec!.sent;
      const exchange = await alice.request("MESSAGE", impuOf(friend), {
        body: { type: "text/plain", content: "once" },
      });
      const arrived = await given("the MESSAGE arrives", friend.incoming("MESSAGE"));
      await arrived.respond(200);
      await given("it is answered", exchange.final());
      const replay = async (when: string) => {
        check(`the same packet ${when} draws nothing`, "33.203/5.1.4/03").that(
          drawn(await follows(alice, () => alice.ipsec!.again(message))),
        ).equals(NOTHING);
        await check(`and brings the called party nothing`, "33.203/5.1.4/03").never(
          friend.silent("MESSAGE"),
          "a MESSAGE",
        );
      };
      await replay("at once");
      await given("an OPTIONS is answered", isServed(context, alice));
      await replay("after a later one");
      await lose(alice, 70);
      await given("an OPTIONS after a gap is answered", isServed(context, alice));
      await replay("when the window has moved past it");
    },
  }),

  /**
   *     UE                          P-CSCF
   *      |=== OPTIONS ===============>|
   *      |<== 200 (spi_us) ===========|
   *      |=== the packet of the 200 =>|   nothing
   *      |--- REGISTER, spi_pc and spi_ps as the UE's own --->|
   *      |<-- 401, other SPIs --------|   or a refusal
   */
  testCase({
    id: "ipsec/reflection-is-noticed",
    title: "The network's own packets thrown back at it are dropped: its SPIs are never the UE's",
    verifies: ["33.203/5.1.4/04"],
    kills: ["pcscf/ipsec-mirrors-spis"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(WATCHING);
      const challenge = await given("SM1 is challenged", alice.challenge());
      const fromUs = alice.ipsec!.client.join();
      for (const { spiC, spiS } of setUps(challenge.response)) {
        const own = [...fromUs.matchAll(/spi-[cs]=(\d+)/gi)].map(([, digits]) => Number(digits));
        check("the SPIs of SM6 are not those of SM1", "33.203/5.1.4/04").about(challenge.response)
          .that([...new Set(own), spiC, spiS]).allDistinct();
      }
      await given("SM7 is answered with success", alice.answer(challenge));
      await given("an OPTIONS is answered", isServed(context, alice));
      for (const { packet } of alice.ipsec!.arrivals.slice(-2)) {
        check("the network's packet sent back to it draws nothing", "33.203/5.1.4/04").that(
          drawn(await follows(alice, () => alice.ipsec!.sendOctets(packet))),
        ).equals(NOTHING);
      }
      const { spiPc, spiPs } = alice.ipsec!.current!;
      const offer = { spiUc: spiPc, spiUs: spiPs };
      const answer = await check("an offer of its own SPIs is answered", "33.203/5.1.4/04").answers(
        alice.attempt({ ...INITIAL, offer }),
      );
      for (const { spiC, spiS } of setUps(answer)) {
        check("it gives others than those, or refuses", "33.203/5.1.4/04").about(answer)
          .that([spiPc, spiPs, spiC, spiS]).allDistinct();
      }
    },
  }),

  /**
   * SM7, an OPTIONS and a MESSAGE once more, each in a new ESP packet, as after a lost answer: what comes of them comes
   * in ESP. So do a NOTIFY, and the answers of a call.
   */
  testCase({
    id: "ipsec/nothing-falls-back-to-clear",
    title: "Repetitions are answered inside ESP as well; nothing after SM6 is in the clear",
    verifies: ["33.203/6.3/01"],
    kills: ["pcscf/ipsec-retransmits-in-clear"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, wait, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { registered, set } = await secure(context, alice);
      await secure(context, friend);
      const requirement = "33.203/6.3/01";
      const probe = await options(alice);
      await silenceIsUndefined(probe.final());
      for (const request of [registered.request, probe.request]) {
        const before = alice.ipsec!.arrivals.length;
        await alice.ipsec!.send(request.toBytes());
        await wait(timers.silence);
        check(`a repeated ${request.method} is answered in ESP`, requirement)
          .that(alice.ipsec!.arrivals.length).satisfies((count) => count > before, "one more ESP packet");
      }
      const subscription = await silenceIsUndefined(alice.subscribeReg());
      const notify = subscription && await silenceIsUndefined(subscription.notify());
      const incoming = await call(friend, impuOf(alice), alice);
      const outgoing = await call(alice, impuOf(friend), friend);
      const came = { "a NOTIFY": notify, "an INVITE": incoming.invite, "the end of a call": outgoing.final };
      for (const [what, message] of Object.entries(came)) {
        check(`${what} comes under the SAs`, requirement).about(message).that(wayOf(alice, message))
          .equals(set.name);
      }
      const clear = alice.ipsec!.discarded.filter(({ carried }) => !carried.protected);
      check("messages in the clear", requirement).that(clear.map(({ why }) => why)).isAbsent();
    },
  }),

  /**
   * On the SAs of the registration and on those of the next one, far from SM7:
   *
   *     sequence 20: answered; 10, unseen and in the window: answered; 20 and 10 again: nothing
   */
  testCase({
    id: "ipsec/every-sa-watches-for-replays",
    title: "On every SA a sequence number counts once, and a late one that is new is taken",
    verifies: ["33.203/6.3/06"],
    kills: ["pcscf/ipsec-replay-after-registration"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, timers } = context;
      const alice = await ue(WATCHING);
      const { set } = await secure(context, alice);
      const probe = async (name: string) => {
        const numbered = (sequence: number, within: number) =>
          draws(context, alice, { way: { set: name }, esp: { sequence } }, within);
        for (const sequence of [20, 10]) {
          check(`${name}, new sequence number ${sequence}: answered`, "33.203/6.3/06").that(
            await numbered(sequence, timers.answer),
          ).equals(true);
        }
        for (const sequence of [20, 10]) {
          check(`${name}, sequence number ${sequence} again: nothing`, "33.203/6.3/06").that(
            await numbered(sequence, timers.silence),
          ).equals(false);
        }
      };
      await probe(set.name);
      const renewed = await complete(context, alice, await openAgain(context, alice, on(set)));
      await probe(renewed.name);
    },
  }),

  /** `OPTIONS` a dozen times, a re-registration, a dozen again: per SPI numbers from 1 up; per key no IV twice. */
  testCase({
    id: "ipsec/sequence-numbers-never-repeat",
    title: "The network counts the packets of each SA from 1 up and uses no number and no IV twice",
    verifies: ["33.203/6.3/07"],
    kills: ["pcscf/ipsec-repeats-sequence-numbers"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, timers } = context;
      const alice = await ue(WATCHING);
      const dozen = async () => {
        const under = Array.from({ length: 12 }, () => options(alice));
        await Promise.all((await Promise.all(under)).map((one) => one.unanswered(timers.answer)));
      };
      const { set } = await secure(context, alice);
      await dozen();
      if (!countsUp(context, alice, set)) return;
      const { fresh, challenge } = await openAgain(context, alice, on(set));
      await check("SM12 verifies", "33.203/6.3/07").answers(alice.answer(challenge));
      await dozen();
      for (const one of [set, fresh]) countsUp(context, alice, one);
    },
  }),
];

/** Judges the numbers and IVs of what has come under a set so far; false where one is not as it should be. */
function countsUp({ check }: Pick<CaseContext, "check">, { ipsec }: Ue, set: SaSet): boolean {
  const judged: boolean[] = [];
  for (const [port, spi] of [["port_uc", set.spiUc], ["port_us", set.spiUs]] as const) {
    const numbers = ipsec!.sequences(spi);
    if (numbers.length === 0) continue;
    const named = `${set.name}, to ${port}`;
    const repeated = numbers.filter((number, index) => numbers.indexOf(number) < index);
    judged.push(
      check(`${named}: sequence numbers used twice`, "33.203/6.3/07").that(repeated).isAbsent(),
      // Packets may be lost on the way.
      check(`${named}: the first is 1, or near to it`, "33.203/6.3/07").that(Math.min(...numbers)).isOneOf(
        1,
        2,
        3,
      ),
    );
  }
  const length = ivLength(set);
  const packets = ipsec!.arrivals.filter(({ spi }) => spi === set.spiUc || spi === set.spiUs);
  judged.push(check(`${set.name}: answers came`, "33.203/6.3/07").that(packets.length).isAtLeast(8));
  if (length > 0) {
    const ivs = packets.map(({ packet }) => packet.slice(8, 8 + length).toHex());
    judged.push(check(`${set.name}: IVs`, "33.203/6.3/07").that(ivs).allDistinct());
  }
  return judged.every(Boolean);
}

/** RFC 3602 2.1, RFC 4106 3.1, RFC 4543 3.1. */
function ivLength({ alg, ealg }: { readonly alg: string; readonly ealg: string }): number {
  return ealg === "aes-cbc" ? 16 : ealg === "aes-gcm" || alg === "aes-gmac" ? 8 : 0;
}
