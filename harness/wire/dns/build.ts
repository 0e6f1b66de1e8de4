import { parseAddress } from "../address.ts";
import { concat } from "../bytes.ts";
import { nameLabels } from "./name.ts";
import {
  DNS_CLASS_IN,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  dnsTypeNumber,
  FLAG,
} from "./types.ts";

export interface BuildDnsOptions {
  /** Names that were there before become pointers (RFC 1035 4.1.4). Default true. */
  readonly compress?: boolean;
  /** A message with more octets than this goes without records and with TC. Default: 65535, which throws. */
  readonly limit?: number;
}

/** Octets of a message. Throws RangeError where a value does not fit into its field. */
export function buildDns(message: DnsMessage, options: BuildDnsOptions = {}): Uint8Array {
  const whole = build(message, options.compress ?? true);
  if (whole.length <= (options.limit ?? MAX_MESSAGE)) return whole;
  if (options.limit === undefined) {
    throw new RangeError(`DNS message has ${whole.length} octets, needs at most ${MAX_MESSAGE}`);
  }
  const bare = { ...message, truncated: true, answers: [], authorities: [], additionals: [] };
  return build(bare, options.compress ?? true);
}

const MAX_MESSAGE = 0xffff;

function build(message: DnsMessage, compress: boolean): Uint8Array {
  const { questions, answers = [], authorities = [], additionals = [] } = message;
  const writer = new Writer(compress);
  writer.u16(message.id);
  writer.u16(flagsOf(message));
  for (const section of [questions, answers, authorities, additionals]) writer.u16(section.length);
  for (const question of questions) writer.question(question);
  for (const record of [...answers, ...authorities, ...additionals]) writer.record(record);
  return writer.bytes();
}

function flagsOf(message: DnsMessage): number {
  const { opcode = 0, rcode = 0 } = message;
  if (opcode > 0xf || rcode > 0xf) {
    throw new RangeError(`opcode ${opcode} and rcode ${rcode} need at most 15`);
  }
  let flags = opcode << 11 | rcode;
  for (const [name, bit] of Object.entries(FLAG)) if (message[name as keyof typeof FLAG]) flags |= bit;
  return flags;
}

class Writer {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  /** Where a name (as octets of its labels, in Latin-1) begins. */
  readonly #known = new Map<string, number>();

  constructor(readonly compress: boolean) {}

  bytes(): Uint8Array {
    return concat(...this.#parts);
  }

  u16(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new RangeError(`value "${value}" does not fit into 2 octets`);
    }
    this.#add(Uint8Array.of(value >> 8, value & 0xff));
  }

  question(question: DnsQuestion): void {
    this.#name(question.name, this.compress);
    this.u16(dnsTypeNumber(question.type));
    this.u16(question.class ?? DNS_CLASS_IN);
  }

  record(record: DnsRecord): void {
    this.#name(record.name, this.compress);
    this.u16(dnsTypeNumber(record.type));
    this.u16(record.class ?? DNS_CLASS_IN);
    this.#u32(record.ttl);
    const length = new Uint8Array(2);
    this.#add(length);
    const start = this.#length;
    this.#data(record);
    new DataView(length.buffer).setUint16(0, this.#length - start);
  }

  #data(record: DnsRecord): void {
    switch (record.type) {
      case "A":
      case "AAAA": {
        const address = parseAddress(record.address);
        const needed = record.type === "A" ? 4 : 16;
        if (address.length !== needed) {
          throw new RangeError(`"${record.address}" is no address of ${record.type}`);
        }
        return this.#add(address);
      }
      case "CNAME":
      case "NS":
        return this.#name(record.target, this.compress);
      case "SRV":
        this.u16(record.priority);
        this.u16(record.weight);
        this.u16(record.port);
        // No compression in records that are younger than RFC 1035 (RFC 2782, RFC 3597 4).
        return this.#name(record.target, false);
      case "NAPTR":
        this.u16(record.order);
        this.u16(record.preference);
        this.#string(record.flags);
        this.#string(record.services);
        this.#string(record.regexp);
        return this.#name(record.replacement, false);
      default:
        if (record.data.length > 0xffff) throw new RangeError("record data needs at most 65535 octets");
        return this.#add(record.data);
    }
  }

  #name(name: string, compress: boolean): void {
    const labels = nameLabels(name);
    for (let i = 0; i < labels.length; i++) {
      const key = labels.slice(i).map((label) => `${label.length} ${String.fromCharCode(...label)}`).join("");
      const known = compress ? this.#known.get(key) : undefined;
      if (known !== undefined) return this.u16(0xc000 | known);
      // A pointer has 14 bits.
      if (this.#length < 0x4000 && !this.#known.has(key)) this.#known.set(key, this.#length);
      const label = labels[i]!;
      this.#add(Uint8Array.of(label.length));
      this.#add(label);
    }
    this.#add(Uint8Array.of(0));
  }

  #string(text: string): void {
    const octets = Array.from(text, (character) => character.charCodeAt(0));
    if (octets.length > 255 || octets.some((octet) => octet > 255)) {
      throw new RangeError(`"${text}" needs at most 255 characters of one octet each`);
    }
    this.#add(Uint8Array.of(octets.length, ...octets));
  }

  #u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new RangeError(`value "${value}" does not fit into 4 octets`);
    }
    this.u16(Math.floor(value / 0x10000));
    this.u16(value % 0x10000);
  }

  #add(octets: Uint8Array): void {
    this.#parts.push(octets);
    this.#length += octets.length;
  }
}
