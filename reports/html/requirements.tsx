/** Requirement × case: what each clause is judged by and how that went. */
import type { CaseResult } from "../../harness/runner/events.ts";
import { plural } from "../_text.ts";
import { type Standing, STANDING_WORDS, standingOn } from "../standing.ts";
import type { Traceability, TracedRequirement } from "../traceability.ts";
import { Icon } from "./icons.tsx";
import { caseAnchor, requirementAnchor, to } from "./links.ts";

/** Worst first; what a requirement's cases come to together. */
type State = Standing | "notRun" | "untestable" | "open";

const STATE_WORDS: Readonly<Record<State, string>> = {
  ...STANDING_WORDS,
  notRun: "not run",
  untestable: "not testable from outside",
  open: "no case yet",
};

const ORDER: readonly State[] = [
  "fail",
  "stale",
  "error",
  "warn",
  "waived",
  "pass",
  "inconclusive",
  "notApplicable",
  "notRun",
];

export function Requirements({ traced, results, statements }: {
  traced: Traceability;
  /** Absent in a page about coverage alone. */
  results?: ReadonlyMap<string, CaseResult>;
  statements: ReadonlyMap<string, { readonly statement: string }>;
}) {
  const suites = Map.groupBy(traced.requirements, ({ suite }) => suite);
  const { covered, requirements, untestable, open } = traced.summary;
  return (
    <section id="requirements">
      <h2>Requirements</h2>
      <p class="soft">
        {`${covered} of ${
          plural(requirements, "requirement")
        } judged by at least one case, ${open} without a case yet, ${untestable} not testable from outside.`}
      </p>
      <div class="filters needs-script" role="search" aria-label="Filter the requirements">
        <label class="search">
          <span class="hidden">Find in requirements</span>
          <input
            type="search"
            id="find-requirement"
            placeholder="Find a clause or requirement"
            autocomplete="off"
          />
        </label>
        <label>
          <span class="hidden">State</span>
          <select id="state">
            <option value="">All requirements</option>
            <option value="covered">With a case</option>
            <option value="broken">Not fulfilled</option>
            <option value="open">Without a case</option>
          </select>
        </label>
      </div>
      {[...suites].map(([suite, those]) => (
        <details class="matrix" open={suites.size <= 4} key={suite}>
          <summary>
            <b>{suite}</b> <SuiteState entries={those} results={results} />
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Requirement</th>
                <th scope="col">Level</th>
                <th scope="col">Priority</th>
                <th scope="col">Cases</th>
              </tr>
            </thead>
            <tbody>
              {those.map((each) => (
                <Row
                  entry={each}
                  results={results}
                  statement={statements.get(each.id)?.statement}
                  key={each.id}
                />
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </section>
  );
}

function SuiteState({ entries, results }: {
  entries: readonly TracedRequirement[];
  results: ReadonlyMap<string, CaseResult> | undefined;
}) {
  const covered = entries.filter(({ cases }) => cases.length > 0).length;
  const broken = entries.filter((entry) => kindOf(stateOf(entry, results), entry) === "broken").length;
  return (
    <span class="soft">
      {`${covered} of ${entries.length} covered`}
      {broken > 0 && <b class="v-fail">{`, ${broken} not fulfilled`}</b>}
    </span>
  );
}

function Row({ entry, results, statement }: {
  entry: TracedRequirement;
  results: ReadonlyMap<string, CaseResult> | undefined;
  statement: string | undefined;
}) {
  const state = stateOf(entry, results);
  return (
    <tr
      class="requirement"
      id={requirementAnchor(entry.id)}
      data-kind={kindOf(state, entry)}
    >
      <td>
        <code>{entry.id}</code> {entry.title}
        {statement && <span class="statement">{statement}</span>}
      </td>
      <td>{entry.level}</td>
      <td>{entry.priority}</td>
      <td>
        {entry.cases.map((id) => (
          <CaseLink id={id} on={entry.id} result={results?.get(id)} ran={results !== undefined} key={id} />
        ))}
        {entry.cases.length === 0 && (
          <span class="soft">{STATE_WORDS[state]}{entry.untestable ? `: ${entry.untestable}` : ""}</span>
        )}
      </td>
    </tr>
  );
}

function CaseLink({ id, on, result, ran }: {
  id: string;
  /** The requirement. */
  on: string;
  result: CaseResult | undefined;
  /** There is a run that the case could be in. */
  ran: boolean;
}) {
  if (!result) {
    return (
      <span class="ref">
        <code>{id}</code>
        {ran && <span class="soft">(not run)</span>}
      </span>
    );
  }
  const stands = standingOn(on, result);
  return (
    <a class={`ref v-${stands}`} href={to(caseAnchor(id))}>
      <Icon of={stands} />
      <span class="hidden">{STANDING_WORDS[stands]}:</span>
      <code>{id}</code>
    </a>
  );
}

function stateOf(entry: TracedRequirement, results: ReadonlyMap<string, CaseResult> | undefined): State {
  if (entry.untestable !== null) return "untestable";
  if (entry.cases.length === 0) return "open";
  const states = entry.cases.map((id): State => {
    const result = results?.get(id);
    return result ? standingOn(entry.id, result) : "notRun";
  });
  return ORDER.find((each) => states.includes(each)) ?? "notRun";
}

/** For the filter of the page. A waived deviation is one all the same. */
function kindOf(state: State, { cases }: TracedRequirement): "broken" | "covered" | "open" {
  if (state === "fail" || state === "warn" || state === "waived") return "broken";
  return cases.length > 0 ? "covered" : "open";
}
