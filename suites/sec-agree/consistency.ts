/** SM7 repeats what SM1 and SM6 said, or the registration is aborted: clauses 7.2 and 7.3.2.3 of TS 33.203, Annex H. */
import { testCase } from "../../harness/runner/case.ts";
import type { AnswerOptions } from "../../harness/peer/ue/types.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered } from "../_shared/said.ts";
import { each, rewritten, setting } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  begun,
  INITIAL,
  IPSEC,
  isAborted,
  isNoSuccess,
  isServed,
  last,
  secured,
  shifting,
  takenUp,
} from "./_stimuli.ts";

/** SPIs and ports of a set-up line. */
const NUMBERS = ["spi-c", "spi-s", "port-c", "port-s"] as const;

const without = (...fields: readonly string[]): AnswerOptions => ({
  headers: Object.fromEntries(fields.map((field) => [field, null])),
});

export const consistency = [
  /**
   *     UE                       network
   *      |--- SM1 ----------------->|
   *      |<-- SM6, Security-Server -|
   *      |=== SM7, Security-Verify with another SPI or port ==>|
   *      |<-- 4xx, or nothing ------|
   *      |=== SM7 as it should be =>|   too late
   */
  testCase({
    id: "sec-agree/spis-and-ports-of-sm6-come-back",
    title: "SM7 with other SPIs or ports than SM6 had aborts the registration",
    verifies: ["33.203/7.2/13"],
    kills: ["pcscf/sec-agree-verifies-algorithms-only"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      await given("the UE registers when all is right", secured(alice));
      for (const name of NUMBERS) {
        for (const [where, entries] of [["every entry", each], ["the last entry", last]] as const) {
          const tamper = rewritten("Security-Verify", entries(shifting(name)));
          await isAborted(context, alice, "33.203/7.2/13", `another ${name} in ${where}`, { tamper });
        }
      }
      const challenge = await given("challenged once more", takenUp(alice));
      const { name: set } = await given("new SAs follow", () => begun(alice));
      const wrong = rewritten("Security-Verify", each(shifting("port-s")));
      await silenceIsUndefined(alice.answer(challenge, { tamper: wrong }));
      const late = await withinWindow(context, alice.answer(challenge, { way: { set } }));
      check("after that the new SAs are gone", "33.203/7.2/13").that(late?.response).isAbsent();
    },
  }),

  /** `SM1 -> SM6 -> SM7 with another SPI or port in Security-Client -> 4xx, or nothing`; nothing comes to that port. */
  testCase({
    id: "sec-agree/spis-and-ports-of-sm1-come-back",
    title: "SM7 with other SPIs or ports than SM1 had aborts the registration",
    verifies: ["33.203/7.2/14"],
    kills: ["pcscf/sec-agree-moves-ue-port"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      await given("the UE registers when all is right", secured(alice));
      for (const name of NUMBERS) {
        const seen = alice.ipsec!.strays.length;
        const tamper = rewritten("Security-Client", each(shifting(name)));
        await isAborted(context, alice, "33.203/7.2/14", `another ${name}`, { tamper });
        check(`another ${name}: nothing is sent there`, "33.203/7.2/14")
          .that(alice.ipsec!.strays.slice(seen).map(({ result }) => result)).equals([]);
      }
    },
  }),

  /** `SM1 -> SM6 -> SM7 with another list in Security-Verify -> 4xx, or nothing`. */
  testCase({
    id: "sec-agree/bidding-down-is-noticed",
    title: "SM7 with another list of algorithms than SM6 aborts the registration",
    verifies: ["33.203/7.3.2.3/01", "S3-010339/security-mode-setup/01"],
    kills: ["pcscf/sec-agree-verifies-choice-only"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: IPSEC });
      const right = await silenceIsUndefined(alice.register(INITIAL));
      check("as SM6 had it: registered", "S3-010339/security-mode-setup/01").answer(right?.response).isOneOf(
        200,
      );
      const bare = without("Security-Verify");
      await isAborted(context, alice, "S3-010339/security-mode-setup/01", "no list", bare);
      const weakest = rewritten("Security-Verify", (entries) => entries.slice(-1));
      const weaker = { tamper: weakest };
      await isAborted(context, alice, "S3-010339/security-mode-setup/01", "the weakest entry alone", weaker);
      const changes = {
        "without the last entry": (entries: readonly string[]) => entries.slice(0, -1),
        "with one entry more": (entries: readonly string[]) => [
          ...entries,
          setting("alg", "hmac-md5-96")(entries[0] ?? "ipsec-3gpp"),
        ],
        "another alg in the last entry": last(setting("alg", "hmac-md5-96")),
        "another ealg in the last entry": last(setting("ealg", "des-ede3-cbc")),
        "another q in the last entry": last(setting("q", "0.017")),
        "another alg in every entry": each(setting("alg", "hmac-md5-96")),
      };
      for (const [name, change] of Object.entries(changes)) {
        const tamper = rewritten("Security-Verify", change);
        await isAborted(context, alice, "33.203/7.3.2.3/01", name, { tamper });
      }
    },
  }),

  /** `SM1 -> SM6 -> SM7 with another Security-Client than SM1 -> 4xx, or nothing`, one thing changed at a time. */
  testCase({
    id: "sec-agree/security-client-comes-back",
    title: "SM7 with another Security-Client than SM1 aborts the registration",
    verifies: ["33.203/H/04"],
    kills: ["pcscf/sec-agree-overwrites-client"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: IPSEC });
      await given("the UE registers when all is right", secured(alice));
      const changes = {
        "without the last entry": (entries: readonly string[]) => entries.slice(0, -1),
        "with one entry more": (entries: readonly string[]) => [
          ...entries,
          setting("alg", "hmac-md5-96")(entries[0] ?? "ipsec-3gpp"),
        ],
        "another alg": last(setting("alg", "hmac-md5-96")),
        "another ealg": last(setting("ealg", "des-ede3-cbc")),
        "another q": last(setting("q", "0.017")),
        "another prot": last(setting("prot", "ah")),
        "another mod": last(setting("mod", "tun")),
      };
      for (const [name, change] of Object.entries(changes)) {
        const tamper = rewritten("Security-Client", change);
        await isAborted(context, alice, "33.203/H/04", name, { tamper });
      }
    },
  }),

  /** SM7 with Security-Verify alone, with Security-Client alone, with neither: 4xx, or nothing; with both: 200. */
  testCase({
    id: "sec-agree/both-set-up-lines-are-needed",
    title: "Without Security-Client, Security-Verify or both, SM7 does not register",
    verifies: ["33.203/H/05"],
    kills: ["pcscf/sec-agree-missing-client"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: IPSEC });
      const absent = [["Security-Client"], ["Security-Verify"], ["Security-Client", "Security-Verify"]];
      for (const fields of absent) {
        await isAborted(context, alice, "33.203/H/05", `without ${fields.join(" and ")}`, without(...fields));
      }
      const both = await check("answered with both", "33.203/H/05").answers(alice.register(INITIAL));
      check("with both: registered", "33.203/H/05").answer(both?.response).isOneOf(200);
    },
  }),

  /** SM7 without Security-Verify, with an empty one, with the first entry alone: 4xx, or nothing. */
  testCase({
    id: "sec-agree/set-up-of-sm6-is-repeated",
    title: "SM7 that does not repeat all of SM6 is refused",
    verifies: ["33.203/7.2/12"],
    kills: ["pcscf/sec-agree-missing-verify"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: IPSEC });
      await given("the UE registers when all is right", secured(alice));
      const wrong: Readonly<Record<string, AnswerOptions>> = {
        "no Security-Verify": without("Security-Verify"),
        "an empty one": { headers: { "Security-Verify": "" } },
        "algorithms without SPIs": { tamper: rewritten("Security-Verify", each(setting("spi-s", null))) },
        "algorithms without ports": { tamper: rewritten("Security-Verify", each(setting("port-s", null))) },
        "the mechanism alone": { headers: { "Security-Verify": "ipsec-3gpp" } },
      };
      for (const [name, answer] of Object.entries(wrong)) {
        await isAborted(context, alice, "33.203/7.2/12", name, answer);
      }
    },
  }),

  /** A right SM7, but in the clear, to the port of SM1 and to port_ps: no 200. Then one in ESP: 200. */
  testCase({
    id: "sec-agree/sm7-in-the-clear-does-not-register",
    title: "A right SM7 without protection completes nothing",
    verifies: ["33.203/7.2/11"],
    kills: ["pcscf/sec-agree-clear-sm7"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      for (const way of ["clear", "clear-to-protected"] as const) {
        const challenge = await given(`${way}: challenged`, alice.challenge(INITIAL));
        const outcome = await withinWindow(context, alice.answer(challenge, { way }));
        isNoSuccess(context, "33.203/7.2/11", `${way}: no success`, outcome);
      }
      const registered = await check("in ESP it is answered", "33.203/7.2/11").answers(
        alice.register(INITIAL),
      );
      check("with success", "33.203/7.2/11").answer(registered?.response).isOneOf(200);
    },
  }),

  /** SM12 comes in ESP and has no Security-Server; the SAs it confirms serve. */
  testCase({
    id: "sec-agree/sm12-has-no-set-up-line",
    title: "The 200 comes protected and without a set-up line",
    verifies: ["33.203/7.2/16"],
    kills: ["pcscf/sec-agree-server-in-200"],
    peer: "ue",
    needs: { ipsec: true },
    async run({ ue, check, given }) {
      const alice = await ue({ security: IPSEC });
      const challenge = await given("the network challenges", alice.challenge(INITIAL));
      const registered = await check("SM7 is answered", "33.203/7.2/16").answers(alice.answer(challenge));
      check("with success", "33.203/7.2/16").answer(registered?.response).isOneOf(200);
      if (!registered) return;
      check("in ESP", "33.203/7.2/16").that(alice.ipsec!.carried(registered.response).protected).equals(true);
      check("without a set-up line", "33.203/7.2/16").that(registered.response).lacks("Security-Server");
      check("the set-up stands", "33.203/7.2/16").that(answered(await isServed(alice))).equals(ANSWERED);
    },
  }),

  /**
   *     alice, bob (one address)      network
   *      |--- alice: SM1 --------------->|
   *      |<-- alice: SM6 ----------------|
   *      |--- bob: SM1 ----------------->|
   *      |<-- bob: SM6 ------------------|
   *      |=== alice's SM7 on bob's SAs =>|   never 200
   *      |    then both anew:            |
   *      |=== bob: SM7 =================>|   200
   *      |=== alice: SM7 ===============>|   200
   */
  testCase({
    id: "sec-agree/set-up-belongs-to-the-identity",
    title:
      "What SM1 said is kept by identity: another user's SM7 does not go with it, a neighbour does not disturb it",
    verifies: ["33.203/7.2/03"],
    kills: ["pcscf/sec-agree-by-source-address"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+other-set"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      const bob = await ue({ security: IPSEC, local: { address: alice.local.address } });
      const as = (impu: string) => ({ To: `<${impu}>`, From: `<${impu}>;tag=${context.random.token(8)}` });
      const foreign: Readonly<Record<string, AnswerOptions>> = {
        "another IMPI": { username: alice.identity.impi },
        "another user's IMPU": { headers: as(alice.identity.impus[0]!) },
        "another IMPU than SM1": { headers: as(bob.subscriber.otherSet[0]!) },
      };
      for (const [name, answer] of Object.entries(foreign)) {
        await isAborted(context, bob, "33.203/7.2/03", `SM7 with ${name}`, answer);
      }
      // Only now: what somebody sent in her name would have ended her challenge.
      const hers = await given("one user is challenged, and sends no SM7", alice.challenge(INITIAL));
      const { method, requestUri: uri } = hers.request;
      const answerOfHers = { Authorization: alice.credentials(hers, { method, uri }) };
      const his = await given("her neighbour is challenged first", bob.challenge(INITIAL));
      const stolen = { headers: { ...as(alice.identity.impus[0]!), ...answerOfHers } };
      const outcome = await withinWindow(context, bob.answer(his, stolen));
      isNoSuccess(context, "33.203/7.2/03", "her right SM7 on his SAs: aborted", outcome);
      const first = await given("one user is challenged", alice.challenge(INITIAL));
      const second = await given("her neighbour is challenged", bob.challenge(INITIAL));
      for (const [name, user, challenge] of [["neighbour", bob, second], ["user", alice, first]] as const) {
        const outcome = await silenceIsUndefined(user.answer(challenge));
        check(`the ${name} registers`, "33.203/7.2/03").answer(outcome?.response).isOneOf(200);
      }
    },
  }),
];
