/** The octets of a record, made readable. */
import { visible } from "../_text.ts";

export type DecodedMessage =
  | { readonly kind: "text"; readonly head: readonly HeadLine[]; readonly body: string; readonly cut: number }
  | { readonly kind: "hex"; readonly dump: string; readonly cut: number };

export interface HeadLine {
  /** Header field name; empty for the start line and for folded lines. */
  readonly name: string;
  readonly rest: string;
}

const MOST_OCTETS = 16_384;
/** Of octets that are no text: enough to see a header; the capture beside the report has the rest. */
const MOST_DUMPED = 96;

/** SIP, HTTP and their like as lines with the names of header fields; everything else as a dump. */
export function decodeMessage(base64: string): DecodedMessage {
  const bytes = Uint8Array.fromBase64(base64);
  const shown = bytes.subarray(0, MOST_OCTETS);
  if (!isText(shown)) {
    const part = bytes.subarray(0, MOST_DUMPED);
    return { kind: "hex", dump: hexDump(part), cut: bytes.length - part.length };
  }
  const text = new TextDecoder().decode(shown);
  const end = text.search(/\r?\n\r?\n/);
  const head = (end < 0 ? text : text.slice(0, end)).split(/\r?\n/).map(headLine);
  const body = end < 0 ? "" : text.slice(end).replace(/^\r?\n\r?\n/, "");
  return {
    kind: "text",
    head,
    body: visible(body.replaceAll("\r\n", "\n")),
    cut: bytes.length - shown.length,
  };
}

/** What a start line leaves open: the method a response belongs to, and what kind of body there is. "INVITE, sdp". */
export function hintOf(base64: string): string {
  // The head of a message is enough, and base64 can be cut at any multiple of four characters.
  const text = new TextDecoder().decode(Uint8Array.fromBase64(base64.slice(0, 8192)));
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const method = /^SIP\//i.test(head) ? /^CSeq[ \t]*:[ \t]*\d+[ \t]+(\S{1,20})/im.exec(head)?.[1] : undefined;
  const hasBody = end >= 0 && text.slice(end).trim() !== "";
  const body = hasBody
    ? /^(?:Content-Type|c)[ \t]*:[ \t]*[\w.+-]+\/([\w.+-]{1,30})/im.exec(head)?.[1]
    : undefined;
  return visible([method, body].filter((each) => each !== undefined).join(", "));
}

function headLine(line: string): HeadLine {
  const colon = line.search(/\s*:/);
  const name = colon > 0 ? line.slice(0, colon) : "";
  // token of RFC 3261 25.1
  return /^[\w.!%*+`'~-]+$/.test(name)
    ? { name, rest: visible(line.slice(colon)) }
    : { name: "", rest: visible(line) };
}

/** Mostly printable, and no NUL. UTF-8 may be cut at the end. */
function isText(bytes: Uint8Array): boolean {
  let odd = 0;
  for (const octet of bytes) {
    if (octet === 0) return false;
    if (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d) odd++;
  }
  return odd * 20 <= bytes.length &&
    !new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.length - 4))).includes("\ufffd");
}

/** 16 octets a line: offset, hexadecimal, ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((octet) => octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".").join(
      "",
    );
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}
