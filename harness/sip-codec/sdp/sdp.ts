/** Session descriptions (RFC 8866): parsed without loss, changed by line and attribute, built from parts. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { textFromBytes } from "../octets.ts";
import { type SdpLine, SdpSection } from "./section.ts";

/** o= line (RFC 8866 5.2); numbers as texts, they may have 64 bits. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly networkType: string;
  readonly addressType: string;
  readonly address: string;
}

/** A media section; its first line is m=. */
export class SdpMedia extends SdpSection {
  /** "audio", "message", "application", "image" … */
  get type(): string {
    return this.#parts().type;
  }

  /** As written, also beyond 65535: `Sdp.defects` tells. */
  get port(): number {
    return this.#parts().port;
  }

  set port(port: number) {
    const { type, protocol, formats } = this.#parts();
    this.setLine("m", [type, String(port), protocol, ...formats].join(" "));
  }

  /** Number of ports, where "port/number" stands. */
  get portCount(): number | undefined {
    return this.#parts().portCount;
  }

  /** "RTP/SAVP", "TCP/TLS/MSRP", "udptl" … as written. */
  get protocol(): string {
    return this.#parts().protocol;
  }

  get formats(): string[] {
    return this.#parts().formats;
  }

  #parts(): { type: string; port: number; portCount?: number; protocol: string; formats: string[] } {
    return mediaLine(this.line("m") ?? "", 0);
  }
}

export class Sdp extends SdpSection {
  readonly media: SdpMedia[];

  constructor(lines: SdpLine[], media: SdpMedia[]) {
    super(lines);
    this.media = media;
  }

  get origin(): Origin | undefined {
    const value = this.line("o");
    if (value === undefined) return undefined;
    const words = value.split(" ");
    if (words.length !== 6 || words.includes("")) {
      throw new SipSyntaxError(`o=: found ${quoted(value)}, need six words`, 0, "sdp");
    }
    const [username, sessionId, sessionVersion, networkType, addressType, address] = words as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { username, sessionId, sessionVersion, networkType, addressType, address };
  }

  get sessionName(): string | undefined {
    return this.line("s");
  }

  /** Where the description departs from RFC 8866 though it can be read; empty for a right one. */
  get defects(): string[] {
    return findDefects(this);
  }

  override toString(): string {
    return super.toString() + this.media.map(String).join("");
  }
}

/**
 * Reads any text made of `type=value` lines whose m= lines can be understood; line ends may be CRLF or LF
 * (RFC 8866 5), empty lines are kept. `toString()` gives the same text. What else departs from the RFC is listed in
 * `defects`. Throws SipSyntaxError for a line of another form.
 */
export function parseSdp(text: string | Uint8Array): Sdp {
  const source = typeof text === "string" ? text : textFromBytes(text);
  const session: SdpLine[] = [];
  const media: SdpMedia[] = [];
  let section = session;
  for (let at = 0; at < source.length;) {
    const lf = source.indexOf("\n", at);
    const next = lf < 0 ? source.length : lf + 1;
    const end = lf < 0 ? source.length : lf > at && source.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
    const line = sdpLine(source, at, end, next);
    if (line.type === "m") {
      mediaLine(line.value, at);
      section = [];
      media.push(new SdpMedia(section));
    }
    section.push(line);
    at = next;
  }
  return new Sdp(session, media);
}

function sdpLine(source: string, start: number, end: number, next: number): SdpLine {
  const eol = source.slice(end, next);
  if (start === end) return { type: "", value: "", eol };
  const value = source.slice(start + 2, end);
  if (
    source.charCodeAt(start + 1) !== 0x3d || !/[a-zA-Z]/.test(source.charAt(start)) || /[\r\0]/.test(value)
  ) {
    throw new SipSyntaxError(`found ${quoted(source.slice(start, end))}, need "type=value"`, start, "sdp");
  }
  return { type: source.charAt(start), value, eol };
}

/** m=<media> <port>["/" number] <proto> <fmt> … */
function mediaLine(value: string, offset: number): ReturnType<
  () => {
    type: string;
    port: number;
    portCount?: number;
    protocol: string;
    formats: string[];
  }
> {
  const [type, port, protocol, ...formats] = value.split(/ +/).filter((word) => word !== "");
  const digits = /^([0-9]{1,15})(?:\/([0-9]{1,9}))?$/.exec(port ?? "");
  if (!type || digits === null || !protocol) {
    throw new SipSyntaxError(`m=: found ${quoted(value)}, need "media port proto formats"`, offset, "sdp");
  }
  const parts = { type, port: Number(digits[1]), protocol, formats };
  return digits[2] === undefined ? parts : { ...parts, portCount: Number(digits[2]) };
}

const SESSION_ORDER = "vosiuepcbtrzka";

function findDefects(sdp: Sdp): string[] {
  const defects: string[] = [];
  const types = sdp.lines.map((line) => line.type);
  if (types[0] !== "v" || sdp.line("v") !== "0") defects.push('does not begin with "v=0"');
  for (const type of "ost") if (!types.includes(type)) defects.push(`lacks ${type}=`);
  const known = types.filter((type) => type !== "" && SESSION_ORDER.includes(type) && !"rzk".includes(type));
  const order = known.map((type) => SESSION_ORDER.indexOf(type));
  if (order.some((rank, at) => at > 0 && rank < (order[at - 1] as number))) {
    defects.push("session lines out of order");
  }
  for (const media of sdp.media) {
    if (media.port > 65535) defects.push(`port ${media.port} of m=${media.type} is beyond 65535`);
    if (media.formats.length === 0) defects.push(`m=${media.type} has no format`);
    if (media.line("c") === undefined && sdp.line("c") === undefined && media.port !== 0) {
      defects.push(`m=${media.type} has no c= line`);
    }
  }
  const all = [...sdp.lines, ...sdp.media.flatMap((media) => media.lines)];
  if (all.some((line) => line.eol === "\n")) defects.push("line ends without CR");
  if (all.at(-1)?.eol === "") defects.push("the last line does not end");
  if (all.some((line) => line.type === "")) defects.push("an empty line");
  return defects;
}
