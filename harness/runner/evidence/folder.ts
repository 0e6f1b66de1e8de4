/**
 * The folder of a case's evidence, relative to the output folder: "evidence/aka/challenge-hides-keys".
 * Octets that a file name should not have are percent-encoded, so two ids never share a folder.
 * From the second attempt on, the attempt's number follows: "…@2".
 */
export function evidenceFolder(caseId: string, attempt = 1): string {
  const safe = caseId.replace(/[^A-Za-z0-9_/-]/g, (character) => {
    return [...new TextEncoder().encode(character)].map((octet) => `%${octet.toString(16).padStart(2, "0")}`)
      .join("");
  });
  return `evidence/${safe}${attempt > 1 ? `@${attempt}` : ""}`;
}
