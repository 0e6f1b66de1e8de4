/** Every defect of a message at once, each with what it deserves. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { parseMessage, type SipMessage } from "../message/parse.ts";
import type { SipRequest } from "../message/request.ts";
import { unsupported } from "./abilities.ts";
import type { Abilities, Defect, DefectLevel } from "./defect.ts";
import { ESSENTIAL, MANDATORY, OTHERS } from "./fields.ts";
import { type Report, valueOf } from "./report.ts";

/** Of these there must be one value: with two, nobody knows which request this is (RFC 4475 3.3.8). */
const SINGLE: readonly string[] = ["From", "To", "Call-ID", "CSeq", "Max-Forwards"];

/** Defects, worst first within what they are about; empty for a message any element of these abilities takes. */
export function validate(message: SipMessage, abilities: Abilities = {}): Defect[] {
  const defects: Defect[] = [];
  const report = (field: string, level: DefectLevel, reason: string, status = 400) => {
    defects.push({ field, level, status: message.kind === "request" ? status : undefined, reason });
  };
  if (message.version.toUpperCase() !== "SIP/2.0") {
    report("start-line", "invalid", `version ${quoted(message.version)}, need "SIP/2.0"`, 505);
  }
  if (message.kind === "request") checkRequest(message, report);
  else if (message.status < 100 || message.status > 699) {
    report("start-line", "invalid", `status ${message.status}, need 100 to 699`);
  }
  for (const name of MANDATORY) if (!message.has(name)) report(name, "invalid", `${name} is missing`);
  for (const name of SINGLE) {
    const { length } = message.all(name);
    if (length > 1) report(name, "invalid", `${name} comes ${length} times`);
  }
  for (const [name, read] of ESSENTIAL) checkField(message, name, read, "invalid", report);
  for (const [name, read] of OTHERS) checkField(message, name, read, "ignorable", report);
  checkBranch(message, report);
  if (message.kind === "request") unsupported(message, abilities, report);
  return defects;
}

/** `parseMessage`, refusing whatever `validate` calls invalid. Throws SipSyntaxError. */
export function parseStrict(bytes: Uint8Array, framing: "datagram" | "stream" = "datagram"): SipMessage {
  const message = parseMessage(bytes, framing);
  const worst = validate(message).find((defect) => defect.level === "invalid");
  if (worst !== undefined) throw new SipSyntaxError(worst.reason, 0, worst.field);
  return message;
}

function checkRequest(request: SipRequest, report: Report): void {
  const uri = valueOf(() => request.uri, (error) => report("start-line", "invalid", error.problem));
  // RFC 3261 19.1.1, table 1.
  if (uri !== undefined && uri.headers.size > 0) {
    report("start-line", "invalid", "a Request-URI must not carry headers");
  }
  const cseq = valueOf(() => request.cseq);
  if (cseq !== undefined && cseq.method !== request.method) {
    report("CSeq", "invalid", `method ${quoted(cseq.method)}, the start line says ${quoted(request.method)}`);
  }
}

/** A field that comes too often was reported already. */
function checkField(
  message: SipMessage,
  name: string,
  read: (message: SipMessage) => unknown,
  level: DefectLevel,
  report: Report,
): void {
  if (!message.has(name) || (SINGLE.includes(name) && message.all(name).length > 1)) return;
  valueOf(() => read(message), (error) => report(name, level, error.problem));
}

/** A branch of the cookie alone identifies nothing (RFC 4475 3.2.1): refuse, or match as RFC 2543 did. */
function checkBranch(message: SipMessage, report: Report): void {
  const branch = valueOf(() => message.via?.branch);
  if (branch?.toLowerCase() === "z9hg4bk") {
    report("Via", "ignorable", "the branch is nothing but the magic cookie");
  }
}
