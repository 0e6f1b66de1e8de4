/** Connections that carry registrations: how a UE comes by one, and who is served on one. */
import type { SipRequest, SipResponse } from "sip-codec";
import { PeerViolation } from "../../harness/errors.ts";
import type { TlsWay, UeTlsOptions, UeTlsView } from "../../harness/peer/ue/tls/types.ts";
import type { InviteOptions, Registered, RequestOptions, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { arrival, call, placing, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";

type ConnectOptions = NonNullable<Parameters<UeTlsView["connect"]>[0]>;

export type TlsConnection = UeTlsView["connections"][number];

/** The security of UeOptions, of a UE that takes messages by whichever way they come: the case judges the way. */
export type Tls = UeTlsOptions;

/** SM1 in the clear with security agreement, TLS after it (O.2.2). */
export const AGREED: Tls = { mechanism: "tls", agreement: true, wrongWay: "take" };

/** TLS before SM1 (O.2.3). */
export const FIRST: Tls = { mechanism: "tls", agreement: false, wrongWay: "take" };

/** The procedures that the profile claims, by name. */
export function procedures({ capabilities }: CaseContext["profile"]): Readonly<Record<string, Tls>> {
  return {
    ...(capabilities["tls.first"] === true ? { "TLS before registration": FIRST } : {}),
    ...(capabilities["tls.agreement"] === true ? { "TLS by agreement": AGREED } : {}),
  };
}

/** For what is the same with both procedures: one that the profile claims. */
export function either(profile: CaseContext["profile"]): Tls {
  return profile.capabilities["tls.first"] === true ? FIRST : AGREED;
}

/** This version alone. */
export function only(version: "TLSv1.2" | "TLSv1.3", tls: Tls): Tls {
  return { ...tls, client: { ...tls.client, versions: [version, version] } };
}

/** Those of TLS 1.2 and 1.3 that the profile claims. */
export function versionsOf({ capabilities }: CaseContext["profile"]): ("TLSv1.2" | "TLSv1.3")[] {
  const claimed = [capabilities["tls.versions"]].flat();
  return (["TLSv1.2", "TLSv1.3"] as const).filter((version) => claimed.includes(version));
}

export interface Session {
  readonly ue: Ue;
  readonly registered: Registered;
  readonly connection: TlsConnection;
}

/** The UE registers, which the case does not judge. `lifetime` in milliseconds. */
export async function secure(
  { given }: Pick<CaseContext, "given">,
  ue: Ue,
  lifetime?: number,
): Promise<Session> {
  const registered = await given(`"${ue.subscriber.name}" registers`, register(ue, lifetime));
  const connection = await given(`"${ue.subscriber.name}" has a TLS connection`, () => currentOf(ue));
  return { ue, registered, connection };
}

/** A UE of this lease, registered. */
export async function secured(
  context: Pick<CaseContext, "ue" | "given">,
  as: number,
  security: Tls,
): Promise<Session> {
  return await secure(context, await context.ue({ as, security }));
}

/** Two users who are registered over TLS, each on a connection of his own: who is attacked, and who is called. */
export async function securedPair(
  context: Pick<CaseContext, "ue" | "given" | "profile">,
  security: Tls = either(context.profile),
): Promise<[Session, Session]> {
  return [await secured(context, 0, security), await secured(context, 1, security)];
}

export function currentOf({ tls }: Ue): TlsConnection {
  if (tls?.current) return tls.current;
  throw new PeerViolation("no TLS connection carries the registration");
}

export function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}

/** EXPECTED, "in the clear", "another connection", "no message": how one came. */
export function wayOf(
  ue: Ue,
  message: SipRequest | SipResponse | undefined,
  expected: TlsConnection | undefined,
): string {
  if (!message) return "no message";
  const carrier = ue.tls?.carried(message);
  if (!carrier) return "in the clear";
  return carrier === expected ? EXPECTED : "another connection";
}

/** Connections that came to the address in the Contact, in words: the UE has its own, and nobody is to make one. */
export function dialled({ tls }: Ue): string[] {
  return tls!.accepted.map(({ from: { address, port } }) => `a connection from ${address}:${port}`);
}

export const EXPECTED = "the connection it belongs to";

/** What a check tells of an INVITE that should come to the callee. */
export function arriving(invite: SipRequest | undefined): { expected: string; actual: unknown } {
  return { expected: "the INVITE at the callee", actual: invite ?? "no INVITE came" };
}

/** What became of an INVITE that should not be served. */
export interface Attempt {
  /** As it arrived at the callee, undefined where it did not. */
  readonly invite: SipRequest | undefined;
  /** The last answer that came in time. */
  readonly answer: SipResponse | undefined;
  readonly asserted: readonly string[];
}

/** Nothing came of it: there was not even a connection for it. */
export const NOTHING: Attempt = { invite: undefined, answer: undefined, asserted: [] };

/**
 * An INVITE that may be refused in any way: what came of it within the window of silence. A connection that the device
 * has closed refuses as well as an answer does.
 */
export async function tries(
  { timers }: Pick<CaseContext, "timers">,
  caller: Ue,
  callee: Ue,
  options: InviteOptions & { readonly way: TlsWay },
): Promise<Attempt> {
  const placed = placing(callee);
  const arriving = arrival(callee, timers.silence, placed);
  const outgoing = await unlessClosed(options.way, () => caller.invite(impuOf(callee), options));
  placed.as(outgoing?.callId ?? "");
  const invite = await arriving;
  // The callee has declined: the caller is about to be told.
  if (invite && outgoing) await silenceIsUndefined(unlessClosed(options.way, () => outgoing.answered()));
  return { invite, answer: outgoing?.exchange?.responses.at(-1), asserted: asserted(invite) };
}

/** Judges an attempt: it got nowhere, and nobody was told that it did. */
export function isRefused(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  { invite, answer }: Attempt,
): void {
  check(`${name}: goes nowhere`, requirement).about(invite).holds(invite === undefined, {
    expected: "no INVITE at the callee",
    actual: invite ?? "no INVITE came",
  });
  check(`${name}: no success`, requirement).about(answer)
    .holds(answer === undefined || answer.status < 200 || answer.status >= 300, {
      expected: "an error, or no answer",
      actual: answer ?? "no answer",
    });
}

/** What must not register anybody; silence and the end of the connection are as good as an error. */
export function isNoSuccess(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  response: SipResponse | undefined,
): void {
  check(name, requirement).about(response).holds(response === undefined || response.status >= 300, {
    expected: "an error, or no answer",
    actual: response ?? "no answer",
  });
}

/** Judges a call that is to be served as the caller's. */
export async function isServed(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  caller: Ue,
  callee: Ue,
  options: InviteOptions = {},
): Promise<void> {
  const { invite } = await call(caller, impuOf(callee), callee, options);
  check(`${name}: served`, requirement).about(invite).holds(invite !== undefined, arriving(invite));
  isAsserted(check, requirement, `${name}: as the caller`, invite, impuOf(caller));
}

/** Judges whom calls on the UE's connection are asserted as: its identities, and nobody else's. */
export async function assertsOwn(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  caller: Ue,
  callee: Ue,
): Promise<void> {
  for (const own of [impuOf(caller), ...caller.subscriber.implicitSet]) {
    const { invite } = await call(caller, impuOf(callee), callee, { preferredIdentity: own });
    isAsserted(check, requirement, `${own} preferred: asserted`, invite, own);
  }
  const foreign = impuOf(callee);
  const lies = { from: foreign, preferredIdentity: foreign };
  const { invite } = await call(caller, foreign, callee, lies);
  check("somebody else's preferred: not asserted", requirement).about(invite)
    .that(asserted(invite)).lacks(foreign);
}

function isAsserted(
  check: CaseContext["check"],
  requirement: string,
  name: string,
  invite: SipRequest | undefined,
  impu: string,
): void {
  const identities = asserted(invite);
  check(name, requirement).about(invite).holds(identities.includes(impu), {
    expected: `P-Asserted-Identity with ${impu}`,
    actual: !invite ? "no INVITE came" : identities.length > 0 ? identities : "an INVITE without any",
  });
}

/** How the device takes SIP in the clear. */
export function clearTransports({ entry }: CaseContext["profile"]): ("udp" | "tcp")[] {
  return (["udp", "tcp"] as const).filter((transport) => entry["p-cscf"]?.[transport]);
}

/** Whether a call from `caller` is delivered: for preconditions. */
export async function gets(callee: Ue, caller: Ue, options: InviteOptions = {}): Promise<boolean> {
  return (await call(caller, impuOf(callee), callee, options)).delivered;
}

/** What the promise gives; undefined where the connection that it goes by is closed, or closes over it. */
export async function unlessClosed<T>(way: TlsWay, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (typeof way === "object" && !way.open) return undefined;
    throw error;
  }
}

/**
 * A request of `who` on a connection of somebody else's terminal, with credentials where told; the answer that came
 * within the window, undefined where none did.
 */
export async function through(
  { timers }: Pick<CaseContext, "timers">,
  carrier: Ue,
  connection: TlsConnection,
  request: SipRequest,
): Promise<SipResponse | undefined> {
  return await unlessClosed(connection, async () => {
    const exchange = await carrier.send(request, { way: connection });
    return await exchange.unanswered(timers.answer)
      ? undefined
      : exchange.responses.find(({ status }) => status >= 200);
  });
}

/**
 * A further connection, resuming a session; undefined where the device does not let a handshake come about, which is
 * its right outside registration procedures (O.4.2).
 */
export async function further(ue: Ue, options: ConnectOptions = {}): Promise<TlsConnection | undefined> {
  try {
    return await ue.tls!.connect(options);
  } catch (error) {
    if (error instanceof Error && error.name === "TlsFailure") return undefined;
    throw error;
  }
}

/** Whether the device resumes this session. */
export async function resumes(ue: Ue, session: string): Promise<boolean> {
  const connection = await further(ue, { resume: session });
  const resumed = connection?.negotiated.resumed ?? false;
  await connection?.close();
  return resumed;
}

/** A MESSAGE with a text of its own; whether it got to `receiver`, who answers it. */
export async function messageGets(
  { random, timers }: Pick<CaseContext, "random" | "timers">,
  receiver: Ue,
  sender: Ue,
  options: RequestOptions & { readonly within?: number } = {},
): Promise<SipRequest | undefined> {
  const { within = timers.answer, ...sending } = options;
  const content = random.token(16);
  const body = { type: "text/plain", content };
  await sender.request("MESSAGE", impuOf(receiver), { ...sending, body });
  return await messageWith(content, receiver, within);
}

/** The MESSAGE with this text, answered with 200 as others are that come before it; undefined where it does not come. */
export async function messageWith(
  content: string,
  receiver: Ue,
  within: number,
): Promise<SipRequest | undefined> {
  for (;;) {
    const arrived = await silenceIsUndefined(receiver.incoming("MESSAGE", within));
    await arrived?.respond(200);
    // One that was held up earlier on may come first.
    if (!arrived || arrived.request.text() === content) return arrived?.request;
  }
}
