/**
 * Who may use which subscriber when. A case gets all it wants at once or waits, so two cases never hold half of what
 * the other needs; whoever waits longer is served first, and what is kept for it nobody behind it may take, so nobody
 * waits for ever. A case that needs little may pass one that waits for much, if it takes nothing of that.
 */
import { LocalMisuseError } from "../errors.ts";
import type { Subscriber } from "../../profiles/mod.ts";
import type { SeatName } from "./case.ts";
import { SEAT_PLACES, type SeatPool, type Seats } from "./seats.ts";

export interface Lease {
  /** In the order of the wants. */
  readonly subscribers: readonly Subscriber[];
  /** The networks to be played, where any were asked for. */
  readonly seats: Seats;
  /** Idempotent. */
  release(): void;
}

export interface LeaseOptions {
  /** Nothing else runs while this is held. */
  readonly exclusive?: boolean;
  /** Wants these networks, too. */
  readonly seats?: readonly SeatName[];
  /** Gives up waiting; `acquire` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** "digest+implicit-set+!barred": the scheme or "any", the traits the subscriber must have and must not have. */
export function suits(subscriber: Subscriber, want: string): boolean {
  return want.split("+").every((word) => {
    if (word.startsWith("!")) return !subscriber.traits.includes(word.slice(1));
    // Whichever can be challenged: who has no keys is leased by name.
    if (word === "any") return subscriber.aka !== undefined || subscriber.digest !== undefined;
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
  readonly seats: readonly SeatName[];
  readonly grant: (subscribers: readonly Subscriber[], seats: Seats) => void;
}

export class LeasePool {
  #all: readonly Subscriber[];
  readonly #jobs: number;
  readonly #seats: SeatPool;
  readonly #busy = new Set<Subscriber | Seats[SeatName]>();
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #alone = false;

  /**
   * `jobs`: how many leases may be held at a time. Subscribers with few traits are handed out first, and among those
   * with as many the one that has rested longest: a device may take a moment to forget a registration.
   */
  constructor(subscribers: readonly Subscriber[], jobs = Infinity, seats: Partial<SeatPool> = {}) {
    this.#all = subscribers.toSorted(byRichness);
    this.#jobs = Math.max(1, jobs);
    this.#seats = { partner: [], untrustedPartner: [], homeNetwork: [], ...seats };
  }

  /**
   * @throws LocalMisuseError when the profile's subscribers and networks could never satisfy the wants
   */
  acquire(wants: readonly string[], options: LeaseOptions = {}): Promise<Lease> {
    const { exclusive = false, seats = [], signal } = options;
    if (!assign(wants, this.#all)) {
      return Promise.reject(
        new LocalMisuseError(`No subscribers in the profile for "${wants.join('", "')}"`),
      );
    }
    const lacking = seats.find((name) => this.#seats[name].length === 0);
    if (lacking) {
      return Promise.reject(new LocalMisuseError(`No network in the profile's ${SEAT_PLACES[lacking]}`));
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
      seats,
      grant: (subscribers, given) => {
        signal?.removeEventListener("abort", giveUp);
        resolve(this.#lease(subscribers, given, exclusive));
      },
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.push(waiter);
    this.#serve();
    return promise;
  }

  #lease(subscribers: readonly Subscriber[], seats: Seats, exclusive: boolean): Lease {
    let held = true;
    return {
      subscribers,
      seats,
      release: () => {
        if (!held) return;
        held = false;
        this.#running--;
        if (exclusive) this.#alone = false;
        for (const subscriber of subscribers) this.#busy.delete(subscriber);
        for (const seat of Object.values(seats)) this.#busy.delete(seat);
        const rest = this.#all.filter((subscriber) => !subscribers.includes(subscriber));
        this.#all = [...rest, ...subscribers].sort(byRichness);
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
      const seats = this.#freeSeats(waiter.seats);
      // Who waits for a network keeps no subscriber from others meanwhile.
      if (!seats) continue;
      const chosen = assign(waiter.wants, free);
      if (!chosen) {
        for (const subscriber of this.#keepFor(waiter, kept)) kept.add(subscriber);
        continue;
      }
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#running++;
      this.#alone = waiter.exclusive;
      for (const subscriber of chosen) this.#busy.add(subscriber);
      for (const seat of Object.values(seats)) this.#busy.add(seat);
      waiter.grant(chosen, seats);
    }
  }

  /** One of each, undefined unless all are there. */
  #freeSeats(names: readonly SeatName[]): Seats | undefined {
    const found = names.map((name) => [name, this.#seats[name].find((one) => !this.#busy.has(one))] as const);
    return found.every(([, seat]) => seat !== undefined) ? Object.fromEntries(found) : undefined;
  }

  /** What a waiter will get once the busy ones are back: free ones first, so that they stay its own meanwhile. */
  #keepFor(waiter: Waiter, kept: ReadonlySet<Subscriber>): readonly Subscriber[] {
    const unclaimed = this.#all.filter((subscriber) => !kept.has(subscriber));
    const free = unclaimed.filter((subscriber) => !this.#busy.has(subscriber));
    // Undefined when older waiters keep too much: then it has no claim before they are served.
    return match(waiter.wants, [free, unclaimed]) ?? [];
  }
}

function byRichness(a: Subscriber, b: Subscriber): number {
  return richness(a) - richness(b);
}

function richness(subscriber: Subscriber): number {
  return subscriber.traits.length + Number(subscriber.aka !== undefined) +
    Number(subscriber.digest !== undefined);
}
