/** How a run is told: everything here is made from events and results alone. */
export { type ConsoleOptions, type ConsoleReporter, consoleReporter } from "./console.ts";
export { type TerminalMode, terminalMode } from "./_style.ts";
export { parseResults, resultsJson, resultsSchema, ResultsSyntaxError } from "./results.ts";
export { parseTrace, TraceSyntaxError } from "./trace_file.ts";
export { MergeError, type MergeInput, mergeResults } from "./merge.ts";
export { countStandings, type Standing, standing } from "./standing.ts";
export { html, type HtmlInput, traceabilityHtml } from "./html.tsx";
export { junit } from "./junit.ts";
export { tap } from "./tap.ts";
export { markdown } from "./markdown.ts";
export { compareResults, type Comparison, comparisonJson, comparisonText } from "./diff.ts";
export {
  type Traceability,
  traceability,
  traceabilityCsv,
  type TraceabilityInput,
  traceabilityJson,
} from "./traceability.ts";
