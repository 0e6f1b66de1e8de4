/**
 * How much work a function does, counted and not timed: every primitive by which the codec looks at text or octets
 * is weighed with the characters it may touch. Twice the input must give about twice the sum.
 */

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Weight = (self: unknown, args: unknown[], result: unknown, from: number) => number;

const whole: Weight = (self) => lengthOf(self);
const result: Weight = (_self, _args, found) => lengthOf(found);
/** From where a search began to where it ended. */
const searched: Weight = (self, args, found) => {
  const from = typeof args[1] === "number" ? args[1] : 0;
  const end = typeof found === "number" && found >= 0 ? found : lengthOf(self);
  return Math.max(1, end - from + 1);
};
const one: Weight = () => 1;
/** A global expression goes on from where it stood, a sticky one looks nowhere else. */
const matched: Weight = (self, args, found, from) => {
  const { global, sticky } = self as RegExp;
  if (!global && !sticky) return lengthOf(args[0]);
  if (found === null) return sticky ? 1 : lengthOf(args[0]) - from;
  const { index, 0: text } = found as RegExpExecArray;
  return index + text.length - from + 1;
};

const WEIGHTS: readonly [object, string, Weight][] = [
  [String.prototype, "charCodeAt", one],
  [String.prototype, "charAt", one],
  [String.prototype, "startsWith", (_self, args) => lengthOf(args[0])],
  [String.prototype, "endsWith", (_self, args) => lengthOf(args[0])],
  [String.prototype, "indexOf", searched],
  [String.prototype, "lastIndexOf", whole],
  [String.prototype, "includes", whole],
  [String.prototype, "slice", result],
  [String.prototype, "split", whole],
  [String.prototype, "replace", whole],
  [String.prototype, "toLowerCase", whole],
  [String.prototype, "toUpperCase", whole],
  [String.prototype, "trim", whole],
  [RegExp.prototype, "exec", matched],
  [RegExp.prototype, "test", (_self, args) => lengthOf(args[0])],
  [Array.prototype, "indexOf", searched],
  [Array.prototype, "includes", whole],
  [Array.prototype, "find", whole],
  [Array.prototype, "findIndex", whole],
  [Array.prototype, "findLastIndex", whole],
  [Array.prototype, "filter", whole],
  [Array.prototype, "map", whole],
  [Array.prototype, "some", whole],
  [Array.prototype, "every", whole],
  [Array.prototype, "slice", result],
  [Array.prototype, "splice", whole],
  [Array.prototype, "push", (_self, args) => args.length],
  [Object.getPrototypeOf(Uint8Array.prototype), "indexOf", searched],
  [Object.getPrototypeOf(Uint8Array.prototype), "slice", result],
  [Object.getPrototypeOf(Uint8Array.prototype), "set", (_self, args) => lengthOf(args[0])],
  [Set.prototype, "has", one],
  [Map.prototype, "get", one],
];

/** The weighed work of `run`. */
export function countWork(run: () => void): number {
  let work = 0;
  let counting = true;
  const originals = WEIGHTS.map(([owner, name]) => (owner as Record<string, Method>)[name] as Method);
  WEIGHTS.forEach(([owner, name, weight], at) => {
    const original = originals[at] as Method;
    const counted: Method = function (...args) {
      const from = this instanceof RegExp ? this.lastIndex : 0;
      const found = Reflect.apply(original, this, args);
      if (counting) {
        counting = false;
        work += 1 + weight(this, args, found, from);
        counting = true;
      }
      return found;
    };
    Object.defineProperty(owner, name, { value: counted, configurable: true, writable: true });
  });
  try {
    run();
  } finally {
    counting = false;
    WEIGHTS.forEach(([owner, name], at) => {
      Object.defineProperty(owner, name, { value: originals[at], configurable: true, writable: true });
    });
  }
  return work;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value === "object" && value !== null && "length" in value) return Number(value.length);
  return 1;
}
