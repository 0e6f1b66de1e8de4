/** Which algorithms protect Gm: clauses 5.1.3, 7.1 and 7.2 of TS 33.203, and the values of Annex H. */
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { each, setting } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  CBC,
  claimed,
  GCM,
  INITIAL,
  INTEGRITY_ONLY,
  inUse,
  IPSEC,
  isError,
  isNoSuccess,
  isRefused,
  listed,
  MD5,
  nameOf,
  offering,
  secured,
  takenUp,
  TRIPLE_DES,
} from "./_stimuli.ts";

/** Pairs with integrity "null" that leave Gm without integrity, and AES-GCM with a second integrity algorithm. */
const FORBIDDEN = [
  { alg: "null", ealg: "aes-cbc" },
  { alg: "null", ealg: "null" },
  { alg: "hmac-sha-1-96", ealg: "aes-gcm" },
] as const;

export const algorithms = [
  /** `REGISTER (aes-gcm, aes-cbc) -> 401 (ealg) -> SM7 in ESP -> 200 in ESP`, and no octet of SIP to be read on the way. */
  testCase({
    id: "sec-agree/encryption-is-possible",
    title: "A UE that offers encryption gets it, and its signalling cannot be read",
    verifies: ["33.203/5.1.3/01"],
    kills: ["pcscf/sec-agree-never-encrypts"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: { ...IPSEC, offers: [GCM, CBC, INTEGRITY_ONLY] } });
      const { response } = await given("the network challenges", alice.challenge(INITIAL));
      check("SM6 lists a cipher", "33.203/5.1.3/01").that(listed(response)).satisfies(
        (pairs) => pairs.some((pair) => !pair.endsWith(" with null")),
        "an ealg other than null",
      );
      const seen = alice.ipsec!.arrivals.length;
      const registered = await check("a UE that insists on one is answered", "33.203/5.1.3/01").answers(
        alice.register({ ...INITIAL, offer: { offers: [GCM, CBC] } }),
      );
      check("with success", "33.203/5.1.3/01").answer(registered?.response).isOneOf(200);
      const packets = alice.ipsec!.arrivals.slice(seen).map(({ packet }) => latin1(packet));
      check("it came in ESP", "33.203/5.1.3/01").that(packets).isPresent();
      for (const packet of packets) {
        check("the payload cannot be read", "33.203/5.1.3/01").that(packet).lacks("SIP/2.0", "Call-ID");
      }
    },
  }),

  /** `REGISTER (ealg=null | no ealg) -> 401 -> SM7 with NULL encryption -> 200`, or 4xx by policy; nothing encrypted. */
  testCase({
    id: "sec-agree/unoffered-cipher-is-not-used",
    title: "Towards a UE that offers no encryption the network uses none, or refuses it",
    verifies: ["33.203/5.1.3/02"],
    kills: ["pcscf/sec-agree-unoffered-cipher"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given, profile }) {
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const everything = { offer: { offers: claimed(profile) } };
      await given("a UE that offers all that the profile claims registers", secured(alice, everything));
      const offers = { "ealg=null": {}, "no ealg": { tamper: offering(each(setting("ealg", null))) } };
      for (const [name, offer] of Object.entries(offers)) {
        const outcome = await check(`${name}: answered`, "33.203/5.1.3/02").answers(
          alice.register({ ...INITIAL, ...offer }),
        );
        if (!outcome) continue;
        const { challenge, response } = outcome;
        if (!challenge && isError(response)) continue;
        check(`${name}: SM6 has a set-up without encryption`, "33.203/5.1.3/02").about(response)
          .that(listed(challenge?.response ?? response)).has(nameOf(INTEGRITY_ONLY));
        check(`${name}: NULL encryption serves`, "33.203/5.1.3/02").answer(response).isOneOf(200);
      }
    },
  }),

  /** For each pair claimed: `REGISTER (it alone) -> 401 -> SM7 under it -> 200`. `REGISTER (des-ede3-cbc alone)`: never. */
  testCase({
    id: "sec-agree/encryption-algorithms",
    title: "Each cipher of the profile works when it is offered alone, triple DES does not",
    verifies: ["33.203/7.1/01"],
    kills: ["pcscf/sec-agree-accepts-3des"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, profile }) {
      const alice = await ue({ security: IPSEC });
      for (const pair of claimed(profile)) {
        const outcome = await silenceIsUndefined(alice.register({ ...INITIAL, offer: { offers: [pair] } }));
        check(`${nameOf(pair)}: registers`, "33.203/7.1/01").answer(outcome?.response).isOneOf(200);
        check(`${nameOf(pair)}: protects`, "33.203/7.1/01").that(alice.ipsec?.current?.ealg).equals(
          pair.ealg,
        );
      }
      const withdrawn = alice.register({
        ...INITIAL,
        offer: { offers: [TRIPLE_DES] },
        answer: { choose: TRIPLE_DES },
      });
      const outcome = await silenceIsUndefined(withdrawn);
      isNoSuccess({ check }, "33.203/7.1/01", "des-ede3-cbc: does not register", outcome);
    },
  }),

  /** As above for integrity: each claimed one alone, then `hmac-md5-96` alone and `null` without AES-GCM. */
  testCase({
    id: "sec-agree/integrity-algorithms",
    title: "Each integrity algorithm of the profile works when it is offered alone, MD5 and none do not",
    verifies: ["33.203/7.1/02"],
    kills: ["pcscf/sec-agree-accepts-md5"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, profile }) {
      const alice = await ue({ security: IPSEC });
      for (const pair of claimed(profile)) {
        const outcome = await silenceIsUndefined(alice.register({ ...INITIAL, offer: { offers: [pair] } }));
        check(`${nameOf(pair)}: registers`, "33.203/7.1/02").answer(outcome?.response).isOneOf(200);
        check(`${nameOf(pair)}: protects`, "33.203/7.1/02").that(alice.ipsec?.current?.alg).equals(pair.alg);
      }
      for (const pair of [MD5, { alg: "null", ealg: "null" }]) {
        const outcome = await silenceIsUndefined(
          alice.register({ ...INITIAL, offer: { offers: [pair] }, answer: { choose: pair } }),
        );
        isNoSuccess({ check }, "33.203/7.1/02", `${nameOf(pair)}: does not register`, outcome);
      }
    },
  }),

  /**
   * The same pairs weakest first, strongest first, and with q values that contradict: the SAs, which have the first
   * pair of SM6, are the same each time.
   */
  testCase({
    id: "sec-agree/network-priorities-decide",
    title: "The P-CSCF picks by its own priorities, whatever the UE's order and q values",
    verifies: ["33.203/7.2/05"],
    kills: ["pcscf/sec-agree-follows-ue-preference", "pcscf/sec-agree-reorders-list"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given, profile }) {
      const alice = await ue({ security: IPSEC });
      const offers = claimed(profile);
      await given("the profile claims two pairs or more", offers.length > 1);
      const falling = offering((entries) => entries.map((entry, at) => setting("q", `0.${9 - at}`)(entry)));
      const rising = offering((entries) => entries.map((entry, at) => setting("q", `0.${1 + at}`)(entry)));
      const used = [];
      for (const order of [offers, offers.toReversed()]) {
        for (const q of [() => {}, falling, rising]) {
          const outcome = await check("registers", "33.203/7.2/05").answers(
            alice.register({ ...INITIAL, offer: { offers: order }, tamper: q }),
          );
          check("with success", "33.203/7.2/05").answer(outcome?.response).isOneOf(200);
          used.push(nameOf(await given("that makes SAs", () => inUse(alice))));
        }
      }
      check("the same pair each time", "33.203/7.2/05").holds(new Set(used).size === 1, {
        expected: "one pair of algorithms, whatever the order of the offer",
        actual: [...new Set(used)],
      });
    },
  }),

  /** `REGISTER (one pair)`, `(two)`, `(all)`: the list of SM6 is the same, every entry with SPIs and ports. */
  testCase({
    id: "sec-agree/list-is-independent-of-the-offer",
    title: "SM6 lists what the P-CSCF supports, not what it has in common with the UE",
    verifies: ["33.203/7.2/07"],
    kills: ["pcscf/sec-agree-lists-intersection"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given, profile }) {
      const alice = await ue({ security: IPSEC });
      const all = claimed(profile);
      await given("the profile claims two pairs or more", all.length > 1);
      const lists: string[][] = [];
      for (const offers of [all, ...all.map((pair) => [pair])]) {
        const { response } = await check(`${offers.map(nameOf).join(", ")}: challenged`, "33.203/7.2/07")
          .answers(alice.challenge({ ...INITIAL, offer: { offers } })) ?? {};
        if (!response) continue;
        lists.push(listed(response));
        for (const { params } of response.securityServer) {
          check("each entry is complete", "33.203/7.2/07").that(params)
            .has("alg", "spi-c", "spi-s", "port-c", "port-s");
        }
      }
      check("every pair the profile claims is listed", "33.203/7.2/07").that(lists[0]).satisfies(
        (list) => all.every((pair) => list?.includes(nameOf(pair))),
        all.map(nameOf).join(", "),
      );
      for (const list of lists.slice(1)) {
        check("the same list for a smaller offer", "33.203/7.2/07").that(list).equals(lists[0]!);
      }
    },
  }),

  /**
   *     UE        somebody between       P-CSCF
   *      |-- REGISTER --|-- without ealg -->|
   *      |<-- 401 ------|<-- with ealg -----|   the list is there all the same
   *      |-- SM7, Security-Client as sent ->|
   *      |<-- 4xx --------------------------|   and the change is noticed
   */
  testCase({
    id: "sec-agree/stripped-ciphers-are-noticed",
    title: "Ciphers are listed in SM6 although SM1 had none, and SM7 shows that somebody took them away",
    verifies: ["33.203/7.2/09"],
    kills: ["pcscf/sec-agree-hides-ciphers"],
    peer: "ue",
    needs: { ipsec: true, "ipsec.ealg": "aes-cbc" },
    async run({ ue, check, given }) {
      const alice = await ue({ security: { ...IPSEC, offers: [CBC, INTEGRITY_ONLY] } });
      let sent = "";
      const challenge = await given(
        "the network challenges",
        alice.challenge({
          ...INITIAL,
          tamper: (request) => {
            sent = request.get("Security-Client") ?? "";
            offering(each(setting("ealg", null)))(request);
          },
        }),
      );
      check("SM6 lists ciphers", "33.203/7.2/09").that(listed(challenge.response)).satisfies(
        (pairs) => pairs.some((pair) => !pair.endsWith(" with null")),
        "an ealg other than null",
      );
      const asSent: Tamper = (request) => void request.set("Security-Client", sent);
      const outcome = await silenceIsUndefined(
        alice.answer(challenge, { choose: INTEGRITY_ONLY, tamper: asSent }),
      );
      isNoSuccess({ check }, "33.203/7.2/09", "SM7 with what the UE did offer is refused", outcome);
    },
  }),

  /** SM7 under the first common pair of SM6: 200. Under any other pair, listed or not: no answer. */
  testCase({
    id: "sec-agree/first-common-pair-is-used",
    title: "The SAs have the first pair of SM6 that both support, and open no other",
    verifies: ["33.203/7.2/10"],
    kills: ["pcscf/sec-agree-tries-all-algorithms"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given, profile } = context;
      const alice = await ue({ security: IPSEC });
      const first = await check("the first common pair registers", "33.203/7.2/10").answers(
        secured(alice),
      );
      if (!first) return;
      const others = [...claimed(profile), INTEGRITY_ONLY, MD5].filter((pair) =>
        nameOf(pair) !== nameOf(first)
      );
      for (const pair of others) {
        const challenge = await given(`${nameOf(pair)}: challenged`, alice.challenge(INITIAL));
        const seen = alice.ipsec!.arrivals.length;
        const keys = alice.ipsec!.keys(pair);
        const outcome = await withinWindow(context, alice.answer(challenge, { esp: { keys } }));
        check(`${nameOf(pair)}: not answered`, "33.203/7.2/10").that(outcome?.response).isAbsent();
        // Under the same pair, an answer would be no message to this UE.
        const came = alice.ipsec!.arrivals.length - seen;
        check(`${nameOf(pair)}: nothing comes`, "33.203/7.2/10").holds(came === 0, {
          expected: "no ESP packet",
          actual: `${came} of them`,
        });
      }
    },
  }),

  /** `REGISTER (withdrawn first, Annex H second)`: the second is used, and SM6 names none of the first. */
  testCase({
    id: "sec-agree/withdrawn-algorithms-are-gone",
    title: "hmac-md5-96 and des-ede3-cbc are neither listed nor chosen",
    verifies: ["33.203/H/02"],
    kills: ["pcscf/sec-agree-lists-withdrawn"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, profile }) {
      const alice = await ue({ security: IPSEC });
      const withdrawn = [MD5, TRIPLE_DES, { alg: "hmac-md5-96", ealg: "des-ede3-cbc" }];
      const { response } = await alice.challenge({
        ...INITIAL,
        offer: { offers: [...withdrawn, ...claimed(profile)] },
      });
      check("SM6 names neither", "33.203/H/02").that(response.all("Security-Server").join().toLowerCase())
        .lacks("hmac-md5-96", "des-ede3-cbc");
      const set = await check("a pair of Annex H is used", "33.203/H/02").answers(
        secured(alice, { offer: { offers: [...withdrawn, ...claimed(profile)] } }),
      );
      check("and no other", "33.203/H/02").that(claimed(profile).map(nameOf)).includes(set && nameOf(set));
      await isRefused(
        { check },
        "33.203/H/02",
        "nothing but withdrawn ones",
        alice.attempt({ ...INITIAL, offer: { offers: withdrawn } }),
      );
    },
  }),

  /** `REGISTER (ipsec-3gpp without alg | alg= | two of them)`: 4xx; every entry of SM6 has one. */
  testCase({
    id: "sec-agree/alg-is-mandatory",
    title: "An entry without alg counts as none: no default stands in for it",
    verifies: ["33.203/H/07"],
    kills: ["pcscf/sec-agree-default-alg"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const { response } = await given("a proper offer is taken up", takenUp(alice));
      for (const { params } of response.securityServer) {
        check("an entry of SM6 has alg", "33.203/H/07").that(params.get("alg")).isPresent();
      }
      const offers = {
        "no alg": each(setting("alg", null)),
        "an empty alg": each(setting("alg", "")),
        "two of them": each((entry) => `${entry};alg=null`),
      };
      for (const [name, change] of Object.entries(offers)) {
        await isRefused(
          { check },
          "33.203/H/07",
          name,
          alice.attempt({ ...INITIAL, tamper: offering(change) }),
        );
      }
    },
  }),

  /** `REGISTER (alg=null without aes-gcm | aes-gcm with an alg)`: 4xx; SM6 names no such pair. */
  testCase({
    id: "sec-agree/null-integrity-only-with-gcm",
    title: "Integrity null goes with AES-GCM alone, and AES-GCM with nothing else",
    verifies: ["33.203/H/08"],
    kills: ["pcscf/sec-agree-null-null"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: IPSEC });
      const { response } = await given("a proper offer is taken up", takenUp(alice));
      check("SM6 names no such pair", "33.203/H/08").that(listed(response)).lacks(...FORBIDDEN.map(nameOf));
      for (const pair of FORBIDDEN) {
        const attempt = alice.attempt({ ...INITIAL, offer: { offers: [pair] } });
        await isRefused({ check }, "33.203/H/08", nameOf(pair), attempt);
      }
      const bare = offering(each((entry) => setting("ealg", null)(setting("alg", "null")(entry))));
      await isRefused(
        { check },
        "33.203/H/08",
        "null and no ealg",
        alice.attempt({ ...INITIAL, tamper: bare }),
      );
    },
  }),

  /** `REGISTER (no ealg) -> 401 -> SM7 with NULL encryption -> 200`; SM7 with AES-CBC: no answer. */
  testCase({
    id: "sec-agree/no-ealg-means-null",
    title: "An entry without ealg is one with NULL encryption",
    verifies: ["33.203/H/11"],
    kills: ["pcscf/sec-agree-default-ealg-cbc"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given, wait, timers }) {
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const tamper = offering(each(setting("ealg", null)));
      const outcome = await silenceIsUndefined(
        alice.register({ ...INITIAL, tamper, answer: { choose: INTEGRITY_ONLY } }),
      );
      check("NULL encryption registers", "33.203/H/11").answer(outcome?.response).isOneOf(200);
      const challenge = await given("the network challenges", alice.challenge({ ...INITIAL, tamper }));
      const encrypted = await withinWindow(
        { wait, timers },
        alice.answer(challenge, { choose: CBC }),
      );
      check("AES-CBC is not answered", "33.203/H/11").that(encrypted?.response).isAbsent();
    },
  }),
];

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
