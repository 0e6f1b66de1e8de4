/** What came back, in words that fit into a verdict. */
import {
  groupName,
  type ServerFlight,
  type ServerHello,
  signatureSchemeName,
  suiteOf,
  versionName,
} from "../../wire/tls/mod.ts";

/** "ServerHello: TLSv1.2, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 1024-bit DH group; CertificateRequest". */
export function flightInWords(
  flight: ServerFlight,
  ended: "closed" | "reset" | undefined,
  received: Uint8Array,
  within: number,
): string {
  const parts: string[] = [];
  const { hello, keyExchange, certificateRequest, malformed } = flight;
  if (hello) {
    const exchanged = keyExchange?.dh
      ? [`${keyExchange.dh.bits}-bit Diffie-Hellman group`]
      : keyExchange?.group !== undefined
      ? [groupName(keyExchange.group)]
      : [];
    const scheme = keyExchange?.signatureScheme;
    const signed = scheme === undefined ? [] : [`signed by ${signatureSchemeName(scheme)}`];
    parts.push([helloInWords(hello), ...exchanged, ...signed].join(", "));
  }
  if (certificateRequest) parts.push("CertificateRequest");
  parts.push(
    ...flight.alerts.map(({ level, name }) => level === "fatal" ? `alert ${name}` : `warning ${name}`),
  );
  if (malformed) parts.push(`no TLS that can be read (${malformed.message}): ${textOf(received)}`);
  if (parts.length === 0 && received.length > 0) {
    parts.push(`${received.length} octets of an unfinished record`);
  }
  if (parts.length === 0) {
    return ended === undefined ? `nothing within ${within} ms` : `${ENDS[ended]} without a word`;
  }
  return ended !== undefined && !hello ? `${parts.join("; ")}, then ${ENDS[ended]}` : parts.join("; ");
}

export function clearInWords(
  bytes: Uint8Array,
  ended: "closed" | "reset" | undefined,
  within: number,
): string {
  if (bytes.length === 0) {
    return ended === undefined ? `nothing within ${within} ms` : `${ENDS[ended]} without a word`;
  }
  return ended === undefined ? textOf(bytes) : `${textOf(bytes)}, then ${ENDS[ended]}`;
}

function helloInWords(hello: ServerHello): string {
  const kind = hello.retry ? "HelloRetryRequest" : "ServerHello";
  const group = hello.group === undefined ? [] : [groupName(hello.group)];
  const compressed = hello.compression === 0 ? [] : [`compression ${hello.compression}`];
  return [`${kind}: ${versionName(hello.version)}`, suiteOf(hello.suite).name, ...group, ...compressed].join(
    ", ",
  );
}

/** The first line, if it is one; else the first octets. */
function textOf(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 60);
  const [line = ""] = new TextDecoder("latin1").decode(head).split(/\r?\n/);
  return /^[\x20-\x7e]+$/.test(line) ? `"${line}"` : `octets ${head.subarray(0, 16).toHex()}`;
}

const ENDS = { closed: "connection closed", reset: "connection reset" } as const;
