/** When and as whom a case ran, what it has been proven against, where its evidence is, and how it is run again. */
import type { CaseResult, RunInfo } from "../../harness/runner/events.ts";
import { repeatCommand, visible } from "../_text.ts";
import { fileUrl } from "./links.ts";

export function Facts({ result, run, evidenceBase }: {
  result: CaseResult;
  /** The case's own seed is told only where it is another than the run's. */
  run: RunInfo;
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
      {result.seed !== run.seed && (
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
      {result.attempts > 0 && (
        <div>
          <dt>again</dt>
          <dd>
            <code>{visible(repeatCommand({ ...run, seed: result.seed }, result.id))}</code>
          </dd>
        </div>
      )}
    </dl>
  );
}
