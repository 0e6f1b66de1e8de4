/** What shares UDP port 4500 with ESP: RFC 3948 2. */
import { concat } from "../bytes.ts";
import { parseEspHeader } from "./packet.ts";

/** The port of UDP-encapsulated ESP (RFC 3948 2.1, TS 33.203 M.7.2). */
export const UDP_ENCAPSULATION_PORT = 4500;

/** One octet that keeps a NAT's binding open; receivers ignore it (RFC 3948 2.3, 4). */
export const NAT_KEEPALIVE: Uint8Array = Uint8Array.of(0xff);

/** Four zeros where ESP would have an SPI, which is never zero there (RFC 3948 2.2). */
export const NON_ESP_MARKER: Uint8Array = new Uint8Array(4);

/** The payload of a UDP datagram on that port. "invalid": too short to be any of them. */
export type UdpEncapsulated =
  | { readonly kind: "esp"; readonly spi: number; readonly sequence: number; readonly packet: Uint8Array }
  | { readonly kind: "ike"; readonly message: Uint8Array }
  | { readonly kind: "keepalive" }
  | { readonly kind: "invalid" };

/** Tells them apart. Never throws. */
export function parseUdpEncapsulated(payload: Uint8Array): UdpEncapsulated {
  if (payload.length === 1 && payload[0] === 0xff) return { kind: "keepalive" };
  if (payload.length < 8) return { kind: "invalid" };
  const { spi, sequence } = parseEspHeader(payload);
  return spi === 0
    ? { kind: "ike", message: payload.slice(NON_ESP_MARKER.length) }
    : { kind: "esp", spi, sequence, packet: payload };
}

/** An IKE message as it goes out on that port. ESP packets go out as they are. */
export function buildNonEsp(message: Uint8Array): Uint8Array {
  return concat(NON_ESP_MARKER, message);
}
