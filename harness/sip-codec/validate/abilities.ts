/** What a request asks for and this element cannot do (RFC 3261 8.2.1 to 8.2.3, 16.3, 20.1). */
import { quoted } from "../errors.ts";
import type { MediaType } from "../headers/tokens.ts";
import type { SipRequest } from "../message/request.ts";
import type { Abilities } from "./defect.ts";
import { type Report, valueOf } from "./report.ts";

/** What IMS routes by (TS 24.229 4.2): urn for emergency services (RFC 5031). */
const SCHEMES = ["sip", "sips", "tel", "urn"];

export function unsupported(request: SipRequest, abilities: Abilities, report: Report): void {
  const { methods, extensions, mediaTypes, authentication, schemes = SCHEMES } = abilities;
  if (methods !== undefined && !methods.includes(request.method)) {
    report("start-line", "unsupported", `method ${quoted(request.method)}`, 501);
  }
  const scheme = valueOf(() => request.uri.scheme);
  if (scheme !== undefined && !schemes.includes(scheme)) {
    report("start-line", "unsupported", `scheme ${quoted(scheme)} of the Request-URI`, 416);
  }
  checkAddressOfRecord(request, schemes, report);
  if (valueOf(() => request.maxForwards) === 0) {
    report("Max-Forwards", "unsupported", "no hop is left for a proxy to send it on", 483);
  }
  if (extensions !== undefined) {
    const missing = (valueOf(() => request.require) ?? []).filter((tag) => !extensions.includes(tag));
    if (missing.length > 0) report("Require", "unsupported", `option tags ${missing.join(", ")}`, 420);
  }
  if (mediaTypes !== undefined) checkBodies(request, mediaTypes, report);
  const foreign = valueOf(() => request.authorization)?.find(({ scheme }) => !known(scheme, authentication));
  if (foreign !== undefined) {
    report("Authorization", "unsupported", `scheme ${quoted(foreign.scheme)} proves nothing here`, 401);
  }
}

/** The To of a REGISTER is an address of record: a SIP or SIPS URI (RFC 3261 10.2), in IMS also tel. */
function checkAddressOfRecord(request: SipRequest, schemes: readonly string[], report: Report): void {
  if (request.method !== "REGISTER") return;
  const scheme = valueOf(() => request.to?.uri.scheme);
  if (scheme !== undefined && !schemes.includes(scheme)) {
    report("To", "unsupported", `scheme ${quoted(scheme)} of an address of record`, 400);
  }
}

function checkBodies(request: SipRequest, mediaTypes: readonly string[], report: Report): void {
  const type = valueOf(() => request.contentType);
  if (request.body.length > 0 && type !== undefined && !mediaTypes.includes(nameOf(type))) {
    report("Content-Type", "unsupported", `type ${quoted(nameOf(type))}`, 415);
  }
  const accepted = valueOf(() => request.accept) ?? [];
  if (accepted.length > 0 && !accepted.some((range) => mediaTypes.some((one) => covers(range, one)))) {
    report("Accept", "unsupported", `only ${accepted.map(nameOf).join(", ")} would be understood`, 406);
  }
}

function covers(range: MediaType, type: string): boolean {
  const name = nameOf(range);
  return name === "*/*" || name === type || (range.subtype === "*" && type.startsWith(`${range.type}/`));
}

function nameOf(type: MediaType): string {
  return `${type.type}/${type.subtype}`;
}

function known(scheme: string, schemes: readonly string[] | undefined): boolean {
  return schemes === undefined || schemes.some((one) => one.toLowerCase() === scheme.toLowerCase());
}
