/** What the headers of TLS records tell (RFC 5246 6.2.1 and 7.4, RFC 8446 4 and 5.1). */

/** "TLS ClientHello, 517 octets"; undefined where the octets are not whole records. */
export function tlsSummary(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  let encrypted = false;
  for (let at = 0; at < bytes.length;) {
    if (at + RECORD_HEADER > bytes.length || bytes[at + 1] !== 3) return undefined;
    const type = bytes[at] ?? 0;
    const end = at + RECORD_HEADER + view.getUint16(at + 3);
    const content = CONTENT[type];
    if (content === undefined || end > bytes.length) return undefined;
    const body = bytes.subarray(at + RECORD_HEADER, end);
    const inside = encrypted ? undefined : type === HANDSHAKE ? messages(body) : alert(type, body);
    for (const part of inside ?? [content]) if (parts.at(-1) !== part) parts.push(part);
    encrypted ||= type === CHANGE_CIPHER_SPEC;
    at = end;
  }
  return parts.length === 0 ? undefined : `TLS ${parts.join(", ")}, ${bytes.length} octets`;
}

/** Names of the messages of a handshake record; undefined where it is encrypted, or a piece of one. */
function messages(body: Uint8Array): string[] | undefined {
  const names: string[] = [];
  for (let at = 0; at < body.length;) {
    const name = MESSAGES[body[at] ?? 0];
    const length = ((body[at + 1] ?? 0) << 16) | ((body[at + 2] ?? 0) << 8) | (body[at + 3] ?? 0);
    if (name === undefined || at + 4 + length > body.length) return undefined;
    names.push(name);
    at += 4 + length;
  }
  return names;
}

/** An alert in the clear has two octets. */
function alert(type: number, body: Uint8Array): string[] | undefined {
  return type === ALERT && body.length === 2 ? [`alert ${body[1]}`] : undefined;
}

const RECORD_HEADER = 5;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const CONTENT: Readonly<Record<number, string>> = {
  [CHANGE_CIPHER_SPEC]: "ChangeCipherSpec",
  [ALERT]: "alert",
  [HANDSHAKE]: "handshake",
  23: "application data",
};
const MESSAGES: Readonly<Record<number, string>> = {
  0: "HelloRequest",
  1: "ClientHello",
  2: "ServerHello",
  4: "NewSessionTicket",
  11: "Certificate",
  12: "ServerKeyExchange",
  13: "CertificateRequest",
  14: "ServerHelloDone",
  15: "CertificateVerify",
  16: "ClientKeyExchange",
  22: "CertificateStatus",
};
