/** What may be inside the SAs, and what the network sends in them: clauses 6.2, 6.3 and 7.1 of TS 33.203. */
import type { SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered, ARRIVED, arriving, drawn, NOTHING } from "../_shared/said.ts";
import {
  CBC,
  draws,
  drawsOverTcp,
  follows,
  GCM,
  isTurnedAway,
  needsOf,
  offering,
  options,
  SHA1,
} from "./_probes.ts";
import {
  currentOf,
  gets,
  impuOf,
  INITIAL,
  isServed,
  on,
  open,
  openAgain,
  secure,
  WATCHING,
  wayOf,
} from "./_sas.ts";

/** IP protocols that are not for the SAs of SIP over UDP and TCP: ICMP, SCTP, UDP-Lite, none that is assigned. */
const FOREIGN_PROTOCOLS = [1, 132, 136, 253];

export const traffic = [
  /**
   *     UE (aes-cbc)                 P-CSCF          friend
   *      |=== MESSAGE, NULL cipher ===>|   nothing
   *      |--- MESSAGE in the clear --->|   refused, or no answer
   *      |=== MESSAGE, encrypted =====>|--- MESSAGE --->|
   *
   * Nothing that comes down can be read.
   */
  testCase({
    id: "ipsec/cipher-is-demanded",
    title: "Where encryption is agreed on, packets without it are not served and none are sent",
    verifies: ["33.203/6.2/01"],
    kills: ["pcscf/ipsec-null-under-mandatory-encryption"],
    peer: "ue",
    needs: needsOf(CBC),
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given, timers } = context;
      const [alice, friend] = [await ue(offering(CBC)), await ue(WATCHING)];
      await demandsCipher(context, alice);
      const { set, registered } = await secure(context, alice);
      await secure(context, friend);
      await given("the network agrees on a cipher", set.ealg === CBC.ealg);
      const plain = { keys: alice.ipsec!.keys(SHA1) };
      for (const [what, how] of [["NULL-encrypted", { esp: plain }], ["clear", { way: "clear" }]] as const) {
        const got = await gets(context, friend, alice, { ...how, within: timers.silence });
        check(`a ${what} MESSAGE gets to the called party`, "33.203/6.2/01").that(got).equals(false);
        await isTurnedAway(context, "33.203/6.2/01", `a ${what} OPTIONS`, await options(alice, how));
      }
      check("SM12 was encrypted", "33.203/6.2/01").about(registered.response)
        .that(wayOf(alice, registered.response)).equals(set.name);
      check("an encrypted MESSAGE gets there", "33.203/6.2/01").that(
        arriving(await gets(context, friend, alice)),
      ).equals(ARRIVED);
      const legible = alice.ipsec!.arrivals.filter(({ packet }) => reads(packet, "SIP/2.0"));
      check("packets that anybody can read", "33.203/6.2/01").that(legible.length).equals(0);
    },
  }),

  /**
   * Under the right keys and SPI: `port_uc -> unprotected port`, `port_us -> port_ps`, `any port -> port_ps`,
   * `port_uc -> any port`: nothing. `port_uc -> port_ps`: answered.
   */
  testCase({
    id: "ipsec/selectors-are-checked",
    title: "A packet whose ports are not those of its SA is dropped after it was opened",
    verifies: ["33.203/6.2/02"],
    kills: ["pcscf/ipsec-ignores-port-selectors"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given, profile } = context;
      const alice = await ue(WATCHING);
      const { set: { portUs, portUc, portPs } } = await secure(context, alice);
      const clearPort = profile.entry["p-cscf"]?.udp?.port ?? 5060;
      const between = (fromPort: number, toPort: number) =>
        follows(alice, () => {
          const request = alice.draft.request("OPTIONS", `sip:${alice.identity.homeDomain}`);
          return alice.ipsec!.send(request.toBytes(), { way: "current", fromPort, toPort });
        });
      await given("from port_uc to port_ps it is answered", between(portUc, portPs));
      const wrong = {
        "port_uc to the unprotected port": [portUc, clearPort],
        "port_uc to a port of nobody": [portUc, portPs ^ 1],
        "the unprotected port to port_ps": [alice.local.port, portPs],
        "a port of nobody to port_ps": [portUc ^ 1, portPs],
        "port_us to the unprotected port": [portUs, clearPort],
      } as const;
      for (const [name, [from, to]] of Object.entries(wrong)) {
        check(`${name}: nothing`, "33.203/6.2/02").that(await between(from, to)).equals(false);
      }
      check("the SAs serve on", "33.203/6.2/02").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),

  /** `OPTIONS`, call, NOTIFY: all UDP or TCP in transport mode. A dummy and a tunnel packet of ours draw nothing. */
  testCase({
    id: "ipsec/no-dummies-no-tunnel",
    title: "ESP is in transport mode and no dummy packets come; ours do no harm",
    verifies: ["33.203/6.2/03"],
    kills: ["pcscf/ipsec-sends-dummies"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given, wait, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, alice);
      await secure(context, friend);
      check("a dummy packet draws nothing", "33.203/6.2/03").that(
        drawn(await draws(context, alice, { esp: { nextHeader: 59 } })),
      ).equals(NOTHING);
      check("a packet in tunnel mode draws nothing", "33.203/6.2/03").that(
        drawn(await draws(context, alice, { esp: { mode: "tunnel" } })),
      ).equals(NOTHING);
      check("the SAs serve on", "33.203/6.2/03").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
      await given("calls get through", call(friend, impuOf(alice), alice).then(({ delivered }) => delivered));
      const subscription = await silenceIsUndefined(alice.subscribeReg());
      await (subscription && silenceIsUndefined(subscription.notify()));
      await wait(timers.silence);
      const { arrivals } = alice.ipsec!;
      const dummies = arrivals.filter(({ result }) => result === "dummy");
      check("dummy packets from the network", "33.203/6.2/03").that(dummies.length).equals(0);
      const other = arrivals.filter(({ inner }) => inner?.mode !== "transport");
      check("packets that are not UDP or TCP in transport mode", "33.203/6.2/03").that(other.length).equals(
        0,
      );
    },
  }),

  /**
   *     UE                              P-CSCF
   *      |--- REGISTER ------------------>|
   *      |<-- 401 ------------------------|
   *      |=== SM7 at once (spi_ps) ======>|
   *      |<== 200 (UDP spi_us, TCP spi_uc)|
   *      |=== OPTIONS (spi_ps) ==========>|   answered by the same way
   *      |<== INVITE (spi_us) ============|
   */
  testCase({
    id: "ipsec/sas-are-ready-before-sm7",
    title: "The P-CSCF has both pairs of SAs when SM6 is there, and uses each in its direction",
    verifies: ["33.203/6.2/04"],
    kills: ["pcscf/ipsec-sas-after-200"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, profile } = context;
      const friend = await ue(WATCHING);
      for (const transport of ["udp", "tcp"] as const) {
        if (!profile.entry["p-cscf"]?.[transport]) continue;
        const alice = await ue({ ...WATCHING, as: transport === "udp" ? 1 : 2, transport });
        const { challenge } = await open(context, alice, INITIAL);
        const registered = await check(`${transport}: SM7 is answered`, "33.203/6.2/04").answers(
          alice.answer(challenge),
        );
        if (!registered) continue;
        check(`${transport}: with success`, "33.203/6.2/04").answer(registered.response).isOneOf(200);
        await usesBothPairs(context, alice, friend, alice.ipsec!.current, transport, "33.203/6.2/04");
      }
    },
  }),

  /** As above, encrypted: all four SAs open with the key of Annex I. A key of the run before opens nothing. */
  testCase({
    id: "ipsec/one-cipher-key-for-both-pairs",
    title: "All four SAs have the same encryption key, that of the latest run",
    verifies: ["33.203/6.2/05"],
    kills: ["pcscf/ipsec-second-pair-other-cipher-key"],
    peer: "ue",
    needs: needsOf(CBC),
    leases: ["aka+!akav2", "aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, profile } = context;
      const friend = await ue(WATCHING);
      for (const transport of ["udp", "tcp"] as const) {
        if (!profile.entry["p-cscf"]?.[transport]) continue;
        const alice = await ue({ ...offering(CBC), as: transport === "udp" ? 1 : 2, transport });
        const before = await renewed(context, alice, "33.203/6.2/05");
        if (!before) continue;
        const { current } = alice.ipsec!;
        check(`${transport}: encrypted`, "33.203/6.2/05").that(current?.ealg).equals(CBC.ealg);
        await usesBothPairs(context, alice, friend, current, transport, "33.203/6.2/05");
        if (transport !== "udp") continue;
        const keys = alice.ipsec!.keys(CBC, { ck: before.set.ck, ik: current!.ik });
        check("CK of the run before draws nothing", "33.203/6.2/05").that(
          drawn(await draws(context, alice, { esp: { keys } })),
        ).equals(NOTHING);
      }
    },
  }),

  /** The same for integrity: after a re-registration both pairs verify under the IK of the second run. */
  testCase({
    id: "ipsec/one-integrity-key-for-both-pairs",
    title: "All four SAs have the same integrity key, that of the latest run",
    verifies: ["33.203/6.3/05"],
    kills: ["pcscf/ipsec-second-pair-old-integrity-key"],
    peer: "ue",
    needs: needsOf(SHA1),
    leases: ["aka+!akav2", "aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, profile } = context;
      const friend = await ue(WATCHING);
      for (const transport of ["udp", "tcp"] as const) {
        if (!profile.entry["p-cscf"]?.[transport]) continue;
        const alice = await ue({ ...offering(SHA1), as: transport === "udp" ? 1 : 2, transport });
        const before = await renewed(context, alice, "33.203/6.3/05");
        if (!before) continue;
        await usesBothPairs(context, alice, friend, alice.ipsec!.current, transport, "33.203/6.3/05");
        if (transport !== "udp") continue;
        const keys = alice.ipsec!.keys(SHA1, before.set);
        check("IK of the run before draws nothing", "33.203/6.3/05").that(
          drawn(await draws(context, alice, { esp: { keys } })),
        ).equals(NOTHING);
      }
    },
  }),

  /** `registers with aes-gcm and alg=null`; `OPTIONS` with a wrong tag: nothing; with the right one: answered. */
  testCase({
    id: "ipsec/gcm-checks-its-tag",
    title: "AES-GCM alone gives integrity, and its tag is looked at",
    verifies: ["33.203/6.3/03"],
    kills: ["pcscf/ipsec-gcm-ignores-tag"],
    peer: "ue",
    needs: needsOf(GCM),
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(offering(GCM));
      const { set } = await secure(context, alice);
      check("one algorithm for both", "33.203/6.3/03").that([set.alg, set.ealg]).equals([GCM.alg, GCM.ealg]);
      check("a wrong tag draws nothing", "33.203/6.3/03").that(
        drawn(await draws(context, alice, { esp: { icv: "wrong" } })),
      ).equals(NOTHING);
      check("a right one is answered", "33.203/6.3/03").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),

  /** Registered over UDP: `OPTIONS` of two kilobytes over TCP in the same SAs, `OPTIONS` over UDP: both answered there. */
  testCase({
    id: "ipsec/one-sa-for-udp-and-tcp",
    title: "The SAs of a registration over UDP carry TCP without further ado, and the other way round",
    verifies: ["33.203/6.3/04"],
    kills: ["pcscf/ipsec-selector-udp-only"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      const { set } = await secure(context, alice);
      await secure(context, friend);
      const accepted = await drawsOverTcp(context, alice);
      check("an OPTIONS over TCP is answered", "33.203/6.3/04").that(accepted).equals(true);
      if (!accepted) return;
      const big = { body: { type: "text/plain", content: "x".repeat(2000) } };
      for (const over of ["tcp", "udp", "tcp"] as const) {
        const exchange = await options(alice, { over, ...(over === "tcp" ? big : {}) });
        const answer = await check(`${over}: answered`, "33.203/6.3/04").answers(exchange.final());
        check(`${over}: under the same SAs`, "33.203/6.3/04").about(answer).that(wayOf(alice, answer))
          .equals(set.name);
      }
      // RFC 3261 18.1.1: the network takes TCP for what is too big for one datagram, or does not.
      check("a big MESSAGE gets to the UE", "33.203/6.3/04").that(
        arriving(await gets(context, alice, friend, { over: "tcp", headers: { Subject: "x".repeat(2000) } })),
      ).equals(ARRIVED);
    },
  }),

  /** `OPTIONS` over UDP and TCP: answered. The same octets as ICMP, SCTP, UDP-Lite: nothing. */
  testCase({
    id: "ipsec/udp-and-tcp-and-nothing-else",
    title: "The SAs take UDP and TCP, and no other protocol",
    verifies: ["33.203/7.1/09"],
    kills: ["pcscf/ipsec-selector-any-protocol"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, timers } = context;
      const alice = await ue(WATCHING);
      await secure(context, alice);
      check("UDP: answered", "33.203/7.1/09").that(
        drawn(await draws(context, alice, { over: "udp" }, timers.answer)),
      ).equals(drawn(true));
      check("TCP: answered", "33.203/7.1/09").that(answered(await drawsOverTcp(context, alice))).equals(
        ANSWERED,
      );
      for (const nextHeader of FOREIGN_PROTOCOLS) {
        check(`IP protocol ${nextHeader}: nothing`, "33.203/7.1/09").that(
          drawn(await draws(context, alice, { over: "udp", esp: { nextHeader } })),
        ).equals(NOTHING);
      }
      check("the SAs serve on", "33.203/7.1/09").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),
];

/** 6.2 is about a policy that requires encryption; without an operator to say so it is taken as one that does. */
async function demandsCipher(context: CaseContext, { local: { address } }: Ue): Promise<void> {
  const { profile, given, operator, operatorAtEnd } = context;
  if (!profile.operator?.actions.includes("security-policy")) return;
  operatorAtEnd("security-policy", { address });
  await given(
    "the operator demands encryption",
    operator("security-policy", { address, confidentiality: "required" }),
  );
}

/** A registration, and another one under its SAs; gives the first one's SAs. */
async function renewed(context: CaseContext, ue: Ue, requirement: string) {
  const { check, given } = context;
  const first = await check(`${ue.transport}: the first SM12 verifies`, requirement).answers(ue.register());
  if (!first) return undefined;
  const set = await given("with success", currentOf(context, ue));
  const { challenge } = await openAgain(context, ue, on(set));
  const second = await check(`${ue.transport}: the second SM12 verifies`, requirement).answers(
    ue.answer(challenge),
  );
  return second && { set };
}

/**
 * Judges that a request of the UE and one to it go under the SAs. Over UDP all that comes does so at port_us; over TCP
 * answers come on the connection, at port_uc, and their acknowledgements take the SA to port_pc.
 */
async function usesBothPairs(
  context: CaseContext,
  ue: Ue,
  friend: Ue,
  set: SaSet | undefined,
  transport: "udp" | "tcp",
  requirement: string,
): Promise<void> {
  const { check } = context;
  if (!friend.registered) await secure(context, friend);
  const answer = await check(`${transport}: an OPTIONS is answered`, requirement).answers(
    (await options(ue)).final(),
  );
  const { invite, final } = await call(friend, impuOf(ue), ue);
  check(`${transport}: an INVITE comes`, requirement).that(invite).isPresent();
  check(`${transport}: and its answer is taken`, requirement).answer(final).isOneOf(486);
  const came = [["the answer", answer, transport === "udp" ? "port-us" : "port-uc"], [
    "the INVITE",
    invite,
    "port-us",
  ]] as const;
  for (const [what, message, wanted] of came) {
    const carried = message && ue.ipsec!.carried(message);
    check(`${transport}: ${what} comes under the SA of ${wanted}`, requirement).about(message)
      .that(carried?.protected ? [carried.set.name, carried.at] : undefined)
      .equals([set?.name ?? "", wanted]);
  }
}

function reads(packet: Uint8Array, text: string): boolean {
  return new TextDecoder("latin1").decode(packet).includes(text);
}
