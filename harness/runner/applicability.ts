/** Whether a case can be tried on what a profile describes. */
import type { Profile } from "../../profiles/mod.ts";
import type { CaseDefinition } from "./case.ts";
import { assign, suits } from "./lease.ts";
import { SEAT_PLACES, seatsNeeded, seatsOf } from "./seats.ts";

type Need = boolean | string | number;

/** Why the case does not apply, in one line of the profile's words; null where it does. */
export function applicability(
  definition: CaseDefinition,
  leases: readonly string[],
  profile: Profile,
): string | null {
  for (const [name, need] of Object.entries(definition.needs ?? {})) {
    const claim = claimOf(profile, name);
    if (!isMet(claim, need)) {
      return `profile "${profile.name}" has ${claimText(name, claim)}, the case needs ${needText(need)}`;
    }
    const place = Object.hasOwn(CLAIMED_OF, name) ? CLAIMED_OF[name] : undefined;
    if (need !== false && place !== undefined && !profile.entry[place]) {
      return `profile "${profile.name}" has no entry.${place}, of which capabilities.${name} speaks`;
    }
  }
  if ((definition.peer === "ue" || definition.peer === "third-party") && !profile.entry["p-cscf"]) {
    return `profile "${profile.name}" has no entry.p-cscf, the case plays a UE`;
  }
  const absent = seatsNeeded(definition).find((name) => seatsOf(profile)[name].length === 0);
  if (absent) return `profile "${profile.name}" has no ${SEAT_PLACES[absent]}, the case plays one`;
  if (assign(leases, profile.subscribers)) return null;
  const lacking = leases.find((want) => !profile.subscribers.some((subscriber) => suits(subscriber, want)));
  return lacking === undefined
    ? `profile "${profile.name}" has too few subscribers for "${leases.join('", "')}" at the same time`
    : `profile "${profile.name}" has no subscriber "${lacking}"`;
}

/** A study requirement binds a device that claims the feature: the case has a need that is more than a "not". */
export function claimsFeature(definition: CaseDefinition): boolean {
  return Object.values(definition.needs ?? {}).some((need) => need !== false);
}

/** What the profile says under this name; see CaseDefinition.needs. */
function claimOf(profile: Profile, name: string): Profile["capabilities"][string] | undefined {
  // A capability may itself have dots; it has the first word.
  const capability = profile.capabilities[name];
  if (capability !== undefined) return capability;
  const [kind, ...rest] = name.split(".");
  if (kind === "operator") return profile.operator?.actions.includes(rest.join(".")) ?? false;
  if (kind === "variants") return hasVariants(profile, rest.join("."));
  if (kind === "access") return (profile.access[rest.join(".")]?.length ?? 0) > 0;
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (part) return profile[part] !== undefined;
  if (kind === "entry") {
    const [entry = "", transport] = rest;
    const transports = Object.keys(profile.entry[entry] ?? {});
    return transport === undefined ? transports.length > 0 : transports.includes(transport);
  }
  return undefined;
}

/** What a network supports on 3GPP access (TS 33.203 T.7): "both", "giba" alone, "full" security alone. */
export function variantsOf({ capabilities }: Profile): "both" | "giba" | "full" | "none" {
  const full = capabilities.ipsec === true || capabilities["ipsec.udp-enc"] === true;
  if (capabilities.giba === true) return full ? "both" : "giba";
  return full ? "full" : "none";
}

/** The device is such a network, or its operator can make it one. */
function hasVariants(profile: Profile, wanted: string): boolean {
  const own = variantsOf(profile);
  return own === wanted || own === "both" && profile.operator?.actions.includes("security-policy") === true;
}

/** Parts of a profile that it may have or not, by the name of the file. */
const PARTS: Readonly<Record<string, keyof Profile>> = {
  "interconnect": "interconnect",
  "dns": "dns",
  "home-networks": "homeNetworks",
  "hss": "hss",
  "clf": "clf",
  "radius": "radius",
  "trusted-node": "trustedNode",
};

/** A box that is not there can do nothing, whatever a profile copied from a whole core says of it. */
const CLAIMED_OF: Readonly<Record<string, string>> = {
  "single.p-cscf": "p-cscf",
  "single.i-cscf": "i-cscf-hss",
  "single.s-cscf": "s-cscf-hss",
  "single.hss": "hss",
};

/** Names that a need may have besides capabilities. */
export function isDerivedName(name: string): boolean {
  return /^(operator|access|entry|variants)\./.test(name) || Object.hasOwn(PARTS, name);
}

function isMet(claim: ReturnType<typeof claimOf>, need: Need): boolean {
  if (claim === undefined) return need === false;
  if (typeof claim === "object") {
    return typeof need === "boolean" ? claim.length > 0 === need : claim.includes(String(need));
  }
  if (typeof claim === "number" && typeof need === "number") return claim >= need;
  // A capability given as a text or a number is there.
  if (typeof need === "boolean" && typeof claim !== "boolean") return need;
  return claim === need;
}

function claimText(name: string, claim: ReturnType<typeof claimOf>): string {
  const place = isDerivedName(name) ? name : `capabilities.${name}`;
  if (claim === undefined) return `no ${place}`;
  return `${place}: ${typeof claim === "object" ? `[${claim.join(", ")}]` : claim}`;
}

function needText(need: Need): string {
  return typeof need === "number" ? `at least ${need}` : String(need);
}
