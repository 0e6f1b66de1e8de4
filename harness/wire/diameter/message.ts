/** Diameter messages and AVPs as they are on the wire (RFC 6733 clauses 3 and 4). */
import { concat } from "../bytes.ts";
import { needOctets, WireSyntaxError } from "../errors.ts";

export interface DiameterMessage {
  readonly command: number;
  readonly application: number;
  readonly request: boolean;
  /** The P bit: may go through agents. */
  readonly proxiable: boolean;
  /** The E bit: an answer that is a protocol error. */
  readonly error: boolean;
  /** The T bit: may have been sent before. */
  readonly retransmitted: boolean;
  readonly hopByHop: number;
  readonly endToEnd: number;
  readonly avps: readonly Avp[];
}

export interface Avp {
  readonly code: number;
  /** 0 where there is none (the V bit is clear). */
  readonly vendor: number;
  /** The M bit. */
  readonly mandatory: boolean;
  /** Without padding. */
  readonly data: Uint8Array;
}

const HEADER = 20;
const FLAG = { request: 0x80, proxiable: 0x40, error: 0x20, retransmitted: 0x10 } as const;
const AVP_FLAG = { vendor: 0x80, mandatory: 0x40 } as const;
/** The length field has 24 bits. */
const LONGEST = 0xff_ffff;

/** Throws WireSyntaxError; `offset` counts from the message's start. */
export function parseDiameter(bytes: Uint8Array): DiameterMessage {
  needOctets("Diameter header", bytes, HEADER);
  const length = lengthAt(bytes);
  if (length !== bytes.length) {
    throw new WireSyntaxError(`Diameter message says ${length} octets, there are ${bytes.length}`, 1);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(4);
  return {
    command: view.getUint32(4) & LONGEST,
    application: view.getUint32(8),
    request: (flags & FLAG.request) !== 0,
    proxiable: (flags & FLAG.proxiable) !== 0,
    error: (flags & FLAG.error) !== 0,
    retransmitted: (flags & FLAG.retransmitted) !== 0,
    hopByHop: view.getUint32(12),
    endToEnd: view.getUint32(16),
    avps: parseAvps(bytes.subarray(HEADER), HEADER),
  };
}

/** The AVPs of a message or of a grouped AVP. `base` is added to offsets of errors. Throws WireSyntaxError. */
export function parseAvps(bytes: Uint8Array, base = 0): Avp[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const avps: Avp[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 8) {
      throw new WireSyntaxError(`AVP header has ${bytes.length - at} octets, needs 8`, base + at);
    }
    const flags = view.getUint8(at + 4);
    const length = view.getUint32(at + 4) & LONGEST;
    const header = flags & AVP_FLAG.vendor ? 12 : 8;
    if (length < header) throw new WireSyntaxError(`AVP length is ${length}, needs ${header}`, base + at + 5);
    if (at + length > bytes.length) {
      throw new WireSyntaxError(`AVP says ${length} octets, there are ${bytes.length - at}`, base + at + 5);
    }
    avps.push({
      code: view.getUint32(at),
      vendor: header === 12 ? view.getUint32(at + 8) : 0,
      mandatory: (flags & AVP_FLAG.mandatory) !== 0,
      data: bytes.slice(at + header, at + length),
    });
    // The last one's padding may be missing inside a grouped AVP of a careless sender.
    at += padded(length);
  }
  return avps;
}

/** Throws RangeError where it is longer than a Diameter message can be. */
export function buildDiameter(message: DiameterMessage): Uint8Array {
  const body = buildAvps(message.avps);
  const length = HEADER + body.length;
  if (length > LONGEST) {
    throw new RangeError(`Diameter message has ${length} octets, needs at most ${LONGEST}`);
  }
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x0100_0000 | length);
  view.setUint32(4, message.command);
  view.setUint8(
    4,
    (message.request ? FLAG.request : 0) | (message.proxiable ? FLAG.proxiable : 0) |
      (message.error ? FLAG.error : 0) | (message.retransmitted ? FLAG.retransmitted : 0),
  );
  view.setUint32(8, message.application);
  view.setUint32(12, message.hopByHop);
  view.setUint32(16, message.endToEnd);
  return concat(header, body);
}

export function buildAvps(avps: readonly Avp[]): Uint8Array {
  return concat(...avps.map(buildAvp));
}

function buildAvp({ code, vendor, mandatory, data }: Avp): Uint8Array {
  const header = vendor === 0 ? 8 : 12;
  const length = header + data.length;
  if (length > LONGEST) throw new RangeError(`AVP ${code} has ${length} octets, needs at most ${LONGEST}`);
  const avp = new Uint8Array(padded(length));
  const view = new DataView(avp.buffer);
  view.setUint32(0, code);
  view.setUint32(4, length);
  view.setUint8(4, (vendor === 0 ? 0 : AVP_FLAG.vendor) | (mandatory ? AVP_FLAG.mandatory : 0));
  if (vendor !== 0) view.setUint32(8, vendor);
  avp.set(data, header);
  return avp;
}

/** To a multiple of four octets. */
function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Length of the message that begins here. Throws WireSyntaxError where no Diameter message can. Needs 4 octets. */
function lengthAt(bytes: Uint8Array): number {
  const [version = 0, a = 0, b = 0, c = 0] = bytes;
  if (version !== 1) throw new WireSyntaxError(`Diameter version is ${version}, needs 1`, 0);
  const length = a << 16 | b << 8 | c;
  if (length < HEADER || length % 4 !== 0) {
    throw new WireSyntaxError(`Diameter length is ${length}, needs a multiple of 4, at least ${HEADER}`, 1);
  }
  return length;
}

/** Cuts a stream into messages, still as octets. */
export class DiameterFramer {
  #rest = new Uint8Array(0);

  /** `longest`: octets of a message at most; a longer one is a syntax error. */
  constructor(readonly longest = 1 << 20) {}

  /** Throws WireSyntaxError where the stream cannot be cut any more. */
  push(bytes: Uint8Array): Uint8Array[] {
    const whole = concat(this.#rest, bytes);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (whole.length - at >= 4) {
      const length = lengthAt(whole.subarray(at, at + 4));
      if (length > this.longest) {
        throw new WireSyntaxError(
          `Diameter message says ${length} octets, at most ${this.longest} are taken`,
          at + 1,
        );
      }
      if (whole.length - at < length) break;
      messages.push(whole.slice(at, at + length));
      at += length;
    }
    this.#rest = whole.slice(at);
    return messages;
  }
}
