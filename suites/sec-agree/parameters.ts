/** SPIs and ports: clauses 7.1, 7.2 and 7.4.0 of TS 33.203, and their ranges in Annex H. */
import type { SipResponse } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import type { ReceivedChallenge, RegisterOptions, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered } from "../_shared/said.ts";
import { each, setting, setUps } from "../_shared/set_up_lines.ts";
import {
  CBC,
  INITIAL,
  INTEGRITY_ONLY,
  IPSEC,
  isRefused,
  isServed,
  last,
  offering,
  secured,
  takenUp,
} from "./_stimuli.ts";

/** How often the next SPI is guessed: other users may take it first. */
const GUESSES = 5;
const STANDARD_PORTS: readonly number[] = [5060, 5061];

/** As 10DIGIT of Annex H. */
const digits = (spi: number) => String(spi).padStart(10, "0");

export const parameters = [
  /**
   *     UE                          network
   *      |--- SM1 ---------------------->|
   *      |<-- SM6 with spi-c, spi-s -----|   twice, for the step between them
   *      |--- SM1 with those due next -->|
   *      |<-- SM6 with others -----------|   or 4xx
   */
  testCase({
    id: "sec-agree/spis-differ-from-the-ues",
    title: "The P-CSCF takes no SPI that the UE has, also where its own counting would lead to it",
    verifies: ["33.203/7.1/05"],
    kills: ["pcscf/sec-agree-spi-like-ue"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: IPSEC });
      let before = spisOf(await given("a first SM6", takenUp(alice)));
      let latest = spisOf(await given("a second SM6", takenUp(alice)));
      for (let guess = 0; guess < GUESSES; guess++) {
        const [spiUc, spiUs] = continued(before, latest);
        const answer = await alice.attempt({ ...INITIAL, offer: { spiUc, spiUs } });
        const theirs = spisIn(answer);
        check("no SPI of SM6 is one of SM1", "33.203/7.1/05").about(answer)
          .that(theirs.filter((spi) => spi === spiUc || spi === spiUs)).equals([]);
        if (theirs.length === 0) continue;
        check("two different SPIs", "33.203/7.1/05").about(answer).that(theirs).allDistinct();
        [before, latest] = [latest, theirs];
      }
    },
  }),

  /** SM1 with several SPIs, the guessed ones in its last entry: SM6 has none of them. A packet of the UE's own SPI: dead. */
  testCase({
    id: "sec-agree/spis-differ-from-every-entry",
    title: "The P-CSCF's SPIs are none of any entry, and packets cannot be reflected",
    verifies: ["33.203/7.2/04"],
    kills: ["pcscf/sec-agree-compares-first-entry"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: { ...IPSEC, offers: [CBC, INTEGRITY_ONLY] } });
      let before = spisOf(await given("a first SM6", takenUp(alice)));
      let latest = spisOf(await given("a second SM6", takenUp(alice)));
      for (let guess = 0; guess < GUESSES; guess++) {
        const [spiC, spiS] = continued(before, latest);
        const guessed = last((entry) =>
          setting("spi-s", digits(spiS))(setting("spi-c", digits(spiC))(entry))
        );
        const answer = await alice.attempt({ ...INITIAL, tamper: offering(guessed) });
        const theirs = spisIn(answer);
        check("no SPI of SM6 is one of SM1", "33.203/7.2/04")
          .that(theirs.filter((spi) => spi === spiC || spi === spiS)).equals([]);
        if (theirs.length === 2) [before, latest] = [latest, theirs];
      }
      const { spiUs } = await given("the UE registers", secured(alice));
      const reflected = await alice.request("OPTIONS", alice.identity.impus[0]!, { esp: { spi: spiUs } });
      await check("under the UE's own SPI: not answered", "33.203/7.2/04")
        .never(reflected.unanswered(), "an answer");
    },
  }),

  /** Every SM6: `port-c` and `port-s` are ports, not 5060 or 5061, not the same; both transports reach `port-s`. */
  testCase({
    id: "sec-agree/protected-ports-are-not-standard",
    title: "The P-CSCF's protected ports are none of the standard ones, and serve UDP and TCP",
    verifies: ["33.203/7.1/10"],
    kills: ["pcscf/sec-agree-standard-port"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: IPSEC });
      for (let count = 0; count < 4; count++) {
        const { response } = await given("the network challenges", alice.challenge(INITIAL));
        for (const { portC, portS } of setUps(response)) {
          check("two different ports", "33.203/7.1/10").that([portC, portS]).allDistinct();
          for (const port of [portC, portS]) {
            check("a port", "33.203/7.1/10").that(port).satisfies(isPort, "1 to 65535");
            check("no standard one", "33.203/7.1/10").that(STANDARD_PORTS.includes(port)).equals(false);
          }
        }
      }
      await given("the UE registers", secured(alice));
      for (const over of ["udp", "tcp"] as const) {
        check(`port_ps serves ${over}`, "33.203/7.1/10").that(answered(await isServed(alice, { over })))
          .equals(ANSWERED);
      }
    },
  }),

  /**
   *     UE (registered), neighbour     network
   *      |=== REGISTER, live port-c ====>|
   *      |<== 4xx =======================|
   *      |    neighbour: REGISTER, same port-c
   *      |                        ------>|
   *      |                        <- 4xx-|
   *      |=== OPTIONS ==================>|   still served
   */
  testCase({
    id: "sec-agree/client-port-in-use-is-refused",
    title:
      "A client port that has SAs already is refused, to its owner and to a neighbour, and its SAs live on",
    verifies: ["33.203/7.1/21"],
    kills: ["pcscf/sec-agree-no-port-check"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      const { portUc } = await given("the UE registers", secured(alice));
      const neighbour = await ue({ security: IPSEC, local: { address: alice.local.address } });
      const tamper = offering(each(setting("port-c", String(portUc))));
      await isRefused(context, "33.203/7.1/21", "re-registration", alice.attempt({ tamper }));
      check("its SAs serve", "33.203/7.1/21").that(answered(await isServed(alice))).equals(ANSWERED);
      await isRefused(context, "33.203/7.1/21", "a neighbour", neighbour.attempt({ ...INITIAL, tamper }));
      check("its SAs serve on", "33.203/7.1/21").that(answered(await isServed(alice))).equals(ANSWERED);
    },
  }),

  /** SM1 with 5060, 5061, 0, 65536, or twice the same port: 4xx; an ordinary REGISTER is challenged as before. */
  testCase({
    id: "sec-agree/illegal-ports-of-the-ue",
    title: "Protected ports that are standard, shared or none are not taken, and block nothing",
    verifies: ["33.203/7.1/15"],
    kills: ["pcscf/sec-agree-standard-ue-port"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: IPSEC });
      const both = (port: string) => (entry: string) =>
        setting("port-s", port)(setting("port-c", port)(entry));
      const ports = {
        "port-s=5060": setting("port-s", "5060"),
        "port-s=5061": setting("port-s", "5061"),
        "port-c=5060": setting("port-c", "5060"),
        "port-c=5061": setting("port-c", "5061"),
        "port-s=0": setting("port-s", "0"),
        "port-c=65536": setting("port-c", "65536"),
        "port-c=port-s": both("29431"),
      };
      for (const [name, change] of Object.entries(ports)) {
        const attempt = alice.attempt({ ...INITIAL, tamper: offering(each(change)) });
        await isRefused(context, "33.203/7.1/15", name, attempt);
      }
      const set = await check("the address is not blocked", "33.203/7.1/15").answers(secured(alice));
      check("its SAs serve", "33.203/7.1/15").that(set !== undefined && await isServed(alice)).equals(true);
    },
  }),

  /** SPIs from 256 to 4294967295 and ports from 1024 to 65535: registered and reached. Beyond, or no numbers: 4xx. */
  testCase({
    id: "sec-agree/spi-and-port-ranges",
    title: "Every SPI and port of the grammar works, those beyond are refused",
    verifies: ["33.203/H/03", "33.203/7.1/26"],
    kills: ["pcscf/sec-agree-signed-spi", "pcscf/sec-agree-truncates-spi"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check } = context;
      const [alice, friend] = [await ue({ security: IPSEC }), await ue({ security: IPSEC })];
      const modest = { spiUc: 0x1000_0001, spiUs: 0x1000_0002 };
      await context.given("a second subscriber registers", secured(friend, { offer: modest }));
      const padded = each((entry) => entry.replace(/(port-[cs]=)0*(?=\d)/gi, "$10000"));
      const legal: Readonly<Record<string, [requirement: string, options: RegisterOptions]>> = {
        "the highest SPIs": ["33.203/H/03", { offer: { spiUc: 0xffff_ffff, spiUs: 0xffff_fffe } }],
        "SPIs in the middle": ["33.203/H/03", { offer: { spiUc: 0x8000_0000, spiUs: 0x7fff_ffff } }],
        "low SPIs": ["33.203/H/03", { offer: { spiUc: 256, spiUs: 257 } }],
        "ports with leading zeros": ["33.203/H/03", { tamper: offering(padded) }],
        "the highest ports": ["33.203/7.1/26", { offer: { portUc: 65535, portUs: 65534 } }],
        "low ports": ["33.203/7.1/26", { offer: { portUc: 1025, portUs: 1024 } }],
        "ports in the middle": ["33.203/7.1/26", { offer: { portUc: 32768, portUs: 32767 } }],
      };
      for (const [name, [requirement, options]] of Object.entries(legal)) {
        const set = await check(`${name}: registers`, requirement).answers(secured(alice, options));
        if (!set) continue;
        const reach = await call(friend, alice.identity.impus[0]!, alice);
        check(`${name}: reached under them`, requirement).that(reach.delivered).equals(true);
      }
      const illegal = {
        "spi-c=4294967296": setting("spi-c", "4294967296"),
        "spi-s=42949672950": setting("spi-s", "42949672950"),
        "spi-c=-1": setting("spi-c", "-1"),
        "spi-s=0x12345678": setting("spi-s", "0x12345678"),
        "port-s=65536": setting("port-s", "65536"),
        "port-c=-5064": setting("port-c", "-5064"),
      };
      for (const [name, change] of Object.entries(illegal)) {
        const attempt = alice.attempt({ ...INITIAL, tamper: offering(each(change)) });
        await isRefused(context, "33.203/H/03", name, attempt);
      }
    },
  }),

  /** Re-registrations under SAs: `port-s` of SM6 is that of the first; another port_us: 4xx or taken, but nobody is lost. */
  testCase({
    id: "sec-agree/server-ports-stay",
    title: "The server ports are the same in every generation of SAs",
    verifies: ["33.203/7.4.0/02"],
    kills: ["pcscf/sec-agree-new-server-port"],
    peer: "ue",
    needs: { "ipsec": true, "operator.reauthenticate": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      const first = await given("the UE registers", secured(alice));
      for (let generation = 2; generation < 4; generation++) {
        const challenge = await given("the UE is challenged anew", rechallenged(context, alice));
        for (const { portS } of setUps(challenge.response)) {
          check("port-s is the same", "33.203/7.4.0/02").that(portS).equals(first.portPs);
        }
        const { response } = await alice.answer(challenge);
        check("registered with it", "33.203/7.4.0/02").answer(response).isOneOf(200);
      }
      await given("authentication is asked for", rechallengeOrdered(context, alice));
      const portUs = first.portUs === 40_404 ? 40_406 : 40_404;
      const moved = await silenceIsUndefined(alice.register({ offer: { portUs } }));
      context.note(`another port_us was answered ${moved?.response.status ?? "by nothing"}`);
      check("whatever became of another port_us, the UE is served", "33.203/7.4.0/02")
        .that(answered(await isServed(alice))).equals(ANSWERED);
    },
  }),

  /** Re-registrations under SAs: `port-c` of SM6 is new each time; the UE's own old port_uc: 4xx. */
  testCase({
    id: "sec-agree/client-ports-change",
    title: "The client ports are new in every generation of SAs",
    verifies: ["33.203/7.4.0/03"],
    kills: ["pcscf/sec-agree-constant-client-port"],
    peer: "ue",
    needs: { "ipsec": true, "operator.reauthenticate": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      let live = await given("the UE registers", secured(alice));
      for (let generation = 2; generation < 4; generation++) {
        const challenge = await given("the UE is challenged anew", rechallenged(context, alice));
        for (const { portC } of setUps(challenge.response)) {
          check("port-c is new", "33.203/7.4.0/03").that(portC).differsFrom(live.portPc);
        }
        const { response } = await alice.answer(challenge);
        check("registered with it", "33.203/7.4.0/03").answer(response).isOneOf(200);
        live = alice.ipsec?.current ?? live;
      }
      const tamper = offering(each(setting("port-c", String(live.portUc))));
      await isRefused(context, "33.203/7.4.0/03", "the UE's old port-c", alice.attempt({ tamper }));
    },
  }),
];

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65536;
}

/** spi-c and spi-s of the first entry of SM6. */
function spisOf({ response }: ReceivedChallenge): number[] {
  return spisIn(response);
}

/** The same; none where there is no set-up. */
function spisIn(response: SipResponse): number[] {
  return setUps(response).slice(0, 1).flatMap(({ spiC, spiS }) => [spiC, spiS]);
}

/** The SPIs that a P-CSCF takes next if it counts. */
function continued(before: readonly number[], latest: readonly number[]): [spiC: number, spiS: number] {
  const [spiC = 0, spiS = 0] = latest.map((spi, at) => 2 * spi - (before[at] ?? 0));
  const inRange = (spi: number) => 256 + (Math.abs(spi - 256) % (0xffff_ffff - 255));
  return [inRange(spiC), spiS === spiC ? inRange(spiS + 1) : inRange(spiS)];
}

/** The operator wants the user authenticated again. */
async function rechallengeOrdered(
  { operator }: Pick<CaseContext, "operator">,
  ue: Ue,
): Promise<void> {
  await operator("reauthenticate", { impi: ue.identity.impi });
}

/** SM6 to an SM1 under the SAs in use. */
async function rechallenged(context: Pick<CaseContext, "operator">, ue: Ue): Promise<ReceivedChallenge> {
  await rechallengeOrdered(context, ue);
  return await ue.challenge();
}
