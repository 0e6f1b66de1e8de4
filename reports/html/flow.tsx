/**
 * The call flows of the cases. Those with something to look at are there to read as they are. Those of passed cases,
 * which are most of a report and seldom read, are packed; the page's script unpacks one when its case is opened. So a
 * report of hundreds of cases stays small enough to be sent.
 */
import { renderToString } from "preact-render-to-string";
import type { CaseResult } from "../../harness/runner/events.ts";
import { standing, STANDINGS } from "../standing.ts";
import type { HtmlInput } from "./context.ts";
import { LadderView } from "./ladder.tsx";
import { messagePrefix } from "./links.ts";
import { type PackedFlows, packFlows } from "./packed_flows.ts";

export interface Flows extends PackedFlows {
  /** Markup by case. */
  readonly plain: ReadonlyMap<string, string>;
}

/** Characters. A run in which nearly everything fails is read by its findings; the page must open all the same. */
const MOST_PLAIN = 4_000_000;

export function arrangeFlows({ result, traces }: Pick<HtmlInput, "result" | "traces">): Flows {
  const markups = new Map<string, string>();
  for (const { id, checks } of result.cases) {
    const records = traces(id);
    if (records.length === 0) continue;
    const view = <LadderView records={records} checks={checks} idPrefix={messagePrefix(id)} />;
    markups.set(id, renderToString(view));
  }
  const plain = new Map<string, string>();
  let size = 0;
  for (const stands of STANDINGS.filter((each) => each !== "pass")) {
    for (const { id } of result.cases.filter((each) => standing(each) === stands)) {
      const markup = markups.get(id);
      if (markup === undefined || size + markup.length > MOST_PLAIN) continue;
      size += markup.length;
      plain.set(id, markup);
    }
  }
  return { plain, ...packFlows(new Map([...markups].filter(([id]) => !plain.has(id)))) };
}

export function Flow({ result: { id }, flows }: { result: CaseResult; flows: Flows }) {
  const markup = flows.plain.get(id);
  const place = flows.places.get(id);
  if (markup === undefined && place === undefined) return null;
  return (
    <section class="flow" aria-label={`Call flow of ${id}`}>
      <h4>Call flow</h4>
      {place
        ? (
          <p class="packed" data-place={place.join(" ")}>
            <a href="#packed">Packed</a>
          </p>
        )
        : <div dangerouslySetInnerHTML={{ __html: markup ?? "" }} />}
    </section>
  );
}

/** Before the first case: why somebody may not see the packed flows. */
export function PackedNote({ flows }: { flows: Flows }) {
  if (flows.packs.length === 0) return null;
  return (
    <p class="packed-why" id="packed">
      The messages of cases that nobody has to look at are packed into this page. To unpack them takes
      scripts, and Chrome 80, Firefox 113, Safari 16.4 or later. They are also in trace.jsonl and
      capture.pcapng of each case.
    </p>
  );
}

/** No scripts at all: data that a browser leaves alone. */
export function Packs({ flows }: { flows: Flows }) {
  return (
    <>
      {flows.packs.map((data, index) => (
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
