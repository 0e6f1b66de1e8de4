/** Between the bytes of this project and the objects of asn1js. */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

/** An object of asn1js as DER. */
export function derOf(value: asn1js.BaseBlock): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value.toBER());
}

/** One value of asn1js. Throws Error if it is none; for bytes that were checked, or are our own. */
export function fromDer(bytes: Uint8Array): asn1js.AsnType {
  const { offset, result } = asn1js.fromBER(new Uint8Array(bytes));
  if (offset === -1) throw new Error(`no ASN.1: ${result.error}`);
  return result;
}

/** The octets in a buffer of their own, as WebCrypto and asn1js take them. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. `at`: milliseconds since 1970. */
export function timeOf(at: number): pkijs.Time {
  const value = new Date(at);
  const type = value.getUTCFullYear() < 2050 ? pkijs.TimeType.UTCTime : pkijs.TimeType.GeneralizedTime;
  return new pkijs.Time({ type, value });
}
