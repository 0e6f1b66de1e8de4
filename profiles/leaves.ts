/**
 * The leaf values of a profile: each is a zod schema whose error says what it needs, and whose output is parsed
 * (octets, milliseconds, endpoints). The message gets the place and the value found in front (`check.ts`).
 */
import { z } from "zod";
import { expandAddresses, parseAddress, parseCidr, parseEndpoint } from "./address.ts";

/** A string that is not empty. */
export function text(needs: string) {
  return z.string({ error: needs }).min(1, { error: needs });
}

export function pattern(regex: RegExp, needs: string) {
  return z.string({ error: needs }).regex(regex, { error: needs });
}

export function flag() {
  return z.boolean({ error: "needs true or false" });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `needs one of ${values.map((value) => `"${value}"`).join(", ")}` });
}

/** Octets in hexadecimal, spaces and colons between them allowed. */
export function octets(...lengths: readonly number[]) {
  const sizes = lengths.map((length) => `${length * 2}`).join(" or ");
  const needs = `needs ${sizes} hexadecimal digits`;
  return z.string({ error: needs }).transform((value, context) => {
    const digits = value.replace(/[ :]|^0x/g, "");
    if (/^[0-9a-fA-F]*$/.test(digits) && lengths.includes(digits.length / 2)) return fromHex(digits);
    context.addIssue({ code: "custom", message: needs, input: value });
    return z.NEVER;
  });
}

/** A sequence number of 48 bits (TS 33.102 Annex C): 12 hexadecimal digits, "0x…", or decimal. */
export function sequenceNumber() {
  const needs = "needs a sequence number of 48 bits: 12 hexadecimal digits, 0x…, or a decimal number";
  return z.union([z.string(), z.int()], { error: needs }).transform((value, context) => {
    const written = String(value);
    const hex = written.match(/^(?:0x([0-9a-fA-F]{1,12})|([0-9a-fA-F]{12}))$/);
    const digits = hex?.[1] ?? hex?.[2];
    const number = digits !== undefined
      ? BigInt(`0x${digits}`)
      : /^\d{1,15}$/.test(written)
      ? BigInt(written)
      : undefined;
    if (number !== undefined && number < 1n << 48n) return number;
    context.addIssue({ code: "custom", message: needs, input: value });
    return z.NEVER;
  });
}

/** Milliseconds as a number, or with a unit: "500ms", "1.5s", "10min". */
export function duration() {
  const needs = `needs milliseconds, or a time with its unit like "500ms", "1.5s", "10min"`;
  return z.union([z.number(), z.string()], { error: needs }).transform((value, context) => {
    const parts = String(value).match(/^(\d+(?:\.\d+)?)\s*(ms|s|min|h)?$/);
    const factor = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[parts?.[2] ?? "ms"] ?? 1;
    const milliseconds = Number(parts?.[1]) * factor;
    if (parts && milliseconds > 0 && milliseconds < 2 ** 31) return Math.round(milliseconds);
    context.addIssue({ code: "custom", message: needs, input: value });
    return z.NEVER;
  });
}

export function cidr() {
  const needs = `needs a CIDR block without host bits, like "192.0.2.0/24" or "2001:db8::/32"`;
  return z.string({ error: needs }).refine((value) => parseCidr(value) !== undefined, { error: needs });
}

/** One IP literal. */
export function address() {
  const needs = "needs an IP address (no name)";
  return z.string({ error: needs }).refine((value) => parseAddress(value) !== undefined, { error: needs });
}

/** One IP literal, or a range of them; gives the list. */
export function addresses() {
  const needs = `needs an IP address, or a range like "192.0.2.10-192.0.2.20"`;
  return z.string({ error: needs }).transform((value, context) => {
    const list = expandAddresses(value);
    if (list) return list;
    context.addIssue({ code: "custom", message: needs, input: value });
    return z.NEVER;
  });
}

/** "192.0.2.1:5060"; without a port the transport's own. */
export function endpoint(defaultPort: number) {
  const needs = `needs an IP address and a port, like "192.0.2.1:${defaultPort}" or "[2001:db8::1]"`;
  return z.string({ error: needs }).transform((value, context) => {
    const parsed = parseEndpoint(value, defaultPort);
    if (parsed) return parsed;
    context.addIssue({ code: "custom", message: needs, input: value });
    return z.NEVER;
  });
}

/** The same, or with the name that the certificate there must be for: `{ at: "192.0.2.1:5061", name: p.example }`. */
export function entryPoint(defaultPort: number) {
  const place = endpoint(defaultPort);
  const named = z.strictObject({
    at: place,
    name: pattern(/^(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, `needs a host name, like "pcscf.home1.net"`)
      .optional(),
  }).transform(({ at, name }) => ({ ...at, ...(name === undefined ? {} : { name: name.toLowerCase() }) }));
  return z.union([place, named]);
}

/** A day: "2026-12-31". */
export function day() {
  const needs = `needs a day, like "2026-12-31"`;
  return z.string({ error: needs }).refine(
    (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
    { error: needs },
  );
}

/** One value or a list of them; gives the list. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item)]).transform((value): z.output<T>[] =>
    Array.isArray(value) ? value as z.output<T>[] : [value]
  );
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
