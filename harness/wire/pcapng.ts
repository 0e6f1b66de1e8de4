/**
 * pcapng, the capture file of Wireshark: sections, interfaces, packets with comments, and the secrets that let
 * a reader decrypt them. Source: draft-ietf-opsawg-pcapng; block and option names are the draft's.
 */
export { encodePcapng } from "./pcapng/encode.ts";
export { parsePcapng, PcapngSyntaxError } from "./pcapng/parse.ts";
export {
  LINKTYPE_RAW,
  LINKTYPE_WIRESHARK_UPPER_PDU,
  type PcapngFile,
  type PcapngInterface,
  type PcapngPacket,
} from "./pcapng/types.ts";
