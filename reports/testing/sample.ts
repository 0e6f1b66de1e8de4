/**
 * A run as it might have been, for tests and for looking at the reports: every verdict, a waiver and a stale one, a
 * run over UDP and TCP, text that no format likes. All of it is made up here; addresses and names are those reserved
 * for documentation.
 */
import type {
  CaseResult,
  CheckResult,
  RunResult,
  TraceRecord,
  Verdict,
} from "../../harness/runner/events.ts";
import { summarise } from "../../harness/runner/summary.ts";
import { callTrace, registerTrace, silentTrace } from "./sample_trace.ts";

const BEGIN = Date.UTC(2026, 4, 12, 9, 30, 0);
let clock = BEGIN;

const cases: CaseResult[] = [
  passing("aka/registers", "A UE with the right keys is registered", ["33.203/6.1.1/03", "33.203/6.1.1/07"], [
    check("200 to the answered challenge", "33.203/6.1.1/03", "one of 200", "200 OK", true, 4),
    check("The nonce carries RAND and AUTN", "33.203/6.1.1/07", "at least 32", "32", true, 2),
  ]),
  caseOf(
    "aka/challenge-hides-keys",
    "The challenge that reaches the UE carries no CK and no IK",
    ["33.203/6.1.1/09"],
    "fail",
    {
      kills: ["pcscf/leaks-ck-ik"],
      reason:
        'No CK and no IK in WWW-Authenticate (33.203/6.1.1/09): expected without "ck", "ik", came has "ck", "ik"',
      checks: [
        check("A challenge comes", "33.203/6.1.1/09", "one of 401", "401 Unauthorized", true, 2),
        check(
          "No CK and no IK in WWW-Authenticate",
          "33.203/6.1.1/09",
          'without "ck", "ik"',
          'has "ck", "ik"',
          false,
          2,
        ),
      ],
    },
  ),
  passing("aka/wrong-res-refused", "A wrong RES is refused and nobody is registered", ["33.203/6.1.2.1/01"], [
    check("The wrong response draws a 4xx", "33.203/6.1.2.1/01", "4xx", "401 Unauthorized", true, 4),
    check("The identity stays unregistered", "33.203/6.1.2.1/01", "nothing", "nothing", true, null),
  ]),
  caseOf(
    "aka/stale-challenge",
    "The answer to an outdated challenge is refused",
    ["33.203/6.1.2.1/04"],
    "warn",
    {
      reason: "The answer to the first challenge is refused (33.203/6.1.2.1/04): expected 4xx, came 200 OK",
      checks: [
        check(
          "The answer to the first challenge is refused",
          "33.203/6.1.2.1/04",
          "4xx",
          "200 OK",
          false,
          4,
          "warn",
        ),
      ],
    },
  ),
  caseOf(
    "aka/mac-failure-ends-attempt",
    "After a network authentication failure no challenge follows",
    ["33.203/6.1.2.2/01"],
    "inconclusive",
    {
      reason:
        'Precondition "a challenge with a broken MAC" is not met: the operator interface has no action "corrupt-autn"',
      evidence: null,
    },
  ),
  passing("aka/resynchronises", "A valid AUTS leads to a challenge the UE accepts", ["33.203/6.1.3/02"], [
    check("A second challenge comes", "33.203/6.1.3/02", "one of 401", "401 Unauthorized", true, 2),
    check("Its SQN is in range", "33.203/6.1.3/02", "true", "true", true, 2),
  ]),
  caseOf(
    "aka/network-reauthentication",
    "The network re-authenticates on demand",
    ["33.203/6.1.5/01"],
    "notApplicable",
    {
      reason: 'profile "vendor-lab" has no "operator.reauthenticate", the case needs it',
      evidence: null,
      attempts: 0,
    },
  ),
  caseOf("aka/deregister", "Expires zero ends the registration", ["33.203/6.1.1/12"], "error", {
    reason: "TypeError: cannot read properties of undefined (reading 'expires') (at deregister.ts:41:18)",
    checks: [check("200 to the de-registration", "33.203/6.1.1/12", "one of 200", "200 OK", true, 4)],
  }),
  passing("digest/fresh-nonce", "No nonce is given out twice", ["33.203/N.2.1.1/05"], [
    check(
      "20 challenges, 20 nonces",
      "33.203/N.2.1.1/05",
      "two or more values, no two the same",
      '["b1c9…", "77aa…", … 20 in all]',
      true,
      2,
    ),
  ], "digest"),
  caseOf("digest/replayed-nc", "A replayed nonce count is refused", ["33.203/N.2.1.1/11"], "fail", {
    suite: "digest",
    kills: ["scscf/accepts-replayed-nc"],
    waived: {
      reason: "Fixed in 4.3; vendor ticket 1187",
      link: "https://tickets.example.com/1187",
      until: "2026-09-30",
    },
    reason: "The replay is refused (33.203/N.2.1.1/11): expected one of 401, 403, came 200 OK",
    checks: [check("The replay is refused", "33.203/N.2.1.1/11", "one of 401, 403", "200 OK", false, 4)],
  }),
  caseOf(
    "digest/rspauth",
    "The 200 proves that the network knows the password",
    ["33.203/N.2.1.2/13"],
    "pass",
    {
      suite: "digest",
      waived: { reason: "No Authentication-Info before 4.2", link: null, until: null },
      checks: [check("rspauth is right", "33.203/N.2.1.2/13", "true", "true", true, 4, "warn")],
    },
  ),
  caseOf(
    "digest/proxy-auth-invite",
    "An INVITE without credentials is challenged with 407",
    ["33.203/N.2.3/02"],
    "fail",
    {
      suite: "digest",
      reason: "A proxy challenge comes (33.203/N.2.3/02): expected one of 407, came nothing within 4000 ms",
      checks: [
        check("A proxy challenge comes", "33.203/N.2.3/02", "one of 407", "no answer", false, 1),
        check(
          "The header <b>says</b> | what `it` means & \u001b[31mmore\u001b[0m",
          "33.203/N.2.3/02",
          "\u0000 nothing ]]>",
          "line one\r\nline two \u202e",
          false,
          null,
        ),
      ],
    },
  ),
  passing("privacy/withheld-identity", "Anonymous calls reach bob without alice's identity", [
    "33.203/5.3/02",
  ], [
    check("No P-Asserted-Identity at bob's side", "33.203/5.3/02", "nothing", "nothing", true, 4),
    check("From is anonymous", "33.203/5.3/02", '"anonymous.invalid"', '"anonymous.invalid"', true, 4),
  ], "privacy"),
  passing(
    "privacy/asserts-registered-only",
    "A claimed foreign identity is not asserted",
    ["33.203/5.3/04"],
    [
      check(
        "The asserted identity is alice's",
        "33.203/5.3/04",
        '"sip:alice@home1.example"',
        '"sip:alice@home1.example"',
        true,
        4,
      ),
    ],
    "privacy",
  ),
  caseOf(
    "coexistence/both-mechanisms",
    "AKA and Digest subscribers register through one P-CSCF",
    ["33.203/P.3/09"],
    "notApplicable",
    {
      suite: "coexistence",
      reason: 'profile "vendor-lab" has no subscriber "digest+fixed"',
      evidence: null,
      attempts: 0,
    },
  ),
];

export const SAMPLE: RunResult = {
  schema: 1,
  run: {
    tool: "imspeer",
    version: "0.1.0",
    profile: "vendor-lab",
    device: { vendor: "Example Networks", product: "CoreOne P-CSCF", version: "4.2.1" },
    seed: "7f3a91c2",
    startedAt: new Date(BEGIN).toISOString(),
    durationMs: 12_345,
    environment: {
      os: "linux x86_64 6.1",
      deno: "2.9.6",
      host: "lab-runner-3",
      "net.local": "192.0.2.10, 192.0.2.11",
    },
    trouble: null,
  },
  cases,
  summary: summarise(cases),
};

/** The same device one firmware earlier: one case fails that passes now, one passes that fails now, one is gone. */
export const EARLIER: RunResult = {
  ...SAMPLE,
  run: {
    ...SAMPLE.run,
    startedAt: new Date(BEGIN - 30 * 86_400_000).toISOString(),
    device: { vendor: "Example Networks", product: "CoreOne P-CSCF", version: "4.1.0" },
  },
  cases: cases.filter(({ id }) => id !== "privacy/asserts-registered-only").map((each): CaseResult => {
    switch (each.id) {
      case "aka/wrong-res-refused":
        return {
          ...each,
          verdict: "fail",
          reason: "The wrong response draws a 4xx: came 200 OK",
          checks: each.checks.map((one) => ({ ...one, holds: false })),
        };
      case "aka/challenge-hides-keys":
        return {
          ...each,
          verdict: "pass",
          reason: null,
          checks: each.checks.map((one) => ({ ...one, holds: true })),
        };
      case "digest/proxy-auth-invite":
        return { ...each, verdict: "inconclusive", reason: "no answer", checks: [] };
      default:
        return each;
    }
  }).concat({ ...cases[0]!, id: "aka/old-case", title: "A case of an earlier version" }),
};

export function sampleTraces(caseId: string): readonly TraceRecord[] {
  const found = cases.find(({ id }) => id === caseId);
  if (!found?.evidence) return [];
  const at = Date.parse(found.startedAt);
  if (found.id === "digest/proxy-auth-invite") return silentTrace(at);
  if (found.suite === "privacy") return callTrace(at);
  return registerTrace(at, {
    leak: found.id === "aka/challenge-hides-keys",
    transport: found.suite === "digest" ? "tcp" : "udp",
  });
}

function check(
  name: string,
  requirement: string,
  expected: string,
  actual: string,
  holds: boolean,
  record: number | null,
  severity: CheckResult["severity"] = "fail",
): CheckResult {
  return {
    name,
    requirement,
    expected,
    actual,
    holds,
    severity,
    evidence: record === null ? null : `trace.jsonl#${record}`,
  };
}

function passing(
  id: string,
  title: string,
  verifies: readonly string[],
  checks: readonly CheckResult[],
  suite = "aka",
): CaseResult {
  return caseOf(id, title, verifies, "pass", { checks, suite });
}

function caseOf(
  id: string,
  title: string,
  verifies: readonly string[],
  verdict: Verdict,
  more: Partial<CaseResult>,
): CaseResult {
  const durationMs = verdict === "notApplicable" ? 0 : 20 + id.length * 7;
  clock += durationMs;
  return {
    id,
    suite: "aka",
    title,
    peer: "ue",
    priority: 1,
    verifies,
    kills: ["scscf/accepts-any-response"],
    verdict,
    reason: null,
    waived: null,
    checks: [],
    durationMs,
    startedAt: new Date(clock).toISOString(),
    subscriber: verdict === "notApplicable" ? [] : ["alice@home1.example"],
    seed: "7f3a91c2",
    attempts: 1,
    evidence: `evidence/${id.replace("/", ".")}`,
    ...more,
  };
}
