/** What was judged in a case, line by line. */
import type { CaseResult, CheckResult } from "../../harness/runner/events.ts";
import { visible } from "../_text.ts";
import { Icon } from "./icons.tsx";
import { messageAnchor, to } from "./links.ts";

export function Checks({ result }: { result: CaseResult }) {
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
        {result.checks.map((check, index) => <CheckRow check={check} caseId={result.id} key={index} />)}
      </tbody>
    </table>
  );
}

function CheckRow({ check, caseId }: { check: CheckResult; caseId: string }) {
  const anchor = messageAnchor(caseId, check.evidence);
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
        {anchor ? <a href={to(anchor)}>message {anchor.slice(anchor.lastIndexOf("/") + 1)}</a> : "–"}
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
