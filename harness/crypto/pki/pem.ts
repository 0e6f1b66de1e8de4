/** PEM (RFC 7468): base64 of DER between two lines that say what it is. */
import { PkiSyntaxError } from "./pki_syntax_error.ts";

export interface PemBlock {
  /** What the lines say: "CERTIFICATE", "PRIVATE KEY", "X509 CRL" … */
  readonly label: string;
  readonly der: Uint8Array;
}

/** One block, lines of 64 characters. A CRL's label is "X509 CRL", a certificate's "CERTIFICATE" (RFC 7468 4, 6). */
export function toPem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.map((line) => line + "\n").join("")}-----END ${label}-----\n`;
}

/**
 * All blocks of a text, in order; what stands between them is left out.
 * @throws PkiSyntaxError with the offset in the text where a block has no end, or is no base64
 */
export function fromPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    const labelEnd = text.indexOf("-----", at + BEGIN.length);
    if (labelEnd < 0) throw new PkiSyntaxError("A PEM block's first line must end with five hyphens", at);
    const label = text.slice(at + BEGIN.length, labelEnd);
    const end = `-----END ${label}-----`;
    const bodyEnd = text.indexOf(end, labelEnd + 5);
    if (bodyEnd < 0) throw new PkiSyntaxError(`A PEM block needs the line "${end}", the text has none`, at);
    blocks.push({ label, der: base64(text.slice(labelEnd + 5, bodyEnd), label, at) });
    at = bodyEnd + end.length;
  }
  return blocks;
}

/**
 * The certificates of a PEM text, in order.
 * @throws PkiSyntaxError where there is none
 */
export function certificatesFromPem(text: string): Uint8Array[] {
  const found = fromPem(text).filter(({ label }) => /^((X509|TRUSTED) )?CERTIFICATE$/.test(label));
  if (found.length === 0) throw new PkiSyntaxError("A PEM certificate is needed, the text has none", 0);
  return found.map(({ der }) => der);
}

const BEGIN = "-----BEGIN ";

function base64(body: string, label: string, offset: number): Uint8Array {
  try {
    return Uint8Array.fromBase64(body.replace(/\s+/g, ""));
  } catch {
    throw new PkiSyntaxError(`The PEM block "${label}" must be base64`, offset);
  }
}
