/** What a row of the ladder opens to: facts of the record, what was judged of it, and its octets. */
import type { CheckResult, TraceRecord } from "../../harness/runner/events.ts";
import { visible } from "../_text.ts";
import { Icon } from "./icons.tsx";
import { isCiphertext } from "./ladder_layout.ts";
import { type DecodedMessage, decodeMessage } from "./message_text.ts";

export function Message({ record, checks }: { record: TraceRecord; checks: readonly CheckResult[] }) {
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
      </p>
      {record.note && record.note !== record.summary && (
        record.note.split("; ").map((remark) => <p class="remark" key={remark}>{visible(remark)}</p>)
      )}
      {checks.map((check, index) => (
        <p
          class={check.holds ? "verdict v-pass" : `verdict v-${check.severity === "fail" ? "fail" : "warn"}`}
          key={index}
        >
          <Icon of={check.holds ? "pass" : "fail"} /> {visible(check.name)}
          {!check.holds && (
            <span class="soft">{`: expected ${visible(check.expected)}, came ${visible(check.actual)}`}</span>
          )}
        </p>
      ))}
      {isCiphertext(record) || isToldByName(record)
        ? <p class="remark">The octets are in trace.jsonl and capture.pcapng.</p>
        : record.bytes !== "" && <Octets message={decodeMessage(record.bytes)} />}
    </div>
  );
}

/** Handshake messages and alerts that the trace names: a dump would say less. "TLS 40 octets" is none of them. */
function isToldByName({ layer, summary }: TraceRecord): boolean {
  return layer === "tls" && /^TLS [A-Za-z]/.test(summary);
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
