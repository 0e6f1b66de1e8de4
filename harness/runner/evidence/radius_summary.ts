/** What a RADIUS message of accounting is (RFC 2866). */
import { WireSyntaxError } from "../../wire/errors.ts";
import { parseRadius, RADIUS_CODE, type RadiusPacket, readAccounting } from "../../wire/radius.ts";

/**
 * "RADIUS Accounting-Request start 10.0.0.7", "RADIUS Accounting-Response"; undefined where the octets are not exactly
 * one message of accounting: whoever taps a UDP socket does not say what it carries.
 */
export function radiusSummary(bytes: Uint8Array): string | undefined {
  try {
    const packet = parseRadius(bytes);
    if (((bytes[2] ?? 0) << 8 | (bytes[3] ?? 0)) !== bytes.length) return undefined;
    if (packet.code === RADIUS_CODE.accountingResponse) return "RADIUS Accounting-Response";
    if (packet.code === RADIUS_CODE.accountingRequest) return requestInWords(packet);
    return undefined;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

function requestInWords(packet: RadiusPacket): string {
  const context = readAccounting(packet);
  const told = context ? [context.status, context.address ?? context.prefix ?? context.imsi] : [];
  return ["RADIUS Accounting-Request", ...told.filter((part) => part !== undefined)].join(" ");
}
