/** What SM1 may say and what becomes of it: clauses 7.2, 7.3.2, P.3 and S.3 of TS 33.203, the grammar of Annex H. */
import { testCase } from "../../harness/runner/case.ts";
import type { Tamper, Ue } from "../../harness/peer/ue/types.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered } from "../_shared/said.ts";
import { each, goesOn, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";
import { breaches } from "./_grammar.ts";
import {
  CBC,
  claimed,
  INITIAL,
  INTEGRITY_ONLY,
  IPSEC,
  isNoSuccess,
  isRefused,
  isServed,
  last,
  MD5,
  offering,
  secured,
  takenUp,
} from "./_stimuli.ts";

/** Security-Client as told, whatever stood there. */
const saying = (...lines: readonly string[]): Tamper => (request) =>
  void request.set("Security-Client", lines);

/** spi-c and spi-s. */
type Spis = readonly [spiC: number, spiS: number];
type Entries = readonly string[];

/** How many terminals leave a challenge open. */
const ABANDONED = 8;

export const setup = [
  /** On 3GPP access without Security-Client, with and without sec-agree in Require: 4xx, and no 200 to any answer. */
  testCase({
    id: "sec-agree/set-up-line-is-needed",
    title: "Without Security-Client nobody registers on an access that has IPsec",
    verifies: ["33.203/7.2/01"],
    kills: ["pcscf/sec-agree-optional"],
    peer: "ue",
    needs: { "ipsec": true, "access.3gpp": true },
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: IPSEC, access: "3gpp" });
      const bare = await ue({ like: alice, security: "none", access: "3gpp" });
      const requests = {
        "nothing of security agreement": {},
        "sec-agree required, and no offer": { Require: "sec-agree", "Proxy-Require": "sec-agree" },
        "sec-agree supported, and no offer": { Supported: "sec-agree" },
      };
      for (const [name, headers] of Object.entries(requests)) {
        const outcome = await silenceIsUndefined(
          bare.register({ fresh: true, headers, answer: { headers } }),
        );
        isNoSuccess(context, "33.203/7.2/01", name, outcome);
      }
      await given("with Security-Client the UE registers", secured(alice));
    },
  }),

  /**
   *     UE                           network
   *      |--- SM1, SPIs A B and C D ----->|
   *      |<-- 401 ------------------------|   or 4xx, and that is all
   *      |=== SM7 over TCP ==============>|
   *      |<== 200, inbound SPI A (or C) ==|
   *      |<== INVITE, SPI B (or D) =======|   of the same entry
   */
  testCase({
    id: "sec-agree/one-pair-of-spis-is-used",
    title: "Entries with different SPIs, doubled and missing ones, and very many entries do no harm",
    verifies: ["33.203/7.2/02"],
    kills: ["pcscf/sec-agree-mixes-entries"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given, timers } = context;
      const alice = await ue({ security: { ...IPSEC, transport: "tcp", offers: [CBC, INTEGRITY_ONLY] } });
      await given("the UE registers when all is right", secured(alice));
      const digits = (spi: number) => String(spi).padStart(10, "0");
      const offers: Readonly<Record<string, (pair: Spis, other: Spis) => (entries: Entries) => Entries>> = {
        "two pairs": (_, other) =>
          last((entry) => setting("spi-s", digits(other[1]))(setting("spi-c", digits(other[0]))(entry))),
        "a second spi-s in each": (pair, other) =>
          each((entry) => `${setting("spi-s", digits(pair[1]))(entry)};spi-s=${digits(other[1])}`),
        "no spi-s": () => each(setting("spi-s", null)),
      };
      for (const [at, [name, change]] of Object.entries(offers).entries()) {
        const first = 40_001_000 + 10 * at;
        const [pair, other]: [Spis, Spis] = [[first + 1, first + 2], [first + 3, first + 4]];
        const { arrivals: { length: seen }, sets } = alice.ipsec!;
        // A connection of an earlier registration may still have something to say.
        const earlier = sets.flatMap(({ spiUc, spiUs }) => [spiUc, spiUs]);
        const outcome = await silenceIsUndefined(
          alice.register({
            ...INITIAL,
            offer: { spiUc: pair[0], spiUs: pair[1] },
            tamper: offering(change(pair, other)),
          }),
        );
        if (outcome?.ok && alice.ipsec?.current) {
          await call(alice, alice.identity.impus[0]!, alice, { within: timers.silence });
        }
        const came = alice.ipsec!.arrivals.slice(seen).map(({ spi }) => spi ?? 0);
        const used = new Set(came.filter((spi) => !earlier.includes(spi)));
        const one = [pair, other].some((spis) => [...used].every((spi) => spis.some((each) => each === spi)));
        check(`${name}: what comes is of one entry`, "33.203/7.2/02").holds(one, {
          expected: `SPIs of one pair: ${pair.join(" and ")}, or ${other.join(" and ")}`,
          actual: [...used],
        });
      }
      const many = rewritten(
        "Security-Client",
        (entries) => Array.from({ length: 200 }, () => entries[0]!),
      );
      const crowd = await ue({ like: alice, security: IPSEC, transport: "tcp" });
      check("200 entries: answered", "33.203/7.2/02").answer(
        await silenceIsUndefined(crowd.attempt({ ...INITIAL, tamper: many })),
      ).isClass(2, 4);
      const set = await check("an ordinary registration works afterwards", "33.203/7.2/02").answers(
        secured(alice),
      );
      check("and serves", "33.203/7.2/02").that(set !== undefined && await isServed(alice)).equals(true);
    },
  }),

  /** SM1 with unknown algorithms, AH, tunnel mode, an unknown mechanism or no syntax: an error, and no challenge. */
  testCase({
    id: "sec-agree/unacceptable-proposal-is-an-error",
    title: "A proposal that the P-CSCF cannot accept is answered with an error, not with a challenge",
    verifies: ["33.203/7.3.2.1/01"],
    kills: ["pcscf/sec-agree-challenges-unacceptable"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const proposals = {
        "an unknown alg": each(setting("alg", "hmac-of-tomorrow")),
        "an unknown ealg": each(setting("ealg", "cipher-of-tomorrow")),
        "AH": each(setting("prot", "ah")),
        "tunnel mode": each(setting("mod", "tun")),
        "an unknown mechanism": each((entry) => entry.replace("ipsec-3gpp", "mechanism-of-tomorrow")),
        "no syntax": () => [";;=alg"],
      };
      for (const [name, change] of Object.entries(proposals)) {
        const answer = await check(`${name}: answered`, "33.203/7.3.2.1/01").answers(
          alice.attempt({ ...INITIAL, tamper: offering(change) }),
        );
        check(`${name}: an error`, "33.203/7.3.2.1/01").answer(answer).isClass(4);
        check(`${name}: no challenge`, "33.203/7.3.2.1/01").answer(answer).isNot(401, 407);
      }
      await given("a proper proposal registers", secured(alice));
    },
  }),

  /** SM1 with an entry that no one can accept and sec-agree required: 4xx; an answer in the clear registers nobody. */
  testCase({
    id: "sec-agree/unacceptable-proposal-is-not-waved-through",
    title: "A proposal that cannot be accepted is not ignored: there is no registration without protection",
    verifies: ["33.203/O.3.2/01"],
    kills: ["pcscf/sec-agree-proceeds-unprotected"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: IPSEC });
      const required = { Require: "sec-agree", "Proxy-Require": "sec-agree" };
      const proposals = {
        "an unknown mechanism": "mechanism-of-tomorrow;q=0.5",
        "tls that is no syntax": "tls;q=;=0.5",
      };
      for (const [name, proposal] of Object.entries(proposals)) {
        const tamper = saying(proposal);
        const answer = await check(`${name}: answered`, "33.203/O.3.2/01").answers(
          alice.attempt({ ...INITIAL, headers: required, tamper }),
        );
        check(`${name}: an error`, "33.203/O.3.2/01").answer(answer).isClass(4);
        check(`${name}: no challenge`, "33.203/O.3.2/01").answer(answer).isNot(401, 407);
        const outcome = await silenceIsUndefined(
          alice.register({ ...INITIAL, headers: required, tamper, answer: { way: "clear" } }),
        );
        isNoSuccess(context, "33.203/O.3.2/01", `${name}: nobody registers in the clear`, outcome);
      }
      await check("an abandoned run", "33.203/O.3.2/01").answers(alice.challenge(INITIAL));
      const set = await check("blocks no later one", "33.203/O.3.2/01").answers(secured(alice));
      check("which serves", "33.203/O.3.2/01").that(set !== undefined && await isServed(alice)).equals(true);
    },
  }),

  /** Terminals of one IMPI take SM6 and fall silent; who is registered is served, and a later run registers. */
  testCase({
    id: "sec-agree/abandoned-runs-do-not-block",
    title: "Registrations that the UE gives up after SM6 leave the registered alone and block no later one",
    verifies: ["33.203/7.3.2.2/01"],
    kills: ["pcscf/sec-agree-half-open-blocks"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["slow"],
    leases: ["aka+!akav2", "aka+!akav2"],
    async run({ ue, check, given, timers, wait }) {
      const [alice, bob] = [await ue({ security: IPSEC }), await ue({ security: IPSEC })];
      await given("one UE registers", secured(alice));
      const abandon = async (owner: Ue) => {
        const terminal = await ue({ like: owner, security: IPSEC });
        await silenceIsUndefined(terminal.attempt(INITIAL));
      };
      const owners = Array.from({ length: ABANDONED }, (_, at) => at % 2 === 0 ? alice : bob);
      await Promise.all(owners.map(abandon));
      check("who is registered is served meanwhile", "33.203/7.3.2.2/01").that(
        answered(await isServed(alice)),
      ).equals(ANSWERED);
      const atOnce = await check("who is not registers at once", "33.203/7.3.2.2/01").answers(secured(bob));
      check("and is served", "33.203/7.3.2.2/01").that(atOnce !== undefined && await isServed(bob)).equals(
        true,
      );
      await bob.deregister();
      await Promise.all(owners.map(abandon));
      await wait(timers.regAwaitAuth);
      const late = await check("or after the time-out", "33.203/7.3.2.2/01").answers(secured(bob));
      check("and is served then", "33.203/7.3.2.2/01").that(late !== undefined && await isServed(bob)).equals(
        true,
      );
      check("who was registered is served still", "33.203/7.3.2.2/01").that(answered(await isServed(alice)))
        .equals(ANSWERED);
    },
  }),

  /** Every SM6 in the grammar of Annex H; Security-Client in unusual forms that it allows: 200; in broken ones: 4xx. */
  testCase({
    id: "sec-agree/headers-follow-the-grammar",
    title: "Security-Server follows Annex H, and every form of Security-Client that it allows is understood",
    verifies: ["33.203/H/01", "33.203/H/06"],
    kills: ["pcscf/sec-agree-one-header-line"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const { response } = await given("a proper offer is taken up", takenUp(alice));
      for (const entry of response.securityServer) {
        check("an entry of SM6 is in the grammar", "33.203/H/01").that(breaches(entry)).equals([]);
      }
      const forms: Readonly<Record<string, (own: string) => readonly string[]>> = {
        "upper case": (own) => [own.toUpperCase()],
        "blanks around separators": (own) => [own.replaceAll(";", " ; ").replaceAll("=", " = ")],
        "folded": (own) => [own.replaceAll(";", ";\r\n ")],
        "a list in one line": (own) => [`${setting("alg", MD5.alg)(own)}, ${own}`],
        "two lines": (own) => [setting("alg", MD5.alg)(own), own],
        "tls with what means nothing to it": (own) => [`tls;q=0.1;alg=none;junk`, setting("q", "0.9")(own)],
      };
      for (const [name, form] of Object.entries(forms)) {
        const tamper = formed(form);
        const outcome = await silenceIsUndefined(
          alice.register({ ...INITIAL, tamper, answer: { choose: INTEGRITY_ONLY } }),
        );
        check(`${name}: registers`, name.startsWith("tls") ? "33.203/H/06" : "33.203/H/01")
          .answer(outcome?.response).isOneOf(200);
      }
      const broken = ["ipsec-3gpp;alg", "ipsec-3gpp;;;", "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=", "=", `"`];
      for (const line of broken) {
        const attempt = alice.attempt({ ...INITIAL, tamper: saying(line) });
        await isRefused(context, "33.203/H/01", line, attempt);
      }
      await check("the P-CSCF goes on", "33.203/H/01").answers(secured(alice));
    },
  }),

  /** SM1 with AH alone: 4xx; with AH first and ESP second, and without prot: 200 in ESP. SM6 never has AH. */
  testCase({
    id: "sec-agree/esp-and-never-ah",
    title: "The protocol is ESP, also where prot is left out; AH is not agreed on",
    verifies: ["33.203/H/09"],
    kills: ["pcscf/sec-agree-accepts-ah"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const alone = alice.attempt({ ...INITIAL, tamper: offering(each(setting("prot", "ah"))) });
      await isRefused(context, "33.203/H/09", "AH alone", alone);
      const offers = {
        "AH first, ESP second": (entries: readonly string[]) => [
          setting("prot", "ah")(entries[0]!),
          setting("prot", "esp")(entries[0]!),
        ],
        "no prot": each(setting("prot", null)),
      };
      for (const [name, change] of Object.entries(offers)) {
        const outcome = await silenceIsUndefined(alice.register({ ...INITIAL, tamper: offering(change) }));
        check(`${name}: registers in ESP`, "33.203/H/09").answer(outcome?.response).isOneOf(200);
        check(`${name}: SM6 has no AH`, "33.203/H/09")
          .that(setUps(outcome?.challenge?.response).filter(({ prot }) => prot !== "esp")).equals([]);
      }
    },
  }),

  /** Mechanisms and modes in every order, with q values that contradict: SM6 names the same ones in the same order. */
  testCase({
    id: "sec-agree/network-picks-mechanism-and-mode",
    title: "Mechanism and mode are the P-CSCF's choice of what was offered, whatever the UE's order",
    verifies: ["33.203/P.3/02"],
    kills: ["pcscf/sec-agree-first-mechanism"],
    peer: "ue",
    needs: { "ipsec": true, "ipsec.udp-enc": true },
    async run({ ue, check, given, profile }) {
      const alice = await ue({ security: IPSEC });
      const offer = { modes: ["trans", "UDP-enc-tun"], offers: claimed(profile).slice(0, 1) } as const;
      await given("the UE offers both modes", alice.challenge({ ...INITIAL, offer }));
      const choices: (string | undefined)[] = [];
      for (const order of permutations([0, 1, 2])) {
        for (const q of [undefined, "0.1", "0.9"]) {
          const tamper = offering(([trans = "", tunnel = ""]) => {
            const entries = order.map((at) => [trans, tunnel, "tls"][at]!);
            if (q === undefined) return entries;
            return entries.map((entry, at) => setting("q", at === 0 ? q : `0.${4 + at}`)(entry));
          });
          const answer = await alice.attempt({ ...INITIAL, offer, tamper });
          check("challenged with a set-up", "33.203/P.3/02").that(goesOn(answer)).equals(true);
          const [choice] = setUps(answer).map(({ mechanism, mod }) =>
            `${mechanism} ${mod?.toLowerCase() ?? "trans"}`
          );
          check("of what was offered", "33.203/P.3/02").that(choice).isOneOf(
            "ipsec-3gpp trans",
            "ipsec-3gpp udp-enc-tun",
            "tls trans",
          );
          choices.push(choice);
        }
      }
      check("the same each time", "33.203/P.3/02").that([...new Set(choices)].length).equals(1);
    },
  }),

  /**
   * From 3GPP2 access `REGISTER (ipsec-3gpp) -> 401 (mod=trans) -> SM7 in ESP -> 200 in ESP`, as from any other;
   * `REGISTER (digest, ipsec-ike, ipsec-man) -> 4xx`.
   */
  testCase({
    id: "sec-agree/works-on-3gpp2-access",
    title:
      "A UE on 3GPP2 access negotiates ipsec-3gpp, is registered under it alone, and by no other mechanism",
    verifies: ["33.203/S.3/01", "33.203/S.3/02"],
    kills: ["pcscf/sec-agree-refused-on-3gpp2"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: IPSEC });
      const headers = {
        "P-Access-Network-Info": "3GPP2-1X-HRPD; ci-3gpp2=1234123412341234123412341234123411",
      };
      const outcome = await check("answered", "33.203/S.3/01").answers(
        alice.register({ ...INITIAL, headers, answer: { headers } }),
      );
      check("registered", "33.203/S.3/01").answer(outcome?.response).isOneOf(200);
      const modes = setUps(outcome?.challenge?.response).map(({ mechanism, mod }) =>
        `${mechanism} ${mod ?? "trans"}`
      );
      check("SM6 has ipsec-3gpp without encapsulation", "33.203/S.3/01").that(new Set(modes).size).equals(1);
      check("as was offered", "33.203/S.3/01").that(modes[0]).equals("ipsec-3gpp trans");
      if (outcome?.ok) {
        check("SM12 is protected", "33.203/S.3/01").that(alice.ipsec!.carried(outcome.response).protected)
          .equals(true);
      }
      const bare = await ue({ like: alice, security: "none", access: "3gpp" });
      const clear = await silenceIsUndefined(bare.register({ headers, answer: { headers } }));
      isNoSuccess(context, "33.203/S.3/01", "without it nobody registers", clear);
      const tamper = saying("digest;d-alg=MD5;d-qop=auth", "ipsec-ike", "ipsec-man");
      const others = await alice.attempt({ ...INITIAL, headers, tamper });
      check("mechanisms that are no choice here: none is selected", "33.203/S.3/02").about(others)
        .that(setUps(others).map(({ mechanism }) => mechanism)).lacks("digest", "ipsec-ike", "ipsec-man");
      check("and nobody is registered by them", "33.203/S.3/02").answer(others).isClass(4, 5, 6);
    },
  }),
];

/** The last entry of Security-Client in another form. */
function formed(form: (own: string) => readonly string[]): Tamper {
  return (request) =>
    void request.set("Security-Client", form(request.values("Security-Client").at(-1) ?? ""));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
