/**
 * The call flow of a case. Each row is a details element: the arrow is its summary, the message stands inside, so the
 * keyboard and a printer can use it without any script. Lengths are percentages, so it fits any width.
 */
import type { CheckResult, TraceRecord } from "../../harness/runner/events.ts";
import { visible } from "../_text.ts";
import { Icon } from "./icons.tsx";
import { type Ladder, ladderLayout, type Participant, type Row } from "./ladder_layout.ts";
import { type DecodedMessage, decodeMessage, hintOf } from "./message_text.ts";

const MOST_ROWS = 400;
const HEIGHT = 40;
const ARROW_Y = 29;

export function LadderView({ records, checks, idPrefix }: {
  records: readonly TraceRecord[];
  checks: readonly CheckResult[];
  /** Of the element ids: "msg/aka/registers". */
  idPrefix: string;
}) {
  const ladder = ladderLayout(records.slice(0, MOST_ROWS));
  const judged = Map.groupBy(checks, ({ evidence }) => Number(evidence?.match(/#(\d+)$/)?.[1] ?? 0));
  const left = records.length - MOST_ROWS;
  return (
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
  const lines = <Lifelines count={ladder.participants.length} />;
  if (kind === "note") {
    return (
      <div class="row note" id={id}>
        <Gutter row={row} checks={checks} />
        <div class="lane">
          <svg width="100%" height="100%" aria-hidden="true">{lines}</svg>
          <span class="said">{visible(record.summary)}</span>
        </div>
      </div>
    );
  }
  const count = ladder.participants.length;
  const [low, high] = [Math.min(row.from, row.to), Math.max(row.from, row.to)];
  const broken = checks.some(({ holds }) => !holds);
  const hint = kind === "data" ? "" : hintOf(record.bytes);
  const names = [row.from, row.to].map((index) => visible(ladder.participants[index]?.name ?? ""));
  return (
    <details
      class={`row ${kind}${row.statusClass ? ` s${row.statusClass}` : ""}${broken ? " broken" : ""}`}
      id={id}
    >
      <summary>
        <Gutter row={row} checks={checks} />
        <span class="lane">
          <svg width="100%" height={HEIGHT} aria-hidden="true">
            {lines}
            <Arrow from={centre(row.from, count)} to={centre(row.to, count)} />
          </svg>
          <span
            class="label"
            style={{ left: `${centre(low, count)}%`, width: `${centre(high, count) - centre(low, count)}%` }}
          >
            <span class="hidden">{`${names[0]} to ${names[1]}: `}</span>
            {visible(record.summary)}
            {hint && <i>{` ${hint}`}</i>}
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

function Lifelines({ count }: { count: number }) {
  return (
    <>
      {Array.from({ length: count }, (_, index) => {
        const x = `${centre(index, count)}%`;
        return <line class="life" x1={x} x2={x} y1="0" y2="100%" key={index} />;
      })}
    </>
  );
}

/** A nested svg puts the head at a percentage, where a path cannot. */
function Arrow({ from, to }: { from: number; to: number }) {
  const head = to >= from ? "M0 0l-9 -4.5v9z" : "M0 0l9 -4.5v9z";
  return (
    <>
      <line class="arrow" x1={`${from}%`} x2={`${to}%`} y1={ARROW_Y} y2={ARROW_Y} />
      <svg x={`${to}%`} y={ARROW_Y} overflow="visible">
        <path class="tip" d={head} />
      </svg>
    </>
  );
}

function Message({ record, checks }: { record: TraceRecord; checks: readonly CheckResult[] }) {
  const [from, to] = record.direction === "out"
    ? [record.local, record.remote]
    : [record.remote, record.local];
  return (
    <div class="message">
      <p class="facts">
        <span>{from} → {to}</span>
        <span>
          {record.layer === record.transport ? record.layer : `${record.layer} over ${record.transport}`}
        </span>
        <time>{record.time}</time>
        <span title={record.sha256}>sha256 {record.sha256.slice(0, 12)}…</span>
      </p>
      {record.note && <p class="remark">{visible(record.note)}</p>}
      {checks.map((check, index) => (
        <p
          class={check.holds ? "verdict v-pass" : `verdict v-${check.severity === "fail" ? "fail" : "warn"}`}
          key={index}
        >
          <Icon of={check.holds ? "pass" : "fail"} /> {visible(check.name)}
          {!check.holds && <span class="soft">{`: ${visible(check.actual)}`}</span>}
        </p>
      ))}
      {record.bytes !== "" && <Octets message={decodeMessage(record.bytes)} />}
    </div>
  );
}

function Octets({ message }: { message: DecodedMessage }) {
  return (
    <>
      <pre class={message.kind === "hex" ? "dump" : ""} tabIndex={0}>
        {message.kind === "hex" ? message.dump : (
          <>
            {message.head.map(({ name, rest }, index) => (
              <>
                {index > 0 && "\n"}
                {name !== "" ? <b>{name}</b> : null}
                {index === 0 ? <em>{rest}</em> : rest}
              </>
            ))}
            {message.body !== "" && `\n\n${message.body}`}
          </>
        )}
      </pre>
      {message.cut > 0 && <p class="more">{message.cut} more octets in trace.jsonl</p>}
    </>
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
