/**
 * The SA sets of one UE and what becomes of them (TS 33.203 7.4.1a): made by SM6, taken into use by SM12, replaced,
 * expired. Pure: time is an argument. A deleted set stays in the list, so that a case can still name it.
 */
import { LocalMisuseError } from "../../../errors.ts";
import type { Association } from "./association.ts";
import type { SaState } from "./types.ts";

type SaEvent = "confirmed" | "superseded" | "deleted";

/** A deleted set comes to life where the network grants an SM7 under it: that is for the case to judge. */
const SA_STATES: Readonly<Record<SaState, Partial<Record<SaEvent, SaState>>>> = {
  new: { confirmed: "current", deleted: "deleted" },
  current: { superseded: "old", deleted: "deleted" },
  old: { deleted: "deleted" },
  deleted: { confirmed: "current" },
};

export class SaTable {
  readonly #sets: Association[] = [];
  /** A further message has come under the current set: the old one goes as soon as nothing is pending on it. */
  #oldIsDone = false;

  /** The set that the current one replaced, deleted since or not. */
  #replaced: Association | undefined;

  /** In the order in which they were made, deleted ones too. */
  get sets(): readonly Association[] {
    return this.#sets;
  }

  get new(): Association | undefined {
    return this.#in("new");
  }

  get current(): Association | undefined {
    return this.#in("current");
  }

  get old(): Association | undefined {
    return this.#in("old");
  }

  get replaced(): Association | undefined {
    return this.#replaced;
  }

  /** SM6 was taken: one registration at a time, what an incomplete one made is removed. */
  add(set: Association): void {
    this.abandon();
    this.#sets.push(set);
  }

  /** The set that takes an SPI inbound: the newest first, a deleted one where there is no other. */
  inbound(spi: number): Association | undefined {
    return this.#find((set) => set.portOf(spi) !== undefined);
  }

  /** The set that has an SPI outbound, in the same order. */
  outbound(spi: number): Association | undefined {
    return this.#find((set) => set.originOf(spi) !== undefined);
  }

  /** SM12: the set is in use, until `expiresAt` at least and not before the latest of those it replaces. */
  confirm(set: Association, expiresAt: number): void {
    if (set.phase === "current") return set.extend(expiresAt);
    const replaced = this.current;
    set.extend(Math.max(expiresAt, replaced?.expiresAt ?? 0));
    if (replaced) {
      if (this.old) this.#take(this.old, "deleted");
      this.#take(replaced, "superseded");
      this.#replaced = replaced;
    }
    if (!this.#sets.includes(set)) this.#sets.push(set);
    this.#take(set, "confirmed");
    this.#oldIsDone = false;
  }

  /** The authentication failed, or was left. */
  abandon(): void {
    if (this.new) this.#take(this.new, "deleted");
  }

  delete(set: Association): void {
    if (set.phase !== "deleted") this.#take(set, "deleted");
  }

  /** All IMPUs are de-registered, the power is off, the address has changed. */
  deleteAll(): void {
    for (const set of this.#sets) this.delete(set);
  }

  /** Told of each message under the current set but SM12. */
  heardOnCurrent(): void {
    this.#oldIsDone = this.old !== undefined;
  }

  /** Whoever calls knows whether transactions begun on the old set go on. */
  retireOld(pending: boolean): void {
    if (this.#oldIsDone && !pending && this.old) this.#take(this.old, "deleted");
  }

  expire(now: number): void {
    for (const set of this.#sets) if (now >= set.expiresAt) this.delete(set);
  }

  #take(set: Association, event: SaEvent): void {
    const next = SA_STATES[set.phase][event];
    if (!next) throw new LocalMisuseError(`"${set.name}" is ${set.phase}, which cannot be ${event}`);
    set.become(next);
  }

  #in(state: SaState): Association | undefined {
    return this.#sets.find((set) => set.phase === state);
  }

  #find(fits: (set: Association) => boolean): Association | undefined {
    return this.#sets.findLast((set) => set.phase !== "deleted" && fits(set)) ?? this.#sets.findLast(fits);
  }
}
