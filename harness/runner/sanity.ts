/**
 * Is anybody there? One REGISTER over every transport of the entry point; whatever comes back is a sign of life, since
 * a P-CSCF answers even a REGISTER it refuses (TS 33.203 6.1.1). It does not wait for the transaction to time out. A
 * CSCF inside the domain is asked as by a trusted node; an HSS takes connections.
 */
import { EnvironmentError, PeerViolation } from "../errors.ts";
import { drive } from "../net/driver.ts";
import type { Clock, Endpoint, Net, TransportName } from "../net/types.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import { accessOf } from "../peer/ue/access.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { AddressPool } from "./addresses.ts";
import type { Random } from "./context.ts";
import { describe } from "./describe.ts";
import type { EvidenceSink } from "./evidence_sink.ts";
import type { PeerFactory } from "./peers.ts";

export interface SanityParts {
  readonly profile: Profile;
  /** Undefined where the profile has none: then it is asked for nobody, and to go no further (RFC 3261 16.3). */
  readonly subscriber: Subscriber | undefined;
  readonly net: Net;
  readonly clock: Clock;
  readonly peers: PeerFactory;
  readonly addresses: AddressPool;
  readonly evidence: EvidenceSink;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** `why`: what was tried and came of it, fit to be shown. */
export type Sanity = { readonly alive: true } | { readonly alive: false; readonly why: string };

/** Milliseconds: four retransmissions at least (T1, 3*T1, 7*T1), and never as long as a transaction. */
export function sanityWindow({ t1 }: Profile["timers"]): number {
  return Math.min(64 * t1, Math.max(2000, 10 * t1));
}

/** Rejects only with what is a bug of ours. */
export async function sanity(parts: SanityParts): Promise<Sanity> {
  const { entry } = parts.profile;
  const name = "p-cscf" in entry ? "p-cscf" : Object.keys(entry)[0];
  const transports = Object.entries(entry[name ?? ""] ?? {}) as [
    TransportName,
    { address: string; port: number },
  ][];
  if (name === undefined || transports.length === 0) {
    return { alive: false, why: "the profile has no entry point" };
  }
  const tries = await Promise.all(
    transports.map(([transport, { address, port }]) => {
      const target = `${transport} ${address.includes(":") ? `[${address}]` : address}:${port}`;
      return name === "hss" ? connect(parts, { address, port }, target) : ask(parts, name, transport, target);
    }),
  );
  const heard = tries.some((one) => one === undefined);
  return heard ? { alive: true } : { alive: false, why: tries.join("; ") };
}

/** Undefined when something came; else what was wrong. */
async function ask(
  { profile, subscriber: known, net, clock, peers, addresses, evidence, random, signal }: SanityParts,
  entry: string,
  transport: TransportName,
  target: string,
): Promise<string | undefined> {
  const over = new AbortController();
  const stop = () => over.abort();
  signal.addEventListener("abort", stop, { once: true });
  const window = sanityWindow(profile.timers);
  const subscriber = known ?? nobodyAt(profile);
  const tap = evidence.tap(`ue:${subscriber.name}`);
  let heard = false;
  let place: ReturnType<AddressPool["take"]> | undefined;
  try {
    const inside = /^[is]-cscf/.test(entry) && profile.trustedNode !== undefined;
    const access = inside ? "trusted-node" : accessOf(profile, subscriber, {});
    place = addresses.take(access, profile.entry[entry]?.[transport]?.address);
    const ue = await peers.createUe({
      net,
      clock,
      drive,
      profile,
      subscriber,
      options: { entry, transport, local: { address: place.address } },
      random,
      tap: (record) => {
        heard ||= record.direction === "in" && record.bytes.length > 0;
        tap(record);
      },
      keyLog: (line) => evidence.tlsKeyLog?.(line),
    });
    try {
      const answer = ue.attempt(known ? {} : { headers: { "Max-Forwards": "0" } }).then(() => true);
      // Closing the UE rejects what it still waits for.
      answer.catch(() => {});
      const answered = await Promise.race([
        answer,
        clock.wait(clock.now() + window, over.signal).then(() => heard),
      ]);
      return answered ? undefined : `${target} did not answer a REGISTER within ${window} ms`;
    } finally {
      await ue.close();
    }
  } catch (error) {
    if (heard || error instanceof PeerViolation) return undefined;
    if (error instanceof NoAnswer) return `${target} did not answer a REGISTER`;
    if (error instanceof EnvironmentError) return `${target}: ${error.message} (${error.remedy})`;
    throw new Error(`The sanity case failed: ${describe(error)}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    over.abort();
    place?.release();
  }
}

function nobodyAt({ home }: Profile): Subscriber {
  const impi = `nobody@${home.domain}`;
  const none = { implicitSet: [], barred: [], otherSet: [], traits: [] };
  return { name: "nobody", impi, impus: [`sip:${impi}`], ...none };
}

async function connect(
  { profile, net, clock, addresses, evidence }: SanityParts,
  remote: Endpoint,
  target: string,
): Promise<string | undefined> {
  let place: ReturnType<AddressPool["take"]> | undefined;
  try {
    place = addresses.take(profile.trustedNode ? "trusted-node" : undefined, remote.address);
    const local = { address: place.address, port: 0 };
    const stream = await net.stream?.({ clock, local, remote, tap: evidence.tap("hss") });
    await stream?.destroy();
    return stream ? undefined : `${target}: there is no way to connect`;
  } catch (error) {
    if (error instanceof EnvironmentError) return `${target}: ${error.message} (${error.remedy})`;
    throw error;
  } finally {
    place?.release();
  }
}
