/** ClientHello and ServerHello as octets (RFC 5246 7.4.1, RFC 8446 4.1): what a faulty P-CSCF looks at and changes. */
import { isTls13Suite, suiteOf } from "../../../harness/wire/tls/mod.ts";

/** Record header, handshake header, version, random: before the session id. */
const TO_SESSION_ID = 5 + 4 + 2 + 32;
const [HANDSHAKE, CLIENT_HELLO, SERVER_HELLO] = [22, 1, 2] as const;

/** Codes of the suites in a ClientHello at the start of these octets; none if there is none. */
export function offeredSuites(bytes: Uint8Array): readonly number[] {
  if (bytes[0] !== HANDSHAKE || bytes[5] !== CLIENT_HELLO) return [];
  const at = TO_SESSION_ID + 1 + (bytes[TO_SESSION_ID] ?? 0);
  const length = u16(bytes, at);
  const codes: number[] = [];
  for (let i = at + 2; i + 1 < Math.min(bytes.length, at + 2 + length); i += 2) codes.push(u16(bytes, i));
  return codes;
}

/** Whether no suite among them encrypts; those that only signal something (RFC 5746, 7507) are none. */
export function onlyNullSuites(codes: readonly number[]): boolean {
  const suites = codes.filter((code) => code !== 0x00ff && code !== 0x5600);
  return suites.length > 0 && suites.every((code) => suiteOf(code)?.name.includes("_NULL") === true);
}

/** The octets with another suite in their ServerHello, one that is not among `offered`. */
export function withUnofferedSuite(bytes: Uint8Array, offered: readonly number[]): Uint8Array {
  if (!isServerHello(bytes) || offered.length === 0) return bytes;
  const at = suiteAt(bytes);
  const tls13 = isTls13(u16(bytes, at));
  const other = (tls13 ? TLS13 : OLDER).find((code) => !offered.includes(code));
  if (other === undefined) return bytes;
  const changed = bytes.slice();
  changed[at] = other >> 8;
  changed[at + 1] = other & 0xff;
  return changed;
}

/** The octets with DEFLATE (RFC 3749) in their ServerHello, where the ClientHello offers it. */
export function withCompression(bytes: Uint8Array, client: Uint8Array): Uint8Array {
  const suites = TO_SESSION_ID + 1 + (client[TO_SESSION_ID] ?? 0);
  const at = suites + 2 + u16(client, suites);
  const offered = client.subarray(at + 1, at + 1 + (client[at] ?? 0)).includes(DEFLATE);
  return isServerHello(bytes) && offered ? bytes.with(suiteAt(bytes) + 2, DEFLATE) : bytes;
}

/** The octets with another session id than the client's in their ServerHello of TLS 1.3. */
export function withOtherSessionId(bytes: Uint8Array): Uint8Array {
  if (!isServerHello(bytes) || bytes[TO_SESSION_ID] === 0) return bytes;
  const last = suiteAt(bytes) - 1;
  return isTls13(u16(bytes, last + 1)) ? bytes.with(last, bytes[last]! ^ 1) : bytes;
}

/** The octets without the sentinel that ends the random of a ServerHello below TLS 1.3 (RFC 8446 4.1.3). */
export function withoutSentinel(bytes: Uint8Array): Uint8Array {
  const at = TO_SESSION_ID - 8;
  const there = isServerHello(bytes) && DOWNGRADE.every((octet, i) => bytes[at + i] === octet);
  return there ? bytes.with(at, 0) : bytes;
}

const DEFLATE = 1;
const DOWNGRADE = new TextEncoder().encode("DOWNGRD");

function isServerHello(bytes: Uint8Array): boolean {
  return bytes[0] === HANDSHAKE && bytes[5] === SERVER_HELLO;
}

/** Where the suite of a ServerHello stands; compression is behind it. */
function suiteAt(bytes: Uint8Array): number {
  return TO_SESSION_ID + 1 + (bytes[TO_SESSION_ID] ?? 0);
}

/** The five of RFC 8446 B.4, the rarest first; some of TLS 1.2. */
const TLS13 = [0x1305, 0x1304, 0x1303, 0x1302, 0x1301] as const;
const OLDER = [0xc0ac, 0xc0af, 0xc09c, 0x00a3, 0x009f, 0xc030, 0xc02c, 0xc02f, 0xc02b] as const;

function isTls13(code: number): boolean {
  const suite = suiteOf(code);
  return suite !== undefined && isTls13Suite(suite);
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}
