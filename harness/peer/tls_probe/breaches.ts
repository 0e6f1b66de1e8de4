/**
 * What a server may not answer to the ClientHello it got, whatever the profile: RFC 5246 7.4.1, RFC 5746 3.4,
 * RFC 8422 5.4, RFC 8446 4.1.3 and 4.2, RFC 8701. No handshake comes about with such an answer, or not the one wanted.
 */
import {
  EXTENSION,
  groupName,
  isTls13Suite,
  type ServerFlight,
  type ServerHello,
  signatureSchemeName,
  suiteOf,
  TLS_VERSION,
  versionName,
} from "../../wire/tls/mod.ts";

/** What a ClientHello said, as codes. */
export interface Offer {
  readonly versions: readonly number[];
  readonly sessionId: Uint8Array;
  /** Signals too. */
  readonly suites: readonly number[];
  readonly compression: readonly number[];
  readonly extensions: readonly number[];
  /** Empty: nothing was said of them. */
  readonly groups: readonly number[];
  /** Groups for which a key was sent. */
  readonly keyShares: readonly number[];
  readonly signatureSchemes: readonly number[];
}

/** In words, each its own; none where there is no ServerHello. */
export function breachesOf(offer: Offer, { hello, keyExchange }: ServerFlight): string[] {
  if (!hello) return [];
  const found = [...inHello(offer, hello), ...inExtensions(offer, hello)];
  const { group, signatureScheme: scheme } = keyExchange ?? {};
  if (group !== undefined && offer.groups.length > 0 && !offer.groups.includes(group)) {
    found.push(`the curve ${groupName(group)} was not offered`);
  }
  if (scheme !== undefined && !offer.signatureSchemes.includes(scheme)) {
    found.push(`the signature scheme ${signatureSchemeName(scheme)} was not offered`);
  }
  return found;
}

function inHello(offer: Offer, hello: ServerHello): string[] {
  const found: string[] = [];
  const { version, suite, compression, sessionId, downgradeSentinel } = hello;
  const [name, tls13] = [versionName(version), version >= TLS_VERSION["TLSv1.3"]];
  const highest = Math.max(...offer.versions);
  // A server that is older than what was offered answers with what it has, and knows no list of versions.
  if (version > highest || (tls13 && !offer.versions.includes(version))) {
    found.push(`${name} was not offered`);
  }
  if (!offer.suites.includes(suite)) found.push(`the cipher suite ${suiteOf(suite).name} was not offered`);
  if (isReserved(suite)) found.push(`the cipher suite ${suiteOf(suite).name} is one that nobody has`);
  else if (isTls13Suite(suiteOf(suite)) !== tls13 && suiteOf(suite).cipher !== "unknown") {
    found.push(`${suiteOf(suite).name} is no cipher suite of ${name}`);
  }
  if (compression !== 0) {
    if (tls13) found.push(`compression ${compression} in ${name}, which has none`);
    else if (!offer.compression.includes(compression)) {
      found.push(`compression ${compression} was not offered`);
    }
  }
  const same = equals(sessionId, offer.sessionId);
  if (tls13 && !same) found.push("the session id is not the client's");
  if (!tls13 && same && sessionId.length > 0) {
    found.push("the client's session id, which no session has, is taken for one to be resumed");
  }
  if (!tls13 && highest >= TLS_VERSION["TLSv1.3"] && downgradeSentinel !== undefined) {
    found.push(`${name} with a downgrade sentinel, although TLSv1.3 was offered`);
  }
  return found;
}

function inExtensions(offer: Offer, hello: ServerHello): string[] {
  const { extensions, retry, group } = hello;
  const types = extensions.map(({ type }) => type);
  // RFC 8446 4.2.2: a HelloRetryRequest may bring a cookie that nobody asked for; RFC 5746 3.6: the signal asks, too.
  const asked = [
    ...offer.extensions,
    ...(retry ? [EXTENSION.cookie] : []),
    ...(offer.suites.includes(0x00ff) ? [EXTENSION.renegotiationInfo] : []),
  ];
  const found = [...new Set(types)].flatMap((type) => [
    ...(asked.includes(type) ? [] : [`${extensionName(type)} was not asked for`]),
    ...(isReserved(type) ? [`${extensionName(type)}, which nobody knows, is answered`] : []),
    ...(types.indexOf(type) === types.lastIndexOf(type) ? [] : [`${extensionName(type)} stands there twice`]),
  ]);
  const renegotiation = extensions.find(({ type }) => type === EXTENSION.renegotiationInfo)?.data;
  if (renegotiation && (renegotiation.length !== 1 || renegotiation[0] !== 0)) {
    found.push("renegotiation_info of a first handshake is not empty");
  }
  if (group !== undefined) {
    if (!offer.groups.includes(group)) found.push(`the group ${groupName(group)} was not offered`);
    else if (retry === offer.keyShares.includes(group)) {
      found.push(
        retry
          ? `a key for ${groupName(group)} is asked for, which was sent`
          : `${groupName(group)} is chosen, for which no key was sent`,
      );
    }
  }
  return found;
}

/** RFC 8701 2: values that are there to be ignored. */
export function isReserved(code: number): boolean {
  return (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff);
}

function extensionName(type: number): string {
  const name = Object.entries(EXTENSION).find(([, code]) => code === type)?.[0];
  return `the extension ${name ?? `0x${type.toString(16).padStart(4, "0")}`}`;
}

function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
