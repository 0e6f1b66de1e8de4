/**
 * What TLS records tell to who has no key (RFC 5246 6.2.1 and 7.4, RFC 8446 4 and 5.1): a line for the ladder, and what
 * is worth knowing of a hello and of certificates that came in the clear.
 */
import { alertName, CONTENT_TYPE, HANDSHAKE_TYPE } from "../../wire/tls/mod.ts";
import { certificatesInWords, clientHelloInWords, serverHelloInWords, type Told } from "./tls_words.ts";

export interface TlsSummary {
  /** "TLS ServerHello TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA, Certificate, ServerHelloDone, 1180 octets". */
  readonly summary: string;
  /** What of it does not fit into a line: suites that are offered, names and dates of certificates. */
  readonly note?: string;
}

/** Undefined where the octets are not whole records. */
export function tlsSummary(bytes: Uint8Array): TlsSummary | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  const notes: string[] = [];
  let encrypted = false;
  for (let at = 0; at < bytes.length;) {
    if (at + RECORD_HEADER > bytes.length || bytes[at + 1] !== 3) return undefined;
    const type = bytes[at] ?? 0;
    const end = at + RECORD_HEADER + view.getUint16(at + 3);
    const content = CONTENT[type];
    if (content === undefined || end > bytes.length) return undefined;
    const body = bytes.subarray(at + RECORD_HEADER, end);
    const inside = encrypted
      ? undefined
      : type === CONTENT_TYPE.handshake
      ? messages(body)
      : alert(type, body);
    for (const { line, note } of inside ?? [{ line: content }]) {
      if (parts.at(-1) !== line) parts.push(line);
      if (note !== undefined) notes.push(note);
    }
    encrypted ||= type === CONTENT_TYPE.changeCipherSpec;
    at = end;
  }
  if (parts.length === 0) return undefined;
  const summary = `TLS ${parts.join(", ")}, ${bytes.length} octets`;
  return notes.length === 0 ? { summary } : { summary, note: notes.join("; ") };
}

/** The messages of a handshake record; undefined where it is encrypted, or a piece of one. */
function messages(body: Uint8Array): Told[] | undefined {
  const told: Told[] = [];
  for (let at = 0; at < body.length;) {
    const type = body[at] ?? 0;
    const name = MESSAGES[type];
    const length = ((body[at + 1] ?? 0) << 16) | ((body[at + 2] ?? 0) << 8) | (body[at + 3] ?? 0);
    if (name === undefined || at + 4 + length > body.length) return undefined;
    told.push(WORDS[type]?.(body.subarray(at + 4, at + 4 + length)) ?? { line: name });
    at += 4 + length;
  }
  return told;
}

/** An alert in the clear has two octets. */
function alert(type: number, body: Uint8Array): Told[] | undefined {
  const [level, code = 0] = body;
  if (type !== CONTENT_TYPE.alert || body.length !== 2) return undefined;
  return [{
    line: `${level === 1 ? "warning" : level === 2 ? "fatal" : `level ${level}`} alert ${named(code)}`,
  }];
}

function named(code: number): string {
  const name = alertName(code);
  return name.startsWith("alert ") ? `${code}` : `${name} (${code})`;
}

const RECORD_HEADER = 5;
const CONTENT: Readonly<Record<number, string>> = {
  [CONTENT_TYPE.changeCipherSpec]: "ChangeCipherSpec",
  [CONTENT_TYPE.alert]: "encrypted alert",
  [CONTENT_TYPE.handshake]: "encrypted handshake",
  [CONTENT_TYPE.applicationData]: "application data",
};
const MESSAGES: Readonly<Record<number, string>> = {
  [HANDSHAKE_TYPE.helloRequest]: "HelloRequest",
  [HANDSHAKE_TYPE.clientHello]: "ClientHello",
  [HANDSHAKE_TYPE.serverHello]: "ServerHello",
  [HANDSHAKE_TYPE.newSessionTicket]: "NewSessionTicket",
  [HANDSHAKE_TYPE.certificate]: "Certificate",
  [HANDSHAKE_TYPE.serverKeyExchange]: "ServerKeyExchange",
  [HANDSHAKE_TYPE.certificateRequest]: "CertificateRequest",
  [HANDSHAKE_TYPE.serverHelloDone]: "ServerHelloDone",
  15: "CertificateVerify",
  16: "ClientKeyExchange",
  [HANDSHAKE_TYPE.certificateStatus]: "CertificateStatus",
};
/** Those that tell more than their name. */
const WORDS: Readonly<Record<number, (body: Uint8Array) => Told | undefined>> = {
  [HANDSHAKE_TYPE.clientHello]: clientHelloInWords,
  [HANDSHAKE_TYPE.serverHello]: serverHelloInWords,
  [HANDSHAKE_TYPE.certificate]: certificatesInWords,
};
