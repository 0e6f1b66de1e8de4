/** When and as whom a case ran, what it has been proven against, and where its evidence is. */
import type { CaseResult } from "../../harness/runner/events.ts";
import { visible } from "../_text.ts";
import { fileUrl } from "./links.ts";

export function Facts({ result, seed, evidenceBase }: {
  result: CaseResult;
  /** Of the run: the case's own is told only where it is another. */
  seed: string;
  evidenceBase: string;
}) {
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
      {result.seed !== seed && (
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
            <a href={fileUrl(evidenceBase, `${evidence}/capture.pcapng`)}>capture.pcapng</a>{" "}
            <a href={fileUrl(evidenceBase, `${evidence}/trace.jsonl`)}>trace.jsonl</a>
          </dd>
        </div>
      )}
    </dl>
  );
}
