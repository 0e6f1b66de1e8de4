/**
 * What a suite is written with. A case is data and one async function; the runner gives it a context.
 */
import type { Profile } from "../../profiles/mod.ts";
import type { CaseContext } from "./context.ts";

/** Networks of which the profile gives a case one of its own. */
export type SeatName = "partner" | "untrustedPartner" | "homeNetwork";

export interface CaseDefinition {
  /** Permanent, never reused: "aka/challenge-hides-keys". Begins with the suite's id. */
  readonly id: string;
  readonly title: string;
  /** Ids of suites/requirements that the checks of this case cite, at least one. */
  readonly verifies: readonly string[];
  /** Faults of the reference core that must make this case fail, at least one. */
  readonly kills: readonly string[];
  readonly peer: "ue" | "trusted-node" | "peer-network" | "third-party" | "hss" | "media-peer";
  /**
   * What the profile must claim, by dotted name; otherwise the case is notApplicable. A number is a least value, a
   * text may be one of a list. Besides the capabilities: "operator.<action>", "entry.<name>", "entry.<name>.<transport>"
   * and "access.<name>", "variants.<both, giba or full>" (what there is on 3GPP access, or what an operator can make of
   * it: TS 33.203 T.7), "interconnect", "dns", "home-networks", "hss", "clf", "radius" and "trusted-node", which are true
   * where the profile has such a thing.
   * A case on a requirement of level "study" has a need: it judges only what the profile claims.
   */
  readonly needs?: Readonly<Record<string, boolean | string | number>>;
  /**
   * The subscribers the case leases, all at once before it starts: "aka", "digest", or with traits the profile
   * gives them: "digest+implicit-set", "digest+!proxy-auth"; "any" for whichever. Default: one, of the scheme that the suite is about.
   */
  readonly leases?: readonly string[];
  /** Networks it plays on addresses of its own. Default: a partner where the peer is "peer-network", else none. */
  readonly seats?: readonly SeatName[];
  /** Runs alone: for cases that disturb the device for everybody. */
  readonly exclusive?: boolean;
  /** Free words for --tag: "slow" (waits for a timer of the profile), "privileged", "operator". */
  readonly tags?: readonly string[];
  /** Time limit in milliseconds, where the default (exchanges; for "slow" the profile's timers too) is too short. */
  readonly timeout?: (timers: Profile["timers"]) => number;
  run(context: CaseContext): Promise<void>;
}

export interface Suite {
  readonly id: string;
  readonly title: string;
  /** Lease used where a case names none. */
  readonly lease: string;
  readonly cases: readonly CaseDefinition[];
}

export function testCase(definition: CaseDefinition): CaseDefinition {
  return definition;
}

export function suite(
  id: string,
  title: string,
  cases: readonly CaseDefinition[],
  options: { lease?: string } = {},
): Suite {
  return { id, title, lease: options.lease ?? id, cases };
}
