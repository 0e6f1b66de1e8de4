/** Whole IP packets through an SA: transport mode and tunnel mode (RFC 4303 3.1). */
import { buildIp, IP_PROTOCOL, type IpPacket, parseIp } from "../ip.ts";
import { WireSyntaxError } from "../errors.ts";
import type { EspOverrides, EspReceived, EspSa } from "./sa.ts";

/** An opened packet, whole; or why there is none. "not-ip": what came out of a tunnel is no IP packet. */
export type EspPacketReceived =
  | { readonly ok: true; readonly packet: Uint8Array; readonly esp: Extract<EspReceived, { ok: true }> }
  | Extract<EspReceived, { ok: false }>
  | {
    readonly ok: false;
    readonly reason: "not-esp" | "not-ip";
    readonly spi?: number;
    readonly sequence?: number;
  };

/**
 * Transport mode: the payload of an IP packet goes into ESP, its addresses stay. IPv4 options and IPv6 extension
 * headers are not kept, fragments are refused with RangeError (RFC 4303 3.3.4: protect before fragmenting). Throws
 * WireSyntaxError if `packet` is not IP.
 */
export function protectTransport(sa: EspSa, packet: Uint8Array, overrides?: EspOverrides): Uint8Array {
  const ip = parseIp(packet);
  if (ip.fragment) throw new RangeError("a fragment cannot be protected in transport mode");
  return withPayload(ip, IP_PROTOCOL.esp, sa.protect(ip.payload, ip.protocol, overrides));
}

/** The other way: gives the IP packet as it was before. Throws WireSyntaxError if `packet` is not IP. */
export function openTransport(sa: EspSa, packet: Uint8Array): EspPacketReceived {
  const ip = parseIp(packet);
  if (ip.protocol !== IP_PROTOCOL.esp || ip.fragment) return { ok: false, reason: "not-esp" };
  const esp = sa.open(ip.payload);
  return esp.ok ? { ok: true, packet: withPayload(ip, esp.nextHeader, esp.payload), esp } : esp;
}

/**
 * Tunnel mode: the whole inner IP packet is the payload. Gives the ESP packet alone, as it goes into UDP
 * (TS 33.203 Annex M) or into an outer IP packet. Throws WireSyntaxError if `inner` is not IP.
 */
export function protectTunnel(sa: EspSa, inner: Uint8Array, overrides?: EspOverrides): Uint8Array {
  const { version } = parseIp(inner);
  return sa.protect(inner, version === 4 ? IP_PROTOCOL.ipv4 : IP_PROTOCOL.ipv6, overrides);
}

/** The other way, from the ESP packet. Dummy packets come out as "not-ip". Never throws for what is in it. */
export function openTunnel(sa: EspSa, packet: Uint8Array): EspPacketReceived {
  const esp = sa.open(packet);
  if (!esp.ok) return esp;
  const { spi, sequence } = esp;
  const version = innerVersion(esp.payload);
  const expected = version === 4 ? IP_PROTOCOL.ipv4 : IP_PROTOCOL.ipv6;
  if (version === undefined || esp.nextHeader !== expected) {
    return { ok: false, reason: "not-ip", spi, sequence };
  }
  return { ok: true, packet: esp.payload, esp };
}

function innerVersion(packet: Uint8Array): 4 | 6 | undefined {
  try {
    return parseIp(packet).version;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

function withPayload(ip: IpPacket, protocol: number, payload: Uint8Array): Uint8Array {
  const { source, destination, hopLimit, trafficClass, identification, dontFragment } = ip;
  return buildIp({
    source,
    destination,
    hopLimit,
    trafficClass,
    identification,
    dontFragment,
    protocol,
    payload,
  });
}
