/** How large a segment may be so that its packet fits the path. */
import type { AddressPair } from "../../wire/mod.ts";
import type { IpsecOptions } from "./types.ts";

/** Below that of Ethernet by what tunnels of mobile networks take. */
const DEFAULT_MTU = 1400;
/** SPI and sequence number, the longest IV, padding to 16 octets with its two fields, the longest ICV. */
const ESP = 8 + 16 + 17 + 16;
const UDP = 8;
const TCP = 20;
const IP = { 4: 20, 6: 40 } as const;

/** The MSS to announce between two addresses. */
export function segmentSize(
  { mtu = DEFAULT_MTU, carriers }: IpsecOptions,
): (addresses: AddressPair) => number {
  return ({ source }) => {
    const ip = IP[source.includes(":") ? 6 : 4];
    const tunnel = carriers.udp ? ip + UDP : 0;
    return mtu - ip - TCP - ESP - tunnel;
  };
}
