/** Domain names: labels in octets (RFC 1035 3.1, 4.1.4) and in text (5.1). */
import { WireSyntaxError } from "../errors.ts";

/** Whether two names are the same: letter case does not count (RFC 1035 2.3.3), nor does a final dot. */
export function sameDnsName(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

/**
 * The name at `start` and the offset behind it. Throws WireSyntaxError. A pointer has to point before the piece that
 * it ends, so that none can be followed in a circle; how many may follow each other is limited, so that a message
 * full of pointers costs no more than its length.
 */
export function readName(bytes: Uint8Array, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let at = start;
  let pieceAt = start;
  let next: number | undefined;
  let octets = 1;
  let jumps = 0;
  for (;;) {
    const length = octetAt(bytes, at);
    if (length === 0) return { name: labels.join("."), next: next ?? at + 1 };
    if (length >= 0xc0) {
      const target = (length & 0x3f) << 8 | octetAt(bytes, at + 1);
      if (target >= pieceAt) {
        throw new WireSyntaxError(`a name points to ${target}, needs a place before ${pieceAt}`, at);
      }
      if (++jumps > MAX_JUMPS) throw new WireSyntaxError(`a name has more than ${MAX_JUMPS} pointers`, at);
      next ??= at + 2;
      at = pieceAt = target;
      continue;
    }
    if (length > MAX_LABEL) throw new WireSyntaxError(`a label begins with ${length}, needs at most 63`, at);
    octets += length + 1;
    if (octets > MAX_NAME) throw new WireSyntaxError(`a name has more than ${MAX_NAME} octets`, at);
    if (at + 1 + length > bytes.length) {
      throw new WireSyntaxError(`a label of ${length} octets is cut off`, bytes.length);
    }
    labels.push(labelText(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** The labels of a name. Throws RangeError where it is none. */
export function nameLabels(name: string): Uint8Array[] {
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let open = false;
  const end = () => {
    if (label.length === 0) throw new RangeError(`the name "${name}" has an empty label`);
    if (label.length > MAX_LABEL) throw new RangeError(`a label of "${name}" has more than 63 octets`);
    labels.push(Uint8Array.from(label));
    label = [];
  };
  for (let i = 0; i < name.length; i++) {
    open = true;
    if (name[i] === ".") {
      end();
      open = false;
      continue;
    }
    const escaped = name[i] === "\\" ? ESCAPED.exec(name.slice(i, i + 4)) : undefined;
    const octet = escaped
      ? (escaped[1] ? Number(escaped[1]) : escaped[2]!.charCodeAt(0))
      : name.charCodeAt(i);
    if (escaped === null || octet > 255) {
      throw new RangeError(`the name "${name}" has no octet at character ${i}`);
    }
    if (escaped) i += escaped[0].length - 1;
    label.push(octet);
  }
  if (open) end();
  const octets = labels.reduce((sum, each) => sum + each.length + 1, 1);
  if (octets > MAX_NAME) throw new RangeError(`the name "${name}" has ${octets} octets, needs at most 255`);
  return labels;
}

/** RFC 1035 2.3.4. */
const MAX_LABEL = 63;
const MAX_NAME = 255;
/** No name has more labels than this, and no sender a reason for a pointer without a label. */
const MAX_JUMPS = 127;

// "\" 3DIGIT / "\" any (RFC 1035 5.1)
const ESCAPED = /^\\(?:([0-9]{3})|([^0-9]))/s;

function labelText(label: Uint8Array): string {
  let text = "";
  for (const octet of label) {
    const character = String.fromCharCode(octet);
    if (character === "." || character === "\\") text += "\\" + character;
    else if (octet > 0x20 && octet < 0x7f) text += character;
    else text += "\\" + octet.toString().padStart(3, "0");
  }
  return text;
}

function octetAt(bytes: Uint8Array, at: number): number {
  const octet = bytes[at];
  if (octet === undefined) throw new WireSyntaxError("a name is cut off", bytes.length);
  return octet;
}

function canonical(name: string): string {
  return nameLabels(name).map((label) => labelText(label).toLowerCase()).join(".");
}
