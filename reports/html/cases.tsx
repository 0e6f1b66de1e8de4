/** Every case: a line to find it by, and inside what it proves, what was judged and what went over the wire. */
import type { CaseResult, CheckResult, Requirement } from "../../harness/runner/events.ts";
import { duration, visible } from "../_text.ts";
import { bySuite, countStandings, standing, STANDING_WORDS, standingReason, STANDINGS } from "../standing.ts";
import type { Context } from "./context.ts";
import { Flow, PackedNote, Packs } from "./flow.tsx";
import { Badge, Icon } from "./icons.tsx";
import { caseAnchor, fileUrl, isWebLink, messageAnchor, requirementAnchor, to } from "./links.ts";

export function Cases({ context }: { context: Context }) {
  const { cases } = context.result;
  const suites = bySuite(cases);
  return (
    <section id="cases">
      <h2>Cases</h2>
      <Filters cases={cases} suites={[...suites.keys()]} />
      <PackedNote flows={context.flows} />
      {[...suites].map(([suite, those]) => (
        <section class="suite" data-suite={suite} key={suite}>
          <h3>{suite}</h3>
          {those.map((each) => <Case result={each} context={context} key={each.id} />)}
        </section>
      ))}
      <p class="nothing" id="nothing" hidden>No case matches these filters.</p>
      <Packs flows={context.flows} />
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
        <input type="checkbox" id="deep" /> in messages, too
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
        {result.checks.length > 0 && (
          <Checks
            result={result}
            isPacked={context.flows.places.has(result.id)}
          />
        )}
        <Flow result={result} flows={context.flows} />
        <Facts result={result} context={context} />
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

function Checks({ result, isPacked }: { result: CaseResult; isPacked: boolean }) {
  return (
    <table class="checks">
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Expected</th>
          <th scope="col">Actual</th>
          <th scope="col">Evidence</th>
        </tr>
      </thead>
      <tbody>
        {result.checks.map((check, index) => (
          <CheckRow check={check} caseId={result.id} isPacked={isPacked} key={index} />
        ))}
      </tbody>
    </table>
  );
}

function CheckRow({ check, caseId, isPacked }: { check: CheckResult; caseId: string; isPacked: boolean }) {
  return (
    <tr class={check.holds ? undefined : "broken"}>
      <td>
        {check.holds ? <b class="ok">holds</b> : <Broken check={check} />}
        {visible(check.name)} <code>{check.requirement}</code>
        {!check.holds && check.severity !== "fail" && (
          <span class="level">{check.severity === "warn" ? "warning" : "recorded only"}</span>
        )}
      </td>
      <td>{visible(check.expected)}</td>
      <td>{visible(check.actual)}</td>
      <td>
        <EvidenceLink check={check} caseId={caseId} isPacked={isPacked} />
      </td>
    </tr>
  );
}

function Broken({ check: { severity } }: { check: CheckResult }) {
  const mark = severity === "fail" ? "fail" : severity === "warn" ? "warn" : "notApplicable";
  return (
    <span class={`mark v-${mark}`}>
      <Icon of={mark} />
      <span class="hidden">broken:</span>
    </span>
  );
}

/** Where the message is packed the script makes the link; without it there is nothing to link to. */
function EvidenceLink(
  { check, caseId, isPacked }: { check: CheckResult; caseId: string; isPacked: boolean },
) {
  const anchor = messageAnchor(caseId, check.evidence);
  if (!anchor) return "–";
  const record = anchor.slice(anchor.lastIndexOf("/") + 1);
  return isPacked
    ? <a href="#packed" data-n={record}>message {record}</a>
    : <a href={to(anchor)}>message {record}</a>;
}

function Facts({ result, context }: { result: CaseResult; context: Context }) {
  const { evidence } = result;
  return (
    <dl class="case-facts">
      {result.attempts > 0 && (
        <div>
          <dt>started</dt>
          <dd>
            <time>{result.startedAt}</time>
          </dd>
        </div>
      )}
      {result.subscriber.length > 0 && (
        <div>
          <dt>subscriber</dt>
          <dd>{visible(result.subscriber.join(", "))}</dd>
        </div>
      )}
      {result.attempts > 1 && (
        <div>
          <dt>attempts</dt>
          <dd>{result.attempts}</dd>
        </div>
      )}
      {result.seed !== context.result.run.seed && (
        <div>
          <dt>seed</dt>
          <dd>
            <code>{result.seed}</code>
          </dd>
        </div>
      )}
      {result.kills.length > 0 && (
        <div>
          <dt>proven against</dt>
          <dd>{result.kills.map((each) => <code key={each}>{each}</code>)}</dd>
        </div>
      )}
      {evidence !== null && (
        <div>
          <dt>evidence</dt>
          <dd>
            <a href={fileUrl(context.evidenceBase, `${evidence}/capture.pcapng`)}>capture.pcapng</a>{" "}
            <a href={fileUrl(context.evidenceBase, `${evidence}/trace.jsonl`)}>trace.jsonl</a>
          </dd>
        </div>
      )}
    </dl>
  );
}
