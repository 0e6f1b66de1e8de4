/** Who stands where in a call-flow ladder, and which row goes from whom to whom. */
import type { TraceRecord } from "../../harness/runner/events.ts";
import { recordsByConnection } from "./tls_connections.ts";

export interface Participant {
  readonly name: string;
  /** Under the name: addresses or ports, the first of them. */
  readonly detail: string;
  readonly ours: boolean;
}

export type RowKind = "request" | "response" | "data" | "note";

export interface Row {
  readonly record: TraceRecord;
  readonly kind: RowKind;
  /** Columns; equal for a note. */
  readonly from: number;
  readonly to: number;
  /** First digit of a response's status; 4 for an alert of TLS. */
  readonly statusClass: number | null;
  /** What the arrow says. */
  readonly label: string;
  /** Number of the TLS connection within the case, from 1. */
  readonly connection: number | null;
  /** Carries what another row shows, or ends a connection: drawn small. */
  readonly quiet: boolean;
  /** Milliseconds since the first record. */
  readonly after: number;
}

export interface Ladder {
  readonly participants: readonly Participant[];
  readonly rows: readonly Row[];
}

/**
 * Our actors and the addresses of the device are columns: the first actor, the device, the other actors, so that a call
 * reads from left to right.
 */
export function ladderLayout(records: readonly TraceRecord[]): Ladder {
  const ours = new Map<string, Set<string>>();
  const theirs = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.layer === "note") continue;
    collect(ours, record.actor, record.local);
    const [address, port] = splitEndpoint(record.remote);
    collect(theirs, address, port);
  }
  const [first, ...rest] = ours.keys();
  const names = [...(first === undefined ? [] : [first]), ...theirs.keys(), ...rest];
  const column = new Map<string, number>();
  names.forEach((name, index) =>
    column.set(isOurs(index, theirs.size) ? `us ${name}` : `them ${name}`, index)
  );
  const connections = new Map(
    [...recordsByConnection(records).values()].flatMap((those, index) =>
      those.map(({ n }) => [n, index + 1])
    ),
  );
  const begin = Date.parse(records[0]?.time ?? "");
  return {
    participants: names.map((name, index) => participant(name, isOurs(index, theirs.size), ours, theirs)),
    rows: records.map((record) => row(record, column, connections, begin)),
  };
}

function isOurs(index: number, theirs: number): boolean {
  return index === 0 || index > theirs;
}

function collect(into: Map<string, Set<string>>, name: string, detail: string): void {
  const details = into.get(name) ?? new Set();
  details.add(detail);
  into.set(name, details);
}

function participant(
  name: string,
  ours: boolean,
  us: Map<string, Set<string>>,
  them: Map<string, Set<string>>,
): Participant {
  const details = [...(ours ? us : them).get(name) ?? []].filter((each) => each !== "");
  const more = details.length > 1 ? ` +${details.length - 1}` : "";
  const shown = details[0] ?? "";
  return {
    name: name || "unknown",
    detail: `${ours || shown === "" ? shown : `port ${shown}`}${more}`,
    ours,
  };
}

/** Nothing of it can be read without keys. */
export function isCiphertext({ layer, summary }: TraceRecord): boolean {
  return layer === "esp" || layer === "tls" && /^TLS (application data|encrypted)/.test(summary);
}

function row(
  record: TraceRecord,
  column: ReadonlyMap<string, number>,
  connections: ReadonlyMap<number, number>,
  begin: number,
): Row {
  const us = column.get(`us ${record.actor}`) ?? 0;
  const them = column.get(`them ${splitEndpoint(record.remote)[0]}`) ?? 0;
  const [kind, statusClass] = meaning(record);
  const after = Date.parse(record.time) - begin + microseconds(record.time);
  const connection = connections.get(record.n) ?? null;
  return {
    record,
    kind,
    from: kind === "note" ? 0 : record.direction === "out" ? us : them,
    to: kind === "note" ? 0 : record.direction === "out" ? them : us,
    statusClass,
    label: connection === null ? record.summary : record.summary.replace(/^TLS /, ""),
    connection,
    quiet: statusClass === null && (isCiphertext(record) || record.layer === "tcp" && record.bytes === ""),
    after: Number.isFinite(after) ? after : 0,
  };
}

/** Requests and responses are told by what the trace calls them. */
function meaning({ layer, summary }: TraceRecord): readonly [RowKind, statusClass: number | null] {
  switch (layer) {
    case "note":
      return ["note", null];
    case "sip":
    case "http": {
      const status = /^([1-6])\d\d(?: |$)/.exec(summary);
      if (status) return ["response", Number(status[1])];
      // method and URI; what could not be read is "SIP 10 octets"
      return [/^\S+ \S+$/.test(summary) ? "request" : "data", null];
    }
    case "diameter": {
      const result = /^Diameter .*-Answer(?: (\d))?/.exec(summary);
      if (result) return ["response", result[1] === undefined || result[1] === "2" ? 2 : 5];
      return [/^Diameter .*-Request/.test(summary) ? "request" : "data", null];
    }
    case "dns":
      if (summary.startsWith("DNS query")) return ["request", null];
      return summary.startsWith("DNS answer") ? ["response", 2] : ["response", 4];
    case "udp":
      if (summary.startsWith("RADIUS Accounting-Request")) return ["request", null];
      return summary.startsWith("RADIUS ") ? ["response", 2] : ["data", null];
    default:
      return ["data", summary.includes("fatal alert") ? 4 : null];
  }
}

/** What Date.parse leaves out, in milliseconds. */
function microseconds(time: string): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(time)?.[1];
  return digits ? Number(digits.padEnd(3, "0")) / 1000 : 0;
}

function splitEndpoint(endpoint: string): readonly [address: string, port: string] {
  const at = endpoint.lastIndexOf(":");
  return at < 0 ? [endpoint, ""] : [endpoint.slice(0, at), endpoint.slice(at + 1)];
}
