/** A session description from parts. */
import { SipSyntaxError } from "../errors.ts";
import { type Origin, parseSdp, type Sdp } from "./sdp.ts";
import type { Bandwidth, Connection } from "./section.ts";

/** An attribute: "sendrecv", "rtpmap:0 PCMU/8000", or name and value. */
export type AttributeInit = string | readonly [name: string, value?: string | undefined];

export interface MediaInit {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly (string | number)[];
  readonly connection?: string | Connection;
  readonly bandwidths?: readonly Bandwidth[];
  readonly attributes?: readonly AttributeInit[];
}

export interface SdpInit {
  /** Default: "- 1 1 IN IP4 <address of connection>". */
  readonly origin?: Partial<Origin>;
  /** Default "-". */
  readonly sessionName?: string;
  /** An address, IPv4 or IPv6, or the three parts. */
  readonly connection?: string | Connection;
  readonly bandwidths?: readonly Bandwidth[];
  /** Default "0 0". */
  readonly time?: string;
  readonly attributes?: readonly AttributeInit[];
  readonly media?: readonly MediaInit[];
}

/** Throws SipSyntaxError if a part would break its line. */
export function buildSdp(init: SdpInit): Sdp {
  const connection = init.connection === undefined ? undefined : connectionOf(init.connection);
  const fallback = connection ?? connectionOf("127.0.0.1");
  const origin = { username: "-", sessionId: "1", sessionVersion: "1", ...fallback, ...init.origin };
  const lines = [
    "v=0",
    `o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} ${origin.networkType} ` +
    `${origin.addressType} ${origin.address}`,
    `s=${init.sessionName ?? "-"}`,
    ...connectionLine(init.connection),
    ...bandwidthLines(init.bandwidths),
    `t=${init.time ?? "0 0"}`,
    ...attributeLines(init.attributes),
    ...(init.media ?? []).flatMap(mediaLines),
  ];
  for (const line of lines) {
    if (/[\r\n\0]/.test(line)) throw new SipSyntaxError("a line break within a line", 0, "sdp");
  }
  return parseSdp(lines.map((line) => `${line}\r\n`).join(""));
}

function mediaLines(media: MediaInit): string[] {
  return [
    `m=${media.type} ${media.port} ${media.protocol} ${media.formats.join(" ")}`,
    ...connectionLine(media.connection),
    ...bandwidthLines(media.bandwidths),
    ...attributeLines(media.attributes),
  ];
}

function connectionOf(connection: string | Connection): Connection {
  if (typeof connection !== "string") return connection;
  return { networkType: "IN", addressType: connection.includes(":") ? "IP6" : "IP4", address: connection };
}

function connectionLine(connection: string | Connection | undefined): string[] {
  if (connection === undefined) return [];
  const { networkType, addressType, address } = connectionOf(connection);
  return [`c=${networkType} ${addressType} ${address}`];
}

function bandwidthLines(bandwidths: readonly Bandwidth[] | undefined): string[] {
  return (bandwidths ?? []).map(({ type, value }) => `b=${type}:${value}`);
}

function attributeLines(attributes: readonly AttributeInit[] | undefined): string[] {
  return (attributes ?? []).map((attribute) => {
    if (typeof attribute === "string") return `a=${attribute}`;
    return attribute[1] === undefined ? `a=${attribute[0]}` : `a=${attribute[0]}:${attribute[1]}`;
  });
}
