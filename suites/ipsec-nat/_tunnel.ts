/** How the cases of this suite begin, and what they read of the tunnel. */
import type { SipRequest, SipResponse } from "sip-codec";
import { LocalMisuseError, PeerViolation } from "../../harness/errors.ts";
import type { IpsecView, NatView, SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type {
  ReceivedChallenge,
  Registered,
  RegisterOptions,
  Ue,
  UeOptions,
} from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { goesOn, setUps } from "../_shared/set_up_lines.ts";
import { BEHIND_NAT } from "./_stimuli.ts";

/** What every case behind a NAT needs: ESP in UDP, and no privilege. */
export const THROUGH_NAT = { "ipsec.udp-enc": true } as const;

/** Whom the cases lease: AKAv2 has its keys end elsewhere than at the P-CSCF. */
export const SUBSCRIBER = "aka+!akav2";
export const PAIR = [SUBSCRIBER, SUBSCRIBER] as const;
export const TRIO = [...PAIR, SUBSCRIBER] as const;

/** Where encapsulated ESP goes to and comes from at the P-CSCF (RFC 3948, M.7.1). */
export const ENCAPSULATION_PORT = 4500;

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
 * The control of what must not come about through a NAT: with this offer (default: both modes) it does. Gives SM6; a
 * case in which it does not come is inconclusive.
 */
export async function isTakenUp(
  { given }: Pick<CaseContext, "given">,
  ue: Ue,
  options: RegisterOptions = {},
): Promise<ReceivedChallenge> {
  const modes = options.offer?.modes?.join(" and ") ?? "both modes";
  return await given(`an SM1 that offers ${modes} is challenged, with a set-up`, async () => {
    const challenge = await ue.challenge({ fresh: true, ...options });
    if (goesOn(challenge.response)) return challenge;
    throw new PeerViolation(`SM6 was ${challenge.response.status} without Security-Server`);
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

/** Values of received in the topmost Via: one, if all is well. */
export function receivedIn(response: SipResponse | undefined): (string | undefined)[] {
  const parameters = [...response?.via?.params ?? []];
  return parameters.filter(([name]) => name.toLowerCase() === "received").map(([, value]) => value);
}

/** How ESP came, without repetitions: "raw" is native, "udp" is encapsulated. */
export function carriersOf(ue: Ue): string[] {
  return [...new Set(viewOf(ue).arrivals.map(({ carrier }) => carrier))];
}

/** Waits until a whole window has passed without an ESP packet, so that what comes after it has a new cause. */
export async function settled(ue: Ue): Promise<void> {
  const { length } = viewOf(ue).arrivals;
  await ue.silent();
  if (viewOf(ue).arrivals.length > length) await settled(ue);
}

/** The URI of the first Contact. */
export function contactIn(message: SipRequest | undefined): string | undefined {
  const contact = message?.contacts[0];
  return contact === undefined || contact === "*" ? contact : String(contact.uri);
}
