/** What of an ESP packet is in the clear (RFC 4303 2). */
import { WireSyntaxError } from "../../wire/errors.ts";
import { parseEspHeader } from "../../wire/esp.ts";
import { IP_PROTOCOL, parseIp } from "../../wire/ip.ts";

/** "ESP SPI 0x8faee970 sequence 5, 2020 octets"; undefined where the packet has no whole header. */
export function espSummary(bytes: Uint8Array, transport: string): string | undefined {
  try {
    const packet = transport === "ip" ? espOf(bytes) : bytes;
    if (!packet) return undefined;
    const { spi, sequence } = parseEspHeader(packet);
    return `ESP SPI 0x${spi.toString(16).padStart(8, "0")} sequence ${sequence}, ${bytes.length} octets`;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

/** Undefined for a later fragment, and for what is no ESP. */
function espOf(bytes: Uint8Array): Uint8Array | undefined {
  const { protocol, payload, fragment } = parseIp(bytes);
  return protocol === IP_PROTOCOL.esp && (fragment?.offset ?? 0) === 0 ? payload : undefined;
}
