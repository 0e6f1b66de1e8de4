/** Octets or text that are not what the format says. `offset` counts octets (or characters) from the start. */
export class WireSyntaxError extends SyntaxError {
  override readonly name = "WireSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** Throws unless `bytes` has at least `length` octets. */
export function needOctets(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length >= length) return;
  throw new WireSyntaxError(`${what} has ${bytes.length} octets, needs at least ${length}`, bytes.length);
}
