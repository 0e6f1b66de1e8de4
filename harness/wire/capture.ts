/**
 * Turns what the taps told into packets: the sockets gave us payloads, Wireshark wants IP. A datagram gets the
 * headers it must have had. A TCP connection becomes a plausible conversation (handshake, segments of at most 1460
 * octets, end); its segment boundaries, sequence numbers and acknowledgements are not those of the wire, and the
 * capture says so. IP packets that were tapped as such (ESP) are kept as they are. What was read inside TLS is put
 * on an interface of its own as an "exported PDU", which names its protocol, so that no key is needed to read it.
 */
import type { TapRecord } from "../net/types.ts";
import { buildIp, IP_PROTOCOL } from "./ip.ts";
import { exportedPdu } from "./pcapng/exported_pdu.ts";
import { encodePcapng } from "./pcapng/encode.ts";
import { endsOf } from "./pcapng/addresses.ts";
import { TcpConversations } from "./pcapng/tcp_conversation.ts";
import { LINKTYPE_RAW, LINKTYPE_WIRESHARK_UPPER_PDU, type PcapngPacket } from "./pcapng/types.ts";
import { buildUdpPacket } from "./udp.ts";

export interface CaptureRecord extends TapRecord {
  /** Set where the record was read inside an ESP SA, as in Flow: the packet is a clear view, not one of the wire. */
  readonly security?: string;
  /** Comment of the first packet that the record becomes. */
  readonly comment?: string;
}

export interface CaptureOptions {
  readonly application?: string;
  /** TLS key logs (NSS format), for the packets as they were on the wire. */
  readonly tlsKeyLogs?: readonly string[];
}

/** Interfaces of the file. */
const WIRE = 0;
const INSIDE_ESP = 1;
const INSIDE_TLS = 2;

/** The octets of a capture file (pcapng) of these records, which are in order of time. */
export function encodeCapture(records: readonly CaptureRecord[], options: CaptureOptions = {}): Uint8Array {
  const conversations = new TcpConversations();
  const packets: PcapngPacket[] = [];
  for (const record of records) {
    const bytes = packetsOf(record, conversations);
    const onto = interfaceOf(record);
    for (const [index, packet] of bytes.entries()) {
      packets.push({
        interface: onto,
        at: record.at,
        direction: packet.direction,
        bytes: packet.bytes,
        ...(index === 0 && record.comment !== undefined ? { comment: record.comment } : {}),
      });
    }
  }
  const end = records.at(-1)?.at ?? 0;
  for (const { first, ...packet } of conversations.close()) {
    packets.push({ interface: interfaceOf(first), at: end, ...packet });
  }
  return encodePcapng({
    comment:
      "Made from what the sockets of the tester sent and received. UDP, IP and TCP headers are made up around the " +
      "payloads; TCP segment boundaries and sequence numbers are not those of the wire.",
    ...(options.application === undefined ? {} : { application: options.application }),
    interfaces: [
      { linkType: LINKTYPE_RAW, name: "wire", description: "as sent and received" },
      { linkType: LINKTYPE_RAW, name: "inside-esp", description: "clear view of what ESP carried" },
      {
        linkType: LINKTYPE_WIRESHARK_UPPER_PDU,
        name: "inside-tls",
        description: "clear view of what TLS carried",
      },
    ],
    ...(options.tlsKeyLogs ? { tlsKeyLogs: options.tlsKeyLogs } : {}),
    packets,
  });
}

export interface DirectedPacket {
  readonly direction: "in" | "out";
  readonly bytes: Uint8Array;
}

function packetsOf(record: CaptureRecord, conversations: TcpConversations): DirectedPacket[] {
  const { direction, bytes } = record;
  if (interfaceOf(record) === INSIDE_TLS) {
    return bytes.length === 0 ? [] : [{ direction, bytes: exportedPdu(record) }];
  }
  const ends = endsOf(record, direction);
  if (record.transport === "ip") {
    if (bytes.length === 0) return [];
    return [{
      direction,
      bytes: isIpPacket(bytes) ? bytes : buildIp({ ...ends, protocol: IP_PROTOCOL.esp, payload: bytes }),
    }];
  }
  if (record.transport === "udp") {
    // A note of a socket ("port unreachable") is no datagram; an empty datagram has no note.
    if (bytes.length === 0 && record.note !== undefined) return [];
    return [{ direction, bytes: buildUdpPacket({ ...ends, payload: bytes }) }];
  }
  return conversations.add(record);
}

function interfaceOf({ transport, layer, security }: CaptureRecord): number {
  // Inside TLS or WebSocket, what the record tells is not what the segments carried.
  const stacked = transport === "tls" || transport === "ws" || transport === "wss";
  if (stacked) return layer === "tls" || layer === "tcp" ? WIRE : INSIDE_TLS;
  return security !== undefined && layer !== "esp" && layer !== "ip" ? INSIDE_ESP : WIRE;
}

/** A whole IP packet: its version, and the length it says it has. */
function isIpPacket(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 20 && bytes[0]! >> 4 === 4) return view.getUint16(2) === bytes.length;
  return bytes.length >= 40 && bytes[0]! >> 4 === 6 && view.getUint16(4) + 40 === bytes.length;
}
