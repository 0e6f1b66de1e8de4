/** What changed since an earlier result. */
import type { RunResult } from "../../harness/runner/events.ts";
import { deviceName, plural, visible } from "../_text.ts";
import { type Change, CHANGE_KINDS, type ChangeKind, compareResults } from "../diff.ts";
import { STANDING_WORDS } from "../standing.ts";
import { Icon } from "./icons.tsx";
import { caseAnchor, to } from "./links.ts";

const HEADINGS: Readonly<Record<ChangeKind, string>> = {
  worse: "Worse",
  better: "Better",
  changed: "Changed",
  new: "New",
  gone: "Gone",
};

export function Comparison({ before, after }: { before: RunResult; after: RunResult }) {
  const comparison = compareResults(before, after);
  return (
    <section id="comparison">
      <h2>Since {visible(deviceName(before.run))}</h2>
      <p class="soft">
        Compared with the run of <time>{before.run.startedAt.slice(0, 10)}</time>:{" "}
        {plural(comparison.same, "case")} as before.
      </p>
      {CHANGE_KINDS.filter((kind) => comparison[kind].length > 0).map((kind) => (
        <table class={`changes ${kind}`} key={kind}>
          <caption>
            {HEADINGS[kind]} <b>{comparison[kind].length}</b>
          </caption>
          <tbody>{comparison[kind].map((each) => <ChangeRow change={each} key={each.id} />)}</tbody>
        </table>
      ))}
    </section>
  );
}

function ChangeRow({ change }: { change: Change }) {
  return (
    <tr>
      <td class="way">
        {change.standingBefore && (
          <span class={`v-${change.standingBefore}`}>
            <Icon of={change.standingBefore} /> {STANDING_WORDS[change.standingBefore]}
          </span>
        )}
        {change.standingBefore && change.standingAfter && <span class="to" aria-label="to">→</span>}
        {change.standingAfter && (
          <span class={`v-${change.standingAfter}`}>
            <Icon of={change.standingAfter} /> {STANDING_WORDS[change.standingAfter]}
          </span>
        )}
      </td>
      <td>
        {change.after === null
          ? visible(change.title)
          : <a href={to(caseAnchor(change.id))}>{visible(change.title)}</a>} <code>{change.id}</code>
        {change.broken.length > 0 && <span class="statement">now broken: {change.broken.join(", ")}</span>}
        {change.mended.length > 0 && <span class="statement">holds again: {change.mended.join(", ")}</span>}
      </td>
    </tr>
  );
}
