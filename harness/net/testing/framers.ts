/** A framer for tests: messages end with a line feed; "!" breaks the stream. */
import type { Framer } from "../types.ts";

export function lineFramer(): Framer {
  let rest = "";
  return {
    push(bytes) {
      rest += new TextDecoder().decode(bytes);
      if (rest.includes("!")) throw new SyntaxError('found "!", need anything else');
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      return lines.map((line) => new TextEncoder().encode(`${line}\n`));
    },
  };
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function text(octets: Uint8Array | undefined): string | undefined {
  return octets && new TextDecoder().decode(octets);
}
