/** Which way a message of the UE takes: as TS 33.203 7.4.1a says, or as a case says otherwise. */
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../../../errors.ts";
import type { Sending } from "../protection.ts";
import { unknownWay, type Way } from "../sending.ts";
import type { Association } from "./association.ts";
import type { SaTable } from "./sa_table.ts";
import type { IpsecWay } from "./types.ts";

/** Under an SA set, or in the clear to the unprotected port or to port_ps. */
export type Chosen =
  | { readonly set: Association }
  | { readonly set: undefined; readonly toProtected: boolean };

/** What a way depends on besides the table. */
export interface WayFacts {
  /** The set that SM6 made, or why there is none. */
  ofChallenge(sending: Sending): Association | string | EnvironmentError;
  /** The way of the SM1 that was challenged; undefined where it went in the clear. */
  ofFirst(sending: Sending): Association | undefined;
  /** An SM1 in the clear was answered with success at once: the UE is registered, and has no SAs. */
  readonly takenInClear: boolean;
}

/** "In this case, the S-CSCF shall authenticate the user by means of the AKA protocol" (7.4.0, M.7.4.0). */
const UNAUTHENTICATED =
  "The REGISTER went in the clear and was answered 200 without a challenge: the UE is registered, and has no SAs";

const CLEAR: Chosen = { set: undefined, toProtected: false };

/**
 * @throws LocalMisuseError where a case names an SA set that there is not, or sends a request other than REGISTER
 * before there are SAs and does not say `way`
 * @throws PeerViolation where SM6 made no SAs that SM7 could go under, or there are none for a request because nobody
 * authenticated the UE before it was registered; EnvironmentError where that is our machine's doing
 */
export function wayFor(sending: Sending, table: SaTable, facts: WayFacts): Chosen {
  const { way, step } = sending;
  const current = way === "current" || (way === undefined && step === "request");
  if (current && !table.current && facts.takenInClear) {
    throw new PeerViolation(UNAUTHENTICATED, "33.203/7.4.0/06");
  }
  if (way !== undefined) return named(way, table);
  switch (step) {
    case "register": // "If SM1 was protected, it shall be protected with the old outbound SA": the one in use.
      return table.current ? { set: table.current } : CLEAR;
    case "answer": {
      const set = facts.ofChallenge(sending);
      if (typeof set === "string") throw new PeerViolation(set);
      if (set instanceof EnvironmentError) throw set;
      return { set };
    }
    case "failure": {
      const set = facts.ofFirst(sending);
      return set && set.phase !== "deleted" ? { set } : CLEAR;
    }
    case "request":
      if (table.current) return { set: table.current };
      throw new LocalMisuseError(
        'There are no SAs for a request: the UE is not registered; say { way: "clear" } to send it all the same',
      );
  }
}

/** The set of a way that a case names. */
export function setNamed(
  way: Exclude<IpsecWay, "clear" | "clear-to-protected">,
  table: SaTable,
): Association {
  const set = typeof way === "object"
    ? table.sets.findLast(({ name }) => name === way.set)
    : way === "old"
    ? table.replaced
    : table[way];
  if (set) return set;
  const there = table.sets.map(({ name, phase }) => `"${name}" (${phase})`).join(", ") || "none";
  throw new LocalMisuseError(
    `There is no SA set "${typeof way === "object" ? way.set : way}"; there is ${there}`,
  );
}

function named(way: Way, table: SaTable): Chosen {
  if (!isIpsecWay(way)) {
    throw unknownWay(way, "ipsec-3gpp", '"clear", "clear-to-protected", "current", "old", "new" and { set }');
  }
  if (way === "clear") return CLEAR;
  if (way === "clear-to-protected") return { set: undefined, toProtected: true };
  return { set: setNamed(way, table) };
}

function isIpsecWay(way: Way): way is IpsecWay {
  return typeof way === "object" ? "set" in way : NAMES.has(way);
}

const NAMES: ReadonlySet<string> = new Set(["clear", "clear-to-protected", "current", "old", "new"]);
