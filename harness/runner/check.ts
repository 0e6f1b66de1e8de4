/**
 * Judgement. `check(name, requirement)` gives a Check; the verb called on it judges and records, whether it holds or
 * not. No verb throws: what a case measures after a failed check is still measured. Each gives what it found, so that
 * a case can stop early.
 *
 * A value that is not there holds for `isAbsent` alone: a header that never came does not "lack" a parameter.
 */
import { PeerViolation } from "../errors.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import { contains, lookInto, sameValue } from "./_comparison.ts";
import { describe, isObject, isResponse, type ResponseLike, shorten } from "./describe.ts";
import type { EvidenceSink } from "./evidence_sink.ts";
import type { CheckResult, Requirement, Severity } from "./events.ts";

export interface Check {
  /** The same check, its evidence pinned to this message: for a value that was read out of it. */
  about(message: object | undefined): Check;
  /** Judges a value. */
  that<T>(actual: T): Expectation<T>;
  /** Judges the status of a response; undefined (none came) holds for no verb. */
  answer(response: ResponseLike | undefined): AnswerExpectation;
  /** Judges what the case worked out itself. `actual` is told in words or shown as a value. */
  holds(holds: boolean, told: { readonly expected: string; readonly actual: unknown }): boolean;
  /**
   * "Nothing must come": holds when the promise gives true, as `ue.silent("INVITE")` does at the end of its window.
   * `what` names what must not come. Rejects as the promise does, since then nobody watched.
   */
  never(silent: Promise<boolean>, what?: string): Promise<boolean>;
  /**
   * "The device must answer": holds when the promise gives a value and does not when it rejects with NoAnswer or
   * PeerViolation. Gives the value, undefined if none came. Other rejections pass through.
   */
  answers<T>(promise: Promise<T>): Promise<T | undefined>;
}

export interface Expectation<T> {
  /** Same value: octets, lists and plain objects by content, things with an `equals` method (a URI) by it. */
  equals(expected: NoInfer<T>): boolean;
  isOneOf(...expected: readonly NoInfer<T>[]): boolean;
  isAtLeast(least: number | bigint): boolean;
  isAtMost(most: number | bigint): boolean;
  isBelow(limit: number | bigint): boolean;
  matches(pattern: RegExp): boolean;
  /**
   * None of these is in it: parameter names, header names of a message, items of a list, keys of a Map or an object,
   * pieces of a string.
   */
  lacks(...keys: readonly string[]): boolean;
  /** All of these are in it, as for `lacks`. */
  has(...keys: readonly string[]): boolean;
  /** A list has this item, a string this piece, octets this run of octets. */
  includes(item: unknown): boolean;
  /** undefined, null or an empty list. */
  isAbsent(): boolean;
  isPresent(): boolean;
  /** Both are there and they are not the same value. */
  differsFrom(other: NoInfer<T>): boolean;
  /** A list of two or more things that are there, no two the same. */
  allDistinct(): boolean;
  satisfies(predicate: (actual: T) => boolean, expected: string): boolean;
}

export interface AnswerExpectation {
  /** One of these statuses: `isOneOf(401, 407)`. */
  isOneOf(...statuses: readonly number[]): boolean;
  /** A status of one of these classes: `isClass(4, 5, 6)`. */
  isClass(...classes: readonly number[]): boolean;
  /** An answer came and it has none of these statuses. */
  isNot(...statuses: readonly number[]): boolean;
}

/** What a case does with `check`. */
export type CheckFunction = (name: string, requirement: string) => Check;

/** Where the checks of one attempt at a case are kept. */
export interface CheckLedger {
  record(result: CheckResult): void;
  /** The case broke a rule of the house: verdict error. */
  misuse(message: string): void;
  /** Something of the case is under way until the function given back is called. */
  pending(what: string): () => void;
}

export interface CheckParts {
  readonly catalogue: ReadonlyMap<string, Requirement>;
  /** What the case may cite. */
  readonly verifies: readonly string[];
  /** The case has a need that the profile claims: requirements of level "study" bind the device. */
  readonly claimed: boolean;
  readonly ledger: CheckLedger;
  readonly evidence: Pick<EvidenceSink, "latest" | "numberOf">;
}

/** What a failed check on this requirement makes of the case (DESIGN 4). */
export function severityOf(requirement: Requirement, claimed: boolean): Severity {
  switch (requirement.level) {
    case "shall":
    case "shall not":
      return "fail";
    case "should":
      return "warn";
    case "may":
      return "info";
    case "study":
      return claimed ? "fail" : "info";
  }
}

export function checkFunction(parts: CheckParts): CheckFunction {
  return (name, requirement) => {
    const entry = parts.catalogue.get(requirement);
    if (!entry) parts.ledger.misuse(`check "${name}" cites "${requirement}", which is not in the catalogue`);
    else if (!parts.verifies.includes(requirement)) {
      parts.ledger.misuse(
        `check "${name}" cites "${requirement}", which the case does not list in "verifies"`,
      );
    }
    const recordAbout = (pinned: object | undefined): Record => (holds, expected, actual, about) => {
      const number = (pinned ? parts.evidence.numberOf(pinned) : undefined) ??
        (isObject(about) ? parts.evidence.numberOf(about) : undefined) ??
        parts.evidence.latest();
      parts.ledger.record({
        name,
        requirement,
        expected: shorten(expected),
        actual: shorten(actual),
        holds,
        severity: entry ? severityOf(entry, parts.claimed) : "info",
        evidence: number === undefined ? null : `trace.jsonl#${number}`,
      });
      return holds;
    };
    const checkAbout = (pinned: object | undefined): Check => {
      const record = recordAbout(pinned);
      return {
        about: checkAbout,
        that: (actual) => {
          if (actual instanceof Promise) {
            parts.ledger.misuse(`check "${name}" judges a promise: await it first`);
          }
          return expectation(actual, record);
        },
        answer: (response) => answerExpectation(response, record),
        holds: (holds, { expected, actual }) =>
          record(holds, expected, typeof actual === "string" ? actual : describe(actual), actual),
        never: (silent, what = "a message") =>
          watch(silent, what, record, parts.ledger.pending(`check "${name}"`)),
        answers: (promise) => awaited(promise, record, parts.ledger.pending(`check "${name}"`)),
      };
    };
    return checkAbout(undefined);
  };
}

/** Records one judgement; `about` is the thing judged, which the evidence may know. Gives `holds` back. */
type Record = (holds: boolean, expected: string, actual: string, about?: unknown) => boolean;

function expectation<T>(actual: T, record: Record): Expectation<T> {
  const there = actual !== undefined && actual !== null;
  const judge = (holds: () => boolean, expected: string, shown = describe(actual)) => {
    try {
      return record(holds(), expected, shown, actual);
    } catch (error) {
      return record(false, expected, `${shown} (${describe(error)})`, actual);
    }
  };
  const quoted = (keys: readonly string[]) => keys.map((key) => `"${key}"`).join(", ");
  const compare = (holds: (value: number | bigint) => boolean) => () =>
    (typeof actual === "number" || typeof actual === "bigint") && holds(actual);
  return {
    equals: (expected) => judge(() => sameValue(actual, expected), describe(expected)),
    isOneOf: (...expected) =>
      judge(
        () => expected.some((one) => sameValue(actual, one)),
        `one of ${expected.map(describe).join(", ")}`,
      ),
    isAtLeast: (least) => judge(compare((value) => value >= least), `at least ${least}`),
    isAtMost: (most) => judge(compare((value) => value <= most), `at most ${most}`),
    isBelow: (limit) => judge(compare((value) => value < limit), `below ${limit}`),
    matches: (pattern) =>
      judge(
        () => there && new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(String(actual)),
        `${pattern}`,
      ),
    lacks: (...keys) => {
      const { found } = lookInto(actual, keys);
      const shown = found.length > 0
        ? `has ${quoted(found)}`
        : there
        ? "has none of them"
        : "nothing to look into";
      return judge(() => there && found.length === 0, `without ${quoted(keys)}`, shown);
    },
    has: (...keys) => {
      const { missing } = lookInto(actual, keys);
      const shown = missing.length > 0 ? `lacks ${quoted(missing)}` : "has all of them";
      return judge(
        () => there && missing.length === 0,
        `with ${quoted(keys)}`,
        there ? shown : "nothing to look into",
      );
    },
    includes: (item) => judge(() => contains(actual, item), `with ${describe(item)} in it`),
    isAbsent: () => judge(() => isAbsent(actual), "nothing"),
    isPresent: () => judge(() => !isAbsent(actual), "something"),
    differsFrom: (other) =>
      judge(
        () => there && other !== undefined && other !== null && !sameValue(actual, other),
        `another value than ${describe(other)}`,
      ),
    allDistinct: () =>
      judge(
        () =>
          Array.isArray(actual) && actual.length > 1 && actual.every((item) => !isAbsent(item)) &&
          actual.every((item, index) => actual.slice(0, index).every((earlier) => !sameValue(item, earlier))),
        "two or more values, no two the same",
      ),
    satisfies: (predicate, expected) => judge(() => predicate(actual), expected),
  };
}

function answerExpectation(response: ResponseLike | undefined, record: Record): AnswerExpectation {
  const judge = (holds: (status: number) => boolean, expected: string) =>
    isResponse(response)
      ? record(holds(response.status), expected, describe(response), response)
      : record(false, expected, "no answer");
  return {
    isOneOf: (...statuses) => judge((status) => statuses.includes(status), oneOf(statuses.map(String))),
    isClass: (...classes) =>
      judge((status) => classes.includes(Math.floor(status / 100)), oneOf(classes.map((one) => `${one}xx`))),
    isNot: (...statuses) =>
      judge((status) => !statuses.includes(status), `an answer other than ${statuses.join(", ")}`),
  };
}

async function watch(
  silent: Promise<boolean>,
  what: string,
  record: Record,
  done: () => void,
): Promise<boolean> {
  try {
    const quiet = await silent;
    return record(
      quiet,
      `no ${what.replace(/^an? /, "")} within the window`,
      quiet ? "nothing came" : `${what} came`,
    );
  } finally {
    done();
  }
}

async function awaited<T>(promise: Promise<T>, record: Record, done: () => void): Promise<T | undefined> {
  try {
    const answer = await promise;
    record(true, "an answer", describe(answer), answer);
    return answer;
  } catch (error) {
    if (!isDeviceFault(error)) throw error;
    record(false, "an answer", describe(error));
    return undefined;
  } finally {
    done();
  }
}

/** What a peer throws because of the device; everything else is not a judgement. */
function isDeviceFault(error: unknown): boolean {
  return error instanceof PeerViolation || (error instanceof NoAnswer && !error.closed);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function oneOf(items: readonly string[]): string {
  return items.length === 1 ? items[0]! : `one of ${items.join(", ")}`;
}
