/** P-Access-Network-Info of a PANI-aware P-CSCF: TS 33.203 P.3. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import {
  forwardsPlainly,
  HOME,
  isRefused,
  lineOf,
  NASS,
  networkProvided,
  onTheNass,
  said,
} from "./_lines.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** Ways to hide what only the network may say of a line; the values of P-Access-Network-Info, header by header. */
const FORGERIES: Readonly<Record<string, (line: string) => string | readonly string[]>> = {
  "alone": (line) => said(line),
  "in capitals": (line) => said(line, ";Network-Provided"),
  "as first parameter": (line) => `ADSL;network-provided;dsl-location="${line}"`,
  "second in a list": (line) => `IEEE-802.11, ${said(line)}`,
  "in a second header": (line) => ["IEEE-802.11", said(line)],
  "behind a quoted comma": (line) => `IEEE-802.11;i-wlan-node-id="a, b", ${said(line)}`,
};

export const accessInfo = [
  /**
   *     mallory (NASS, line A)                        P-CSCF            CLF
   *      |--- REGISTER bob, PANI: line of bob --------->|--- UDR ------>|
   *      |<-- 403 ----------------------------------------  (line A)
   */
  testCase({
    id: "nba/forged-line-on-the-nass",
    title: "Who writes another's line as the network's is judged by the line she is on",
    verifies: ["33.203/P.3/15"],
    kills: ["pcscf/keeps-network-provided-of-ue"],
    peer: "ue",
    needs: NASS,
    leases: ["nba", "nba"],
    async run(context) {
      const { check, given } = context;
      const { ue: neighbour } = await onTheNass(context, { as: 0 });
      const { ue: mallory } = await onTheNass(context, { as: 1 }, { line: lineOf(neighbour) });
      for (const [how, forged] of Object.entries(FORGERIES)) {
        const headers = { "P-Access-Network-Info": forged(lineOf(mallory)) };
        const answer = await silenceIsUndefined(mallory.attempt({ headers, fresh: true }));
        isRefused(check(`${how}: refused`, "33.203/P.3/15"), answer);
      }
      await given("the line itself registers", neighbour.register());
    },
  }),

  /** `UE (NASS) -- REGISTER, forged line --> P-CSCF -- REGISTER, the CLF's line alone --> home network` */
  testCase({
    id: "nba/forged-line-is-replaced",
    title:
      "From a NASS exactly one P-Access-Network-Info of the network is forwarded, with the line of the NASS",
    verifies: ["33.203/P.3/15"],
    kills: ["pcscf/keeps-network-provided-of-ue"],
    peer: "peer-network",
    needs: { ...NASS, ...HOME },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { check } = context;
      const home = await context.homeNetwork({ users: ["digest"] });
      const { ue: alice } = await onTheNass(context, { home }, { line: "dsl-1.west-9" });
      await forwardsPlainly(context, home, alice);
      for (const [how, forged] of Object.entries(FORGERIES)) {
        const headers = { "P-Access-Network-Info": forged("dsl-2.west-9") };
        const answer = silenceIsUndefined(alice.attempt({ headers, fresh: true }));
        const forwarded = await check(`${how}: forwarded`, "33.203/P.3/15").answers(
          home.nextRegister(64 * context.timers.t1),
        );
        await answer;
        if (!forwarded) continue;
        check(`${how}: the line of the NASS alone`, "33.203/P.3/15").about(forwarded.request)
          .that(networkProvided(forwarded.request).map(({ line }) => line)).equals(["dsl-1.west-9"]);
      }
    },
  }),

  /** From fixed access and WLAN: `REGISTER (NBA user), forged line or 3GPP-GERAN as the network's -> refused` */
  testCase({
    id: "nba/forged-line-elsewhere",
    title: "Off the NASS nobody registers as an NBA user by writing a line as the network's",
    verifies: ["33.203/P.3/16"],
    kills: ["pcscf/filters-access-info-on-nass-alone"],
    peer: "ue",
    needs: { ...NASS, "access.fixed": true },
    leases: ["nba"],
    async run(context) {
      const { ue, check, given, profile } = context;
      for (const access of ["fixed", "wlan"].filter((name) => profile.access[name]?.length)) {
        const mallory = await ue({ as: 0, access });
        const forgeries = {
          ...FORGERIES,
          "3GPP-GERAN": (line: string) =>
            `3GPP-GERAN;cgi-3gpp=234151D0FCE11;dsl-location="${line}";network-provided`,
        };
        for (const [how, forged] of Object.entries(forgeries)) {
          for (const withoutAuthorization of [false, true]) {
            const headers = { "P-Access-Network-Info": forged(lineOf(mallory)) };
            const answer = await silenceIsUndefined(
              mallory.attempt({ headers, withoutAuthorization, fresh: true }),
            );
            const name = `${access}, ${how}, ${withoutAuthorization ? "no" : "with"} Authorization`;
            isNoSuccess(check(`${name}: refused`, "33.203/P.3/16"), answer);
          }
        }
      }
      const { ue: alice } = await onTheNass(context, { as: 0 });
      await given("the line itself registers", alice.register());
    },
  }),

  /** `UE (fixed, WLAN) -- REGISTER, forged --> P-CSCF -- REGISTER, no value that the UE calls the network's -->` */
  testCase({
    id: "nba/forged-access-is-removed",
    title: "Off the NASS as well, what a UE says in the network's name is taken out, however it is written",
    verifies: ["33.203/P.3/16"],
    kills: [
      "pcscf/filters-access-info-on-nass-alone",
      "pcscf/filters-first-access-info",
      "pcscf/filters-access-info-by-case",
    ],
    peer: "peer-network",
    needs: { ...HOME, "access.fixed": true },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { ue, check, profile } = context;
      const home = await context.homeNetwork({ users: ["digest"] });
      for (const access of ["fixed", "wlan"].filter((name) => profile.access[name]?.length)) {
        const alice = await ue({ home, as: 0, access });
        await forwardsPlainly(context, home, alice);
        for (const [how, forged] of Object.entries(FORGERIES)) {
          const headers = { "P-Access-Network-Info": forged("dsl-2.west-9") };
          const answer = silenceIsUndefined(alice.attempt({ headers, fresh: true }));
          const forwarded = await check(`${access}, ${how}: forwarded`, "33.203/P.3/16").answers(
            home.nextRegister(64 * context.timers.t1),
          );
          await answer;
          if (!forwarded) continue;
          const values = networkProvided(forwarded.request);
          check(`${access}, ${how}: the UE's is gone`, "33.203/P.3/16").about(forwarded.request)
            .that(
              values.filter(({ line, accessType }) => line !== undefined || /^unreadable/.test(accessType)),
            )
            .equals([]);
        }
      }
    },
  }),

  /** `UE (fixed, WLAN) -- REGISTER, Authorization --> P-CSCF -- REGISTER, one true value of the network or none -->` */
  testCase({
    id: "nba/access-is-called-by-its-name",
    title: "What the P-CSCF adds on other access is one value, and names no other access network",
    verifies: ["33.203/P.3/18"],
    kills: ["pcscf/calls-every-access-geran"],
    peer: "peer-network",
    needs: { ...HOME, "access.fixed": true },
    leases: [],
    seats: ["homeNetwork"],
    async run(context) {
      const { ue, check, given, profile } = context;
      const home = await context.homeNetwork({ users: ["digest"] });
      for (const [access, foreign] of Object.entries(FOREIGN_TYPES)) {
        if (!profile.access[access]?.length) continue;
        const alice = await ue({ home, as: 0, access });
        const answer = silenceIsUndefined(alice.attempt());
        const { request } = await given(
          `${access}: the REGISTER is forwarded`,
          home.nextRegister(64 * context.timers.t1),
        );
        await answer;
        const types = networkProvided(request).map(({ accessType }) => accessType);
        check(`${access}: one value at most`, "33.203/P.3/18").about(request).that(types.length).isAtMost(1);
        check(`${access}: not another network's name`, "33.203/P.3/18").about(request)
          .that(types.filter((type) => foreign.test(type))).equals([]);
      }
    },
  }),
];

/** Access types of TS 24.229 7.2A.4 that cannot be true of a UE there. */
const FOREIGN_TYPES: Readonly<Record<string, RegExp>> = {
  fixed: /^(unreadable|3GPP|IEEE-802\.11|DVB-RCS2)/i,
  wlan: /^(unreadable|3GPP|[A-Z0-9]*DSL|DOCSIS|G\.SHDSL|IEEE-802\.3|DVB-RCS2)/i,
};
