/** What most cases of this suite judge: who is heard in the tunnel, and who is not. */
import type { SipResponse } from "sip-codec";
import { EnvironmentError } from "../../harness/errors.ts";
import type { IpsecMode } from "../../harness/peer/ue/ipsec/types.ts";
import type { Registered, RequestOptions, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { ANSWERED, answered } from "../_shared/said.ts";
import { withinWindow } from "../_shared/window.ts";
import { impuOf, modesOf, setOf, viewOf } from "./_tunnel.ts";

/** Judges the mode in SM6: every entry says it, and says this. "trans" may go without saying (Annex H). */
export function isAgreed(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  response: SipResponse | undefined,
  wanted: IpsecMode,
): void {
  const modes = modesOf(response);
  const isWanted = (mode: string | undefined) => mode === wanted || mode === undefined && wanted === "trans";
  check(name, requirement).about(response).holds(modes.length > 0 && modes.every(isWanted), {
    expected: `mod=${wanted} in every entry of Security-Server`,
    actual: response?.get("Security-Server") ?? response ?? "no answer",
  });
}

/** Nothing goes on after SM1: neither a challenge, with or without a set-up, nor success. */
export function isAborted(answer: SipResponse | undefined): boolean {
  return answer === undefined || answer.status >= 400 && ![401, 407].includes(answer.status);
}

/** Whether a request under the SAs is answered, by whatever. It is for nobody, so that nothing comes to anybody. */
async function isServed(ue: Ue, options: RequestOptions = {}): Promise<boolean> {
  const exchange = await ue.request("OPTIONS", `sip:${ue.identity.homeDomain}`, options);
  try {
    return await silenceIsUndefined(exchange.final()) !== undefined;
  } catch (error) {
    // TCP inside ESP is ours: a connection that does not come about in it is the device's refusal.
    if (options.over === "tcp" && error instanceof EnvironmentError) return false;
    throw error;
  }
}

/**
 * Judges a request that must not get in: nobody answers it, and it does not arrive at whom it is for, the UE itself.
 *
 *     UE                    P-CSCF
 *      |=== OPTIONS (self) ===>|
 *      |                       | nothing
 */
export async function isIgnored(
  { check, given }: Pick<CaseContext, "check" | "given">,
  requirement: string,
  name: string,
  ue: Ue,
  options: RequestOptions,
): Promise<void> {
  await setOf({ given }, ue);
  const exchange = await ue.request("OPTIONS", impuOf(ue), options);
  const quiet = Promise.all([exchange.unanswered(), ue.silent("OPTIONS")]).then((all) => all.every(Boolean));
  await check(`${name}: ignored`, requirement).never(quiet, "an answer, and no OPTIONS forwarded");
}

/**
 * Judges octets that must not get in: no message and no odd ESP packet comes within the window. A request among them
 * is for the UE itself.
 */
export async function nothingComesOf(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  ue: Ue,
  send: () => Promise<void>,
): Promise<void> {
  const ipsec = viewOf(ue);
  // A late repetition of an earlier answer is no trace of anything: transactions absorb it.
  const traces = () => ipsec.strays.length + ipsec.discarded.length;
  const before = traces();
  await send();
  const quiet = Promise.all([ue.silent(), ue.stray()]).then(([silent, stray]) =>
    silent && stray === undefined && traces() === before
  );
  await check(`${name}: nothing comes of it`, requirement).never(quiet, "a message, and no ESP packet");
}

/** Judges an SM7 that must not get in: within the window of silence nothing comes of it. */
export async function isUnheard(
  context: Pick<CaseContext, "check" | "wait" | "timers">,
  requirement: string,
  name: string,
  outcome: Promise<Registered>,
): Promise<void> {
  await areUnheard(context, requirement, { [name]: outcome });
}

/** The same of several at once, so that the challenge lives long enough for the right one after them. */
export async function areUnheard(
  context: Pick<CaseContext, "check" | "wait" | "timers">,
  requirement: string,
  outcomes: Readonly<Record<string, Promise<Registered>>>,
): Promise<void> {
  await Promise.all(
    Object.entries(outcomes).map(async ([name, outcome]) => {
      const registered = await withinWindow(context, outcome);
      context.check(`${name}: unanswered`, requirement).holds(registered === undefined, {
        expected: "no answer",
        actual: registered?.response ?? "no answer",
      });
    }),
  );
}

/** Judges what must not register anybody; an error is as good as silence. */
export async function isNoSuccess(
  context: Pick<CaseContext, "check" | "wait" | "timers">,
  requirement: string,
  name: string,
  outcome: Promise<Registered>,
): Promise<void> {
  const registered = await withinWindow(context, outcome);
  context.check(`${name}: does not register`, requirement).holds(!registered?.ok, {
    expected: "an error, or no answer",
    actual: registered?.response ?? "no answer",
  });
}

/** Judges a registration that has to succeed. */
export async function isRegistered(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  outcome: Promise<Registered>,
): Promise<Registered | undefined> {
  const registered = await silenceIsUndefined(outcome);
  check(`${name}: registers`, requirement).answer(registered?.response).isOneOf(200);
  return registered;
}

/** Judges that a request under the SAs in use is answered. */
export async function isAnswered(
  { check, given }: Pick<CaseContext, "check" | "given">,
  requirement: string,
  name: string,
  ue: Ue,
  options: RequestOptions = {},
): Promise<void> {
  await setOf({ given }, ue);
  check(`${name}: answered`, requirement).that(answered(await isServed(ue, options))).equals(ANSWERED);
}
