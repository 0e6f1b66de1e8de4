/**
 * The HTML report: one file that opens from disk without network, for an engineer to send to a vendor. Summary and
 * findings, what changed since an earlier run, every case with its checks and its call flow, requirement × case, and
 * the environment.
 */
import { deviceName } from "./_text.ts";
import { Cases } from "./html/cases.tsx";
import { Comparison } from "./html/comparison.tsx";
import type { Context, HtmlInput } from "./html/context.ts";
import { renderDocument, type Section } from "./html/document.tsx";
import { arrangeDetails } from "./html/details.tsx";
import { Environment, Findings, Summary, Title } from "./html/overview.tsx";
import { Requirements } from "./html/requirements.tsx";
import { type Traceability, traceability } from "./traceability.ts";
import type { Requirement } from "../harness/runner/events.ts";
import { standing } from "./standing.ts";

export type { HtmlInput } from "./html/context.ts";

/** The whole document. */
export function html(input: HtmlInput): string {
  const { result, previous } = input;
  const requirements = new Map([...input.catalogue ?? []].map((entry) => [entry.id, entry]));
  const context: Context = {
    ...input,
    requirements,
    details: arrangeDetails(input),
    evidenceBase: input.evidenceBase ?? "",
  };
  const traced = traceability({
    catalogue: requirements.values(),
    cases: input.cases ?? result.cases,
    faults: input.faults ?? [],
  });
  const hasFindings = result.cases.some((each) =>
    !["pass", "waived", "notApplicable"].includes(standing(each))
  );
  const sections: Section[] = [
    { anchor: "summary", name: "Summary" },
    ...(hasFindings ? [{ anchor: "findings", name: "Findings" }] : []),
    ...(previous ? [{ anchor: "comparison", name: "Comparison" }] : []),
    { anchor: "cases", name: "Cases" },
    ...(requirements.size > 0 ? [{ anchor: "requirements", name: "Requirements" }] : []),
    { anchor: "environment", name: "Environment" },
  ];
  return renderDocument(
    `${deviceName(result.run)}: imspeer report`,
    sections,
    <>
      <Title result={result} />
      <Summary result={result} />
      <Findings context={context} />
      {previous && <Comparison before={previous} after={result} />}
      <Cases context={context} />
      {requirements.size > 0 && (
        <Requirements
          traced={traced}
          results={new Map(result.cases.map((each) => [each.id, each]))}
          statements={requirements}
        />
      )}
      <Environment result={result} />
    </>,
  );
}

/** The page of `imspeer trace --html`: requirement × case without any run. */
export function traceabilityHtml(traced: Traceability, catalogue: Iterable<Requirement> = []): string {
  const statements = new Map([...catalogue].map((entry) => [entry.id, entry]));
  return renderDocument(
    "imspeer: requirements and cases",
    [{ anchor: "requirements", name: "Requirements" }],
    <Requirements traced={traced} statements={statements} />,
  );
}
