/** The location query and what becomes of its answer: TS 33.203 P.3 and R.3, steps 1 to 7. */
import type { Location } from "../../harness/peer/clf/types.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { HOME, lineOf, NASS, networkProvided, onTheNass, said } from "./_lines.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** What a CLF may do in place of an answer with a line. */
const FAILURES: readonly Location[] = ["error", "unknown", "silent"];

/** How a UE may write a line: in its own name, or in the network's. */
const SAYINGS = ["", ";network-provided"] as const;

/** Line identifiers are octets to the CLF; in a header field they must stay one value. */
const STRANGE_LINES = [
  'dsl"7',
  "dsl\\7",
  "east, wing 3; floor=2",
  'x";network-provided, ADSL;dsl-location="y',
  "7\r\nX-Injected: 1",
];

export const location = [
  /**
   *     UE (NASS)             P-CSCF              CLF
   *      |--- REGISTER -------->|--- UDR, address ->|
   *      |                      |<-- UDA, line -----|
   *      |<-- 200 (NBA user), 401 and 200 (Digest user)
   */
  testCase({
    id: "nba/nass-access-runs-nba-and-digest",
    title: "Whoever registers from a NASS is located, and a Digest user is challenged all the same",
    verifies: ["33.203/P.3/11"],
    kills: ["pcscf/no-location-query-with-authorization"],
    peer: "third-party",
    needs: { ...NASS, digest: true },
    leases: ["nba", "digest"],
    async run(context) {
      const { check } = context;
      for (const withoutAuthorization of [false, true]) {
        const header = withoutAuthorization ? "no Authorization" : "with Authorization";
        const { ue: alice, clf } = await onTheNass(context, { as: 0 });
        const located = ({ local: { address } }: Ue) =>
          clf.queries.filter((query) => query.address === address).length;
        const before = located(alice);
        const answer = await silenceIsUndefined(alice.attempt({ withoutAuthorization }));
        check(`NBA user, ${header}: located`, "33.203/P.3/11").about(answer).that(located(alice) - before)
          .isAtLeast(1);
        check(`NBA user, ${header}: registered`, "33.203/P.3/11").answer(answer).isOneOf(200);

        const { ue: bob } = await onTheNass(context, { as: 1 }, { line: "dsl-1.west-9" });
        const earlier = located(bob);
        const challenge = await check(`Digest user, ${header}: challenged`, "33.203/P.3/11").answers(
          bob.challenge({ withoutAuthorization }),
        );
        check(`Digest user, ${header}: located`, "33.203/P.3/11").about(challenge?.response)
          .that(located(bob) - earlier).isAtLeast(1);
        if (!challenge) continue;
        const { response } = await bob.answer(challenge);
        check(`Digest user, ${header}: registered`, "33.203/P.3/11").answer(response).isOneOf(200);
      }
    },
  }),

  /**
   *     UE (NASS)                                     P-CSCF              CLF
   *      |--- REGISTER, the own line in its PANI ------>|--- UDR ----------->|
   *      |                                              |<-- error, or none -|
   *      |<-- error (NBA user), 401 (Digest user) ------|
   */
  testCase({
    id: "nba/failed-query-ends-nba",
    title: "Where the NASS does not say the line, nobody is registered by it, and Digest goes on",
    verifies: ["33.203/P.3/12"],
    kills: ["pcscf/trusts-location-of-ue"],
    peer: "third-party",
    needs: { ...NASS, digest: true },
    leases: ["nba", "digest"],
    async run(context) {
      const { check, given } = context;
      for (const failure of FAILURES) {
        const { ue: bob } = await onTheNass(context, { as: 1 }, failure);
        const digest = silenceIsUndefined(bob.attempt());
        const attempts = await Promise.all(SAYINGS.map(async (parameter) => {
          const { ue: alice } = await onTheNass(context, { as: 0 }, failure);
          const headers = { "P-Access-Network-Info": said(lineOf(alice), parameter) };
          return { parameter, answer: await silenceIsUndefined(alice.attempt({ headers })) };
        }));
        for (const { parameter, answer } of attempts) {
          isNoSuccess(
            check(`${failure}, UE says "${said("…", parameter)}": nobody is registered`, "33.203/P.3/12"),
            answer,
          );
        }
        check(`${failure}: a Digest user is challenged`, "33.203/P.3/12").answer(await digest).isOneOf(401);
      }
      const { ue: alice } = await onTheNass(context, { as: 0 });
      await given("the NBA user registers where the NASS says the line", alice.register());
    },
  }),

  /** As above, seen from behind the P-CSCF: what it forwards names no line as the network's. */
  testCase({
    id: "nba/failed-query-leaves-no-location",
    title: "Where the NASS does not say the line, none is forwarded as the network's",
    verifies: ["33.203/P.3/12"],
    kills: ["pcscf/trusts-location-of-ue"],
    peer: "third-party",
    needs: { ...NASS, ...HOME },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { check, given, timers } = context;
      const home = await context.homeNetwork({ users: SAYINGS.map(() => "digest" as const) });
      for (const failure of FAILURES) {
        const attempts = SAYINGS.map(async (parameter, as) => {
          const { ue: alice } = await onTheNass(context, { home, as }, failure);
          const headers = { "P-Access-Network-Info": said("dsl-1.west-9", parameter) };
          await silenceIsUndefined(alice.attempt({ headers }));
        });
        for (const _ of SAYINGS) {
          const { request } = await given(`${failure}: forwarded`, home.nextRegister(64 * timers.t1));
          const lines = networkProvided(request).flatMap(({ line }) => line ?? []);
          check(`${failure}: no line of the network's`, "33.203/P.3/12").about(request).that(lines).equals(
            [],
          );
        }
        await Promise.all(attempts);
      }
    },
  }),

  /**
   *     UE (NASS, at A)                                    P-CSCF              CLF
   *      |--- REGISTER, B in Via, received and Contact ----->|--- UDR, A, never B ->|
   *      |<-- error ------------------------------------------|
   */
  testCase({
    id: "nba/query-names-the-source",
    title: "The NASS is asked for the address that the packet came from, not for one that the UE writes",
    verifies: ["33.203/R.3/02"],
    kills: ["pcscf/asks-for-sent-by"],
    peer: "third-party",
    needs: NASS,
    leases: ["nba", "nba"],
    async run(context) {
      const { check, given } = context;
      const { ue: victim, clf } = await onTheNass(context, { as: 1 });
      const { ue: honest } = await onTheNass(context, { as: 0 });
      const answer = await silenceIsUndefined(honest.attempt());
      check("asked for the source", "33.203/R.3/02").about(answer).that(
        clf.queries.map(({ address }) => address),
      )
        .includes(honest.local.address);
      // The same terminal with outbound, which lets a UE be behind a NAT (N.2.1.1).
      const { ue: mallory } = await onTheNass(context, { as: 1, outbound: true }, { line: lineOf(honest) });
      const { address } = victim.local;
      const places = new Set([victim, honest, mallory].map(({ local }) => local.address));
      await given("the NASS has an address for each of three UEs", places.size === 3);
      const lies = {
        "sent-by": (via: string) => via.replace(mallory.local.address, address),
        "received": (via: string) => `${via};received=${address}`,
        "sent-by and received": (via: string) =>
          `${via.replace(mallory.local.address, address)};received=${address}`,
      };
      for (const [where, lie] of Object.entries(lies)) {
        const contact = mallory.contact.replaceAll(mallory.local.address, address);
        const told = await silenceIsUndefined(mallory.attempt({
          fresh: true,
          contact,
          tamper: (request) => void request.set("Via", lie(request.get("Via") ?? "")),
        }));
        check(`another's address in ${where} and Contact: not asked for`, "33.203/R.3/02").about(told)
          .that(clf.queries.map((query) => query.address)).lacks(address);
        isNoSuccess(
          check(`another's address in ${where} and Contact: nobody is registered`, "33.203/R.3/02"),
          told,
        );
      }
    },
  }),

  /** `CLF -- UDA, line --> P-CSCF -- REGISTER, PANI: …;dsl-location="line";network-provided --> I-CSCF`, once. */
  testCase({
    id: "nba/location-is-forwarded",
    title: "The line that the NASS has told goes to the home network, marked as the network's",
    verifies: ["33.203/R.3/03"],
    kills: ["pcscf/omits-location"],
    peer: "third-party",
    needs: { ...NASS, ...HOME },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { check } = context;
      const home = await context.homeNetwork({ users: ["digest"] });
      for (const withoutAuthorization of [false, true]) {
        const name = withoutAuthorization ? "no Authorization" : "with Authorization";
        const line = `dsl-${context.random.token(6)}.east-3`;
        const { ue: alice } = await onTheNass(context, { home, as: 0 }, { line });
        const answer = silenceIsUndefined(alice.attempt({ withoutAuthorization }));
        const forwarded = await check(`${name}: forwarded`, "33.203/R.3/03").answers(
          home.nextRegister(64 * context.timers.t1),
        );
        await answer;
        if (!forwarded) continue;
        check(`${name}: once, with the line`, "33.203/R.3/03").about(forwarded.request)
          .that(networkProvided(forwarded.request).map((value) => value.line)).equals([line]);
      }
    },
  }),

  /** `CLF -- UDA, line with quotes, commas, CRLF --> P-CSCF -- REGISTER, one value that means the same, or none -->` */
  testCase({
    id: "nba/strange-lines-break-no-header",
    title: "A line identifier with quotes, commas or line ends is escaped or left out, and adds nothing",
    verifies: ["33.203/R.3/03"],
    kills: ["pcscf/unquoted-location", "pcscf/unescaped-location"],
    peer: "third-party",
    needs: { ...NASS, ...HOME },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { check, given, timers } = context;
      const home = await context.homeNetwork({ users: ["digest"] });
      const { ue: plain } = await onTheNass(context, { home, as: 0 }, { line: "dsl-1.west-9" });
      const first = silenceIsUndefined(plain.attempt());
      await given("a REGISTER with a plain line is forwarded", home.nextRegister(64 * timers.t1));
      await first;
      for (const line of STRANGE_LINES) {
        const { ue: alice } = await onTheNass(context, { home, as: 0 }, { line });
        const answer = silenceIsUndefined(alice.attempt());
        const forwarded = await silenceIsUndefined(home.nextRegister(64 * timers.t1));
        await answer;
        const shown = JSON.stringify(line);
        if (!forwarded) {
          context.note(`${shown}: refused at the P-CSCF`);
          continue;
        }
        const { request } = forwarded;
        check(`${shown}: no header of its own`, "33.203/R.3/03").that(request).lacks("X-Injected");
        const values = networkProvided(request);
        check(`${shown}: one value of the network at most`, "33.203/R.3/03").about(request).that(
          values.length,
        )
          .isAtMost(1);
        // No quoted-string holds a line end (RFC 3261 25.1): then it cannot be said at all.
        if (/[\r\n]/.test(line)) continue;
        check(`${shown}: the line as it is, or none`, "33.203/R.3/03").about(request).that(
          values[0]?.line ?? line,
        )
          .equals(line);
      }
    },
  }),
];
