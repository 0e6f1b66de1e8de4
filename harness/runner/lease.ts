/**
 * Who may use which subscriber when. A case gets all it wants at once or waits, so two cases never hold half of what
 * the other needs; whoever waits longer is served first, and what is kept for it nobody behind it may take, so nobody
 * waits for ever. A case that needs little may pass one that waits for much, if it takes nothing of that.
 */
import { LocalMisuseError } from "../errors.ts";
import type { Partner, Subscriber } from "../../profiles/mod.ts";

export interface Lease {
  /** In the order of the wants. */
  readonly subscribers: readonly Subscriber[];
  /** The network to be played, where one was asked for. */
  readonly partner?: Partner;
  /** Idempotent. */
  release(): void;
}

export interface LeaseOptions {
  /** Nothing else runs while this is held. */
  readonly exclusive?: boolean;
  /** Wants a partner network, too. */
  readonly partner?: boolean;
  /** Gives up waiting; `acquire` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** "digest+implicit-set+!barred": the scheme or "any", the traits the subscriber must have and must not have. */
export function suits(subscriber: Subscriber, want: string): boolean {
  return want.split("+").every((word) => {
    if (word.startsWith("!")) return !subscriber.traits.includes(word.slice(1));
    if (word === "any") return true;
    if (word === "aka") return subscriber.aka !== undefined;
    if (word === "digest") return subscriber.digest !== undefined;
    return subscriber.traits.includes(word);
  });
}

/** Distinct subscribers for the wants, in their order; undefined where there are not enough. */
export function assign(
  wants: readonly string[],
  subscribers: readonly Subscriber[],
): Subscriber[] | undefined {
  return match(wants, [subscribers]);
}

/**
 * A matching by augmenting paths (Kuhn), stage after stage, each stage with more subscribers to choose from. A
 * subscriber that is matched stays matched, so the result uses as many of the first stage as any could.
 */
function match(
  wants: readonly string[],
  stages: readonly (readonly Subscriber[])[],
): Subscriber[] | undefined {
  const holder = new Map<Subscriber, number>();
  const place = (want: number, from: readonly Subscriber[], seen: Set<Subscriber>): boolean => {
    const suited = from.filter((subscriber) => !seen.has(subscriber) && suits(subscriber, wants[want]!));
    const unheld = suited.find((subscriber) => !holder.has(subscriber));
    if (unheld) {
      holder.set(unheld, want);
      return true;
    }
    for (const subscriber of suited) {
      if (seen.has(subscriber)) continue;
      seen.add(subscriber);
      // Whoever holds it may move to another one.
      if (!place(holder.get(subscriber)!, from, seen)) continue;
      holder.set(subscriber, want);
      return true;
    }
    return false;
  };
  const left = new Set(wants.keys());
  for (const stage of stages) {
    for (const want of left) {
      if (place(want, stage, new Set())) left.delete(want);
    }
  }
  if (left.size > 0) return undefined;
  const chosen = new Array<Subscriber>(wants.length);
  for (const [subscriber, want] of holder) chosen[want] = subscriber;
  return chosen;
}

interface Waiter {
  readonly wants: readonly string[];
  readonly exclusive: boolean;
  readonly partner: boolean;
  readonly grant: (subscribers: readonly Subscriber[], partner: Partner | undefined) => void;
}

export class LeasePool {
  readonly #all: readonly Subscriber[];
  readonly #jobs: number;
  readonly #partners: readonly Partner[];
  readonly #busy = new Set<Subscriber | Partner>();
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #alone = false;

  /** `jobs`: how many leases may be held at a time. Subscribers with few traits are handed out first. */
  constructor(subscribers: readonly Subscriber[], jobs = Infinity, partners: readonly Partner[] = []) {
    this.#all = subscribers.toSorted((a, b) => richness(a) - richness(b));
    this.#jobs = Math.max(1, jobs);
    this.#partners = partners;
  }

  /**
   * @throws LocalMisuseError when the profile's subscribers and partners could never satisfy the wants
   */
  acquire(wants: readonly string[], options: LeaseOptions = {}): Promise<Lease> {
    const { exclusive = false, partner = false, signal } = options;
    if (!assign(wants, this.#all)) {
      return Promise.reject(
        new LocalMisuseError(`No subscribers in the profile for "${wants.join('", "')}"`),
      );
    }
    if (partner && this.#partners.length === 0) {
      return Promise.reject(new LocalMisuseError("No partner network in the profile"));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<Lease>();
    const giveUp = () => {
      const index = this.#waiting.indexOf(waiter);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      reject(signal?.reason);
      this.#serve();
    };
    const waiter: Waiter = {
      wants,
      exclusive,
      partner,
      grant: (subscribers, network) => {
        signal?.removeEventListener("abort", giveUp);
        resolve(this.#lease(subscribers, network, exclusive));
      },
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.push(waiter);
    this.#serve();
    return promise;
  }

  #lease(subscribers: readonly Subscriber[], partner: Partner | undefined, exclusive: boolean): Lease {
    let held = true;
    return {
      subscribers,
      ...(partner ? { partner } : {}),
      release: () => {
        if (!held) return;
        held = false;
        this.#running--;
        if (exclusive) this.#alone = false;
        for (const subscriber of subscribers) this.#busy.delete(subscriber);
        if (partner) this.#busy.delete(partner);
        this.#serve();
      },
    };
  }

  /** Grants what can be granted, oldest first. */
  #serve(): void {
    const kept = new Set<Subscriber>();
    for (const waiter of [...this.#waiting]) {
      if (this.#alone || this.#running >= this.#jobs) return;
      // Nobody behind an exclusive waiter starts, so what runs comes to its end and it gets its turn.
      if (waiter.exclusive && this.#running > 0) return;
      const free = this.#all.filter((subscriber) => !this.#busy.has(subscriber) && !kept.has(subscriber));
      const partner = waiter.partner ? this.#partners.find((one) => !this.#busy.has(one)) : undefined;
      // Who waits for a network keeps no subscriber from others meanwhile.
      if (waiter.partner && !partner) continue;
      const chosen = assign(waiter.wants, free);
      if (!chosen) {
        for (const subscriber of this.#keepFor(waiter, kept)) kept.add(subscriber);
        continue;
      }
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#running++;
      this.#alone = waiter.exclusive;
      for (const subscriber of chosen) this.#busy.add(subscriber);
      if (partner) this.#busy.add(partner);
      waiter.grant(chosen, partner);
    }
  }

  /** What a waiter will get once the busy ones are back: free ones first, so that they stay its own meanwhile. */
  #keepFor(waiter: Waiter, kept: ReadonlySet<Subscriber>): readonly Subscriber[] {
    const unclaimed = this.#all.filter((subscriber) => !kept.has(subscriber));
    const free = unclaimed.filter((subscriber) => !this.#busy.has(subscriber));
    // Undefined when older waiters keep too much: then it has no claim before they are served.
    return match(waiter.wants, [free, unclaimed]) ?? [];
  }
}

function richness(subscriber: Subscriber): number {
  return subscriber.traits.length + Number(subscriber.aka !== undefined) +
    Number(subscriber.digest !== undefined);
}
