/** How one tapped record is told in trace.jsonl. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Endpoint, TapRecord } from "../../net/types.ts";
import type { TraceRecord } from "../events.ts";
import { dnsSummary } from "./dns_summary.ts";
import { tlsSummary } from "./tls_summary.ts";

/** Milliseconds since 1970 as ISO 8601 in UTC with microseconds. */
export function isoTime(at: number): string {
  const micros = Math.round(at * 1000);
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros - seconds * 1e6).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** "127.0.0.1:5060", "[::1]:5060"; empty where there is no address. */
export function endpointText({ address, port }: Endpoint): string {
  if (address === "") return "";
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The line of the trace for a record, but for its number and its octets. */
export function traceHead(record: TapRecord): Omit<TraceRecord, "n" | "actor" | "sha256" | "bytes"> {
  return {
    time: isoTime(record.at),
    direction: record.direction,
    layer: record.layer,
    transport: record.transport,
    local: endpointText(record.local),
    remote: endpointText(record.remote),
    summary: summary(record),
    ...(record.note === undefined ? {} : { note: record.note }),
  };
}

export function sha256Hex(bytes: Uint8Array): string {
  return sha256(bytes).toHex();
}

/** "REGISTER sip:home1.net", "401 Unauthorized", "ESP 120 octets", "TLS ClientHello, 517 octets", "connection refused". */
function summary(record: TapRecord): string {
  const line = record.layer === "sip" || record.layer === "http" ? startLine(record.bytes) : undefined;
  if (line !== undefined) return line;
  if (record.bytes.length === 0) return record.note ?? `${record.layer.toUpperCase()} without octets`;
  if (isKeepAlive(record.bytes)) return "keep-alive";
  const records = record.layer === "tls" ? tlsSummary(record.bytes) : undefined;
  if (records !== undefined) return records;
  const question = record.layer === "dns" ? dnsSummary(record.bytes, record.transport) : undefined;
  if (question !== undefined) return question;
  const octets = record.bytes.length === 1 ? "1 octet" : `${record.bytes.length} octets`;
  return `${record.layer.toUpperCase()} ${octets}`;
}

const LONGEST_LINE = 200;

/** The start line of a SIP or HTTP message without its version; undefined where there is none. */
function startLine(bytes: Uint8Array): string | undefined {
  const begin = bytes.findIndex((octet) => octet !== 0x0d && octet !== 0x0a);
  if (begin < 0) return undefined;
  const head = bytes.subarray(begin, begin + 4 * LONGEST_LINE);
  const end = head.findIndex((octet) => octet === 0x0d || octet === 0x0a);
  const line = new TextDecoder().decode(end < 0 ? head : head.subarray(0, end));
  const status = line.match(/^(?:SIP|HTTP)\/\d\.\d (\d{3} .*|\d{3})$/i)?.[1];
  const request = line.match(/^([!-~]+ \S+) +(?:SIP|HTTP)\/\d\.\d\s*$/i)?.[1];
  const told = status ?? request;
  return told && (told.length <= LONGEST_LINE ? told : `${told.slice(0, LONGEST_LINE - 1)}…`);
}

/** RFC 5626 4.4.1, and the empty datagrams and single CRLFs that older devices send. */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((octet) => octet === 0x0d || octet === 0x0a || octet === 0);
}
