/**
 * What the border reads in a certificate (RFC 5280 4.1): names, validity, issuer. That its chain holds is OpenSSL's
 * judgement; whose it is, is this folder's.
 */

export interface CertificateFacts {
  /** Of subjectAltName. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly hasAlternativeName: boolean;
  readonly commonNames: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Encoded names, in hexadecimal digits. */
  readonly subject: string;
  readonly issuer: string;
}

/** Undefined for octets that are no certificate. */
export function readCertificate(der: Uint8Array): CertificateFacts | undefined {
  try {
    return factsOf(der);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The SIP domains that a certificate is for, in small letters (RFC 5922 7.1): its "sip" URIs without user part; only
 * if there is none its DNS names. The common name is no identity; wildcards match nothing (7.2).
 */
export function sipDomains({ uris, dnsNames }: CertificateFacts): readonly string[] {
  const domains = uris.flatMap((uri) => {
    const [, host] = uri.match(/^sip:([^@;?:\s]+)$/i) ?? [];
    return host === undefined ? [] : [host];
  });
  return (domains.length > 0 ? domains : dnsNames).map((name) => name.toLowerCase());
}

interface Element {
  readonly tag: number;
  /** With tag and length. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

const TAG = { OID: 0x06, SEQUENCE: 0x30, UTC_TIME: 0x17, VERSION: 0xa0, EXTENSIONS: 0xa3 } as const;
/** GeneralName of RFC 5280 4.2.1.6: [2] dNSName, [6] uniformResourceIdentifier. */
const GENERAL_NAME = { DNS: 0x82, URI: 0x86 } as const;
const OID = { COMMON_NAME: "550403", ALTERNATIVE_NAME: "551d11" } as const;

function factsOf(der: Uint8Array): CertificateFacts {
  const fields = children(only(children(only(elements(der)))));
  const [, , issuer, validity, subject] = fields[0]?.tag === TAG.VERSION ? fields.slice(1) : fields;
  if (!issuer || !validity || !subject) throw new RangeError("no certificate: a field is missing");
  const [from, to] = children(validity);
  if (!from || !to) throw new RangeError("no certificate: no validity");
  const names = alternativeNames(fields.find(({ tag }) => tag === TAG.EXTENSIONS));
  const those = (wanted: number) =>
    (names ?? []).filter(({ tag }) => tag === wanted).map(({ content }) => latin1(content));
  return {
    uris: those(GENERAL_NAME.URI),
    dnsNames: those(GENERAL_NAME.DNS),
    hasAlternativeName: names !== undefined,
    commonNames: commonNamesOf(subject),
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    subject: hex(subject.whole),
    issuer: hex(issuer.whole),
  };
}

/** The GeneralNames of subjectAltName; undefined without the extension. */
function alternativeNames(extensions: Element | undefined): Element[] | undefined {
  for (const extension of extensions ? children(only(children(extensions))) : []) {
    const [id, ...rest] = children(extension);
    const value = rest.at(-1);
    if (id && value && hex(id.content) === OID.ALTERNATIVE_NAME) {
      return children(only(elements(value.content)));
    }
  }
  return undefined;
}

function commonNamesOf(subject: Element): string[] {
  return children(subject).flatMap((set) => children(set)).flatMap((attribute) => {
    const [type, value] = children(attribute);
    const named = type?.tag === TAG.OID && value && hex(type.content) === OID.COMMON_NAME;
    return named ? [new TextDecoder().decode(value.content)] : [];
  });
}

/** RFC 5280 4.1.2.5: YYMMDDHHMMSSZ, years 50 to 99 in the last century, or YYYYMMDDHHMMSSZ. */
function timeOf({ tag, content }: Element): number {
  const digits = latin1(content);
  const written = tag === TAG.UTC_TIME ? `${Number(digits.slice(0, 2)) < 50 ? "20" : "19"}${digits}` : digits;
  const parts = written.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/)?.slice(1).map(Number);
  if (!parts) throw new RangeError(`no time: "${digits}"`);
  const [year = 0, month = 1, day, hour, minute, second] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function only([first]: readonly Element[]): Element {
  if (!first) throw new RangeError("no certificate: something is missing");
  return first;
}

function children({ content }: Element): Element[] {
  return elements(content);
}

/** One after another to the end. DER lengths only (X.690 10.1). */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!;
    const first = bytes[at + 1] ?? 0x80;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || extra > 4) throw new RangeError(`no DER: length at ${at + 1}`);
    let length = extra === 0 ? first : 0;
    for (let i = 0; i < extra; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const start = at + 2 + extra;
    if (start + length > bytes.length) throw new RangeError(`no DER: ${length} octets at ${at}`);
    found.push({
      tag,
      whole: bytes.subarray(at, start + length),
      content: bytes.subarray(start, start + length),
    });
    at = start + length;
  }
  return found;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
