/** From a datagram or segment to an ESP packet. */
import { EnvironmentError } from "../../errors.ts";
import type { EspSa } from "../../wire/esp.ts";
import {
  type AddressPair,
  buildIp,
  buildUdp,
  internetChecksum,
  IP_PROTOCOL,
  pseudoHeader,
} from "../../wire/mod.ts";
import type { Endpoint } from "../types.ts";
import type { EspCarrierName, EspMode, EspWay } from "./types.ts";

/** What is to be protected: a UDP datagram or TCP segment with its header, whose checksum is not yet looked at. */
export interface Clear {
  readonly transport: "udp" | "tcp";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly datagram: Uint8Array;
}

/** An ESP packet and where it goes. */
export interface Protected {
  readonly sa: EspSa;
  readonly packet: Uint8Array;
  readonly carrier: EspCarrierName;
  readonly to: Endpoint;
  readonly sourceAddress: string | undefined;
  readonly copies: number;
}

/** Longest payload of a datagram that is sure to fit with all headers, padding and ICV (65,535 octets of IP). */
export const LONGEST_DATAGRAM = 65_000;

/** @throws EnvironmentError where it is too long for a datagram inside ESP */
export function udpDatagram(local: Endpoint, remote: Endpoint, payload: Uint8Array): Clear {
  if (payload.length > LONGEST_DATAGRAM) {
    throw new EnvironmentError(
      `Cannot send a message of ${payload.length} octets over UDP inside ESP: ${LONGEST_DATAGRAM} is the most`,
      "Send it over TCP.",
    );
  }
  const datagram = buildUdp({ sourcePort: local.port, destinationPort: remote.port, payload });
  return { transport: "udp", local, remote, datagram };
}

/** `carrier` is the one that the way leads over, `local` its address. */
export function protect(clear: Clear, way: EspWay, carrier: EspCarrierName, local: Endpoint): Protected {
  const mode: EspMode = way.mode ?? (carrier === "raw" ? "transport" : "tunnel");
  const to = way.outer ?? { address: clear.remote.address, port: ENCAPSULATION_PORT };
  // In transport mode there is one IP header: a datagram from elsewhere has that address in it.
  const elsewhere = mode === "transport" && clear.local.address !== local.address && carrier === "raw";
  const sourceAddress = way.sourceAddress ?? (elsewhere ? clear.local.address : undefined);
  const addresses = mode === "tunnel"
    ? { source: clear.local.address, destination: clear.remote.address }
    : { source: sourceAddress ?? local.address, destination: to.address };
  const protocol = clear.transport === "udp" ? IP_PROTOCOL.udp : IP_PROTOCOL.tcp;
  const datagram = withChecksum(clear.datagram, protocol, addresses);
  const content = mode === "transport" ? { nextHeader: protocol, payload: datagram } : {
    nextHeader: clear.local.address.includes(":") ? IP_PROTOCOL.ipv6 : IP_PROTOCOL.ipv4,
    payload: buildIp({ ...addresses, protocol, payload: datagram }),
  };
  const packet = way.sa.protect(content.payload, way.nextHeader ?? content.nextHeader, way.overrides);
  return { sa: way.sa, packet, carrier, to, sourceAddress, copies: way.copies ?? 1 };
}

/** RFC 3948 2.1. */
const ENCAPSULATION_PORT = 4500;
/** Where the checksum stands in the headers of UDP and TCP. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [IP_PROTOCOL.udp]: 6, [IP_PROTOCOL.tcp]: 16 };

/** The same datagram with the checksum that goes with the addresses of the IP header it gets. */
export function withChecksum(datagram: Uint8Array, protocol: number, addresses: AddressPair): Uint8Array {
  const at = CHECKSUM_AT[protocol] as number;
  const copy = datagram.slice();
  const view = new DataView(copy.buffer);
  view.setUint16(at, 0);
  const sum = internetChecksum(pseudoHeader(addresses, protocol, copy.length), copy);
  view.setUint16(at, sum === 0 && protocol === IP_PROTOCOL.udp ? 0xffff : sum);
  return copy;
}
