/** What the S-CSCF compares, and with what: TS 33.203 R.3 step 9. The tester is a PANI-aware P-CSCF of the home network. */
import type { SipResponse } from "sip-codec";
import { ASSIGNMENT, valueOf } from "../../harness/peer/hss/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CheckFunction } from "../../harness/runner/check.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { isRefused, lineOf, MW, NASS, onTheNass, said } from "./_lines.ts";

export const comparison = [
  /** `P-CSCF -- REGISTER, no line, or an empty one --> I-CSCF, S-CSCF: refused; with the line: 200` */
  testCase({
    id: "nba/no-line-is-no-match",
    title: "Without a line of the network nobody is registered as an NBA user",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/missing-location-matches"],
    peer: "trusted-node",
    needs: MW,
    run: (context) =>
      onlyTheLineRegisters(context, {
        "no header": () => null,
        "no dsl-location": () => "ADSL;network-provided",
        "an empty one": () => said(""),
        "the UE's word": (line) => said(line, ""),
        "another parameter": (line) => `ADSL;i-wlan-node-id="${line}";network-provided`,
      }),
  }),

  /** The same with a piece of the line, or with more than the line. */
  testCase({
    id: "nba/part-of-the-line-is-no-match",
    title: "A piece of the line identifier does not register, nor does one with more behind it",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/location-prefix-matches"],
    peer: "trusted-node",
    needs: MW,
    run: (context) =>
      onlyTheLineRegisters(context, {
        "a beginning": (line) => said(line.slice(0, 3)),
        "all but the last character": (line) => said(line.slice(0, -1)),
        "the end": (line) => said(line.slice(3)),
        "the line and more": (line) => said(`${line}7`),
      }),
  }),

  /** The same with the line in other letters, or with others. */
  testCase({
    id: "nba/letters-of-the-line-count",
    title: "A line identifier in other letters, or another one, does not register",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/location-without-case"],
    peer: "trusted-node",
    needs: MW,
    run: (context) =>
      onlyTheLineRegisters(context, {
        "the line in the other case": (line) => said(otherCase(line)),
        "another line": () => said("dsl-1.west-9"),
        "a pattern": () => said("*"),
      }),
  }),

  /** The same with two locations, one of them right: the network has said one thing or nothing. */
  testCase({
    id: "nba/one-of-two-lines-is-no-match",
    title: "A right line beside a wrong one does not register",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/one-of-two-locations"],
    peer: "trusted-node",
    needs: MW,
    run: (context) =>
      onlyTheLineRegisters(context, {
        "a wrong and a right one": (line) => [said("dsl-1.west-9"), said(line)],
        "a right and a wrong one": (line) => [said(line), said("dsl-1.west-9")],
        "in one header": (line) => `${said("dsl-1.west-9")}, ${said(line)}`,
        "in one value": (line) => `ADSL;dsl-location="dsl-1.west-9";dsl-location="${line}";network-provided`,
        "a right one of the UE's": (line) => [said(line, ""), said("dsl-1.west-9")],
      }),
  }),

  /**
   *     P-CSCF                              I-CSCF, S-CSCF
   *      |--- REGISTER, the line ------------->|   200
   *      |--- REGISTER, another line --------->|   refused
   */
  testCase({
    id: "nba/refresh-is-compared",
    title: "A later REGISTER from another line is refused, be it to refresh, to add or to remove",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/nba-refresh-unchecked"],
    peer: "trusted-node",
    needs: MW,
    async run({ trustedNode, check, given }) {
      const node = await trustedNode({ local: "pani-aware" });
      const right = saying(said(lineOf(node)));
      await given("the line registers", node.register(right));
      const later = {
        "refreshing": {},
        "adding a contact": { contact: node.contact.replace("<sip:", "<sip:second-") },
        "removing": { expires: 0 },
      };
      for (const [what, how] of Object.entries(later)) {
        const answer = await silenceIsUndefined(node.attempt({ ...how, ...saying(said("dsl-1.west-9")) }));
        refused(check, `${what} from another line`, answer);
      }
      const { response } = await node.register(right);
      check("from the line: refreshed", "33.203/R.3/04").answer(response).isOneOf(200);
    },
  }),

  /**
   *     UE (NASS)           P-CSCF, S-CSCF        CLF
   *      |--- REGISTER ------------>|--- UDR ------->|   its line
   *      |<-- 200 ------------------|
   *      |--- REGISTER ------------>|--- UDR ------->|   another line
   *      |<-- refused --------------|
   */
  testCase({
    id: "nba/moved-ue-is-not-refreshed",
    title: "A UE that the NASS finds on another line cannot refresh its registration",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/nba-refresh-unchecked"],
    peer: "third-party",
    needs: NASS,
    async run(context) {
      const { check, given } = context;
      const { ue: alice, clf } = await onTheNass(context);
      await given("the line registers", alice.register());
      clf.place(alice.local.address, { line: "dsl-1.west-9" });
      refused(check, "from another line", await silenceIsUndefined(alice.attempt()));
      clf.place(alice.local.address, { line: lineOf(alice) });
      const { response } = await alice.register();
      check("from the line again: refreshed", "33.203/R.3/04").answer(response).isOneOf(200);
    },
  }),

  /**
   *     P-CSCF           I-CSCF, S-CSCF                 HSS (ours)
   *      |--- REGISTER, a line -->|--- UAR, MAR -------->|
   *      |                        |<-- Line-Identifier --|
   *      |<-- refused, or 200 ----|--- SAR for 200 ----->|
   */
  testCase({
    id: "nba/hss-has-the-line",
    title: "The line that the HSS answers with decides, and nothing is assigned before it matches",
    verifies: ["33.203/R.3/04"],
    kills: ["scscf/missing-location-matches"],
    peer: "hss",
    needs: { ...MW, "hss": true, "single.s-cscf": true, "entry.i-cscf-hss": true },
    async run({ trustedNode, hss, check }) {
      const node = await trustedNode({ local: "pani-aware", entry: "i-cscf-hss" });
      const { impi } = node.identity;
      const cx = await hss();
      cx.line(impi, "dsl-5.north-2");
      const assignments = () =>
        cx.requests.filter(({ command, avps }) =>
          command === "Server-Assignment" &&
          valueOf(avps, "Server-Assignment-Type") === ASSIGNMENT.REGISTRATION
        ).length;
      for (
        const [what, value] of Object.entries({ "no line": null, "the line of before": said(lineOf(node)) })
      ) {
        refused(check, what, await silenceIsUndefined(node.attempt({ ...saying(value), fresh: true })));
        check(`${what}: the HSS is told of no registration`, "33.203/R.3/04").that(assignments()).equals(0);
      }
      const { response } = await node.register({ ...saying(said("dsl-5.north-2")), fresh: true });
      check("the line of the answer: registered", "33.203/R.3/04").answer(response).isOneOf(200);
      check("the line of the answer: the HSS is told", "33.203/R.3/04").that(assignments()).equals(1);
    },
  }),
];

/** What P-Access-Network-Info says, given the right line; null: there is none. */
type Saying = (line: string) => string | readonly string[] | null;

/** REGISTERs that say something else of the line, each refused; and one that says the line. */
async function onlyTheLineRegisters(
  { trustedNode, check }: Pick<CaseContext, "trustedNode" | "check">,
  sayings: Readonly<Record<string, Saying>>,
): Promise<void> {
  const node = await trustedNode({ local: "pani-aware" });
  const line = lineOf(node);
  for (const [what, say] of Object.entries(sayings)) {
    for (const withoutAuthorization of [false, true]) {
      const how = { ...saying(say(line)), withoutAuthorization, fresh: true };
      const header = withoutAuthorization ? "no Authorization" : "with Authorization";
      refused(check, `${what}, ${header}`, await silenceIsUndefined(node.attempt(how)));
    }
  }
  const { response } = await node.register({ ...saying(said(line)), fresh: true });
  check("the line itself: registered", "33.203/R.3/04").answer(response).isOneOf(200);
}

function saying(value: ReturnType<Saying>) {
  return { headers: { "P-Access-Network-Info": value } };
}

function refused(check: CheckFunction, name: string, answer: SipResponse | undefined): void {
  isRefused(check(`${name}: refused`, "33.203/R.3/04"), answer);
}

function otherCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
