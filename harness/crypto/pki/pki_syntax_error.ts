/** Bytes or text that are no certificate, key, CRL or PEM. `offset` counts octets (of DER) or characters (of PEM). */
export class PkiSyntaxError extends SyntaxError {
  override readonly name = "PkiSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}
