/** AVPs by name, with values of their types (RFC 6733 4.2 to 4.4). */
import { formatAddress, parseAddress } from "../address.ts";
import { utf8 } from "../bytes.ts";
import { WireSyntaxError } from "../errors.ts";
import { type AvpName, AVPS, type AvpType } from "./dictionary.ts";
import { type Avp, buildAvps, parseAvps } from "./message.ts";

/** What an AVP of a type holds: IP addresses are literals, grouped AVPs lists. */
interface Values {
  OctetString: Uint8Array;
  UTF8String: string;
  Unsigned32: number;
  Unsigned64: bigint;
  Integer32: number;
  Address: string;
  Grouped: readonly Avp[];
}

type TypeOf<Name extends AvpName> = (typeof AVPS)[Name][2];
export type AvpValue<Name extends AvpName> = Values[TypeOf<Name>];

/** An AVP as the dictionary has it: code, vendor and M bit. Throws RangeError for a value that its type has not. */
export function avp<Name extends AvpName>(name: Name, value: AvpValue<Name>): Avp {
  const [code, vendor, type, mandatory] = AVPS[name];
  return { code, vendor, mandatory, data: encode(type, value) };
}

/** The first one's value; undefined if there is none. Throws WireSyntaxError where the octets are not of its type. */
export function valueOf<Name extends AvpName>(avps: readonly Avp[], name: Name): AvpValue<Name> | undefined {
  const found = avps.find(isNamed(name));
  return found && decode(name, found);
}

/** All values of that name, in order. Throws WireSyntaxError. */
export function valuesOf<Name extends AvpName>(avps: readonly Avp[], name: Name): AvpValue<Name>[] {
  return avps.filter(isNamed(name)).map((one) => decode(name, one));
}

/** What the dictionary calls it, else "code" or "vendor:code". */
export function nameOf({ code, vendor }: Pick<Avp, "code" | "vendor">): string {
  const found = Object.entries(AVPS).find(([, [c, v]]) => c === code && v === vendor);
  return found?.[0] ?? (vendor === 0 ? `${code}` : `${vendor}:${code}`);
}

function isNamed(name: AvpName): (one: Avp) => boolean {
  const [code, vendor] = AVPS[name];
  return (one) => one.code === code && one.vendor === vendor;
}

function encode(type: AvpType, value: Values[AvpType]): Uint8Array {
  switch (type) {
    case "OctetString":
      return value as Uint8Array;
    case "UTF8String":
      return utf8(value as string);
    case "Unsigned32":
      return number32(value as number, 0, 0xffff_ffff);
    case "Integer32":
      return number32(value as number, -0x8000_0000, 0x7fff_ffff);
    case "Unsigned64": {
      const octets = new Uint8Array(8);
      new DataView(octets.buffer).setBigUint64(0, value as bigint);
      return octets;
    }
    case "Address": {
      const address = parseAddress(value as string);
      return new Uint8Array([0, address.length === 4 ? 1 : 2, ...address]);
    }
    case "Grouped":
      return buildAvps(value as readonly Avp[]);
  }
}

function number32(value: number, least: number, most: number): Uint8Array {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`value ${value} is not between ${least} and ${most}`);
  }
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, value >>> 0);
  return octets;
}

function decode<Name extends AvpName>(name: Name, { data }: Avp): AvpValue<Name> {
  const type: AvpType = AVPS[name][2];
  try {
    return read(type, data) as AvpValue<Name>;
  } catch (error) {
    if (!(error instanceof WireSyntaxError || error instanceof TypeError)) throw error;
    throw new WireSyntaxError(`${name} is no ${type}: ${error.message}`, 0);
  }
}

function read(type: AvpType, data: Uint8Array): Values[AvpType] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const needs = (length: number) => {
    if (data.length !== length) throw new WireSyntaxError(`it has ${data.length} octets, needs ${length}`, 0);
  };
  switch (type) {
    case "OctetString":
      return data;
    case "UTF8String":
      return new TextDecoder("utf-8", { fatal: true }).decode(data);
    case "Unsigned32":
      needs(4);
      return view.getUint32(0);
    case "Integer32":
      needs(4);
      return view.getInt32(0);
    case "Unsigned64":
      needs(8);
      return view.getBigUint64(0);
    case "Address": {
      if (data.length < 2) throw new WireSyntaxError(`it has ${data.length} octets, needs 6 or 18`, 0);
      const family = view.getUint16(0);
      if (family !== 1 && family !== 2) throw new WireSyntaxError(`its address family is ${family}`, 0);
      needs(family === 1 ? 6 : 18);
      return formatAddress(data.subarray(2));
    }
    case "Grouped":
      return parseAvps(data);
  }
}
