/** The Diameter base protocol (RFC 6733) over a byte stream; the octets are in wire/diameter. */
export { DiameterConnection, type DiameterConnectionOptions } from "./connection.ts";
export {
  CX,
  type DiameterApplication,
  type DiameterEvent,
  type DiameterNode,
  DiameterPeer,
  type DiameterPeerOptions,
  E2,
  resultOf,
  sessionOf,
} from "./peer.ts";
