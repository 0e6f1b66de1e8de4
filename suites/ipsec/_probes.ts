/** What the network makes of one packet or message that is wrong, and what it has sent so far. */
import type { SipRequest } from "sip-codec";
import { EnvironmentError } from "../../harness/errors.ts";
import type { AlgorithmPair, EspTamper, IpsecOptions } from "../../harness/peer/ue/ipsec/types.ts";
import type { Exchange, RequestOptions, Tamper, Ue, UeOptions } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { drawn, NOTHING } from "../_shared/said.ts";
import { WATCHING } from "./_sas.ts";

export const SHA1: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "null" };
export const GMAC: AlgorithmPair = { alg: "aes-gmac", ealg: "null" };
export const CBC: AlgorithmPair = { alg: "hmac-sha-1-96", ealg: "aes-cbc" };
export const GCM: AlgorithmPair = { alg: "null", ealg: "aes-gcm" };

/** What the profile has to claim for a pair. */
export function needsOf({ alg, ealg }: AlgorithmPair): Readonly<Record<string, boolean | string>> {
  return { "ipsec": true, "ipsec.alg": alg, "ipsec.ealg": ealg };
}

/** A UE that offers one pair alone, and takes messages by whichever SA they come. */
export function offering(pair: AlgorithmPair, more: Partial<IpsecOptions> = {}): UeOptions {
  return { security: { ...WATCHING.security, offers: [pair], ...more } };
}

/** Sends an OPTIONS that the home network answers when it is let in. */
export function options(ue: Ue, how: RequestOptions = {}): Promise<Exchange> {
  return ue.request("OPTIONS", `sip:${ue.identity.homeDomain}`, how);
}

/** Whether an OPTIONS that is sent so draws anything: an answer by any way, or an ESP packet that is not for the UE. */
export async function draws(
  { timers }: Pick<CaseContext, "timers">,
  ue: Ue,
  how: RequestOptions,
  within = timers.silence,
): Promise<boolean> {
  const before = strange(ue);
  const exchange = await options(ue, how);
  const quiet = await exchange.unanswered(within);
  return !quiet || strange(ue) > before;
}

/** The same over TCP; false where nobody accepts the connection: inside the SA there is nobody else to blame. */
export async function drawsOverTcp(context: Pick<CaseContext, "timers">, ue: Ue): Promise<boolean> {
  try {
    return await draws(context, ue, { over: "tcp" }, context.timers.answer);
  } catch (error) {
    if (error instanceof EnvironmentError) return false;
    throw error;
  }
}

/**
 * Whether anything comes to the UE after `send`: an ESP packet, or a message in the clear. What was still on its way, an
 * answer to a repetition perhaps, is waited for before.
 */
export async function follows(ue: Ue, send: () => Promise<unknown>): Promise<boolean> {
  for (let rounds = 5, before = NaN; before !== arrived(ue) && rounds > 0; rounds--) {
    before = arrived(ue);
    await ue.stray();
  }
  const before = arrived(ue);
  await send();
  const stray = await ue.stray();
  return stray !== undefined || arrived(ue) > before;
}

/** ESP packets that came. */
function arrived({ ipsec }: Ue): number {
  return ipsec?.arrivals.length ?? 0;
}

/** ESP packets that were no message for the UE, and messages that came by a wrong way. */
function strange({ ipsec }: Ue): number {
  return (ipsec?.strays.length ?? 0) + (ipsec?.discarded.length ?? 0);
}

/** Judges a change to the ESP packet of an OPTIONS: it draws nothing. */
export async function isUnheard(
  context: Pick<CaseContext, "check" | "timers">,
  requirement: string,
  name: string,
  ue: Ue,
  packet: (esp: Uint8Array) => Uint8Array,
): Promise<void> {
  context.check(`${name}: nothing`, requirement).that(drawn(await draws(context, ue, { esp: { packet } })))
    .equals(NOTHING);
}

/** Judges a request that must get no service: an error, or no answer at all. */
export async function isTurnedAway(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  exchange: Exchange,
): Promise<void> {
  if (!(await exchange.unanswered())) await silenceIsUndefined(exchange.final());
  const served = exchange.responses.find(({ status }) => status > 100 && status < 400);
  check(`${name}: turned away`, requirement).about(served).holds(!served, {
    expected: "an error, or no answer",
    actual: served ?? exchange.responses.at(-1) ?? "no answer",
  });
}

/** Lets so many packets under the SAs in use be lost, as sequence numbers tell. */
export async function lose(ue: Ue, count: number): Promise<void> {
  const esp: EspTamper = { copies: 0 };
  for (let lost = 0; lost < count; lost++) await ue.ipsec!.send(CRLF, { way: "current", esp });
}

/** Changes one octet. */
export function flipped(packet: Uint8Array, at: number): Uint8Array {
  return packet.with(at, (packet.at(at) ?? 0) ^ 1);
}

/** Another host in sent-by of the topmost Via; the port stays. */
export function viaHost(host: string): Tamper {
  return (request: SipRequest) => {
    const written = request.get("Via") ?? "";
    request.set("Via", written.replace(/^(\S+\s+)(?:\[[^\]]*\]|[^:;\s]+)/, `$1${host}`));
  };
}

/** RFC 5626 4.4.1: not worth an answer over UDP. */
const CRLF = new TextEncoder().encode("\r\n\r\n");
