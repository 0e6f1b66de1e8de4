/** Sockets, clocks, and what joins machines to them. The only folder that opens sockets. */
export type { ByteStream, StreamHandlers, StreamListener, StreamTransport } from "./byte_stream.ts";
export { AddressSyntaxError, contains, familyOf, parseAddress, parseCidr } from "./cidr.ts";
export type { Cidr, IpAddress } from "./cidr.ts";
export { systemClock } from "./clock.ts";
export { FakeClock } from "./clock_fake.ts";
export { locate } from "./dns/mod.ts";
export type { DnsAnswer, Located, LocateOptions, SipAddress, SipTarget, SipTransport } from "./dns/mod.ts";
export { drive } from "./driver.ts";
export type { DriveOptions } from "./driver.ts";
export { formatEndpoint, sameEndpoint } from "./endpoint.ts";
export { postJson } from "./http.ts";
export type { PostOptions } from "./http.ts";
export { openIpsec } from "./ipsec/open.ts";
export type { IpsecGround } from "./ipsec/open.ts";
export { securityOf, spiOf } from "./ipsec/security_name.ts";
export type {
  EspArrival,
  EspCarrierName,
  EspDestination,
  EspMode,
  EspPolicy,
  EspResult,
  EspWay,
  InnerPacket,
  IpsecHost,
  IpsecOptions,
  IpsecSocketOptions,
  OutboundPacket,
  PacketToSend,
} from "./ipsec/types.ts";
export { MemoryNet } from "./memory.ts";
export type { Link, Packet } from "./memory.ts";
export { netOf, systemNet } from "./net.ts";
export { openPair, type SocketPair } from "./pair.ts";
export type { Opener } from "./net.ts";
export { checkRawIp, openRawIp } from "./raw_ip.ts";
export type { RawIp, RawPacket } from "./raw_ip.ts";
export { scopeCheck, scoped } from "./scoped.ts";
export { NEW_CONNECTION, openStreamSocket } from "./stream_socket.ts";
export { openTcp, tcpTransport } from "./tcp.ts";
export { openStream } from "./stream.ts";
export { alertName, checkTls, openTls, TlsContext, TlsEngine, TlsFailure } from "./tls/mod.ts";
export type {
  ConnectOptions as TlsConnectOptions,
  DtlsOptions,
  Negotiated,
  TlsAlert,
  TlsCertificate,
  TlsConnection,
  TlsEnd,
  TlsEvent,
  TlsHost,
  TlsHostOptions,
  TlsOptions,
  TlsPsk,
  TlsTrust,
  TlsVersion,
} from "./tls/mod.ts";
export type {
  Clock,
  Drive,
  Driver,
  Endpoint,
  Flow,
  Framer,
  Incoming,
  Machine,
  MessageSocket,
  Net,
  SocketOptions,
  StreamLimits,
  StreamOptions,
  Tap,
  TapLayer,
  TapRecord,
  TransportName,
} from "./types.ts";
export { openUdp } from "./udp.ts";
