/**
 * The call flow of a case. Each row is a details element: the arrow is its summary, the message stands inside, so the
 * keyboard and a printer can use it without any script. Lengths are percentages, so it fits any width; lifelines and
 * arrows are drawn by the style sheet, which keeps thousands of rows light.
 */
import type { CheckResult, TraceRecord } from "../../harness/runner/events.ts";
import { visible } from "../_text.ts";
import { Connections } from "./connections.tsx";
import { Icon } from "./icons.tsx";
import { type Ladder, ladderLayout, type Participant, type Row } from "./ladder_layout.ts";
import { Message } from "./message.tsx";
import { hintOf } from "./message_text.ts";
import { tlsConnections } from "./tls_connections.ts";

const MOST_ROWS = 400;

export function LadderView({ records, checks, idPrefix }: {
  records: readonly TraceRecord[];
  checks: readonly CheckResult[];
  /** Of the element ids: "msg/aka/registers". */
  idPrefix: string;
}) {
  const shown = records.slice(0, MOST_ROWS);
  const ladder = ladderLayout(shown);
  const judged = Map.groupBy(checks, ({ evidence }) => Number(evidence?.match(/#(\d+)$/)?.[1] ?? 0));
  const left = records.length - MOST_ROWS;
  return (
    <>
      <Connections connections={tlsConnections(shown)} idPrefix={idPrefix} />
      <div class="ladder" style={{ "--columns": String(ladder.participants.length) }}>
        <Heads participants={ladder.participants} />
        {ladder.rows.map((row) => (
          <LadderRow
            key={row.record.n}
            row={row}
            ladder={ladder}
            checks={judged.get(row.record.n) ?? []}
            idPrefix={idPrefix}
          />
        ))}
        {left > 0 && <p class="more">{left} more records in trace.jsonl</p>}
      </div>
    </>
  );
}

function Heads({ participants }: { participants: readonly Participant[] }) {
  return (
    <div class="heads">
      <span class="gutter">
        <span>no.</span>
        <span class="after">time</span>
        <span class="marks" />
      </span>
      <div class="lane">
        {participants.map((each) => (
          <div class={each.ours ? "head ours" : "head"} key={each.name}>
            <b>{visible(each.name)}</b>
            <span>{breakable(each.detail)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

function LadderRow({ row, ladder, checks, idPrefix }: {
  row: Row;
  ladder: Ladder;
  checks: readonly CheckResult[];
  idPrefix: string;
}) {
  const { record, kind } = row;
  const id = `${idPrefix}/${record.n}`;
  if (kind === "note") {
    return (
      <div class="row note" id={id}>
        <Gutter row={row} checks={checks} />
        <div class="lane">
          <span class="said">{visible(record.summary)}</span>
        </div>
      </div>
    );
  }
  const count = ladder.participants.length;
  const [low, high] = [Math.min(row.from, row.to), Math.max(row.from, row.to)];
  const broken = checks.some(({ holds }) => !holds);
  // A row that something was judged by is never a small one.
  const quiet = row.quiet && checks.length === 0;
  const hint = record.layer === "sip" || record.layer === "http" ? hintOf(record.bytes) : "";
  const names = [row.from, row.to].map((index) => visible(ladder.participants[index]?.name ?? ""));
  return (
    <details
      class={`row ${kind}${row.statusClass ? ` s${row.statusClass}` : ""}${quiet ? " quiet" : ""}${
        broken ? " broken" : ""
      }`}
      id={id}
    >
      <summary>
        <Gutter row={row} checks={checks} />
        <span
          class={row.to >= row.from ? "lane right" : "lane left"}
          style={{ "--l": `${centre(low, count)}%`, "--w": `${centre(high, count) - centre(low, count)}%` }}
        >
          {/* What does not fit above its arrow runs on over the lane, towards where there is more of it. */}
          <span class={low + high < count ? "label" : "label far"}>
            <span class="hidden">{`${names[0]} to ${names[1]}: `}</span>
            <span class="t">
              {row.connection !== null && <b class="on">TLS {row.connection}</b>}
              {visible(row.label)}
              {hint && <i>{` ${hint}`}</i>}
            </span>
          </span>
        </span>
      </summary>
      <Message record={record} checks={checks} />
    </details>
  );
}

function Gutter({ row: { record, after }, checks }: { row: Row; checks: readonly CheckResult[] }) {
  return (
    <span class="gutter">
      <span class="n">{record.n}</span>
      <span class="after">{elapsed(after)}</span>
      <span class="marks">
        {checks.some(({ holds }) => !holds) && (
          <i class="v-fail">
            <Icon of="fail" />
          </i>
        )}
        {checks.some(({ holds }) => holds) && (
          <i class="v-pass">
            <Icon of="pass" />
          </i>
        )}
      </span>
    </span>
  );
}

/** An address may break before its port. */
function breakable(detail: string) {
  const at = detail.lastIndexOf(":");
  return at < 0 ? detail : (
    <>
      {detail.slice(0, at)}
      <wbr />
      {detail.slice(at)}
    </>
  );
}

function centre(index: number, count: number): number {
  return Math.round((index + 0.5) / count * 10_000) / 100;
}

function elapsed(ms: number): string {
  if (ms < 1000) return `+${ms.toFixed(1)} ms`;
  return `+${(ms / 1000).toFixed(3)} s`;
}
