/** From an ESP packet that came to what was in it. */
import { parseEspHeader } from "../../wire/esp.ts";
import {
  type AddressPair,
  IP_PROTOCOL,
  parseIp,
  parseTcp,
  parseUdp,
  WireSyntaxError,
} from "../../wire/mod.ts";
import type { Carried } from "./carrier.ts";
import type { EspArrival, EspMode, EspPolicy, EspResult, InnerPacket } from "./types.ts";

export interface Opened {
  readonly arrival: EspArrival;
  /** The UDP datagram or TCP segment with its header; present where the result is "opened". */
  readonly datagram?: Uint8Array;
}

/** Finds the SA, opens the packet, and takes apart what was in it. Never throws for what came. */
export function openCarried(policy: EspPolicy, carried: Carried): Opened {
  const { carrier, from, to, packet } = carried;
  const base = { carrier, from, to, packet };
  if (packet.length < 8) {
    return { arrival: { ...base, spi: undefined, sequence: undefined, sa: undefined, result: "short" } };
  }
  const header = parseEspHeader(packet);
  const sa = policy.inbound(header.spi, from, carrier);
  const told = (result: EspResult) => ({ arrival: { ...base, ...header, sa, result } });
  if (!sa) return told("unknown-spi");
  const esp = sa.open(packet);
  if (!esp.ok) return told(esp.reason);
  if (esp.dummy) return told("dummy");
  const content = unpack(esp.nextHeader, esp.payload, { source: from.address, destination: to.address });
  if (typeof content === "string") return told(content);
  const inner = innerPacket(content, carrier === "udp" && content.mode === "transport");
  if (typeof inner === "string") return told(inner);
  return { arrival: { ...told("opened").arrival, inner }, datagram: content.datagram };
}

interface Content {
  readonly mode: EspMode;
  readonly protocol: number;
  readonly addresses: AddressPair;
  readonly datagram: Uint8Array;
}

/** The next header says which mode it was: 4 and 41 a tunnel (RFC 4303 2.6). */
function unpack(nextHeader: number, payload: Uint8Array, outer: AddressPair): Content | EspResult {
  if (nextHeader !== IP_PROTOCOL.ipv4 && nextHeader !== IP_PROTOCOL.ipv6) {
    return { mode: "transport", protocol: nextHeader, addresses: outer, datagram: payload };
  }
  try {
    const { version, protocol, source, destination, payload: datagram, fragment } = parseIp(payload);
    const right = nextHeader === (version === 4 ? IP_PROTOCOL.ipv4 : IP_PROTOCOL.ipv6);
    if (!right || fragment) return "not-ip";
    return { mode: "tunnel", protocol, addresses: { source, destination }, datagram };
  } catch (error) {
    if (error instanceof WireSyntaxError) return "not-ip";
    throw error;
  }
}

/**
 * `translated`: in transport mode behind a NAT the checksum covers addresses that we do not see, so that it is not
 * judged (RFC 3948 3.1.2).
 */
function innerPacket(content: Content, translated: boolean): InnerPacket | EspResult {
  const { mode, protocol, addresses, datagram } = content;
  if (protocol !== IP_PROTOCOL.udp && protocol !== IP_PROTOCOL.tcp) return "protocol";
  try {
    const parsed = protocol === IP_PROTOCOL.udp
      ? parseUdp(datagram, addresses)
      : parseTcp(datagram, addresses);
    if (parsed.checksumOk === false && !translated) return "malformed";
    return {
      mode,
      transport: protocol === IP_PROTOCOL.udp ? "udp" : "tcp",
      local: { address: addresses.destination, port: parsed.destinationPort },
      remote: { address: addresses.source, port: parsed.sourcePort },
      payload: parsed.payload,
    };
  } catch (error) {
    if (error instanceof WireSyntaxError) return "malformed";
    throw error;
  }
}

/** What evidence says of a packet that was not opened. */
export function noteOf({ result, spi, sequence }: EspArrival): string | undefined {
  const notes: Readonly<Record<EspResult, string | undefined>> = {
    "opened": undefined,
    "unknown-spi": "there is no SA with this SPI",
    "dummy": "a dummy packet (next header 59)",
    "spi": "the SA has another SPI",
    "replay": "a replay",
    "stale": "older than the anti-replay window",
    "short": "too short for ESP",
    "icv": "the ICV is wrong",
    "padding": "the padding is wrong",
    "not-ip": "there is no IP packet in the tunnel",
    "protocol": "neither UDP nor TCP inside",
    "malformed": "the header or checksum inside is wrong",
  };
  const note = notes[result];
  if (note === undefined || spi === undefined) return note;
  return `${note}: SPI 0x${spi.toString(16).padStart(8, "0")}, sequence number ${sequence}`;
}
