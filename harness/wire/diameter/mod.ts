/** Diameter (RFC 6733) with the AVPs of Cx (TS 29.229) and e2 (ES 283 035). */
export {
  APPLICATION,
  ASSIGNMENT,
  type AvpName,
  AVPS,
  type AvpType,
  COMMAND,
  type CommandName,
  EXPERIMENTAL_RESULT,
  RESULT,
  VENDOR,
} from "./dictionary.ts";
export {
  type Avp,
  buildAvps,
  buildDiameter,
  DiameterFramer,
  type DiameterMessage,
  parseAvps,
  parseDiameter,
} from "./message.ts";
export { avp, type AvpValue, nameOf, valueOf, valuesOf } from "./values.ts";
