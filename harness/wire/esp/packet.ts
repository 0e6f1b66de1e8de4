/** One ESP packet (RFC 4303 2), made and opened; nothing here remembers anything. */
import type { EspKeys } from "./algorithms.ts";
import { needOctets } from "../errors.ts";
import { openBody, sealBody } from "./transform.ts";
import { type EspSizes, espSizes } from "./sizes.ts";

/** The two fields in front, readable without a key. */
export interface EspHeader {
  readonly spi: number;
  readonly sequence: number;
}

export interface EspFields extends EspHeader {
  /** Protocol number of the payload: 17 UDP, 6 TCP, 4 and 41 for a tunnel, 59 for a dummy packet. */
  readonly nextHeader: number;
  readonly payload: Uint8Array;
  /** As many octets as `espSizes` says; must never repeat under one key (RFC 4106 3.1) nor be predictable (3602). */
  readonly iv: Uint8Array;
  /** Default: 1, 2, 3 … up to the alignment (RFC 4303 2.4). Given octets are taken as they are, 255 at most. */
  readonly padding?: Uint8Array;
}

export type EspOpened =
  | (EspHeader & {
    readonly ok: true;
    readonly nextHeader: number;
    readonly payload: Uint8Array;
    readonly padLength: number;
  })
  | (Partial<EspHeader> & { readonly ok: false; readonly reason: EspFailure });

/**
 * Why a packet cannot be opened. "short": too short, or not a whole number of blocks; "icv": not authentic;
 * "padding": the pad length does not fit or the padding is not 1, 2, 3 …
 */
export type EspFailure = "short" | "icv" | "padding";

/**
 * SPI, sequence number, IV, what is protected, ICV. Throws RangeError if the IV or the padding has a length the
 * algorithms cannot take.
 */
export function protectEsp(keys: EspKeys, fields: EspFields): Uint8Array {
  const sizes = espSizes(keys);
  if (fields.iv.length !== sizes.iv) {
    throw new RangeError(`IV has ${fields.iv.length} octets, needs ${sizes.iv}`);
  }
  const body = buildBody(fields, sizes);
  const bodyStart = 8 + sizes.iv;
  const packet = new Uint8Array(bodyStart + body.length + sizes.icv);
  const view = new DataView(packet.buffer);
  view.setUint32(0, fields.spi);
  view.setUint32(4, fields.sequence);
  packet.set(fields.iv, 8);
  sealBody(keys, packet, body, { bodyStart, icvStart: packet.length - sizes.icv });
  return packet;
}

/**
 * Checks and opens a packet. Never throws for what is in it. `anyPadding` accepts padding of any content, as a
 * receiver may (RFC 4303 2.4 makes the check a "should").
 */
export function openEsp(
  keys: EspKeys,
  packet: Uint8Array,
  options: { readonly anyPadding?: boolean } = {},
): EspOpened {
  if (packet.length < 8) return { ok: false, reason: "short" };
  const header = parseEspHeader(packet);
  const sizes = espSizes(keys);
  const bodyStart = 8 + sizes.iv;
  const icvStart = packet.length - sizes.icv;
  const bodyLength = icvStart - bodyStart;
  // A receiver need not insist on the alignment of four that a cipher without blocks has, but it must have whole
  // blocks; two octets, pad length and next header, are the least.
  const blocks = sizes.align > 4 ? bodyLength % sizes.align : 0;
  if (bodyLength < 2 || blocks !== 0) return { ok: false, reason: "short", ...header };

  const body = openBody(keys, packet, { bodyStart, icvStart });
  if (!body) return { ok: false, reason: "icv", ...header };
  const padLength = body[bodyLength - 2] as number;
  const payloadLength = bodyLength - 2 - padLength;
  const paddingOk = payloadLength >= 0 &&
    (options.anyPadding || isDefaultPadding(body, payloadLength, padLength));
  if (!paddingOk) return { ok: false, reason: "padding", ...header };
  const nextHeader = body[bodyLength - 1] as number;
  return { ok: true, ...header, nextHeader, payload: body.slice(0, payloadLength), padLength };
}

/** SPI and sequence number. Throws WireSyntaxError if the packet is shorter than 8 octets. */
export function parseEspHeader(packet: Uint8Array): EspHeader {
  needOctets("ESP header", packet, 8);
  const view = new DataView(packet.buffer, packet.byteOffset, 8);
  return { spi: view.getUint32(0), sequence: view.getUint32(4) };
}

/** Payload, padding, pad length, next header (RFC 4303 2.3 to 2.6). */
function buildBody(fields: EspFields, { align }: EspSizes): Uint8Array {
  const { payload, padding, nextHeader } = fields;
  const padLength = padding?.length ?? (align - (payload.length + 2) % align) % align;
  if (padLength > 0xff) throw new RangeError(`padding has ${padLength} octets, needs at most 255`);
  const body = new Uint8Array(payload.length + padLength + 2);
  if (align > 4 && body.length % align !== 0) {
    throw new RangeError(`payload and padding give ${body.length} octets, needs a multiple of ${align}`);
  }
  body.set(payload);
  if (padding) body.set(padding, payload.length);
  else for (let i = 1; i <= padLength; i++) body[payload.length + i - 1] = i;
  body[body.length - 2] = padLength;
  body[body.length - 1] = nextHeader;
  return body;
}

function isDefaultPadding(body: Uint8Array, start: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (body[start + i] !== i + 1) return false;
  return true;
}
