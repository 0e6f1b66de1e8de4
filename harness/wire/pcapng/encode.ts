/** Writes a capture: one section, little-endian. */
import { Block, BYTE_ORDER_MAGIC, Option, SECRETS_TLS_KEY_LOG } from "./types.ts";
import type { PcapngFile, PcapngInterface, PcapngPacket } from "./types.ts";

/**
 * The octets of a capture file that Wireshark, tshark and editcap read.
 * @throws RangeError where a packet names an interface that the file does not have, or a time before 1970.
 */
export function encodePcapng(file: PcapngFile): Uint8Array {
  const parts = [sectionHeader(file), ...file.interfaces.map(interfaceDescription)];
  for (const log of file.tlsKeyLogs ?? []) parts.push(decryptionSecrets(log));
  for (const packet of file.packets) {
    const described = file.interfaces[packet.interface ?? 0];
    if (!described) {
      throw new RangeError(
        `Cannot write a packet of interface "${
          packet.interface ?? 0
        }": the file has ${file.interfaces.length}`,
      );
    }
    parts.push(enhancedPacket(packet, described));
  }
  return concat(parts);
}

function sectionHeader(file: PcapngFile): Uint8Array {
  const fixed = new Uint8Array(16);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true); // version 1.0
  view.setUint16(6, 0, true);
  view.setBigInt64(8, -1n, true); // section length: not given
  return block(Block.sectionHeader, fixed, [
    text(Option.comment, file.comment),
    text(Option.shbHardware, file.hardware),
    text(Option.shbOs, file.os),
    text(Option.shbApplication, file.application),
  ]);
}

function interfaceDescription(described: PcapngInterface): Uint8Array {
  const fixed = new Uint8Array(8);
  const view = new DataView(fixed.buffer);
  view.setUint16(0, described.linkType, true);
  view.setUint32(4, 0, true); // snap length: no limit
  return block(Block.interfaceDescription, fixed, [
    text(Option.ifName, described.name),
    text(Option.ifDescription, described.description),
    option(Option.ifResolution, Uint8Array.of(described.resolution ?? 6)),
  ]);
}

function decryptionSecrets(log: string): Uint8Array {
  const secrets = new TextEncoder().encode(log);
  const fixed = new Uint8Array(8 + padded(secrets.length));
  const view = new DataView(fixed.buffer);
  view.setUint32(0, SECRETS_TLS_KEY_LOG, true);
  view.setUint32(4, secrets.length, true);
  fixed.set(secrets, 8);
  return block(Block.decryptionSecrets, fixed, []);
}

function enhancedPacket(packet: PcapngPacket, described: PcapngInterface): Uint8Array {
  const fixed = new Uint8Array(20 + padded(packet.bytes.length));
  const view = new DataView(fixed.buffer);
  const ticks = timeStamp(packet.at, described.resolution ?? 6);
  view.setUint32(0, packet.interface ?? 0, true);
  view.setUint32(4, Number(ticks >> 32n), true);
  view.setUint32(8, Number(ticks & 0xffffffffn), true);
  view.setUint32(12, packet.bytes.length, true); // captured
  view.setUint32(16, packet.bytes.length, true); // original
  fixed.set(packet.bytes, 20);
  return block(Block.enhancedPacket, fixed, [
    text(Option.comment, packet.comment),
    packet.direction && option(Option.epbFlags, Uint8Array.of(packet.direction === "in" ? 1 : 2, 0, 0, 0)),
  ]);
}

function timeStamp(at: number | bigint, resolution: 6 | 9): bigint {
  // Milliseconds of today times 1000 stay below 2^53, so nothing of a number's precision is lost here.
  const ticks = typeof at === "bigint"
    ? (resolution === 9 ? at : at / 1000n)
    : BigInt(Math.round(at * 1000)) * (resolution === 9 ? 1000n : 1n);
  if (ticks < 0n || ticks > 0xffff_ffff_ffff_ffffn) {
    throw new RangeError(`Cannot write the time "${at}" as a time stamp`);
  }
  return ticks;
}

/** Type, length, body, options, length again: the frame of every block. */
function block(type: number, fixed: Uint8Array, options: readonly (Uint8Array | undefined)[]): Uint8Array {
  const present = options.filter((each) => each !== undefined);
  if (present.length > 0) present.push(option(Option.end, new Uint8Array(0)));
  const body = concat([fixed, ...present]);
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function text(code: number, value: string | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  // An option's length is 16 bits; a longer comment is cut at a character's boundary.
  const bytes = new TextEncoder().encode(value);
  if (bytes.length <= 0xffff) return option(code, bytes);
  const scratch = new Uint8Array(0xffff);
  const { written } = new TextEncoder().encodeInto(value, scratch);
  return option(code, scratch.subarray(0, written));
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

/** Everything in the format is aligned to 32 bits. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** One array of all parts. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
