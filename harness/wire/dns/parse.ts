import { formatAddress } from "../address.ts";
import { needOctets, WireSyntaxError } from "../errors.ts";
import { readName } from "./name.ts";
import {
  DNS_CLASS_IN,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  type DnsRecordData,
  dnsType,
  FLAG,
} from "./types.ts";

/** Takes a message apart; octets behind its last record are dropped. Throws WireSyntaxError. */
export function parseDns(bytes: Uint8Array): Required<DnsMessage> {
  needOctets("DNS header", bytes, 12);
  const reader = new Reader(bytes);
  const id = reader.u16();
  const flags = reader.u16();
  const [questions, answers, authorities, additionals] = [
    reader.u16(),
    reader.u16(),
    reader.u16(),
    reader.u16(),
  ];
  return {
    id,
    response: (flags & FLAG.response) !== 0,
    opcode: flags >> 11 & 0xf,
    authoritative: (flags & FLAG.authoritative) !== 0,
    truncated: (flags & FLAG.truncated) !== 0,
    recursionDesired: (flags & FLAG.recursionDesired) !== 0,
    recursionAvailable: (flags & FLAG.recursionAvailable) !== 0,
    rcode: flags & 0xf,
    questions: times(questions, () => reader.question()),
    answers: times(answers, () => reader.record()),
    authorities: times(authorities, () => reader.record()),
    additionals: times(additionals, () => reader.record()),
  };
}

class Reader {
  #at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  question(): DnsQuestion {
    const name = this.#name();
    return { name, type: dnsType(this.u16()), ...classOf(this.u16()) };
  }

  record(): DnsRecord {
    const name = this.#name();
    const type = this.u16();
    const class_ = this.u16();
    const ttl = this.#u32();
    const length = this.u16();
    this.#need(length);
    const end = this.#at + length;
    const data = this.#data(type, end);
    if (this.#at !== end) {
      throw new WireSyntaxError(`record data ends at ${this.#at}, its length says ${end}`, this.#at);
    }
    return { name, ttl, ...classOf(class_), ...data };
  }

  #data(number: number, end: number): DnsRecordData {
    const type = dnsType(number);
    switch (type) {
      case "A":
      case "AAAA":
        return { type, address: formatAddress(this.#octets(type === "A" ? 4 : 16)) };
      case "CNAME":
      case "NS":
        return { type, target: this.#name() };
      case "SRV":
        return {
          type,
          priority: this.u16(),
          weight: this.u16(),
          port: this.u16(),
          target: this.#name(),
        };
      case "NAPTR":
        return {
          type,
          order: this.u16(),
          preference: this.u16(),
          flags: this.#string(),
          services: this.#string(),
          regexp: this.#string(),
          replacement: this.#name(),
        };
      default:
        return { type, data: this.#octets(end - this.#at) };
    }
  }

  #name(): string {
    const { name, next } = readName(this.bytes, this.#at);
    this.#at = next;
    return name;
  }

  /** <character-string> (RFC 1035 3.3), a character per octet. */
  #string(): string {
    const [length] = this.#octets(1);
    return String.fromCharCode(...this.#octets(length ?? 0));
  }

  #u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  #octets(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.bytes.slice(this.#at - length, this.#at);
  }

  #need(length: number): void {
    if (this.#at + length <= this.bytes.length) return;
    throw new WireSyntaxError(
      `DNS message has ${this.bytes.length} octets, needs at least ${this.#at + length}`,
      this.bytes.length,
    );
  }
}

function classOf(class_: number): { class?: number } {
  return class_ === DNS_CLASS_IN ? {} : { class: class_ };
}

function times<T>(count: number, make: () => T): T[] {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(make());
  return made;
}
