/** Sets of four SAs: how a UE comes by them, on which a message travelled, and whether anybody listens on one. */
import type { SipRequest, SipResponse } from "sip-codec";
import { PeerViolation } from "../../harness/errors.ts";
import type { SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type { SendingOptions } from "../../harness/peer/ue/sending.ts";
import type {
  ReceivedChallenge,
  Registered,
  RegisterOptions,
  RequestOptions,
  Ue,
  UeOptions,
} from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { withinWindow } from "../_shared/window.ts";

/** A UE that takes messages by whichever SA they come: the case judges the way. */
export const WATCHING = {
  security: { mechanism: "ipsec-3gpp", wrongSa: "take" },
} as const satisfies UeOptions;

/** A UE that discards what comes by a wrong SA, as clause 7.4.1a has it. */
export const DISCARDING = { security: { mechanism: "ipsec-3gpp" } } as const satisfies UeOptions;

/** An initial registration, whatever SAs there are: SM1 in the clear, with a Call-ID of its own. */
export const INITIAL = { fresh: true, way: "clear" } as const satisfies RegisterOptions;

/** A challenge and the SAs that were made of it. */
export interface OpenRun {
  readonly challenge: ReceivedChallenge;
  readonly fresh: SaSet;
}

export function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}

/** Under this set, whatever the rules say. */
export function on(set: SaSet): SendingOptions {
  return { way: { set: set.name } };
}

/** Registers, which the case does not judge, and gives the SAs. `lifetime` in milliseconds. */
export async function secure(
  context: CaseContext,
  ue: Ue,
  lifetime?: number,
): Promise<{ readonly registered: Registered; readonly set: SaSet }> {
  const registered = await context.given(`"${ue.subscriber.name}" registers`, register(ue, lifetime));
  return { registered, set: await currentOf(context, ue) };
}

export function currentOf({ given }: CaseContext, ue: Ue): Promise<SaSet> {
  return given(`"${ue.subscriber.name}" has SAs`, () => there(ue.ipsec?.current));
}

/** SM1 and SM6. */
export async function open(context: CaseContext, ue: Ue, options?: RegisterOptions): Promise<OpenRun> {
  const challenge = await context.given("the REGISTER is challenged", ue.challenge(options));
  return { challenge, fresh: await context.given("new SAs follow", () => there(ue.ipsec?.new)) };
}

/**
 * Protected SM1 and SM6. Whether a re-registration is challenged is for the home network to say: the operator is
 * asked to order it where the profile has one; elsewhere the network is taken as one that always challenges.
 */
export async function openAgain(context: CaseContext, ue: Ue, options?: RegisterOptions): Promise<OpenRun> {
  await orderReauthentication(context, ue);
  return await open(context, ue, options);
}

export async function orderReauthentication(context: CaseContext, ue: Ue): Promise<void> {
  const { profile, given, operator } = context;
  if (!profile.operator?.actions.includes("reauthenticate")) return;
  await given(
    "the operator orders a re-authentication",
    operator("reauthenticate", { impi: ue.identity.impi }),
  );
}

/**
 * Protected SM1 and SM6 for an identity of another implicit set, which the home network may want authenticated
 * (6.1.0). Unlike an order to re-authenticate it leaves the time of the first registration alone.
 */
export function openFurther(context: CaseContext, ue: Ue, options: RegisterOptions = {}): Promise<OpenRun> {
  return open(context, ue, { impu: furtherImpuOf(ue), ...options });
}

export function furtherImpuOf(ue: Ue): string {
  return ue.subscriber.otherSet[0]!;
}

/** A complete run that the case does not judge; gives the SAs that are current after it. */
export async function complete(context: CaseContext, ue: Ue, run: OpenRun): Promise<SaSet> {
  await context.given("the authentication succeeds", ue.answer(run.challenge));
  return await currentOf(context, ue);
}

/** Name of the set that a message came under, "clear" where it came under none; undefined where nothing came. */
export function wayOf(ue: Ue, message: SipRequest | SipResponse | undefined): string | undefined {
  if (!message) return undefined;
  const carried = ue.ipsec?.carried(message);
  return carried?.protected ? carried.set.name : "clear";
}

/** Whether the network answers an OPTIONS on the way that the UE would choose. */
export async function isServed({ timers }: CaseContext, ue: Ue, options?: RequestOptions): Promise<boolean> {
  const exchange = await ue.request("OPTIONS", `sip:${ue.identity.homeDomain}`, options);
  return !(await exchange.unanswered(timers.answer));
}

/** Whether an OPTIONS under this set draws anything: an answer by any way, or as little as an ESP packet. */
export async function reacts(
  { timers }: CaseContext,
  ue: Ue,
  set: SaSet,
  within = timers.silence,
): Promise<boolean> {
  const before = tracesOf(ue, set);
  const exchange = await ue.request("OPTIONS", `sip:${ue.identity.homeDomain}`, on(set));
  const quiet = await exchange.unanswered(within);
  return !quiet || tracesOf(ue, set) > before;
}

/**
 * Whether the set dies within `limit` ms: from some time on nothing answers there. Default: the time after which a
 * transaction that is still pending has timed out (64*T1).
 */
export async function dies(
  context: CaseContext,
  ue: Ue,
  set: SaSet,
  limit = 64 * context.timers.t1,
): Promise<boolean> {
  const { wait, timers } = context;
  for (let waited = 0; waited <= limit; waited += timers.silence) {
    if (!(await reacts(context, ue, set))) return true;
    await wait(timers.silence);
  }
  return false;
}

/**
 * True when nothing comes of a REGISTER that is under way for as long as silence has to last: no answer by any way,
 * and no ESP packet of the sets it may have been sent under.
 */
export async function nothingComes(
  context: CaseContext,
  ue: Ue,
  sent: Promise<unknown>,
  ...sets: readonly SaSet[]
): Promise<boolean> {
  const traces = () => sets.reduce((sum, set) => sum + tracesOf(ue, set), ue.ipsec?.discarded.length ?? 0);
  const before = traces();
  const answered = await withinWindow(context, sent.then(() => true, isViolation));
  return answered === undefined && traces() === before;
}

/** Whether a MESSAGE sent as told gets to `receiver`, who answers it. */
export async function gets(
  { random, timers }: CaseContext,
  receiver: Ue,
  sender: Ue,
  options: RequestOptions & { readonly within?: number } = {},
): Promise<boolean> {
  const { within = timers.answer, ...sending } = options;
  const content = random.token(16);
  await sender.request("MESSAGE", impuOf(receiver), { ...sending, body: { type: "text/plain", content } });
  for (;;) {
    const arrived = await silenceIsUndefined(receiver.incoming("MESSAGE", within));
    await arrived?.respond(200);
    // One that was held up earlier on may come first.
    if (!arrived || arrived.request.text() === content) return arrived !== undefined;
  }
}

/** ESP packets that came under SAs of this set and were no message for the UE. */
function tracesOf(ue: Ue, { spiUc, spiUs }: SaSet): number {
  return ue.ipsec?.strays.filter(({ spi }) => spi === spiUc || spi === spiUs).length ?? 0;
}

/** The device answered, and not as it should. */
function isViolation(error: unknown): true {
  if (error instanceof PeerViolation) return true;
  throw error;
}

function there(set: SaSet | undefined): SaSet {
  if (set) return set;
  throw new PeerViolation("no security associations were set up");
}
