/** The TCP side of capture.ts: one conversation per connection, as both ends might have seen it. */
import type { TapRecord } from "../../net/types.ts";
import { addressVersion } from "../address.ts";
import { buildTcpPacket, mssOption, TCP_FLAG } from "../tcp.ts";
import { endsOf } from "./addresses.ts";

interface Packet {
  readonly direction: "in" | "out";
  readonly bytes: Uint8Array;
}

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK } = TCP_FLAG;

/** 1500 octets of Ethernet less the headers of IP and TCP. */
const SEGMENT = { 4: 1460, 6: 1440 } as const;

export class TcpConversations {
  readonly #open = new Map<string, Conversation>();

  /** The packets of a record: those that open its connection first, and those that close it where it tells the end. */
  add(record: TapRecord): Packet[] {
    if (isAttempt(record)) return new Conversation(record).attempt();
    const key = record.connection ?? endpoints(record);
    let conversation = this.#open.get(key);
    const packets: Packet[] = [];
    if (!conversation) {
      conversation = new Conversation(record);
      this.#open.set(key, conversation);
      packets.push(...conversation.handshake());
    }
    if (record.bytes.length > 0) packets.push(...conversation.data(record.direction, record.bytes));
    if (isEnd(record)) {
      this.#open.delete(key);
      packets.push(...conversation.end(record.direction, /reset/i.test(record.note ?? "")));
    }
    return packets;
  }

  /** Ends what is still open, from our side: the tester closes its sockets when a case is over. */
  close(): (Packet & { readonly first: TapRecord })[] {
    const packets = [...this.#open.values()].flatMap((conversation) =>
      conversation.end("out", false).map((packet) => ({ ...packet, first: conversation.first }))
    );
    this.#open.clear();
    return packets;
  }
}

function endpoints({ local, remote }: TapRecord): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}

/** A connection that never was: a socket tells it without a name, and why. */
function isAttempt({ connection, bytes, note }: TapRecord): boolean {
  return connection === undefined && bytes.length === 0 && note !== undefined;
}

/** What a socket tells of a connection itself, and not of a message, is its end, unless it says "accepted". */
function isEnd({ layer, note }: TapRecord): boolean {
  return layer === "tcp" && note !== undefined && !OPENED.test(note);
}

const OPENED = /^(connection )?(accepted|connected|opened)/i;

class Conversation {
  /** Next sequence number of each direction. Both begin at 1, which is easy to count from. */
  readonly #next = { out: 1, in: 1 };
  readonly #opener: "out" | "in";
  readonly #segment: number;

  constructor(readonly first: TapRecord) {
    // A socket tells "accepted" of connections it did not open; where it tells nothing, who speaks first opened it.
    const note = first.note ?? "";
    this.#opener = OPENED.test(note) ? /accept/i.test(note) ? "in" : "out" : first.direction;
    this.#segment = SEGMENT[addressVersion(endsOf(first, "out").source)];
  }

  handshake(): Packet[] {
    const answerer = other(this.#opener);
    return [
      this.#packet(this.#opener, SYN),
      this.#packet(answerer, SYN | ACK),
      this.#packet(this.#opener, ACK),
    ];
  }

  /** SYN, and what came of it: a reset where somebody refused, nothing where nobody answered. */
  attempt(): Packet[] {
    const note = this.first.note ?? "";
    if (/not accepted/i.test(note)) return [this.#packet("in", SYN), this.#packet("out", RST | ACK)];
    const syn = this.#packet("out", SYN);
    return /refused|reset/i.test(note) ? [syn, this.#packet("in", RST | ACK)] : [syn];
  }

  data(direction: "out" | "in", bytes: Uint8Array): Packet[] {
    const packets: Packet[] = [];
    for (let at = 0; at < bytes.length; at += this.#segment) {
      const last = at + this.#segment >= bytes.length;
      packets.push(this.#packet(direction, last ? PSH | ACK : ACK, bytes.subarray(at, at + this.#segment)));
    }
    return packets;
  }

  end(direction: "out" | "in", reset: boolean): Packet[] {
    if (reset) return [this.#packet(direction, RST | ACK)];
    return [
      this.#packet(direction, FIN | ACK),
      this.#packet(other(direction), FIN | ACK),
      this.#packet(direction, ACK),
    ];
  }

  #packet(direction: "out" | "in", flags: number, payload: Uint8Array = new Uint8Array(0)): Packet {
    const bytes = buildTcpPacket({
      ...endsOf(this.first, direction),
      sequence: this.#next[direction],
      acknowledgement: flags & ACK ? this.#next[other(direction)] : 0,
      flags,
      options: flags & SYN ? [mssOption(this.#segment)] : [],
      payload,
    });
    // SYN and FIN count for one (RFC 9293 3.4).
    const length = payload.length + (flags & (SYN | FIN) ? 1 : 0);
    this.#next[direction] = (this.#next[direction] + length) >>> 0;
    return { direction, bytes };
  }
}

function other(direction: "out" | "in"): "out" | "in" {
  return direction === "out" ? "in" : "out";
}
