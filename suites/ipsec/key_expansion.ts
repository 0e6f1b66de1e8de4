/** From CK and IK to the keys of ESP, and the packets made with them: Annexes H and I of TS 33.203. */
import type { AlgorithmPair, IpsecView } from "../../harness/peer/ue/ipsec/types.ts";
import type { CaseDefinition } from "../../harness/runner/case.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { ANSWERED, answered, drawn, NOTHING } from "../_shared/said.ts";
import {
  CBC,
  draws,
  drawsOverTcp,
  GCM,
  GMAC,
  isUnheard,
  needsOf,
  offering,
  options,
  SHA1,
} from "./_probes.ts";
import { INITIAL, isServed, nothingComes, open, secure, wayOf } from "./_sas.ts";

type EspKeys = ReturnType<IpsecView["keys"]>;

/** Keys that a device might take for the right ones; `keys` makes those of any pair, CK and IK. */
type Wrong = (right: EspKeys, ck: Uint8Array, ik: Uint8Array, keys: IpsecView["keys"]) => EspKeys;

export const keyExpansion = [
  /** `SM7 under IK and 32 zero bits: 200`. With other 32 bits behind IK, or the zeros in front: nothing. */
  expansion({
    id: "ipsec/sha1-key-is-ik-and-zeros",
    title: "The key of HMAC-SHA-1-96 is IK with 32 zero bits behind it",
    requirement: "33.203/I/01",
    kills: "pcscf/ipsec-sha1-key-padding",
    pair: SHA1,
    wrong: {
      "IK and its first word": (right, _, ik) => ({ ...right, integrityKey: joined(ik, ik.slice(0, 4)) }),
      "IK and 32 one bits": (right, _, ik) => ({
        ...right,
        integrityKey: joined(ik, Uint8Array.of(255, 255, 255, 255)),
      }),
      "32 zero bits and IK": (right, _, ik) => ({ ...right, integrityKey: joined(new Uint8Array(4), ik) }),
      "CK and 32 zero bits": (right, ck) => ({ ...right, integrityKey: joined(ck, new Uint8Array(4)) }),
    },
  }),

  /** `SM7 under AES-GMAC keyed with IK: 200`, with CK: nothing. */
  expansion({
    id: "ipsec/gmac-key-is-ik",
    title: "The key of AES-GMAC is IK",
    requirement: "33.203/I/02",
    kills: "pcscf/ipsec-gmac-key-ck",
    pair: GMAC,
    wrong: { "CK": (right, ck) => ({ ...right, integrityKey: ck }) },
  }),

  /** `SM7 under AES-GMAC with the salt of Annex I: 200`; with that of IK || CK, of AES-GCM, or none: nothing. */
  expansion({
    id: "ipsec/gmac-salt",
    title: "The salt of AES-GMAC is what the KDF makes of CK || IK, 0x58 and its name, the last 32 bits",
    requirement: "33.203/I/03",
    kills: "pcscf/ipsec-gmac-salt-high-bits",
    pair: GMAC,
    wrong: {
      "the salt of IK || CK": (right, ck, ik, keys) => ({
        ...right,
        integritySalt: keys(GMAC, { ck: ik, ik: ck }).integritySalt,
      }),
      "the salt of AES-GCM": (right, ck, ik, keys) => ({
        ...right,
        integritySalt: keys(GCM, { ck, ik }).encryptionSalt,
      }),
      "zeros": (right) => ({ ...right, integritySalt: new Uint8Array(4) }),
    },
  }),

  /** `SM7 encrypted with CK: 200`; with IK, with CK of the run before: nothing. */
  expansion({
    id: "ipsec/cbc-key-is-ck",
    title: "The key of AES-CBC is CK of this run",
    requirement: "33.203/I/04",
    kills: "pcscf/ipsec-cbc-key-ik",
    pair: CBC,
    wrong: {
      "IK": (right, _, ik) => ({ ...right, encryptionKey: ik }),
      "another CK": (right, ck) => ({ ...right, encryptionKey: ck.toReversed() }),
    },
  }),

  /** `SM7 under AES-GCM keyed with CK: 200`; with IK: nothing. */
  expansion({
    id: "ipsec/gcm-key-is-ck",
    title: "The key of AES-GCM is CK",
    requirement: "33.203/I/05",
    kills: "pcscf/ipsec-gcm-key-ik",
    pair: GCM,
    wrong: { "IK": (right, _, ik) => ({ ...right, encryptionKey: ik }) },
  }),

  /** `SM7 under AES-GCM with the salt of Annex I: 200`; with that of IK || CK, of AES-GMAC, or none: nothing. */
  expansion({
    id: "ipsec/gcm-salt",
    title: "The salt of AES-GCM is what the KDF makes of CK || IK, 0x59 and its name, the last 32 bits",
    requirement: "33.203/I/06",
    kills: "pcscf/ipsec-gcm-salt-of-gmac",
    pair: GCM,
    wrong: {
      "the salt of AES-GMAC": (right, ck, ik, keys) => ({
        ...right,
        encryptionSalt: keys(GMAC, { ck, ik }).integritySalt,
      }),
      "the salt of IK || CK": (right, ck, ik, keys) => ({
        ...right,
        encryptionSalt: keys(GCM, { ck: ik, ik: ck }).encryptionSalt,
      }),
      "zeros": (right) => ({ ...right, encryptionSalt: new Uint8Array(4) }),
    },
  }),

  /** `registers with aes-gmac alone`, an IV of 8 and a tag of 16 octets in every packet; a wrong tag, HMAC: nothing. */
  testCase({
    id: "ipsec/gmac-packets",
    title: "aes-gmac is AES-GMAC of RFC 4543: the IV is authenticated, the tag has 16 octets",
    verifies: ["33.203/H/12"],
    kills: ["pcscf/ipsec-gmac-without-iv"],
    peer: "ue",
    needs: needsOf(GMAC),
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(offering(GMAC));
      const { challenge, fresh } = await open(context, alice);
      const registered = await check("SM12 verifies", "33.203/H/12").answers(alice.answer(challenge));
      if (!registered) return;
      check("it is the success", "33.203/H/12").answer(registered.response).isOneOf(200);
      check("under AES-GMAC", "33.203/H/12").that([fresh.alg, fresh.ealg]).equals([GMAC.alg, GMAC.ealg]);
      for (const [what, change] of [["IV", 8], ["tag", -1]] as const) {
        await isUnheard(context, "33.203/H/12", `one bit of the ${what}`, alice, (packet) => {
          packet[(change + packet.length) % packet.length]! ^= 1;
          return packet;
        });
      }
      await isUnheard(context, "33.203/H/12", "a tag of 12 octets", alice, (packet) => packet.slice(0, -4));
      check("an HMAC in its place draws nothing", "33.203/H/12").that(
        drawn(await draws(context, alice, { esp: { keys: alice.ipsec!.keys(SHA1) } })),
      ).equals(NOTHING);
      check("the SAs serve on", "33.203/H/12").that(answered(await isServed(context, alice))).equals(
        ANSWERED,
      );
    },
  }),

  /** `OPTIONS` under AES-GCM with a tag of 16 octets: answered; cut to 12 and 8, or only 8 of them right: nothing. */
  testCase({
    id: "ipsec/gcm-tag-has-16-octets",
    title: "aes-gcm has an ICV of 16 octets, no fewer, and no IV is used twice",
    verifies: ["33.203/H/13"],
    kills: ["pcscf/ipsec-short-gcm-tag", "pcscf/ipsec-gcm-ivs-per-sa"],
    peer: "ue",
    needs: needsOf(GCM),
    async run(context) {
      const { ue, check, note } = context;
      const alice = await ue(offering(GCM));
      const { registered, set } = await secure(context, alice);
      check("SM12 opens with 16 octets", "33.203/H/13").about(registered.response)
        .that([wayOf(alice, registered.response), set.ealg]).equals([set.name, GCM.ealg]);
      const tags: Record<string, (packet: Uint8Array) => Uint8Array> = {
        "a tag of 12 octets": (packet) => packet.slice(0, -4),
        "a tag of 8 octets": (packet) => packet.slice(0, -8),
        "16 octets, 8 of them right": (packet) => packet.fill(0, packet.length - 8),
        "16 octets, 12 of them right": (packet) => packet.fill(0, packet.length - 4),
      };
      for (const [name, change] of Object.entries(tags)) {
        await isUnheard(context, "33.203/H/13", name, alice, change);
      }
      for (let sent = 0; sent < 4; sent++) await (await options(alice)).unanswered();
      // Under the SA of port_uc as well: all four have one key (Annex I), under which no IV may come twice.
      if (!(await drawsOverTcp(context, alice))) note("nothing came over TCP: IVs of one SA are compared");
      const ivs = alice.ipsec!.arrivals.map(({ packet }) => packet.slice(8, 16).toHex());
      check("IVs of the network, on both of its SAs", "33.203/H/13").that(ivs).allDistinct();
    },
  }),

  /** `registers with aes-cbc alone`; answers one after the other: no IV twice, none that is the block before it. */
  testCase({
    id: "ipsec/cbc-ivs-are-unpredictable",
    title: "aes-cbc is that of RFC 3602: whole blocks, and IVs that nobody can tell beforehand",
    verifies: ["33.203/H/13"],
    kills: ["pcscf/ipsec-cbc-counts-ivs", "pcscf/ipsec-cbc-chains-ivs"],
    peer: "ue",
    needs: needsOf(CBC),
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(offering(CBC));
      const { set } = await secure(context, alice);
      for (let sent = 0; sent < 6; sent++) await (await options(alice)).unanswered();
      const packets = alice.ipsec!.arrivals.filter(({ spi }) => spi === set.spiUs).map(({ packet }) =>
        packet
      );
      check("packets are whole blocks and 12 octets of ICV", "33.203/H/13").that(
        packets.filter(({ length }) => (length - 8 - 12) % 16 !== 0).length,
      ).equals(0);
      const ivs = packets.map((packet) => packet.slice(8, 24));
      check("no IV twice", "33.203/H/13").that(ivs.map((iv) => iv.toHex())).allDistinct();
      const starts = ivs.map((iv) => iv.slice(0, 4).toHex());
      check("nor anything like a counter", "33.203/H/13").that(starts).allDistinct();
      const last = packets.map((packet) => packet.slice(-28, -12).toHex());
      const chained = ivs.filter((iv, index) => index > 0 && iv.toHex() === last[index - 1]);
      check("nor the last block of the packet before", "33.203/H/13").that(chained.length).equals(0);
    },
  }),
];

interface Expansion {
  readonly id: string;
  readonly title: string;
  readonly requirement: string;
  readonly kills: string;
  readonly pair: AlgorithmPair;
  readonly wrong: Readonly<Record<string, Wrong>>;
}

/**
 * The right keys register and open SM12, whose ICV they verify; each of the wrong ones draws nothing.
 *
 *     UE                            P-CSCF
 *      |--- REGISTER, one pair ------>|
 *      |<-- 401 ----------------------|
 *      |=== SM7 under wrong keys ====>|   nothing; each in a run of its own
 *      |=== SM7 under the right ones >|
 *      |<== 200 ======================|
 */
function expansion({ id, title, requirement, kills, pair, wrong }: Expansion): CaseDefinition {
  return testCase({
    id,
    title,
    verifies: [requirement],
    kills: [kills],
    peer: "ue",
    needs: needsOf(pair),
    async run(context: CaseContext) {
      const { ue, check, given } = context;
      const alice = await ue(offering(pair));
      const ipsec = alice.ipsec!;
      for (const [name, make] of Object.entries(wrong)) {
        const { challenge, fresh } = await open(context, alice, INITIAL);
        await given("the pair is the one offered", fresh.alg === pair.alg && fresh.ealg === pair.ealg);
        const keys = make(fresh.keys, fresh.ck, fresh.ik, (...told) => ipsec.keys(...told));
        const sent = alice.answer(challenge, { way: "new", esp: { keys } });
        check(`SM7 under ${name}: nothing`, requirement).that(
          drawn(!(await nothingComes(context, alice, sent, fresh))),
        ).equals(NOTHING);
      }
      const { challenge, fresh } = await open(context, alice, INITIAL);
      const registered = await check("SM7 under the right keys is answered", requirement).answers(
        alice.answer(challenge),
      );
      check("with success", requirement).answer(registered?.response).isOneOf(200);
      check("under the same keys", requirement).about(registered?.response)
        .that(wayOf(alice, registered?.response)).equals(fresh.name);
    },
  });
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
