/**
 * The TLS connections of a case: whose they were, what became of their handshakes, and how they ended. Made from the
 * trace alone: what records and their summaries show without keys.
 */
import type { TraceRecord } from "../../harness/runner/events.ts";

export interface TlsConnection {
  /** From 1, as in the ladder. */
  readonly number: number;
  /** Its first record. */
  readonly record: number;
  readonly actor: string;
  readonly local: string;
  readonly remote: string;
  readonly handshake: Handshake;
  /** "TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA, complete", "handshake_failure (40) from the device". */
  readonly words: string;
  /** "the peer closed the connection with close_notify"; empty where the trace tells of none. */
  readonly end: string;
}

/** refused: by an alert or by the end of the connection; left: by us, though it could have gone on. */
export type Handshake = "complete" | "refused" | "left" | "unanswered" | "unseen";

/** The records of each TLS connection, in the order in which they came; the name of a connection means nothing else. */
export function recordsByConnection(records: readonly TraceRecord[]): Map<string, TraceRecord[]> {
  // Traces of earlier versions name none; ports tell them apart well enough.
  const named = records.some(({ connection }) => connection !== undefined);
  const groups = new Map<string, TraceRecord[]>();
  for (const record of records) {
    const { layer, transport, connection, actor, local, remote } = record;
    if (layer === "note" || transport !== "tls" && layer !== "tls") continue;
    const name = named ? connection : `${actor} ${local} ${remote}`;
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(record);
    else groups.set(name, [record]);
  }
  return groups;
}

export function tlsConnections(records: readonly TraceRecord[]): TlsConnection[] {
  return [...recordsByConnection(records).values()].map((those, index): TlsConnection => {
    const { n, actor, local, remote } = those[0]!;
    const ends = those.filter(({ layer, bytes }) => layer === "tcp" && bytes === "").map(({ summary }) =>
      summary
    );
    return {
      number: index + 1,
      record: n,
      actor,
      local,
      remote,
      ...handshakeOf(those),
      end: ends.join("; "),
    };
  });
}

/** "3 TLS connections: 2 handshakes complete, 1 refused". */
export function connectionsInWords(connections: readonly TlsConnection[]): string {
  const count = connections.length === 1 ? "1 TLS connection" : `${connections.length} TLS connections`;
  const parts = (Object.keys(WORDS) as Handshake[]).flatMap((kind) => {
    const those = connections.filter(({ handshake }) => handshake === kind).length;
    return those === 0 ? [] : [`${those} ${WORDS[kind]}`];
  });
  return `${count}: ${parts.join(", ")}`;
}

const WORDS: Readonly<Record<Handshake, string>> = {
  complete: "complete",
  refused: "refused",
  left: "left by us before its end",
  unanswered: "unanswered",
  unseen: "without a handshake",
};

function handshakeOf(records: readonly TraceRecord[]): Pick<TlsConnection, "handshake" | "words"> {
  const hello = records.find(({ summary }) => /^TLS .*\bClientHello\b/.test(summary));
  if (!hello) return { handshake: "unseen", words: "no handshake" };
  const answered = records.findIndex(({ summary }) => SERVER_HELLO.test(summary));
  const chosen = SERVER_HELLO.exec(records[answered]?.summary ?? "")?.slice(1).join(" ") ?? "";
  const finished = records.findIndex(({ layer, direction, summary }, index) =>
    index > answered && layer === "tls" && direction === hello.direction &&
    /ChangeCipherSpec|application data|encrypted handshake/.test(summary)
  );
  // In TLS 1.3 a client speaks before it knows that it was taken: only what the device says in SIP proves it.
  const heard = records.findIndex(({ layer, direction }) => layer === "sip" && direction === "in");
  const alert = records.findIndex(({ summary }) => FATAL.test(summary));
  const isThrough = answered >= 0 && finished >= 0;
  if (isThrough && (alert < 0 || heard >= 0 && heard < alert)) {
    return { handshake: "complete", words: `${chosen}, complete` };
  }
  const before = chosen === "" ? "" : `${chosen}, then `;
  if (alert >= 0) return { handshake: "refused", words: `${before}${alertInWords(records[alert]!)}` };
  if (answered >= 0) return { handshake: "left", words: `${chosen}, not gone through with` };
  const silent = records.every(({ layer, direction }) => layer === "tcp" || direction === hello.direction);
  if (!silent) return { handshake: "refused", words: "answered by something that is no ServerHello" };
  const closed = records.some(({ layer, direction }) => layer === "tcp" && direction !== hello.direction);
  return closed
    ? { handshake: "refused", words: "closed in answer to ClientHello" }
    : { handshake: "unanswered", words: "no answer to ClientHello" };
}

/** A HelloRetryRequest is not yet the choice. */
const SERVER_HELLO = /\bServerHello (\S+?)(?:,| (\S+?),)/;
/** As the trace tells it of a record in the clear, and of a connection: name in quotes. */
const FATAL = /\bfatal alert "?(\w+)"?(?: (\(\d+\)))?/;

function alertInWords({ summary, direction }: TraceRecord): string {
  const [, name = "", code = ""] = FATAL.exec(summary) ?? [];
  const ours = /^we /.test(summary) || direction === "out" && !summary.startsWith("the peer");
  return `alert ${[name, code].filter(Boolean).join(" ")} from ${ours ? "us" : "the device"}`;
}
