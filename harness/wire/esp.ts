export {
  DEPRECATED_ALGORITHMS,
  ENCRYPTION_ALGORITHMS,
  type EncryptionAlgorithm,
  type EspKeys,
  type EspPair,
  INTEGRITY_ALGORITHMS,
  type IntegrityAlgorithm,
  isAllowedPair,
} from "./esp/algorithms.ts";
export {
  type EspPacketReceived,
  openTransport,
  openTunnel,
  protectTransport,
  protectTunnel,
} from "./esp/modes.ts";
export {
  type EspFailure,
  type EspFields,
  type EspHeader,
  type EspOpened,
  openEsp,
  parseEspHeader,
  protectEsp,
} from "./esp/packet.ts";
export { type ReplayVerdict, ReplayWindow } from "./esp/replay_window.ts";
export { type EspOverrides, type EspReceived, EspSa, type EspSaOptions } from "./esp/sa.ts";
export { type EspSizes, espSizes } from "./esp/sizes.ts";
export {
  buildNonEsp,
  NAT_KEEPALIVE,
  NON_ESP_MARKER,
  parseUdpEncapsulated,
  UDP_ENCAPSULATION_PORT,
  type UdpEncapsulated,
} from "./esp/udp_encapsulation.ts";
export { wiresharkEspSa } from "./esp/wireshark.ts";
