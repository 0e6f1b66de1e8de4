/** Percent-encoding of URIs (RFC 3261 19.1.2, RFC 3986 2.1). */
import { CLASSES, HEX, is, PARAM, PASSWORD, URI_HEADER, USER } from "../grammar.ts";
import { utf8 } from "../octets.ts";

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Escapes resolved where they make valid UTF-8; otherwise the text as it stands. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  const octets = utf8(text);
  const decoded = new Uint8Array(octets.length);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    if (octets[at] === 0x25 && is(octets[at + 1] ?? 0, HEX) && is(octets[at + 2] ?? 0, HEX)) {
      decoded[length++] = parseInt(
        String.fromCharCode(octets[at + 1] as number, octets[at + 2] as number),
        16,
      );
      at += 2;
    } else decoded[length++] = octets[at] as number;
  }
  try {
    return utf8Decoder.decode(decoded.subarray(0, length));
  } catch {
    return text;
  }
}

/** User part with everything escaped that may not stand there. */
export function encodeUser(text: string): string {
  return percentEncode(text, USER);
}

export function encodePassword(text: string): string {
  return percentEncode(text, PASSWORD);
}

/** Name or value of a URI parameter. */
export function encodeParam(text: string): string {
  return percentEncode(text, PARAM);
}

/** Name or value of a URI header. */
export function encodeHeader(text: string): string {
  return percentEncode(text, URI_HEADER);
}

function percentEncode(text: string, bit: number): string {
  let encoded = "";
  for (const octet of utf8(text)) {
    encoded += octet < 0x80 && ((CLASSES[octet] as number) & bit) !== 0
      ? String.fromCharCode(octet)
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
