/** Wireshark's "exported PDU" (epan/exported_pdu.h): tags that name protocol and addresses, then the payload. */
import type { TapRecord } from "../../net/types.ts";
import { parseAddress } from "../address.ts";
import { endsOf } from "./addresses.ts";
import { concat } from "./encode.ts";

/** Tag numbers and port types as Wireshark writes them. */
const Tag = {
  end: 0,
  dissectorName: 12,
  ipv4Source: 20,
  ipv4Destination: 21,
  ipv6Source: 22,
  ipv6Destination: 23,
  portType: 24,
  sourcePort: 25,
  destinationPort: 26,
} as const;
const PORT_TYPE_TCP = 2;

/** The record's payload with its protocol and its addresses in front. */
export function exportedPdu(record: TapRecord): Uint8Array {
  const ends = endsOf(record, record.direction);
  const source = parseAddress(ends.source);
  const v4 = source.length === 4;
  return concat([
    tag(Tag.dissectorName, zeroPadded(new TextEncoder().encode(dissector(record)))),
    tag(v4 ? Tag.ipv4Source : Tag.ipv6Source, source),
    tag(v4 ? Tag.ipv4Destination : Tag.ipv6Destination, parseAddress(ends.destination)),
    tag(Tag.portType, uint32(PORT_TYPE_TCP)),
    tag(Tag.sourcePort, uint32(ends.sourcePort)),
    tag(Tag.destinationPort, uint32(ends.destinationPort)),
    tag(Tag.end, new Uint8Array(0)),
    record.bytes,
  ]);
}

/** Name of Wireshark's dissector for what the record carries. */
function dissector({ layer }: TapRecord): string {
  return layer === "sip" || layer === "http" || layer === "diameter" ? layer : "data";
}

function tag(type: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(type >> 8, type & 0xff, value.length >> 8, value.length & 0xff, ...value);
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Names are filled with zeros to a multiple of four octets. */
function zeroPadded(bytes: Uint8Array): Uint8Array {
  const full = new Uint8Array(Math.ceil((bytes.length + 1) / 4) * 4);
  full.set(bytes);
  return full;
}
