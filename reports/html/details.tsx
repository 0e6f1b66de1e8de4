/**
 * What a case opens to below its clauses: checks, call flow, facts. Of cases with something to look at that is there to
 * read as it is. Of passed cases, which are most of a report and seldom opened, it is packed, and the page's script
 * unpacks it when the case is opened. So a report of hundreds of cases stays small enough to be sent.
 */
import { renderToString } from "preact-render-to-string";
import type { CaseResult, TraceRecord } from "../../harness/runner/events.ts";
import { standing, STANDINGS } from "../standing.ts";
import { Checks } from "./checks.tsx";
import type { HtmlInput } from "./context.ts";
import { Facts } from "./facts.tsx";
import { LadderView } from "./ladder.tsx";
import { messagePrefix } from "./links.ts";
import { pack, type Packed } from "./packing.ts";

export interface CaseDetails extends Packed {
  /** Markup by case. */
  readonly plain: ReadonlyMap<string, string>;
}

/** Characters. A run in which nearly everything fails is read by its findings; the page must open all the same. */
const MOST_PLAIN = 4_000_000;

export function arrangeDetails({ result, traces, evidenceBase = "" }: HtmlInput): CaseDetails {
  const markups = new Map(result.cases.map((each) => [
    each.id,
    renderToString(
      <>
        {each.checks.length > 0 && <Checks result={each} />}
        <Flow result={each} records={traces(each.id)} />
        <Facts result={each} run={result.run} evidenceBase={evidenceBase} />
      </>,
    ),
  ]));
  const plain = new Map<string, string>();
  let size = 0;
  for (const stands of STANDINGS.filter((each) => each !== "pass")) {
    for (const { id } of result.cases.filter((each) => standing(each) === stands)) {
      const markup = markups.get(id) ?? "";
      if (size + markup.length > MOST_PLAIN) continue;
      size += markup.length;
      plain.set(id, markup);
    }
  }
  return { plain, ...pack(new Map([...markups].filter(([id]) => !plain.has(id)))) };
}

export function Details({ id, details }: { id: string; details: CaseDetails }) {
  const place = details.places.get(id);
  if (place === undefined) {
    return <div class="details" dangerouslySetInnerHTML={{ __html: details.plain.get(id) ?? "" }} />;
  }
  return (
    <p class="packed" data-place={place.join(" ")}>
      <a href="#packed">Packed</a>
    </p>
  );
}

/** Before the first case: why somebody may not see what is packed. */
export function PackedNote({ details }: { details: CaseDetails }) {
  if (details.packs.length === 0) return null;
  return (
    <p class="packed-why" id="packed">
      Checks and messages of cases that nobody has to look at are packed into this page. To unpack them takes
      scripts, and Chrome 80, Firefox 113, Safari 16.4 or later. The messages are also in each case's
      trace.jsonl and capture.pcapng.
    </p>
  );
}

/** No scripts at all: data that a browser leaves alone. */
export function Packs({ details }: { details: CaseDetails }) {
  return (
    <>
      {details.packs.map((data, index) => (
        <script
          type="text/plain"
          id={`pack-${index}`}
          dangerouslySetInnerHTML={{ __html: data }}
          key={index}
        />
      ))}
    </>
  );
}

function Flow({ result: { id, checks }, records }: { result: CaseResult; records: readonly TraceRecord[] }) {
  if (records.length === 0) return null;
  return (
    <section class="flow" aria-label={`Call flow of ${id}`}>
      <h4>Call flow</h4>
      <LadderView records={records} checks={checks} idPrefix={messagePrefix(id)} />
    </section>
  );
}
