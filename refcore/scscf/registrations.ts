/** Who is registered in the S-CSCF, where, and until when (TS 24.229 5.4.1, RFC 3261 10.3, RFC 5626 6). */
import type { NameAddr } from "sip-codec";
import type { UserProfile } from "../cx.ts";
import type { Alarm } from "../scheduler.ts";
import type { BoxContext } from "../types.ts";
import type { Scheme } from "./authentication.ts";

/** A contact of a user. */
export interface Binding {
  /** What makes two contacts the same: instance and reg-id, or the URI. */
  readonly key: string;
  contact: NameAddr;
  /** Path of the REGISTER, as Route values. */
  path: readonly string[];
  callId: string;
  cseq: number;
  /** When it was registered or refreshed last, ms. */
  registeredAt: number;
  /** As granted, ms. */
  expiresAt: number;
  /** Where the request came from, as far as the network knows it. */
  address: string | undefined;
  readonly alarm: Alarm;
}

/** What happened to a contact, as reg-event words it (RFC 3680 5.2). */
export type ContactEvent =
  | "registered"
  | "refreshed"
  | "shortened"
  | "expired"
  | "deactivated"
  | "unregistered";

/** An implicit registration set with its bindings. */
export interface RegisteredSet {
  readonly impi: string;
  profile: UserProfile;
  scheme: Scheme;
  readonly bindings: Map<string, Binding>;
  /** The user was authenticated over TLS (TS 33.203 O.2.2, O.2.3). */
  tlsProtected: boolean;
  /** The network has asked for a re-registration that must be authenticated (TS 33.203 6.1.4, N.2.4). */
  reauthenticate: boolean;
  /** The IMPU that was registered by name. */
  readonly explicit: string;
  /** Until when the other IMPUs of the set count as registered; only a fault makes it differ. */
  implicitUntil: number | undefined;
}

export type ChangeListener = (set: RegisteredSet, event: ContactEvent, binding: Binding) => void;

export class Registrations {
  readonly #context: BoxContext;
  readonly #sets = new Set<RegisteredSet>();
  /** Sees each change after it has been made; for "gone" events the binding is no longer in the set. */
  onChange: ChangeListener = () => {};
  /** The last binding of a set is gone. */
  onEmpty: (set: RegisteredSet, event: ContactEvent) => void = () => {};

  constructor(context: BoxContext) {
    this.#context = context;
  }

  get all(): Iterable<RegisteredSet> {
    return this.#sets;
  }

  ofImpi(impi: string): RegisteredSet[] {
    return [...this.#sets].filter((set) => set.impi === impi);
  }

  /** The set that an IMPU is registered in, barred or not. */
  find(impu: string): RegisteredSet | undefined {
    for (const set of this.#sets) if (this.#holds(set, impu)) return set;
    return undefined;
  }

  open(
    set: Omit<RegisteredSet, "bindings" | "reauthenticate" | "implicitUntil" | "tlsProtected">,
  ): RegisteredSet {
    const opened = {
      ...set,
      bindings: new Map(),
      tlsProtected: false,
      reauthenticate: false,
      implicitUntil: undefined,
    };
    this.#sets.add(opened);
    return opened;
  }

  /** A contact registers or refreshes. */
  bind(set: RegisteredSet, registered: Omit<Binding, "alarm" | "registeredAt">): void {
    const known = set.bindings.get(registered.key);
    const facts = { ...registered, registeredAt: this.#context.scheduler.now() };
    const { faults } = this.#context;
    if (known) {
      // N.2.1.1: a re-registration renews the expiry.
      const expiresAt = faults.has("scscf/refresh-keeps-expiry") ? known.expiresAt : facts.expiresAt;
      Object.assign(known, facts, { expiresAt });
    } else {
      const alarm = this.#context.scheduler.alarm(() => this.unbind(set, facts.key, "expired"));
      set.bindings.set(facts.key, { ...facts, alarm });
    }
    // 6.1.1: the refresh is one of the implicit IMPUs too.
    if (faults.has("scscf/refreshes-explicit-impu-only")) set.implicitUntil ??= facts.expiresAt;
    const binding = set.bindings.get(facts.key)!;
    this.#arm(binding);
    this.onChange(set, known ? "refreshed" : "registered", binding);
  }

  /** The network wants to see the user again before long (TS 24.229 5.4.1.6). */
  shorten(set: RegisteredSet, expiresAt: number): void {
    for (const binding of set.bindings.values()) {
      if (binding.expiresAt > expiresAt) {
        binding.expiresAt = expiresAt;
        const { faults } = this.#context;
        const forgets = faults.has("scscf/forgets-shortened-expiry") ||
          faults.has("scscf/restores-old-expiry");
        if (!forgets) this.#arm(binding);
      }
      this.onChange(set, "shortened", binding);
    }
  }

  unbind(set: RegisteredSet, key: string, event: ContactEvent): void {
    const binding = set.bindings.get(key);
    if (!binding) return;
    binding.alarm.set(undefined);
    set.bindings.delete(key);
    if (set.bindings.size === 0) this.#sets.delete(set);
    this.onChange(set, event, binding);
    if (set.bindings.size === 0) this.onEmpty(set, event);
  }

  /** All contacts of a set at once. */
  drop(set: RegisteredSet, event: ContactEvent): void {
    for (const key of [...set.bindings.keys()]) this.unbind(set, key, event);
  }

  reset(): void {
    for (const set of this.#sets) for (const { alarm } of set.bindings.values()) alarm.set(undefined);
    this.#sets.clear();
  }

  /** 6.1.1: the registration lives longer here than in the UE, so that there is no gap. */
  #arm(binding: Binding): void {
    binding.alarm.set(binding.expiresAt + this.#context.timers.expiryMargin / 2);
  }

  #holds(set: RegisteredSet, impu: string): boolean {
    if (!set.profile.identities.some((identity) => identity.impu === impu)) return false;
    if (impu === set.explicit) return true;
    const until = set.implicitUntil;
    return until === undefined || this.#context.scheduler.now() < until;
  }
}
