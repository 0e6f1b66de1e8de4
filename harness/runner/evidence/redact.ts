/**
 * Takes the secrets of a profile out of octets and text (DESIGN 6). A secret is found as it is written in the
 * profile and in the forms in which a message would carry it: hexadecimal, base64 at any of its three alignments,
 * escaped in a URI, a quoted string or XML. Each octet becomes "*", so lengths (and with them Content-Length and
 * the capture) stay right.
 */
export interface Redactor {
  /** The same array where nothing was found, else a copy. */
  bytes(bytes: Uint8Array): Uint8Array;
  text(text: string): string;
  /** Another secret, known only now: a session key, a password that the operator was asked to set. */
  add(secret: string | Uint8Array): void;
}

const STAR = 0x2a;
/** Below this length a secret is only taken out where it stands alone, or "12" would eat every port and date. */
const SHORT = 4;

/** `secrets` as the profile has them: strings, which may be hexadecimal for octets. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const patterns = new Patterns();
  const redactor: Redactor = {
    bytes: (bytes) => patterns.blank(bytes),
    text(text) {
      const bytes = new TextEncoder().encode(text);
      const blanked = patterns.blank(bytes);
      return blanked === bytes ? text : new TextDecoder().decode(blanked);
    },
    add(secret) {
      for (const form of forms(secret)) patterns.add(form);
    },
  };
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

/** A redactor that leaves everything as it is, for --keep-secrets. */
export const keepEverything: Redactor = { bytes: (bytes) => bytes, text: (text) => text, add() {} };

/** One pass over the octets, whatever the number of patterns: they are found by their first four octets. */
class Patterns {
  readonly #long = new Map<number, Uint8Array[]>();
  readonly #short: Uint8Array[] = [];
  readonly #known = new Set<string>();

  add(pattern: Uint8Array): void {
    const name = pattern.join();
    if (pattern.length === 0 || this.#known.has(name)) return;
    this.#known.add(name);
    if (pattern.length < SHORT) {
      this.#short.push(pattern);
      return;
    }
    const key = keyAt(pattern, 0);
    const same = this.#long.get(key) ?? [];
    same.push(pattern);
    // Longest first: a secret that begins with another one is blanked as a whole.
    this.#long.set(key, same.sort((a, b) => b.length - a.length));
  }

  blank(bytes: Uint8Array): Uint8Array {
    let copy: Uint8Array | undefined;
    for (let at = 0; at < bytes.length; at++) {
      const pattern = this.#at(bytes, at);
      if (!pattern) continue;
      copy ??= bytes.slice();
      copy.fill(STAR, at, at + pattern.length);
    }
    return copy ?? bytes;
  }

  #at(bytes: Uint8Array, at: number): Uint8Array | undefined {
    if (at + SHORT <= bytes.length) {
      const found = this.#long.get(keyAt(bytes, at))?.find((each) => matches(bytes, at, each));
      if (found) return found;
    }
    return this.#short.find((each) =>
      matches(bytes, at, each) && !isWord(bytes[at - 1]) && !isWord(bytes[at + each.length])
    );
  }
}

function keyAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function matches(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  if (at + pattern.length > bytes.length) return false;
  for (let i = 0; i < pattern.length; i++) {
    if (bytes[at + i] !== pattern[i]) return false;
  }
  return true;
}

function isWord(octet: number | undefined): boolean {
  return octet !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(octet));
}

/** Every way in which a secret may be written. */
function forms(secret: string | Uint8Array): Uint8Array[] {
  const octets = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  const found = [octets, ...encodings(octets)];
  if (typeof secret !== "string") return found;
  const written = [
    encodeURIComponent(secret.toWellFormed()),
    secret.replace(/[\\"]/g, "\\$&"),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  ];
  found.push(...written.map((text) => new TextEncoder().encode(text)));
  const raw = fromHex(secret);
  if (raw) found.push(raw, ...encodings(raw), ...hex(raw));
  return found;
}

function encodings(octets: Uint8Array): Uint8Array[] {
  return octets.length < SHORT ? [] : [...hex(octets), ...base64(octets)];
}

function hex(octets: Uint8Array): Uint8Array[] {
  const text = octets.toHex();
  return [text, text.toUpperCase()].map((each) => new TextEncoder().encode(each));
}

/**
 * Within the base64 of something longer a secret begins at one of three alignments. Only the characters that
 * depend on the secret alone are looked for; the one or two around them hold less than an octet of it each.
 */
function base64(octets: Uint8Array): Uint8Array[] {
  const texts = [octets.toBase64()];
  for (const before of [0, 1, 2]) {
    const shifted = new Uint8Array(before + octets.length);
    shifted.set(octets, before);
    const whole = shifted.toBase64({ omitPadding: true });
    const inner = whole.slice(Math.ceil(before * 8 / 6), Math.floor(shifted.length * 8 / 6));
    if (inner.length >= SHORT) texts.push(inner);
  }
  return texts.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")])
    .map((text) => new TextEncoder().encode(text));
}

function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, "");
  return digits.length >= 2 * SHORT && digits.length % 2 === 0 && /^[0-9a-f]+$/i.test(digits)
    ? Uint8Array.fromHex(digits)
    : undefined;
}
