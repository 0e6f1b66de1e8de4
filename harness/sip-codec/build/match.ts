/** Matchers: the mirror of the builders. What `buildRequest` makes, `match.request` with the same parts recognises. */
import { SipSyntaxError } from "../errors.ts";
import type { SipMessage } from "../message/parse.ts";
import { SipRequest } from "../message/request.ts";
import { SipResponse } from "../message/response.ts";
import { textFromBytes } from "../octets.ts";
import type { Uri } from "../uri/uri.ts";

/**
 * What a header must be: a text (the value of the only, or one of several fields), a pattern some field matches,
 * true (present), false (absent), or a list: exactly these fields in this order.
 */
export type HeaderExpectation = string | number | RegExp | boolean | readonly (string | RegExp)[];

export interface Expectations {
  readonly headers?: Readonly<Record<string, HeaderExpectation>>;
  readonly body?: string | RegExp | Uint8Array | boolean;
  /** Any further condition on the message: a list of what is wrong, or nothing. */
  readonly where?: (message: SipMessage) => readonly string[] | string | undefined | void;
}

export interface RequestExpectations extends Expectations {
  /** Compared by RFC 3261 19.1.4; a pattern is applied to the text. */
  readonly uri?: string | Uri | RegExp;
}

export interface ResponseExpectations extends Expectations {
  readonly reason?: string | RegExp;
}

/** Differences, empty if the message is as expected. */
export type Matcher = (message: SipMessage) => string[];

/** The two kinds of matcher. */
export interface Match {
  request(method: string | readonly string[], expectations?: RequestExpectations): Matcher;
  response(status: number | readonly number[], expectations?: ResponseExpectations): Matcher;
}

export const match: Match = {
  /** `method` a name or several. */
  request(method: string | readonly string[], expectations: RequestExpectations = {}): Matcher {
    const methods = typeof method === "string" ? [method] : method;
    return (message) => {
      if (!(message instanceof SipRequest)) {
        return [`expected a request ${methods.join(" or ")}, found a response ${message.status}`];
      }
      const found = differences(message, expectations);
      if (!methods.includes(message.method)) {
        found.unshift(`expected method ${methods.join(" or ")}, found "${message.method}"`);
      }
      if (expectations.uri !== undefined && !sameUri(message, expectations.uri)) {
        found.push(`expected Request-URI ${show(expectations.uri)}, found "${message.requestUri}"`);
      }
      return found;
    };
  },

  /** `status` a code, several, or a class: 1 to 6. */
  response(status: number | readonly number[], expectations: ResponseExpectations = {}): Matcher {
    const statuses = typeof status === "number" ? [status] : status;
    const wanted = statuses.map((one) => one < 10 ? `${one}xx` : one).join(" or ");
    return (message) => {
      if (!(message instanceof SipResponse)) {
        return [`expected a response ${wanted}, found a request ${message.method}`];
      }
      const found = differences(message, expectations);
      const is = (one: number) =>
        one < 10 ? Math.floor(message.status / 100) === one : message.status === one;
      if (!statuses.some(is)) found.unshift(`expected status ${wanted}, found ${message.status}`);
      if (expectations.reason !== undefined && !fits(message.reason, expectations.reason)) {
        found.push(`expected reason ${show(expectations.reason)}, found "${message.reason}"`);
      }
      return found;
    };
  },
};

function differences(message: SipMessage, expectations: Expectations): string[] {
  const found: string[] = [];
  for (const [name, expected] of Object.entries(expectations.headers ?? {})) {
    const difference = headerDifference(name, message.all(name), expected);
    if (difference !== undefined) found.push(difference);
  }
  if (expectations.body !== undefined && !bodyFits(message.body, expectations.body)) {
    found.push(`expected body ${show(expectations.body)}, found ${JSON.stringify(message.text())}`);
  }
  const more = expectations.where?.(message);
  if (typeof more === "string") found.push(more);
  else if (more !== undefined) found.push(...more);
  return found;
}

function headerDifference(name: string, values: string[], expected: HeaderExpectation): string | undefined {
  const present = values.length === 0 ? "none" : values.map((value) => JSON.stringify(value)).join(", ");
  if (typeof expected === "boolean") {
    if (expected === values.length > 0) return undefined;
    return `expected ${expected ? "" : "no "}${name}, found ${present}`;
  }
  const fit = typeof expected === "object" && !(expected instanceof RegExp)
    ? values.length === expected.length && expected.every((one, at) => fits(values[at] as string, one))
    : values.some((value) =>
      fits(value, typeof expected === "number" ? String(expected) : expected as string | RegExp)
    );
  return fit ? undefined : `expected ${name} ${show(expected)}, found ${present}`;
}

function sameUri(message: SipRequest, expected: string | Uri | RegExp): boolean {
  if (expected instanceof RegExp) return expected.test(message.requestUri);
  if (message.requestUri === String(expected)) return true;
  try {
    return message.uri.equals(expected);
  } catch (error) {
    if (error instanceof SipSyntaxError) return false;
    throw error;
  }
}

function bodyFits(body: Uint8Array, expected: string | RegExp | Uint8Array | boolean): boolean {
  if (typeof expected === "boolean") return expected === body.length > 0;
  if (expected instanceof Uint8Array) {
    return body.length === expected.length && body.every((octet, at) => octet === expected[at]);
  }
  return fits(textFromBytes(body), expected);
}

function fits(value: string, expected: string | RegExp): boolean {
  return typeof expected === "string" ? value === expected : expected.test(value);
}

function show(expected: unknown): string {
  if (expected instanceof RegExp) return String(expected);
  if (Array.isArray(expected)) return `[${expected.map(show).join(", ")}]`;
  if (expected instanceof Uint8Array) return `of ${expected.length} octets`;
  if (typeof expected === "boolean") return expected ? "present" : "absent";
  return JSON.stringify(String(expected));
}
