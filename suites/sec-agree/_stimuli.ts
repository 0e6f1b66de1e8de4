/** What the cases of this suite offer, how they change the set-up lines of SM1 and SM7, and what they read of SM6. */
import type { SipResponse } from "sip-codec";
import type { AlgorithmPair, IpsecOptions, SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import { PeerViolation } from "../../harness/errors.ts";
import type {
  AnswerOptions,
  ReceivedChallenge,
  Registered,
  RegisterOptions,
  RequestOptions,
  Tamper,
  Ue,
} from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { goesOn, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";

/** IPsec, by whichever SA an answer comes: that is for the suite "ipsec" to judge. */
export const IPSEC: IpsecOptions = { mechanism: "ipsec-3gpp", wrongSa: "take" };

/** An initial registration, whether or not there are SAs: SM1 in the clear, a Call-ID of its own (7.4.0). */
export const INITIAL = { fresh: true, way: "clear" } as const satisfies RegisterOptions;

/** Algorithm pairs of Annex H, weakest first. */
export const INTEGRITY_ONLY: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "null" };
export const GMAC: AlgorithmPair = { alg: "aes-gmac", ealg: "null" };
export const CBC: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "aes-cbc" };
export const GCM: AlgorithmPair = { alg: "null", ealg: "aes-gcm" };
export const ANNEX_H: readonly AlgorithmPair[] = [INTEGRITY_ONLY, GMAC, CBC, GCM];

/** Pairs of RFC 3329 that Annex H took away. */
export const TRIPLE_DES: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "des-ede3-cbc" };
export const MD5: AlgorithmPair = { alg: "hmac-md5-96", ealg: "null" };

/** The pairs of Annex H that the profile claims. */
export function claimed({ capabilities }: CaseContext["profile"]): AlgorithmPair[] {
  const has = (name: string, value: string) => [capabilities[name]].flat().includes(value);
  return ANNEX_H.filter(({ alg, ealg }) => has("ipsec.alg", alg) && has("ipsec.ealg", ealg));
}

export function nameOf({ alg, ealg }: AlgorithmPair): string {
  return `${alg} with ${ealg}`;
}

/** The algorithm pairs that SM6 lists, as text. */
export function listed(response: SipResponse | undefined): string[] {
  return setUps(response).map(({ alg = "none", ealg }) => nameOf({ alg, ealg }));
}

type Entries = readonly string[];

/** One change in the last entry alone, which is the chosen one only where there is no other. */
export function last(change: (entry: string) => string): (entries: Entries) => Entries {
  return (entries) => entries.with(-1, change(entries.at(-1) ?? ""));
}

/** Another number of as many digits in this parameter. */
export function shifting(name: string, by = 2): (entry: string) => string {
  return (entry) => {
    const digits = entry.match(new RegExp(`${name}\\s*=\\s*(\\d+)`, "i"))?.[1] ?? "0";
    const top = name.startsWith("spi") ? 0xffff_ffff : 0xffff;
    const number = Number(digits) + by > top ? Number(digits) - by : Number(digits) + by;
    return setting(name, String(number).padStart(digits.length, "0"))(entry);
  };
}

/** Another Security-Client in SM1; SM7 repeats what SM1 said. */
export function offering(change: (entries: Entries) => Entries): Tamper {
  return rewritten("Security-Client", change);
}

/**
 * An error that ends the procedure (7.3.2.1). A challenge is none, whether or not it has a set-up line: without one the
 * registration goes on unprotected.
 */
export function isError(response: SipResponse | undefined): boolean {
  return response !== undefined && response.status >= 400 && ![401, 407].includes(response.status);
}

/** Judges an offer that cannot be taken up: an error, and not a challenge (7.3.2.1). */
export async function isRefused(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  attempt: Promise<SipResponse>,
): Promise<void> {
  const response = await silenceIsUndefined(attempt);
  check(`${name}: refused`, requirement).holds(isError(response), {
    expected: "an error that is no challenge",
    actual: response ?? "no answer",
  });
}

/** The control of offers that are refused: this one is taken up, with a set-up line in SM6. Rejects where it is not. */
export async function takenUp(ue: Ue, options: RegisterOptions = {}): Promise<ReceivedChallenge> {
  const challenge = await ue.challenge({ ...INITIAL, ...options });
  if (goesOn(challenge.response)) return challenge;
  throw new PeerViolation(`SM6 was ${challenge.response.status} without Security-Server`);
}

/** Judges what must not register anybody; silence is as good as an error. */
export function isNoSuccess(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  outcome: Registered | undefined,
): void {
  check(name, requirement).holds(outcome === undefined || outcome.response.status >= 400, {
    expected: "an error, or no answer",
    actual: outcome?.response ?? "no answer",
  });
}

/** Judges an SM7 that is wrong in one thing, after an SM6 of its own: the registration is aborted (7.2). */
export async function isAborted(
  context: Pick<CaseContext, "check" | "given">,
  ue: Ue,
  requirement: string,
  name: string,
  wrong: AnswerOptions,
): Promise<void> {
  const challenge = await context.given(`${name}: challenged`, ue.challenge(INITIAL));
  const outcome = await silenceIsUndefined(ue.answer(challenge, wrong));
  isNoSuccess(context, requirement, `${name}: aborted`, outcome);
}

/** A registration that left SAs in use, which the case needs and does not judge. Rejects where it did not. */
export async function secured(
  ue: Ue,
  options: RegisterOptions & { readonly answer?: AnswerOptions } = {},
): Promise<SaSet> {
  const { ok, response } = await ue.register({ ...INITIAL, ...options });
  const set = ue.ipsec?.current;
  if (ok && set) return set;
  throw new PeerViolation(`"${ue.identity.impi}" was answered ${response.status} and has no SAs in use`);
}

/** The SAs in use. Rejects where a registration has left none. */
export function inUse(ue: Ue): SaSet {
  if (ue.ipsec?.current) return ue.ipsec.current;
  throw new PeerViolation(`"${ue.identity.impi}" has no SAs in use`);
}

/** The SAs of the registration under way. Rejects where SM6 has made none. */
export function begun(ue: Ue): SaSet {
  if (ue.ipsec?.new) return ue.ipsec.new;
  throw new PeerViolation(`SM6 has made no SAs for "${ue.identity.impi}"`);
}

/** Refusals of whom the network does not know, or does not know any more. */
const UNKNOWN_USER: readonly number[] = [401, 403, 407];

/** Whether a request under the SAs in use is dealt with as one of a registered user. */
export async function isServed(ue: Ue, options: RequestOptions = {}): Promise<boolean> {
  const exchange = await ue.request("OPTIONS", ue.identity.impus[0]!, options);
  const final = await silenceIsUndefined(exchange.final());
  return final !== undefined && final.status < 500 && !UNKNOWN_USER.includes(final.status);
}
