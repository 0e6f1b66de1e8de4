/** How the cases of this suite begin, and what they read of the tunnel. */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../../harness/errors.ts";
import type {
  AlgorithmPair,
  IpsecMode,
  IpsecOptions,
  IpsecView,
  NatView,
  SaSet,
} from "../../harness/peer/ue/ipsec/types.ts";
import type {
  AnswerOptions,
  Registered,
  RegisterOptions,
  RequestOptions,
  Tamper,
  Ue,
  UeOptions,
} from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { setUps } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";

/** What every case behind a NAT needs: ESP in UDP, and no privilege. */
export const THROUGH_NAT = { "ipsec.udp-enc": true } as const;

/** Whom the cases lease: AKAv2 has its keys end elsewhere than at the P-CSCF. */
export const SUBSCRIBER = "aka+!akav2";
export const PAIR = [SUBSCRIBER, SUBSCRIBER] as const;
export const TRIO = [...PAIR, SUBSCRIBER] as const;

/** Where encapsulated ESP goes to and comes from at the P-CSCF (RFC 3948, M.7.1). */
export const ENCAPSULATION_PORT = 4500;

/** Behind a NAT that we play; offers both modes. */
export const BEHIND_NAT: IpsecOptions = { mechanism: "ipsec-3gpp", nat: true };

/** The same, and native ESP is open besides: what comes that way is seen, what goes that way is wrong. */
export const WITH_NATIVE_ESP: IpsecOptions = { ...BEHIND_NAT, carriers: ["udp", "raw"] };

/** No NAT in between; able to do both modes. */
export const DIRECT: IpsecOptions = {
  mechanism: "ipsec-3gpp",
  modes: ["trans", "UDP-enc-tun"],
  // The port of encapsulation is left to others who stand on the same address.
  carriers: ["raw"],
};

export const AUTHENTICATION_ONLY: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "null" };

/** For an SM7 without encryption, whatever SM6 wants. */
export const IN_NULL: AnswerOptions = { choose: { ...AUTHENTICATION_ONLY, mode: "UDP-enc-tun" } };

/** Encryption that the profile claims, as Annex H pairs it with integrity. */
export function ciphers({ capabilities }: CaseContext["profile"]): AlgorithmPair[] {
  const claims = (name: string, algorithm: string) => {
    const claim = capabilities[name];
    return Array.isArray(claim) && claim.includes(algorithm);
  };
  const pairs = [{ alg: "hmac-sha-1-96", ealg: "aes-cbc" }, { alg: "null", ealg: "aes-gcm" }];
  return pairs.filter(({ alg, ealg }) => claims("ipsec.alg", alg) && claims("ipsec.ealg", ealg));
}

/** A UE that is registered through its NAT, and what it has then. */
export interface Tunnelled {
  readonly ue: Ue;
  readonly impu: string;
  readonly registered: Registered;
  readonly set: SaSet;
  readonly ipsec: IpsecView;
  readonly nat: NatView;
}

type Stage = Pick<CaseContext, "ue" | "given">;

/** A UE of the next lease (or as `options` say), registered in UDP-encapsulated tunnel mode. */
export async function tunnelled(
  { ue, given }: Stage,
  options: UeOptions = {},
  register: RegisterOptions = {},
): Promise<Tunnelled> {
  const one = await ue({ security: BEHIND_NAT, ...options });
  return await given(`${one.identity.impi} registers through its NAT`, async () => {
    const registered = await one.register(register);
    const ipsec = viewOf(one);
    const set = ipsec.current;
    if (!registered.ok || set?.mode !== "UDP-enc-tun") {
      const { status } = registered.response;
      throw new PeerViolation(`The UE was answered ${status}, mode "${set?.mode}", needs "UDP-enc-tun"`);
    }
    return { ue: one, impu: impuOf(one), registered, set, ipsec, nat: natOf(one) };
  });
}

/**
 * Makes the home network want a re-registration authenticated: the operator orders it where the profile has one;
 * elsewhere the network is taken as one that challenges always.
 */
export async function reauthenticates(
  { profile, given, operator }: Pick<CaseContext, "profile" | "given" | "operator">,
  ue: Ue,
): Promise<void> {
  if (!profile.operator?.actions.includes("reauthenticate")) return;
  const ordered = operator("reauthenticate", { impi: ue.identity.impi });
  await given("the operator orders a re-authentication", ordered);
}

/** Another terminal behind the same public address: another lease, with ports of its own. */
export async function neighbour(stage: Stage, { nat }: Tunnelled): Promise<Tunnelled> {
  return await tunnelled(stage, behindSame(nat));
}

/** The place of another terminal behind the same public address. */
export function behindSame(nat: NatView): UeOptions {
  return { local: { address: nat.public.address }, security: BEHIND_NAT };
}

/** The security associations that a UE has in use, or those of the registration under way. */
export async function setOf({ given }: Pick<CaseContext, "given">, ue: Ue): Promise<SaSet> {
  return await given("the UE has security associations", () => {
    const set = viewOf(ue).new ?? viewOf(ue).current;
    if (set) return set;
    throw new PeerViolation("No security associations were set up");
  });
}

export function viewOf(ue: Ue): IpsecView {
  if (ue.ipsec) return ue.ipsec;
  throw new LocalMisuseError("The UE of this case has no IPsec");
}

export function natOf(ue: Ue): NatView {
  const { nat } = viewOf(ue);
  if (nat) return nat;
  throw new LocalMisuseError("The UE of this case is behind no NAT");
}

export function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}

/** Address of the P-CSCF that SM1 went to. */
export function pcscfOf({ profile }: Pick<CaseContext, "profile">, ue: Ue): string {
  const entry = profile.entry["p-cscf"]?.[ue.transport];
  if (entry) return entry.address;
  throw new LocalMisuseError(`The profile has no P-CSCF over ${ue.transport}`);
}

/** What Security-Server says of the mode, one for each ipsec-3gpp entry; undefined where it says nothing. */
export function modesOf(response: SipResponse | undefined): (string | undefined)[] {
  return setUps(response).filter(({ mechanism }) => mechanism === "ipsec-3gpp").map(({ mod }) => mod);
}

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

/** Values of received in the topmost Via: one, if all is well. */
export function receivedIn(response: SipResponse | undefined): (string | undefined)[] {
  const parameters = [...response?.via?.params ?? []];
  return parameters.filter(([name]) => name.toLowerCase() === "received").map(([, value]) => value);
}

/** How ESP came, without repetitions: "raw" is native, "udp" is encapsulated. */
export function carriersOf(ue: Ue): string[] {
  return [...new Set(viewOf(ue).arrivals.map(({ carrier }) => carrier))];
}

/** Whether a request under the SAs is answered, by whatever. It is for nobody, so that nothing comes to anybody. */
export async function isServed(ue: Ue, options: RequestOptions = {}): Promise<boolean> {
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
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  ue: Ue,
  options: RequestOptions,
): Promise<void> {
  const exchange = await ue.request("OPTIONS", impuOf(ue), options);
  const quiet = Promise.all([exchange.unanswered(), ue.silent("OPTIONS")]).then((all) => all.every(Boolean));
  await check(`${name}: ignored`, requirement).never(quiet, "an answer, and no OPTIONS forwarded");
}

/** Waits until a whole window has passed without an ESP packet, so that what comes after it has a new cause. */
export async function settled(ue: Ue): Promise<void> {
  const { length } = viewOf(ue).arrivals;
  await ue.silent();
  if (viewOf(ue).arrivals.length > length) await settled(ue);
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
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  ue: Ue,
  options: RequestOptions = {},
): Promise<void> {
  check(`${name}: answered`, requirement).that(await isServed(ue, options)).equals(true);
}

/** Another host in sent-by of the topmost Via; the port stays. */
export function viaHost(host: string): Tamper {
  return (request) => {
    const written = request.get("Via") ?? "";
    request.set("Via", written.replace(/^(\S+\s+)(?:\[[^\]]*\]|[^:;\s]+)/, `$1${bracketed(host)}`));
  };
}

/** A received parameter that only the P-CSCF may write (RFC 3261 18.2.1). */
export function viaReceived(address: string): Tamper {
  return (request) => void request.set("Via", `${request.get("Via")};received=${address}`);
}

/** Another host, and port, in the URI of Contact. */
export function contactAt(address: string, port: number): Tamper {
  return (request) => {
    const written = request.get("Contact") ?? "";
    request.set("Contact", written.replace(/@[^;>]+/, `@${bracketed(address)}:${port}`));
  };
}

/** The URI of the first Contact. */
export function contactIn(message: SipRequest | undefined): string | undefined {
  const contact = message?.contacts[0];
  return contact === undefined || contact === "*" ? contact : String(contact.uri);
}

/** An address of the same family that nobody has (RFC 5737, RFC 3849). */
export function nobodys(like: string): string {
  return like.includes(":") ? "2001:db8::77" : "192.0.2.77";
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
