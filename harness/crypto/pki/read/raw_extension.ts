/** The list of extensions of a certificate or CRL, before their types (RFC 5280 4.1.2.9, 4.2). */
import { type DerValue, TAG } from "./der.ts";
import { DerReader, oidOf } from "./der_reader.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: Uint8Array;
}

/** One at least, and none twice. `wrapped` has the explicit tag. Throws PkiSyntaxError. */
export function parseExtensions(wrapped: DerValue | undefined): RawExtension[] {
  const list = wrapped?.children[0];
  if (wrapped === undefined) return [];
  if (list === undefined || wrapped.children.length > 1) {
    throw new PkiSyntaxError("Extensions must be one list", wrapped.offset);
  }
  const seen = new Set<string>();
  const found = new DerReader(list, "extensions").rest().map((value) => {
    const extension = parseExtension(value);
    if (seen.has(extension.oid)) {
      throw new PkiSyntaxError(`The extension "${extension.oid}" must not stand there twice`, value.offset);
    }
    seen.add(extension.oid);
    return extension;
  });
  if (found.length === 0) throw new PkiSyntaxError("A list of extensions must not be empty", list.offset);
  return found;
}

function parseExtension(value: DerValue): RawExtension {
  const reader = new DerReader(value, "extension");
  const oid = oidOf(reader.next("extnID", TAG.objectIdentifier));
  const critical = reader.optional(TAG.boolean)?.content[0] === 0xff;
  const octets = reader.next("extnValue", TAG.octetString).content;
  reader.end();
  return { oid, critical, value: octets };
}
