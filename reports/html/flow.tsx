/**
 * The call flow of a case. That of a case with something to look at is there to read as it is. Those of passed ones,
 * which are most of a report and seldom read, are packed; the page's script unpacks one when its case is opened. So a
 * report of hundreds of cases stays small enough to be sent.
 */
import { renderToString } from "preact-render-to-string";
import type { CaseResult, TraceRecord } from "../../harness/runner/events.ts";
import { standing } from "../standing.ts";
import type { Context, HtmlInput } from "./context.ts";
import { LadderView } from "./ladder.tsx";
import { messagePrefix } from "./links.ts";
import { type PackedFlows, packFlows } from "./packed_flows.ts";

export function packedFlows({ result, traces }: Pick<HtmlInput, "result" | "traces">): PackedFlows {
  const markups = new Map<string, string>();
  for (const each of result.cases.filter((one) => standing(one) === "pass")) {
    const records = traces(each.id);
    if (records.length > 0) markups.set(each.id, renderToString(<View result={each} records={records} />));
  }
  return packFlows(markups);
}

export function Flow({ result, context }: { result: CaseResult; context: Context }) {
  const place = context.packed.places.get(result.id);
  const records = place === undefined ? context.traces(result.id) : [];
  if (place === undefined && records.length === 0) return null;
  return (
    <section class="flow" aria-label={`Call flow of ${result.id}`}>
      <h4>Call flow</h4>
      {place === undefined
        ? <View result={result} records={records} />
        : (
          <p class="packed" data-place={place.join(" ")}>
            <a href="#packed">Packed</a>
          </p>
        )}
    </section>
  );
}

/** Before the first case: why somebody may not see the packed flows. */
export function PackedNote({ packed }: { packed: PackedFlows }) {
  if (packed.packs.length === 0) return null;
  return (
    <p class="packed-why" id="packed">
      The messages of passed cases are packed into this page. To unpack them takes scripts and a browser from
      2023 on (Chrome 103, Firefox 113, Safari 16.4). They are also in trace.jsonl and capture.pcapng of each
      case.
    </p>
  );
}

/** No scripts at all: data that a browser leaves alone. */
export function Packs({ packed }: { packed: PackedFlows }) {
  return (
    <>
      {packed.packs.map((data, index) => (
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

function View({ result, records }: { result: CaseResult; records: readonly TraceRecord[] }) {
  return <LadderView records={records} checks={result.checks} idPrefix={messagePrefix(result.id)} />;
}
