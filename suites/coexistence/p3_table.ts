/**
 * The decision table of the P-CSCF (TS 33.203 P.3): a case for each row of `_p3_rows.ts`. The tester is the UE and its
 * home network, and sees on both sides by which procedure the P-CSCF goes.
 */
import type { SipResponse } from "sip-codec";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { ArrivedRegister, HomeNetwork } from "../../harness/peer/home_network/types.ts";
import type { Registered, RegisterOptions, Tamper, UeOptions } from "../../harness/peer/ue/types.ts";
import { networkProvided, OF_3GPP } from "../_shared/access_info.ts";
import { AT_HOME, flagsOf, HOME } from "../_shared/home.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { setUps } from "../_shared/set_up_lines.ts";
import { passwordsAskedIn } from "../_shared/challenges.ts";
import { type Offer, type Procedure, type Row, ROWS } from "./_p3_rows.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export const p3Table: readonly CaseDefinition[] = ROWS.map((row) =>
  /**
   *     UE                 P-CSCF             home network
   *      |--- SM1 ----------->|--- SM2 ----------->|   the row; and the mark
   *      |<-- SM6 ------------|<-- SM5 ------------|   what was selected
   *      |--- SM7 ----------->|--- SM8 ----------->|   the mark
   *      |<-- 200 ------------|<-- 200 ------------|
   */
  testCase({
    id: row.id,
    title: `P.3: ${inWords(row)}: ${row.then}`,
    ...AT_HOME,
    verifies: row.verifies,
    kills: row.kills,
    needs: {
      ...HOME,
      ...needsOf(row),
      [`access.${row.access}`]: true,
      ...(row.access === "nass" ? { nba: true, clf: true } : {}),
      ...(row.then === "GIBA" ? { giba: true } : {}),
      ...(row.then === "none" ? { "access.fixed": true } : {}),
    },
    ...(row.offer === "ipsec-3gpp, mod=trans" ? { tags: ["privileged"] } : {}),
    async run(context) {
      const seen = await played(context, row);
      if (row.claims?.beside) {
        await context.given(
          "two Authorization fields are forwarded, or one of them",
          seen.registers.length > 0,
        );
      }
      if (row.then === "none") {
        leadsNowhere(context, row, seen);
        await servedElsewhere(context, row, seen);
      } else {
        takesProcedure(context, row, seen, SIGNS[row.then]);
        tellsTheAccess(context, row, seen);
      }
    },
  })
);

/** What shows that a procedure was taken. */
interface Signs {
  /** Mechanism and mode that stand highest in Security-Server; undefined: there is none. */
  readonly selected: string | undefined;
  /** Marks that the first REGISTER may have, and the one with the answer. */
  readonly first: readonly (string | undefined)[];
  readonly answer: readonly (string | undefined)[];
}

/** 6.1.5 for AKA, O.1.4 to O.2.3 for TLS, TS 24.229 5.2.2.4 for Digest alone. */
const SIGNS: Readonly<Record<Exclude<Procedure, "none">, Signs>> = {
  "IMS AKA without NAT traversal": { selected: "ipsec-3gpp trans", first: ["no"], answer: ["yes"] },
  "IMS AKA with NAT traversal": { selected: "ipsec-3gpp udp-enc-tun", first: ["no"], answer: ["yes"] },
  "SIP Digest with TLS": { selected: "tls", first: [undefined], answer: ["tls-pending"] },
  "SIP Digest with TLS set up before": {
    selected: undefined,
    // O.2.3 has SM8 marked. A mark in SM2 would say the same of it, as long as it says "pending".
    first: [undefined, "tls-pending"],
    answer: ["tls-pending"],
  },
  "SIP Digest without TLS": {
    selected: undefined,
    first: [undefined],
    answer: ["ip-assoc-pending", undefined],
  },
  "NBA and SIP Digest without TLS": {
    selected: undefined,
    first: [undefined],
    answer: ["ip-assoc-pending", undefined],
  },
  // T.8.1: one REGISTER, one answer.
  "GIBA": { selected: undefined, first: [undefined], answer: [undefined] },
};

interface Seen {
  readonly home: HomeNetwork;
  /** Undefined where nothing came back. */
  readonly outcome: Registered | undefined;
  readonly registers: readonly ArrivedRegister[];
  /** Where the NASS has the UE, and how often it was asked. */
  readonly line: string;
  readonly queries: number;
}

async function played(context: CaseContext, row: Row): Promise<Seen> {
  const { random, timers } = context;
  const scheme = row.offer.startsWith("ipsec-3gpp") ? "aka" : "digest";
  const home = await context.homeNetwork({ users: row.then === "none" ? [scheme, scheme] : [scheme] });
  if (row.then === "GIBA") home.script((register) => register.grant());
  const ue = await context.ue({ home, access: row.access, ...terminalOf(row) });
  const line = `dsl-${random.token(6)}.east-3`;
  const clf = row.access === "nass" ? await context.clf() : undefined;
  clf?.place(ue.local.address, { line });
  const outcome = await silenceIsUndefined(ue.register(said(row)));
  // What the P-CSCF has refused may have been forwarded all the same.
  if (home.registers.length === 0) await silentFor(home, timers.silence);
  const queries = clf?.queries.filter(({ address }) => address === ue.local.address).length ?? 0;
  return { home, outcome, registers: home.registers, line, queries };
}

function takesProcedure(context: CaseContext, row: Row, seen: Seen, signs: Signs): void {
  const { check } = context;
  const [requirement] = row.verifies;
  const { outcome, registers: [first, second] } = seen;
  const { challenge } = outcome ?? {};
  check("the REGISTER is forwarded", requirement).about(first?.request).holds(first !== undefined, {
    expected: "a REGISTER at the home network",
    actual: first?.request ?? "none came",
  });
  check("the UE registers", requirement).answer(outcome?.response).isOneOf(200);
  check("what is selected", requirement).about(challenge?.response ?? outcome?.response)
    .that(selectedIn(challenge?.response ?? outcome?.response)).equals(signs.selected);
  if (row.authorization === "missing") {
    check("no Authorization is made up", requirement).about(first?.request)
      .holds(first !== undefined && !first.request.has("Authorization"), {
        expected: "a REGISTER without Authorization, as the UE has sent it",
        actual: first?.request.get("Authorization") ?? (first ? "none" : "no REGISTER came"),
      });
  } else {
    check("the mark of the first REGISTER", requirement).about(first?.request)
      .that(markOf(first)).isOneOf(...signs.first);
  }
  if (row.then === "GIBA") return;
  check("the mark of the REGISTER that answers", cited(row, "33.203/O.2.2/06", "33.203/O.2.3/03"))
    .about(second?.request).that(second ? markOf(second) : "none came").isOneOf(...signs.answer);
}

/** P.3, last rules: what the S-CSCF tells GIBA from the others by, where Authorization is missing. */
function tellsTheAccess({ check }: CaseContext, row: Row, seen: Seen): void {
  const { registers: [first], line, queries } = seen;
  const told = networkProvided(first?.request);
  const types = told.map(({ accessType }) => accessType);
  const about = first?.request;
  if (row.then === "GIBA") {
    check("no access but one of 3GPP is told as the network's", cited(row, "33.203/N.1/01")).about(about)
      .that(types.filter((type) => !OF_3GPP.test(type))).equals([]);
  } else {
    check("no access of another kind is told as the network's", cited(row, "33.203/P.3/19", "33.203/P.3/17"))
      .about(about)
      .that(types.filter((type) => OF_3GPP.test(type) !== (row.access === "3gpp"))).equals([]);
  }
  if (row.then === "NBA and SIP Digest without TLS") {
    check("the NASS is asked", "33.203/P.3/11").about(about).that(queries).isAtLeast(1);
    check("its line is told, and no other", cited(row, "33.203/R.3/03", "33.203/P.3/15")).about(about)
      .that(told.map((one) => one.line)).equals([line]);
  } else if (row.authorization === "missing" && row.access !== "3gpp") {
    check("the access is told as the network's", cited(row, "33.203/P.3/17")).about(about)
      .that(types.length).isAtLeast(1);
  }
}

/** Nobody is registered, and nobody asked for a password; whether the REGISTER was forwarded is left open. */
function leadsNowhere({ check }: CaseContext, row: Row, { outcome }: Seen): void {
  const [requirement] = row.verifies;
  const { response, challenge } = outcome ?? {};
  isNoSuccess(check("no success", requirement), response);
  const passwords = [challenge?.response, response].flatMap(passwordsAskedIn);
  check("no password is asked for", requirement).about(challenge?.response ?? response).that(passwords)
    .equals([]);
}

/** It is the access network that rules it out: another user does the same from a fixed access, and is registered. */
async function servedElsewhere({ ue, given }: CaseContext, row: Row, { home }: Seen): Promise<void> {
  const neighbour = await ue({ home, as: 1, access: "fixed", ...terminalOf(row) });
  await given("from a fixed access the same leads to a registration", async () => {
    return (await neighbour.register(said(row))).ok;
  });
}

/** The first of these that the row verifies, else what it is about. */
function cited(row: Row, ...preferred: readonly string[]): string {
  return preferred.find((id) => row.verifies.includes(id)) ?? row.verifies[0];
}

/** All values as one word, where there are several; undefined: none. */
function markOf(register: ArrivedRegister | undefined): string | undefined {
  const flags = flagsOf(register);
  return flags.length === 0 ? undefined : flags.join(" and ");
}

/** Mechanism and mode of the entry with the highest q. */
function selectedIn(challenge: SipResponse | undefined): string | undefined {
  const [best] = setUps(challenge).sort((a, b) => b.q - a.q);
  if (!best) return undefined;
  return best.mechanism === "ipsec-3gpp"
    ? `ipsec-3gpp ${(best.mod ?? "trans").toLowerCase()}`
    : best.mechanism;
}

function terminalOf({ offer, over }: Row): UeOptions {
  if (over === "TLS") return { security: { mechanism: "tls", agreement: false } };
  return TERMINALS[offer];
}

const TERMINALS: Readonly<Record<Offer, UeOptions>> = {
  "none": { security: "none" },
  "ipsec-3gpp, mod=trans": { security: { mechanism: "ipsec-3gpp", modes: ["trans"] } },
  "ipsec-3gpp, either mode": { security: { mechanism: "ipsec-3gpp", nat: true } },
  "tls": { security: { mechanism: "tls", agreement: true } },
  "ipsec-ike, unheard-of": { security: "none" },
};

function needsOf({ offer, over }: Row): Readonly<Record<string, boolean>> {
  if (over === "TLS") return { "tls.first": true };
  switch (offer) {
    case "ipsec-3gpp, mod=trans":
      return { ipsec: true };
    case "ipsec-3gpp, either mode":
      return { "ipsec.udp-enc": true };
    case "tls":
      return { "tls.agreement": true };
    default:
      return {};
  }
}

/** Credentials for somebody who is not on the way. */
const ELSEWHERE = 'Digest username="user@elsewhere.example", realm="elsewhere.example", nonce="", ' +
  'uri="sip:elsewhere.example", response=""';

/** What the REGISTERs of the row say, beyond what a UE of its kind says anyway. */
function said({ offer, authorization, claims }: Row): RegisterOptions & { answer?: RegisterOptions } {
  const headers = {
    ...(offer === "ipsec-ike, unheard-of"
      ? { "Security-Client": ["ipsec-ike;q=0.5", "mechanism-of-tomorrow"] }
      : {}),
    ...claims?.headers,
  };
  const tamper: Tamper = (request) => {
    const written = request.get("Authorization");
    if (!claims?.flag || written === undefined) return;
    const flag = `integrity-protected="${claims.flag}"`;
    if (claims.beside) request.append("Authorization", `${ELSEWHERE}, ${flag}`);
    else request.set("Authorization", `${written}, ${flag}`);
  };
  return {
    ...{ headers, tamper },
    withoutAuthorization: authorization === "missing",
    answer: { headers, tamper },
  };
}

/** The row as a reader of the clause would say it. */
function inWords({ offer, authorization, over, access, claims }: Row): string {
  return [
    offer === "none" ? "no Security-Client" : `Security-Client: ${offer}`,
    authorization === "missing" ? "no Authorization" : "Authorization",
    `over ${over}`,
    `from ${access === "nass" ? "a NASS" : access === "3gpp" ? "an access of 3GPP" : `"${access}"`}`,
    ...(claims ? [`the UE ${claims.words}`] : []),
  ].join(", ");
}

async function silentFor(home: HomeNetwork, within: number): Promise<void> {
  await home.silent("REGISTER", within);
}
