/** Every case: a line to find it by, and inside what it proves, what was judged and what went over the wire. */
import type { CaseResult, Requirement } from "../../harness/runner/events.ts";
import { duration, visible } from "../_text.ts";
import { bySuite, countStandings, standing, STANDING_WORDS, standingReason, STANDINGS } from "../standing.ts";
import type { Context } from "./context.ts";
import { Details, PackedNote, Packs } from "./details.tsx";
import { Badge, Icon } from "./icons.tsx";
import { caseAnchor, isWebLink, requirementAnchor, to } from "./links.ts";

export function Cases({ context }: { context: Context }) {
  const { cases } = context.result;
  const suites = bySuite(cases);
  return (
    <section id="cases">
      <h2>Cases</h2>
      <Filters cases={cases} suites={[...suites.keys()]} />
      <PackedNote details={context.details} />
      {[...suites].map(([suite, those]) => (
        <section class="suite" data-suite={suite} key={suite}>
          <h3>{suite}</h3>
          {those.map((each) => <Case result={each} context={context} key={each.id} />)}
        </section>
      ))}
      <p class="nothing" id="nothing" hidden>No case matches these filters.</p>
      <Packs details={context.details} />
    </section>
  );
}

function Filters({ cases, suites }: { cases: readonly CaseResult[]; suites: readonly string[] }) {
  const counts = countStandings(cases);
  return (
    <div class="filters needs-script" role="search" aria-label="Filter the cases">
      <label class="search">
        <span class="hidden">Find in cases</span>
        <input
          type="search"
          id="find"
          placeholder="Find a case, clause or reason  ( / )"
          autocomplete="off"
        />
      </label>
      <label>
        <span class="hidden">Suite</span>
        <select id="suite">
          <option value="">All suites</option>
          {suites.map((each) => <option value={each} key={each}>{each}</option>)}
        </select>
      </label>
      <label class="deep">
        <input type="checkbox" id="deep" /> in checks and messages, too
      </label>
      <div class="chips" role="group" aria-label="Verdicts to show">
        {STANDINGS.filter((each) => counts[each] > 0).map((each) => (
          <button type="button" class={`chip v-${each}`} data-stands={each} aria-pressed="true" key={each}>
            <Icon of={each} /> {STANDING_WORDS[each]} <b>{counts[each]}</b>
          </button>
        ))}
      </div>
      <div class="actions">
        <span id="shown" role="status">{cases.length} of {cases.length}</span>
        <button type="button" id="open-all">Open all</button>
        <button type="button" id="close-all">Close all</button>
      </div>
    </div>
  );
}

function Case({ result, context }: { result: CaseResult; context: Context }) {
  const stands = standing(result);
  return (
    <details
      class={`case v-${stands}`}
      id={caseAnchor(result.id)}
      data-stands={stands}
    >
      <summary>
        <Badge of={stands} />
        <span class="what">
          <span class="title">{visible(result.title)}</span>
          <code>{result.id}</code>
        </span>
        <span class="took">{result.attempts > 0 ? duration(result.durationMs) : ""}</span>
      </summary>
      <div class="inside">
        <Reason result={result} />
        <Proves result={result} context={context} />
        <Details id={result.id} details={context.details} />
      </div>
    </details>
  );
}

function Reason({ result }: { result: CaseResult }) {
  const stands = standing(result);
  const { waived } = result;
  // Broken checks say it better than the reason, which repeats the first of them.
  const told = stands === "error" || !result.checks.some(({ holds }) => !holds);
  return (
    <>
      {result.reason !== null && told && (
        <p class="reason">{visible(standingReason(result) ?? result.reason)}</p>
      )}
      {waived && (
        <p class="reason waiver">
          {stands === "stale"
            ? "Passes although it is waived; the waiver has to go: "
            : "Waived, a known deviation: "}
          {visible(waived.reason)}
          {waived.until && `, until ${waived.until}`}
          {waived.link && (
            <>
              {" "}({isWebLink(waived.link) ? <a href={waived.link}>{waived.link}</a> : visible(waived.link)})
            </>
          )}
        </p>
      )}
    </>
  );
}

function Proves({ result, context }: { result: CaseResult; context: Context }) {
  return (
    <ul class="proves">
      {result.verifies.map((id) => <Clause id={id} entry={context.requirements.get(id)} key={id} />)}
    </ul>
  );
}

function Clause({ id, entry }: { id: string; entry: Requirement | undefined }) {
  if (!entry) {
    return (
      <li>
        <code>{id}</code>
      </li>
    );
  }
  return (
    <li>
      <a href={to(requirementAnchor(id))}>{entry.source} {entry.clause}</a>{" "}
      <span class="level">{entry.level}</span> {entry.statement} <code>{id}</code>
    </li>
  );
}
