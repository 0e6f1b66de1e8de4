/**
 * Octets as text. Inside the codec a header section is a string of one character per octet (Latin-1), so that
 * offsets are octets and nothing is lost; what users read is decoded from UTF-8 where it is valid UTF-8.
 */

const lenientUtf8 = new TextDecoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const CHUNK = 0x2000;

/**
 * The octets as UTF-8 text, undefined if they are not valid (or hold U+FFFD itself, or begin with a byte order
 * mark). A text as long as its octets is ASCII. The lenient decoder is several times faster than the strict one.
 */
export function decodeLeniently(bytes: Uint8Array): string | undefined {
  const text = lenientUtf8.decode(bytes);
  return text.includes("\ufffd") || (bytes[0] === 0xef && bytes[1] === 0xbb) ? undefined : text;
}

/** One character per octet. */
export function latin1FromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return text;
}

/** The octets of a string of one character per octet, and room for some more. */
export function bytesFromLatin1(text: string, more = 0): Uint8Array {
  const bytes = new Uint8Array(text.length + more);
  const { read, written } = encoder.encodeInto(text, bytes);
  // As many octets as characters: each was ASCII.
  if (read === text.length && written === text.length) return bytes;
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Whether every character is below 0x80. */
export function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[^\x00-\x7f]/.test(text);
}

/** What a reader sees: one-character-per-octet text decoded from UTF-8, or as it stands if that is not valid. */
export function decodeText(latin1: string): string {
  return isAscii(latin1) ? latin1 : decodeStrictly(bytesFromLatin1(latin1)) ?? latin1;
}

/** The reverse: text to one character per octet of its UTF-8 form. */
export function encodeText(text: string): string {
  return isAscii(text) ? text : latin1FromBytes(encoder.encode(text));
}

/** UTF-8 octets of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Octets as UTF-8 text where valid, else as Latin-1. */
export function textFromBytes(bytes: Uint8Array): string {
  return decodeLeniently(bytes) ?? decodeStrictly(bytes) ?? latin1FromBytes(bytes);
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
