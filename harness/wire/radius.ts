/**
 * RADIUS (RFC 2865, 2866), with what a GGSN tells the HSS of a PDP context (TS 33.203 T.3, TS 29.061): accounting
 * messages with the address that was given and whose it is. The authenticators need MD5, which is handed in.
 */
import { formatAddress, parseAddress } from "./address.ts";
import { concat, equalBytes, utf8 } from "./bytes.ts";
import { needOctets, WireSyntaxError } from "./errors.ts";

export const RADIUS_CODE = { accountingRequest: 4, accountingResponse: 5 } as const;

/** Acct-Status-Type, RFC 2866 5.1. */
export const ACCT_STATUS = { start: 1, stop: 2, interim: 3, on: 7, off: 8 } as const;

/** Numbers of attributes; those of 3GPP (TS 29.061 16.4.7) are inside Vendor-Specific. */
export const RADIUS_ATTRIBUTE = {
  userName: 1,
  nasIpAddress: 4,
  framedIpAddress: 8,
  vendorSpecific: 26,
  calledStationId: 30,
  callingStationId: 31,
  nasIdentifier: 32,
  acctStatusType: 40,
  acctSessionId: 44,
  framedIpv6Prefix: 97,
} as const;
export const RADIUS_3GPP = { imsi: 1, ggsnAddress: 7 } as const;
export const VENDOR_3GPP = 10415;

export interface RadiusPacket {
  readonly code: number;
  readonly identifier: number;
  /** 16 octets. */
  readonly authenticator: Uint8Array;
  readonly attributes: readonly RadiusAttribute[];
}

export interface RadiusAttribute {
  readonly type: number;
  /** At most 253 octets. */
  readonly value: Uint8Array;
}

/** Throws WireSyntaxError. Octets behind the packet's own length are dropped (RFC 2865 3). */
export function parseRadius(bytes: Uint8Array): RadiusPacket {
  needOctets("RADIUS header", bytes, 20);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(2);
  if (length < 20 || length > 4096) {
    throw new WireSyntaxError(`RADIUS length is ${length}, needs 20 to 4096`, 2);
  }
  needOctets("RADIUS packet", bytes, length);
  return {
    code: view.getUint8(0),
    identifier: view.getUint8(1),
    authenticator: bytes.slice(4, 20),
    attributes: parseTlvs(bytes.subarray(20, length), 20),
  };
}

/** Throws RangeError where it does not fit: 253 octets of a value, 4096 of a packet. */
export function buildRadius({ code, identifier, authenticator, attributes }: RadiusPacket): Uint8Array {
  const body = concat(...attributes.map(({ type, value }) => tlv(type, value)));
  const length = 20 + body.length;
  if (length > 4096) throw new RangeError(`RADIUS packet has ${length} octets, needs at most 4096`);
  return concat(Uint8Array.of(code, identifier, length >> 8, length & 255), authenticator, body);
}

/** MD5 of octets. */
export type Md5 = (bytes: Uint8Array) => Uint8Array;

/** The packet with the Request Authenticator of RFC 2866 3. */
export function signAccountingRequest(
  packet: Omit<RadiusPacket, "authenticator" | "code">,
  secret: string,
  md5: Md5,
): Uint8Array {
  const unsigned = { ...packet, code: RADIUS_CODE.accountingRequest, authenticator: new Uint8Array(16) };
  return buildRadius({ ...unsigned, authenticator: md5(concat(buildRadius(unsigned), utf8(secret))) });
}

/** Whether the Request Authenticator is that of the secret. */
export function accountingRequestIsSigned(packet: RadiusPacket, secret: string, md5: Md5): boolean {
  const unsigned = buildRadius({ ...packet, authenticator: new Uint8Array(16) });
  return equalBytes(md5(concat(unsigned, utf8(secret))), packet.authenticator);
}

/** The answer to an Accounting-Request with the Response Authenticator of RFC 2866 3. */
export function signAccountingResponse(
  request: RadiusPacket,
  secret: string,
  md5: Md5,
  attributes: readonly RadiusAttribute[] = [],
): Uint8Array {
  const { identifier, authenticator } = request;
  const unsigned = { code: RADIUS_CODE.accountingResponse, identifier, authenticator, attributes };
  return buildRadius({ ...unsigned, authenticator: md5(concat(buildRadius(unsigned), utf8(secret))) });
}

/** Whether a response is for this request, by somebody who knows the secret. */
export function responseIsSigned(
  response: RadiusPacket,
  request: Pick<RadiusPacket, "identifier" | "authenticator">,
  secret: string,
  md5: Md5,
): boolean {
  const unsigned = buildRadius({ ...response, authenticator: request.authenticator });
  return response.identifier === request.identifier &&
    equalBytes(md5(concat(unsigned, utf8(secret))), response.authenticator);
}

/** What accounting tells of one PDP context. */
export interface ContextAccounting {
  readonly status: "start" | "stop" | "interim";
  readonly sessionId: string;
  /** IPv4 literal. */
  readonly address?: string;
  /** IPv6 prefix: literal and length, "2001:db8:1::/64". */
  readonly prefix?: string;
  readonly imsi?: string;
  /** Digits of E.164. */
  readonly msisdn?: string;
  /** Of the GGSN: IPv4 literal (NAS-IP-Address), or else a name (NAS-Identifier). RFC 2866 4.1 wants one of them. */
  readonly nas?: string;
  readonly apn?: string;
}

/** The attributes that tell it. Throws WireSyntaxError for an address that is none. */
export function accountingAttributes(context: ContextAccounting): RadiusAttribute[] {
  const { status, sessionId, address, prefix, imsi, msisdn, nas, apn } = context;
  const number = (value: number) => Uint8Array.of(0, 0, 0, value);
  const text = (type: number, value: string | undefined) =>
    value === undefined ? [] : [{ type, value: utf8(value) }];
  const octets = (type: number, value: Uint8Array | undefined) =>
    value === undefined ? [] : [{ type, value }];
  const type = RADIUS_ATTRIBUTE;
  return [
    { type: type.acctStatusType, value: number(ACCT_STATUS[status]) },
    ...text(type.acctSessionId, sessionId),
    ...(nas === undefined ? [] : nasAttribute(nas)),
    ...octets(type.framedIpAddress, address === undefined ? undefined : parseAddress(address)),
    ...octets(type.framedIpv6Prefix, prefix === undefined ? undefined : prefixOctets(prefix)),
    ...text(type.callingStationId, msisdn),
    ...text(type.calledStationId, apn),
    ...(imsi === undefined ? [] : [vendorAttribute(RADIUS_3GPP.imsi, utf8(imsi))]),
  ];
}

/** Who sent an Accounting-Request, by its own words: NAS-IP-Address, else NAS-Identifier. Throws WireSyntaxError. */
export function nasOf({ attributes }: Pick<RadiusPacket, "attributes">): string | undefined {
  const octets = (wanted: number) => attributes.find(({ type }) => type === wanted)?.value;
  const address = octets(RADIUS_ATTRIBUTE.nasIpAddress);
  if (address) return formatAddress(address);
  const name = octets(RADIUS_ATTRIBUTE.nasIdentifier);
  return name && new TextDecoder().decode(name);
}

/** Accounting-On or -Off: the sender has begun anew, or is about to end (RFC 2866 5.1). */
export function isRestart({ attributes }: Pick<RadiusPacket, "attributes">): boolean {
  const status = attributes.find(({ type }) => type === RADIUS_ATTRIBUTE.acctStatusType)?.value.at(-1);
  return status === ACCT_STATUS.on || status === ACCT_STATUS.off;
}

/** What an Accounting-Request tells; undefined where it is of no PDP context. Throws WireSyntaxError. */
export function readAccounting({ attributes }: RadiusPacket): ContextAccounting | undefined {
  const type = RADIUS_ATTRIBUTE;
  const octets = (wanted: number) => attributes.find((one) => one.type === wanted)?.value;
  const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);
  const code = octets(type.acctStatusType)?.at(-1);
  const status = (["start", "stop", "interim"] as const).find((name) => ACCT_STATUS[name] === code);
  if (status === undefined) return undefined;
  const address = octets(type.framedIpAddress);
  const prefix = octets(type.framedIpv6Prefix);
  const found = {
    address: address && formatAddress(address),
    prefix: prefix && formatPrefix(prefix),
    imsi: text(vendorValue(attributes, RADIUS_3GPP.imsi)),
    msisdn: text(octets(type.callingStationId)),
    nas: nasOf({ attributes }),
    apn: text(octets(type.calledStationId)),
  };
  return {
    status,
    sessionId: text(octets(type.acctSessionId)) ?? "",
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
  };
}

function nasAttribute(nas: string): RadiusAttribute[] {
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(nas);
  const { nasIpAddress, nasIdentifier } = RADIUS_ATTRIBUTE;
  return [
    isAddress ? { type: nasIpAddress, value: parseAddress(nas) } : { type: nasIdentifier, value: utf8(nas) },
  ];
}

function vendorAttribute(type: number, value: Uint8Array): RadiusAttribute {
  const vendor = new Uint8Array(4);
  new DataView(vendor.buffer).setUint32(0, VENDOR_3GPP);
  return { type: RADIUS_ATTRIBUTE.vendorSpecific, value: concat(vendor, tlv(type, value)) };
}

function vendorValue(attributes: readonly RadiusAttribute[], type: number): Uint8Array | undefined {
  for (const { type: outer, value } of attributes) {
    if (outer !== RADIUS_ATTRIBUTE.vendorSpecific || value.length < 4) continue;
    const vendor = new DataView(value.buffer, value.byteOffset).getUint32(0);
    if (vendor !== VENDOR_3GPP) continue;
    const found = parseTlvs(value.subarray(4), 0).find((one) => one.type === type);
    if (found) return found.value;
  }
  return undefined;
}

/** RFC 3162 2.3: a reserved octet, the length in bits, as many octets as needed (here always all). */
function prefixOctets(prefix: string): Uint8Array {
  const [address = "", bits = "64"] = prefix.split("/");
  const octets = parseAddress(address);
  const length = Number(bits);
  if (octets.length !== 16 || !Number.isInteger(length) || length < 0 || length > 128) {
    throw new WireSyntaxError(`"${prefix}" is no IPv6 prefix`, 0);
  }
  return concat(Uint8Array.of(0, length), octets);
}

function formatPrefix(octets: Uint8Array): string {
  if (octets.length < 2 || octets.length > 18) {
    throw new WireSyntaxError(`Framed-IPv6-Prefix has ${octets.length} octets, needs 2 to 18`, 0);
  }
  const address = new Uint8Array(16);
  address.set(octets.subarray(2));
  return `${formatAddress(address)}/${octets[1]}`;
}

function parseTlvs(bytes: Uint8Array, base: number): RadiusAttribute[] {
  const found: RadiusAttribute[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) {
      throw new WireSyntaxError(
        `RADIUS attribute says ${length} octets, there are ${bytes.length - at}`,
        base + at,
      );
    }
    found.push({ type: bytes[at] ?? 0, value: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return found;
}

function tlv(type: number, value: Uint8Array): Uint8Array {
  if (value.length > 253) {
    throw new RangeError(`RADIUS attribute has ${value.length} octets, needs at most 253`);
  }
  return concat(Uint8Array.of(type, value.length + 2), value);
}
