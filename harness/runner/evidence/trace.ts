/** How one tapped record is told in trace.jsonl. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Endpoint, TapRecord } from "../../net/types.ts";
import type { TraceRecord } from "../events.ts";
import { diameterSummary } from "./diameter_summary.ts";
import { dnsSummary } from "./dns_summary.ts";
import { espSummary } from "./esp_summary.ts";
import { radiusSummary } from "./radius_summary.ts";
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
  const { summary, note } = told(record);
  return {
    time: isoTime(record.at),
    direction: record.direction,
    layer: record.layer,
    transport: record.transport,
    local: endpointText(record.local),
    remote: endpointText(record.remote),
    summary,
    ...(record.connection === undefined ? {} : { connection: record.connection }),
    ...(note === undefined ? {} : { note }),
  };
}

export function sha256Hex(bytes: Uint8Array): string {
  return sha256(bytes).toHex();
}

interface Told {
  /** "REGISTER sip:home1.net", "401 Unauthorized", "ESP SPI 0x8faee970 sequence 5, 120 octets", "connection refused". */
  readonly summary: string;
  readonly note?: string | undefined;
}

function told(record: TapRecord): Told {
  const { layer, bytes, note } = record;
  const line = layer === "sip" || layer === "http" ? startLine(bytes) : undefined;
  if (line !== undefined) return { summary: line, note };
  if (bytes.length === 0) return { summary: note ?? `${layer.toUpperCase()} without octets`, note };
  if (isKeepAlive(bytes)) return { summary: "keep-alive", note };
  const records = layer === "tls" ? tlsSummary(bytes) : undefined;
  if (records !== undefined) {
    const notes = [note, records.note].filter((one) => one !== undefined);
    return { summary: records.summary, note: notes.length > 0 ? notes.join("; ") : undefined };
  }
  const octets = bytes.length === 1 ? "1 octet" : `${bytes.length} octets`;
  return { summary: summaryOf(record) ?? `${layer.toUpperCase()} ${octets}`, note };
}

/** Of protocols that have one message in a record. */
function summaryOf({ layer, transport, bytes }: TapRecord): string | undefined {
  switch (layer) {
    case "dns":
      return dnsSummary(bytes, transport);
    case "diameter":
      return diameterSummary(bytes);
    case "esp":
      return espSummary(bytes, transport);
    case "udp":
      return radiusSummary(bytes);
    default:
      return undefined;
  }
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
