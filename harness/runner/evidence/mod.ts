/** What a run leaves behind as proof: per case a numbered trace and a capture, with the secrets taken out. */
export { type CaseEvidence, createEvidence, type Evidence, type EvidenceOptions } from "./evidence.ts";
export { createRedactor, type Redactor } from "./redact.ts";
export { evidenceFolder } from "./folder.ts";
