/** The UEs of one attempt at a case: opened for it, de-registered and closed when it ends. */
import { LocalMisuseError } from "../errors.ts";
import { drive } from "../net/driver.ts";
import { accessOf } from "../peer/ue/access.ts";
import type { Ue, UeOptions } from "../peer/ue/types.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import { describe } from "./describe.ts";
import type { ContextParts } from "./open_context.ts";
import { soon } from "./tidy.ts";

interface Terminal {
  readonly ue: Ue;
  readonly subscriber: Subscriber;
  readonly release: () => void;
}

export class Terminals {
  readonly #parts: ContextParts;
  readonly #open: Terminal[] = [];
  /** Who has been asked for, of the leases and of each home network. */
  readonly #asked = new Map<readonly Subscriber[], Set<number>>();

  constructor(parts: ContextParts) {
    this.#parts = parts;
  }

  async open(options: UeOptions): Promise<Ue> {
    const { profile, addresses, evidence, peers, net, clock, random, signal } = this.#parts;
    if (signal.aborted) throw new LocalMisuseError("The case is over and asks for a UE");
    const subscriber = this.#subscriberOf(options);
    const place = options.local?.address === undefined
      ? addresses.take(accessOf(profile, subscriber, options), targetOf(profile, options))
      : { address: options.local.address, release() {} };
    const earlier = this.#open.filter((terminal) => terminal.subscriber === subscriber).length;
    try {
      const ue = await peers.createUe({
        ...{ net, clock, drive, profile, subscriber, random },
        options: { ...options, local: { ...options.local, address: place.address } },
        tap: evidence.tap(`ue:${subscriber.name}${earlier > 0 ? `#${earlier + 1}` : ""}`),
        keyLog: (line) => evidence.tlsKeyLog?.(line),
      });
      if (!signal.aborted) {
        this.#open.push({ ue, subscriber, release: place.release });
        return ue;
      }
      // The case was cut off while the UE came up: nobody else will close it.
      await ue.close();
      throw new LocalMisuseError("The case was over before its UE was up");
    } catch (error) {
      place.release();
      throw error;
    }
  }

  /** What Wireshark needs to look into the ESP packets of the capture. */
  get espSa(): ReadonlySet<string> {
    return new Set(this.#open.flatMap(({ ue }) => ue.ipsec?.espSa ?? []));
  }

  async close(): Promise<void> {
    const { clock, evidence } = this.#parts;
    await Promise.all(this.#open.map(async ({ ue, release }) => {
      try {
        // So that the next case with this subscriber does not meet the contacts of this one.
        if (isBound(ue)) await soon(clock, deregisterAll(ue));
        await ue.close();
      } catch (error) {
        evidence.note(`closing a UE failed: ${describe(error)}`);
      } finally {
        release();
      }
    }));
  }

  #subscriberOf({ like, home, as }: UeOptions): Subscriber {
    if (like) {
      const other = this.#open.find(({ ue }) => ue === like);
      if (other) return other.subscriber;
      throw new LocalMisuseError("ue({ like }) needs a UE of the same case");
    }
    const all = home?.users ?? this.#parts.subscribers;
    const asked = this.#asked.get(all) ?? new Set();
    this.#asked.set(all, asked);
    const index = as ?? all.findIndex((_, index) => !asked.has(index));
    const subscriber = all[index];
    if (subscriber) {
      asked.add(index);
      return subscriber;
    }
    throw new LocalMisuseError(
      `The case ${home ? "has a home network of" : "leases"} ${all.length} subscriber(s) and asks for ` +
        (as === undefined ? "one more: needs { as } or { like }, or a further one" : `number ${as}`),
    );
  }
}

/**
 * Each takes one identity away; a device that says so and leaves it is not asked for ever. What the case has bound under
 * another Contact than the UE's own goes by "*" (RFC 3261 10.2.2): left there it draws the calls of later cases.
 */
async function deregisterAll(ue: Ue): Promise<void> {
  for (let most = 4; isBound(ue) && most > 0; most--) {
    await ue.deregister();
    if (isBound(ue)) await ue.deregister({ contact: "*" });
  }
}

/** The network may hold a registration of this UE, also one whose connection is lost. */
function isBound(ue: Ue): boolean {
  return ue.registered || (ue.tls?.stranded ?? false);
}

/** Address of the entry point that this UE will talk to, as far as it is known here. */
function targetOf(profile: Profile, { entry = "p-cscf", transport }: UeOptions): string | undefined {
  const transports = profile.entry[entry] ?? {};
  return (transport ? transports[transport] : Object.values(transports)[0])?.address;
}
