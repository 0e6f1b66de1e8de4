/** Formats with many names of their own are listed in their own files: `esp.ts`, `pcapng.ts`. */
export { addressVersion, formatAddress, parseAddress } from "./address.ts";
export { bigintToBytes, bytesToBigint, concat, equalBytes, fromHex, toHex, utf8, xor } from "./bytes.ts";
export { type AddressPair, internetChecksum, pseudoHeader } from "./checksum.ts";
export { WireSyntaxError } from "./errors.ts";
export { buildIp, IP_PROTOCOL, type IpFields, type IpPacket, parseIp } from "./ip.ts";
export {
  buildTcp,
  buildTcpPacket,
  mssOf,
  mssOption,
  parseTcp,
  TCP_FLAG,
  TCP_OPTION,
  type TcpFields,
  type TcpOption,
  type TcpSegment,
} from "./tcp.ts";
export { buildUdp, buildUdpPacket, parseUdp, type UdpDatagram, type UdpFields } from "./udp.ts";
