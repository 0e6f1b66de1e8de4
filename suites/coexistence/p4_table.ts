/**
 * The decision table of the S-CSCF (TS 33.203 P.4): a case for each row of `_p4_rows.ts`. The tester is the P-CSCF, or
 * the trusted node, in front of the device and the HSS behind it: what the device asks over Cx, and what it answers, show
 * which scheme it has chosen.
 */
import type { SipResponse } from "sip-codec";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { Check } from "../../harness/runner/check.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { HssView } from "../../harness/peer/hss/types.ts";
import type { TrustedNode } from "../../harness/peer/trusted_node/types.ts";
import { asked, assignments, entryOf, OUR_HSS, schemesAsked } from "../_shared/cx.ts";
import { AKA, algorithmOf, PASSWORD, passwordsAskedIn } from "../_shared/challenges.ts";
import { type Row, ROWS, type Scheme } from "./_p4_rows.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

/** About S-CSCFs that have both SIP Digest and NBA. */
const OF_BOTH = "33.203/P.4.2/08";

/** Where the user's UE is, and where the HSS has her (GIBA). */
const HERE = "192.0.2.17";

export const p4Table: readonly CaseDefinition[] = ROWS.map((row) =>
  /**
   *     P-CSCF-like node         I-/S-CSCF                HSS
   *      |--- REGISTER, the row ---->|                       |
   *      |                           |--- MAR (which scheme) ->|   none for TNA
   *      |                           |<-- MAA -----------------|
   *      |<-- 401, 200 or 403 -------|
   */
  testCase({
    id: row.id,
    title: `P.4: ${inWords(row)}: ${row.then}`,
    peer: "trusted-node",
    leases: [row.who],
    verifies: row.verifies,
    kills: row.kills,
    needs: needsOf(row),
    async run(context) {
      const hss = await context.hss();
      const node = await context.trustedNode({
        entry: entryOf(context.profile),
        local: row.then === "TNA" ? "trusted" : "pani-aware",
        accessNetworkInfo: null,
      });
      const { impi } = node.identity;
      // P.4 decides on initial registrations: what another case has left behind is none of it.
      if (hss.registration(impi)?.state === "registered") {
        await context.given("nobody is registered", hss.terminate(impi).then((code) => code !== undefined));
      }
      // Whoever compared addresses, for whichever reason, would find the right one.
      hss.bind(impi, { address: HERE });
      await JUDGED[row.then](context, row, hss, node);
    },
  })
);

/**
 * Step 2 is for S-CSCFs with GIBA, step 3 as judged here for those with both SIP Digest and NBA; who lacks NBA may ask
 * for SIP Digest at once.
 */
function needsOf({ who, flag, then, verifies }: Row): Readonly<Record<string, boolean>> {
  return {
    ...{ ...OUR_HSS, [who]: true },
    ...(flag === "no header" ? { giba: true } : {}),
    ...(then === "NBA, by the HSS" ? { "pani-aware": true } : {}),
    ...(then === "NBA, by the HSS" || verifies.includes(OF_BOTH) ? { nba: true, digest: true } : {}),
  };
}

type Judge = (context: CaseContext, row: Row, hss: HssView, node: TrustedNode) => Promise<void>;

/** How each scheme is told from all the others. */
const JUDGED: Readonly<Record<Scheme, Judge>> = {
  "IMS AKA": async (context, row, hss, node) => {
    const { check } = context;
    const answer = await attempt(node, row);
    const [requirement] = row.verifies;
    await isChallenged(context, row, answer);
    check("with AKA", requirement).about(answer).that(algorithmOf(answer)).matches(AKA);
    // Whether the S-CSCF may leave it to the HSS is told in a note alone (NOTE_p6).
    asksFor(check("the HSS is asked for no other scheme", requirement).about(answer), hss, [
      "Digest-AKAv1-MD5",
      "Digest-AKAv2-SHA-256",
      "Unknown",
    ]);
  },
  // The mark has said what it is: whatever else the HSS may know of the user is not asked for.
  "IMS AKA, which the user does not have": async ({ check, given }, row, _hss, node) => {
    const answer = await attempt(node, row);
    const [requirement] = row.verifies;
    isNoSuccess(check("no success", requirement), answer);
    check("no password is asked for", requirement).about(answer).that(passwordsAskedIn(answer)).equals([]);
    const unmarked = await attempt(node, { ...row, flag: "none" });
    await given("without the mark it is the password", PASSWORD.test(algorithmOf(unmarked) ?? ""));
  },
  // U.2: no vectors, no challenge; by the mark, and by nothing else.
  "TNA": async ({ check }, row, hss, node) => {
    const unmarked = await attempt(node, { ...row, flag: "none" });
    const before = asked(hss, "Multimedia-Auth").length;
    const answer = await attempt(node, row);
    for (const id of row.verifies) {
      isNoSuccess(check("without the mark: not registered", id), unmarked);
      check("registered", id).answer(answer).isOneOf(200);
      check("the HSS is asked for no vector", id).about(answer).that(schemesAsked(hss, before)).equals([]);
      check("the HSS is told of the registration", id).about(answer)
        .that(assignments(hss)).includes("REGISTRATION");
    }
  },
  // T.4: by the address, and by nothing else.
  "GIBA": async ({ check, given }, row, hss, node) => {
    const [requirement] = row.verifies;
    hss.bind(node.identity.impi, { address: "192.0.2.18" });
    const elsewhere = await attempt(node, row);
    check("at another address: refused", requirement).answer(elsewhere).isOneOf(403);
    hss.bind(node.identity.impi, { address: HERE });
    const here = await attempt(node, row);
    check("at the address of the user: registered", requirement).answer(here).isOneOf(200);
    asksFor(check("the HSS is asked for GIBA, and for nothing else", requirement).about(here), hss, [
      "Early-IMS-Security",
    ]);
    await theHssIsAsked(given, hss);
  },
  "SIP Digest, by the HSS": async (context, row, hss, node) => {
    const { check } = context;
    const answer = await attempt(node, row);
    const [requirement] = row.verifies;
    await isChallenged(context, row, answer);
    check("with Digest", requirement).about(answer).that(algorithmOf(answer)).matches(PASSWORD);
    await isLeftToTheHss(context, row, hss, answer);
  },
  // R.3: by the line, and by nothing else.
  "NBA, by the HSS": async (context, row, hss, node) => {
    const { check } = context;
    const [requirement] = row.verifies;
    hss.line(node.identity.impi, "dsl-2.west-9");
    const elsewhere = await attempt(node, row);
    check("on another line: refused", requirement).answer(elsewhere).isClass(4);
    check("on another line: not challenged", requirement).answer(elsewhere).isNot(401);
    hss.line(node.identity.impi, node.subscriber.nba?.line);
    const here = await attempt(node, row);
    check("on the line of the user: registered", requirement).answer(here).isOneOf(200);
    await isLeftToTheHss(context, row, hss, here);
  },
};

/**
 * A mark of somebody registered, of one who is not, may be an error just as well: then it does not show the scheme. But
 * it is no authentication (6.1.0, N.1).
 */
async function isChallenged(
  { check, given }: Pick<CaseContext, "check" | "given">,
  { flag, verifies }: Row,
  answer: SipResponse,
): Promise<void> {
  const ofRegistered = /(^|-)yes$/.test(flag);
  for (const id of verifies) {
    if (ofRegistered) isNoSuccess(check("not registered", id), answer);
    else check("challenged", id).answer(answer).isOneOf(401);
  }
  if (ofRegistered) await given("somebody who is not registered is challenged", answer.status === 401);
}

/** P.4.2 step 3. */
async function isLeftToTheHss(
  { check, given, profile }: Pick<CaseContext, "check" | "given" | "profile">,
  row: Row,
  hss: HssView,
  answer: SipResponse,
): Promise<void> {
  const requirement = row.verifies.includes(OF_BOTH) ? OF_BOTH : row.verifies[0];
  const right = profile.capabilities.nba === true ? ["Unknown"] : ["Unknown", "SIP Digest"];
  asksFor(check("which scheme it is, is left to the HSS", requirement).about(answer), hss, right);
  await theHssIsAsked(given, hss);
}

/** Who has asked before, and remembers, shows nothing. */
async function theHssIsAsked(given: CaseContext["given"], hss: HssView): Promise<void> {
  await given("the HSS is asked how the user is authenticated", asked(hss, "Multimedia-Auth").length > 0);
}

/** The REGISTER of the row, of a UE that is where the HSS has it. */
function attempt(node: TrustedNode, { flag, access }: Row): Promise<SipResponse> {
  const line = node.subscriber.nba?.line ?? "";
  const info = access.map((value) => value.replace("LINE", line));
  const options = {
    fresh: true,
    behind: { address: HERE },
    headers: { "P-Access-Network-Info": info.length > 0 ? info : null },
    withoutAuthorization: flag === "no header",
    integrityProtected: flag === "none" || flag === "no header" ? null : flag,
  };
  if (flag !== "auth-done") return node.attempt(options);
  return node.registerTrusted({ ...options, withoutAuthorization: false }).then(({ response }) => response);
}

/** No question so far names another scheme than these (TS 29.229 6.3.9). */
function asksFor(check: Check, hss: HssView, right: readonly string[]): void {
  const named = schemesAsked(hss).map((scheme) => scheme ?? "none");
  const others = named.filter((scheme) => !right.some((one) => one.toLowerCase() === scheme.toLowerCase()));
  check.holds(others.length === 0, {
    expected: `SIP-Authentication-Scheme ${right.map((one) => `"${one}"`).join(" or ")}`,
    actual: named.join(", "),
  });
}

/** The row as a reader of the clause would say it. */
function inWords({ flag, access, who }: Row): string {
  const header = flag === "no header"
    ? "no Authorization"
    : flag === "none"
    ? "Authorization without a flag"
    : `integrity-protected=${flag}`;
  return `${header}, ${access.length > 0 ? access.join(" and ") : "no access told"}, a subscriber of ${who}`;
}
