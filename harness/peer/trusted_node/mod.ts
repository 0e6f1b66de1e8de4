/** A node of the core network that talks to the CSCFs under test: an MSC server enhanced for ICS, or a P-CSCF. */
export { createTrustedNode } from "./node.ts";
export type {
  Behind,
  Integrity,
  NodeAnswerOptions,
  NodeOptions,
  NodeRegisterOptions,
  NodeRequestOptions,
  TrustedNode,
  TrustedNodeOptions,
  TrustedNodeSetup,
  TrustedRegisterOptions,
} from "./types.ts";
