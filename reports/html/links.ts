/** The ids of the document's parts, and how to link to them and to the evidence beside the report. */

export const caseAnchor = (id: string) => `case/${id}`;
export const requirementAnchor = (id: string) => `req/${id}`;
export const messagePrefix = (caseId: string) => `msg/${caseId}`;

/** A link within the document. */
export function to(anchor: string): string {
  return `#${encodeURI(anchor)}`;
}

/** The record a check points at: "trace.jsonl#4" of this case. */
export function messageAnchor(caseId: string, evidence: string | null): string | undefined {
  const record = evidence?.match(/#(\d+)$/)?.[1];
  return record && `${messagePrefix(caseId)}/${record}`;
}

/** A file beside the report. Folder names may hold "%", which a URL has to escape. */
export function fileUrl(base: string, path: string): string {
  return base + path.split("/").map(encodeURIComponent).join("/");
}

/** http(s) links of a waiver are live; anything else stays text. */
export function isWebLink(link: string): boolean {
  return /^https?:\/\//i.test(link);
}
