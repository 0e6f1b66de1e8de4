/** TLS records and alerts (RFC 8446 5.1, 6; RFC 5246 6.2.1, 7.2). */
import { concat } from "../bytes.ts";
import { CONTENT_TYPE } from "./codes.ts";
import { uint, vector } from "./writer.ts";

export interface TlsRecord {
  /** As in CONTENT_TYPE. */
  readonly type: number;
  readonly version: number;
  readonly payload: Uint8Array;
}

export const RECORD_HEADER = 5;
/** RFC 8446 5.1: a longer one is cut into several. */
export const MAX_FRAGMENT = 0x4000;
/** RFC 5246 6.2.3: the most that encryption may make of a fragment. */
export const MAX_ENCRYPTED = MAX_FRAGMENT + 2048;

/** One record. `payload` may be longer than the rules allow, up to 65535 octets. */
export function buildRecord({ type, version, payload }: TlsRecord): Uint8Array {
  return concat(uint(type, 1), uint(version, 2), vector(2, payload));
}

/** A handshake message in as many records as it takes. */
export function handshakeRecords(message: Uint8Array, version: number): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += MAX_FRAGMENT) {
    const payload = message.subarray(at, at + MAX_FRAGMENT);
    records.push(buildRecord({ type: CONTENT_TYPE.handshake, version, payload }));
  }
  return concat(...records);
}

export function alertRecord(level: "warning" | "fatal", code: number, version: number): Uint8Array {
  const payload = Uint8Array.of(level === "fatal" ? 2 : 1, code);
  return buildRecord({ type: CONTENT_TYPE.alert, version, payload });
}
