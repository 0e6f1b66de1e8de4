/** What the CSCFs ask our HSS, read for a case (TS 29.228 clause 6, TS 29.229 clause 6). */
import {
  ASSIGNMENT,
  type Avp,
  type CxCommand,
  type CxRequest,
  type HssView,
  valueOf,
} from "../../harness/peer/hss/mod.ts";
import type { TrustedNode, TrustedNodeOptions } from "../../harness/peer/trusted_node/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

/** What cases need where the tester stands on both sides of a CSCF: in front of it on Mw, and behind it on Cx. */
export const OUR_HSS = { "single.s-cscf": true, "hss": true, "trusted-node": true } as const;

/** The same with an I-CSCF in front of the S-CSCF. */
export const OUR_HSS_BOTH = { ...OUR_HSS, "single.i-cscf": true } as const;

/** What cases need that end at the I-CSCF, so that no S-CSCF need be there. */
export const OUR_HSS_ICSCF = { "single.i-cscf": true, "hss": true, "trusted-node": true } as const;

/** Where REGISTERs go of those whom our HSS has: to the I-CSCF of the pair, or to an S-CSCF that stands alone. */
export function entryOf({ entry }: CaseContext["profile"]): string {
  return entry["i-cscf-hss"] ? "i-cscf-hss" : "s-cscf-hss";
}

export interface BetweenUs {
  readonly hss: HssView;
  readonly proxy: TrustedNode;
  readonly impi: string;
}

/** CSCFs between us: their HSS, and in front of them a P-CSCF for the subscriber that was leased as number `as`. */
export async function betweenUs(
  context: Pick<CaseContext, "hss" | "trustedNode" | "profile">,
  as = 0,
  options: TrustedNodeOptions = {},
): Promise<BetweenUs> {
  const hss = await context.hss();
  const proxy = await context.trustedNode({ as, entry: entryOf(context.profile), ...options });
  return { hss, proxy, impi: proxy.identity.impi };
}

/** A question, answered or about to be. */
type Question = Pick<CxRequest, "avps">;

/** All questions of this command so far, in order; about this user alone, if one is named. */
export function asked(hss: HssView, command: CxCommand, impi?: string): readonly CxRequest[] {
  return hss.requests.filter((one) => one.command === command && (impi === undefined || one.impi === impi));
}

/** The next question of this command about this user that was not taken yet. Rejects with NoAnswer. */
export async function nextAbout(
  hss: HssView,
  command: CxCommand,
  impi: string,
  within?: number,
): Promise<CxRequest> {
  for (;;) {
    const request = await hss.next(command, within);
    if (request.impi === impi) return request;
  }
}

/** SIP-Authentication-Scheme of a Multimedia-Auth-Request, as it stands; undefined where there is none. */
export function schemeOf(request: Question | undefined): string | undefined {
  return request && readable(() => valueOf(itemOf(request), "SIP-Authentication-Scheme"));
}

/** Schemes of all Multimedia-Auth-Requests from number `from` on. */
export function schemesAsked(hss: HssView, from = 0): (string | undefined)[] {
  return asked(hss, "Multimedia-Auth").slice(from).map(schemeOf);
}

/** SIP-Number-Auth-Items: how many vectors are wanted. */
export function wanted(request: Question | undefined): number | undefined {
  return request && readable(() => valueOf(request.avps, "SIP-Number-Auth-Items"));
}

/** SIP-Authorization of the question: RAND and AUTS after a synchronisation failure. */
export function authorizationOf(request: Question | undefined): Uint8Array | undefined {
  return request && readable(() => valueOf(itemOf(request), "SIP-Authorization"));
}

/** Server-Assignment-Types so far, by name, from number `from` on; of this user alone, if one is named. */
export function assignments(hss: HssView, from = 0, impi?: string): string[] {
  return asked(hss, "Server-Assignment", impi).slice(from).map(({ avps }) => {
    const type = readable(() => valueOf(avps, "Server-Assignment-Type"));
    return Object.entries(ASSIGNMENT).find(([, value]) => value === type)?.[0] ?? `${type}`;
  });
}

/** Types that end a registration, or take the S-CSCF's name from it. */
export const DEREGISTRATIONS = Object.keys(ASSIGNMENT).filter((name) => name.includes("DEREGISTRATION"));

/** Types after which nobody is registered. */
export const ENDS: readonly string[] = [...DEREGISTRATIONS, "UNREGISTERED_USER"];

/** The right answer with these AVPs in place of those of the same names. */
export function replaced(right: readonly Avp[], ...others: readonly Avp[]): Avp[] {
  return [...right.filter(({ code }) => !others.some((one) => one.code === code)), ...others];
}

function itemOf({ avps }: Question): readonly Avp[] {
  return valueOf(avps, "SIP-Auth-Data-Item") ?? [];
}

/** AVPs that the device has written wrongly are none. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
