/** The first page: which device, how it did, and each finding in one line of expected and actual. */
import type { CaseResult, RunResult } from "../../harness/runner/events.ts";
import {
  brokenChecks,
  deviceName,
  duration,
  plural,
  repeatCommand,
  troubleLines,
  visible,
} from "../_text.ts";
import {
  type Alike,
  byReason,
  bySuite,
  countStandings,
  type Standing,
  standing,
  STANDING_WORDS,
  standingReason,
  STANDINGS,
} from "../standing.ts";
import type { Context } from "./context.ts";
import { Badge, Icon } from "./icons.tsx";
import { caseAnchor, messageAnchor, to } from "./links.ts";

export function Title({ result: { run } }: { result: RunResult }) {
  return (
    <header class="masthead">
      <p class="kind">IMS conformance and security test report</p>
      <h1>{visible(deviceName(run))}</h1>
      <p class="soft">
        <time>{run.startedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2 UTC")}</time>, profile{" "}
        <code>{run.profile}</code>, seed <code>{run.seed}</code>, {visible(`${run.tool} ${run.version}`)}
      </p>
    </header>
  );
}

export function Summary({ result }: { result: RunResult }) {
  const { cases, run, summary } = result;
  const counts = countStandings(cases);
  const [tone, headline] = conclusion(result);
  return (
    <section id="summary">
      <h2 class="hidden">Summary</h2>
      <p class={`conclusion v-${tone}`}>
        <Icon of={tone} /> <strong>{headline}</strong>
      </p>
      {run.trouble !== null && (
        <p class="reason v-fail">{troubleLines(run.trouble).map(visible).join("\n")}</p>
      )}
      <Bar counts={counts} total={cases.length} />
      <p class="numbers">
        {STANDINGS.filter((each) => counts[each] > 0).map((each) => (
          <span class={`v-${each}`} key={each}>
            <b>{counts[each]}</b> {STANDING_WORDS[each]}
          </span>
        ))}
        <span>
          <b>{summary.executed}</b> of {plural(summary.planned, "planned case")} ran in{" "}
          {duration(run.durationMs)}
        </span>
      </p>
      <SuiteTable cases={cases} />
    </section>
  );
}

/** The run in one sentence, and its colour. */
function conclusion({ run, cases }: RunResult): readonly [Standing, string] {
  const counts = countStandings(cases);
  const judged = counts.pass + counts.fail + counts.warn + counts.waived + counts.stale;
  if (run.trouble !== null) return ["inconclusive", "The run as a whole is inconclusive."];
  if (counts.fail > 0) return ["fail", `${counts.fail} of ${plural(judged, "judged case")} failed.`];
  if (counts.stale > 0) {
    return ["stale", `${plural(counts.stale, "waiver")} no longer needed: the case passes.`];
  }
  if (judged === 0) return ["inconclusive", "No case could be judged."];
  const open = counts.inconclusive + counts.error;
  if (open > 0) return ["inconclusive", `Nothing failed, but ${plural(open, "case")} could not be judged.`];
  const extras = [
    counts.warn > 0 ? plural(counts.warn, "warning") : "",
    counts.waived > 0 ? `${counts.waived} waived` : "",
  ];
  const told = extras.filter((each) => each).join(", ");
  return [
    counts.warn > 0 ? "warn" : "pass",
    `Nothing failed in ${plural(judged, "judged case")}${told ? `: ${told}` : ""}.`,
  ];
}

function Bar({ counts, total }: { counts: Readonly<Record<Standing, number>>; total: number }) {
  const order = [...STANDINGS].filter((each) => counts[each] > 0);
  return (
    <div class="bar" aria-hidden="true">
      {order.map((each) => (
        <i class={`v-${each}`} style={{ flexGrow: String(counts[each] / Math.max(1, total)) }} key={each} />
      ))}
    </div>
  );
}

function SuiteTable({ cases }: { cases: readonly CaseResult[] }) {
  const all = countStandings(cases);
  const columns = STANDINGS.filter((each) => all[each] > 0);
  return (
    <div class="scroll">
      <table class="suites">
        <thead>
          <tr>
            <th scope="col">Suite</th>
            <th scope="col" class="wide">
              <span class="hidden">Share</span>
            </th>
            <th scope="col" class="number">cases</th>
            {columns.map((each) => <th scope="col" class="number" key={each}>{STANDING_WORDS[each]}</th>)}
          </tr>
        </thead>
        <tbody>
          {[...bySuite(cases)].map(([suite, those]) => {
            const counts = countStandings(those);
            return (
              <tr key={suite}>
                <th scope="row">{suite}</th>
                <td class="wide">
                  <Bar counts={counts} total={those.length} />
                </td>
                <td class="number">{those.length}</td>
                {columns.map((each) => (
                  <td class={`number ${counts[each] > 0 ? `v-${each}` : "zero"}`} key={each}>
                    {counts[each]}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const FINDINGS: readonly Standing[] = ["fail", "error", "stale", "inconclusive", "warn"];
const MOST_ALIKE = 3;

/** What a person has to look at, worst first. Cases with one and the same reason are told together. */
export function Findings({ context: { result, requirements } }: { context: Context }) {
  const found = FINDINGS.flatMap((stands) => result.cases.filter((each) => standing(each) === stands));
  if (found.length === 0) return null;
  const groups = FINDINGS.flatMap((stands) => {
    const those = found.filter((each) => standing(each) === stands);
    const judged = those.filter((each) => brokenChecks(each).length > 0);
    return [
      ...judged.map((each): Alike => ({ reason: standingReason(each) ?? "", cases: [each] })),
      ...byReason(those.filter((each) => !judged.includes(each))),
    ];
  });
  return (
    <section id="findings">
      <h2>Findings</h2>
      {groups.map(({ reason, cases: those }) => {
        const first = those[0]!;
        const broken = standing(first) === "error"
          ? []
          : brokenChecks(first).filter(({ severity }) => severity !== "info");
        return (
          <article class={`finding v-${standing(first)}`} key={first.id}>
            <Badge of={standing(first)} />
            <div>
              <p class="cases-alike">
                {those.slice(0, MOST_ALIKE).map((each) => <CaseLink of={each} key={each.id} />)}
              </p>
              {those.length > MOST_ALIKE && (
                <details class="alike">
                  <summary>and {those.length - MOST_ALIKE} more with the same reason</summary>
                  <p class="cases-alike">
                    {those.slice(MOST_ALIKE).map((each) => <CaseLink of={each} key={each.id} />)}
                  </p>
                </details>
              )}
              {broken.length === 0 && (
                <p class="soft">{visible(those.length > 1 ? reason : standingReason(first) ?? "")}</p>
              )}
              {broken.map((check, index) => {
                const entry = requirements.get(check.requirement);
                const anchor = messageAnchor(first.id, check.evidence);
                return (
                  <div class="broken" key={index}>
                    <p>
                      {visible(check.name)}{" "}
                      <span class="soft">
                        {entry ? `${entry.source} ${entry.clause}` : check.requirement}
                        {anchor && (
                          <>
                            , <a href={to(anchor)}>message {anchor.slice(anchor.lastIndexOf("/") + 1)}</a>
                          </>
                        )}
                      </span>
                    </p>
                    <dl>
                      <dt>expected</dt>
                      <dd>{visible(check.expected)}</dd>
                      <dt>actual</dt>
                      <dd>{visible(check.actual)}</dd>
                    </dl>
                  </div>
                );
              })}
            </div>
          </article>
        );
      })}
    </section>
  );
}

function CaseLink({ of: { id, title } }: { of: CaseResult }) {
  return (
    <span>
      <a href={to(caseAnchor(id))}>{visible(title)}</a> <code>{id}</code>
    </span>
  );
}

export function Environment({ result: { run } }: { result: RunResult }) {
  const rows: [string, string][] = [
    ...(run.device ? [["device", deviceName(run)] as [string, string]] : []),
    ["profile", run.profile],
    ["started", run.startedAt],
    ["duration", duration(run.durationMs)],
    ["tool", `${run.tool} ${run.version}`],
    ["seed", run.seed],
    ...Object.entries(run.environment).filter(([name]) => name !== "command"),
  ];
  return (
    <section id="environment">
      <h2>Environment</h2>
      <dl class="environment">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{visible(name)}</dt>
            <dd>{visible(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        To repeat this run:{" "}
        <code>{visible(repeatCommand(run))}</code>. Secrets of the profile are not in this report unless it
        was asked to keep them.
      </p>
    </section>
  );
}
