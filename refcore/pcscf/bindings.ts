/** The UEs that are registered through this P-CSCF, each by a token that stands in Path and Record-Route. */
import type { Uri } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import type { Alarm } from "../scheduler.ts";
import type { BoxContext } from "../types.ts";

/** An implicit set as the 200 named it: P-Associated-URI, the default identity first. */
export interface AssociatedSet {
  readonly impus: readonly string[];
  readonly alarm: Alarm;
}

/** One contact of one IMPI. */
export interface UeBinding {
  readonly token: string;
  readonly impi: string;
  readonly contactKey: string;
  /** How its last successful REGISTER came. */
  flow: Flow;
  contact: Uri;
  /** RFC 5626 was used: requests to the UE go back on the flow. */
  outbound: boolean;
  serviceRoute: readonly string[];
  /** It was registered under SAs (TS 33.203 clause 7), and is reached and heard under them alone. */
  secured: boolean;
  /** The user is known by her address (TS 33.203 Annex T), and needs no protection there. */
  giba: boolean;
  /** It was registered over TLS (TS 33.203 Annex O), and is reached and heard on that connection alone. */
  overTls: boolean;
  /** By default identity, in the order of registration. */
  readonly sets: Map<string, AssociatedSet>;
}

export class UeBindings {
  readonly #byToken = new Map<string, UeBinding>();
  /** The last set of a binding is gone. */
  onGone: (binding: UeBinding) => void = () => {};

  constructor(readonly context: BoxContext) {}

  get all(): Iterable<UeBinding> {
    return this.#byToken.values();
  }

  byToken(token: string): UeBinding | undefined {
    return this.#byToken.get(token);
  }

  find(impi: string, contactKey: string): UeBinding | undefined {
    for (const binding of this.#byToken.values()) {
      if (binding.impi === impi && binding.contactKey === contactKey) return binding;
    }
    return undefined;
  }

  /** Adds the binding unless it is there, and the set to it, until `expiresAt`. */
  add(binding: UeBinding, impus: readonly string[], expiresAt: number): void {
    this.#byToken.set(binding.token, binding);
    const [name = ""] = impus;
    const alarm = binding.sets.get(name)?.alarm ??
      this.context.scheduler.alarm(() => this.removeSet(binding, name));
    // Longer than in the S-CSCF, whose word on the end still has to reach the UE.
    alarm.set(expiresAt + this.context.timers.expiryMargin);
    binding.sets.set(name, { impus, alarm });
  }

  /** The set that holds this IMPU. */
  removeSetOf(binding: UeBinding, impu: string): void {
    const kept = this.context.faults.has("pcscf/ipsec-deregistered-identity-usable");
    if (kept && binding.sets.size > 1) return;
    for (const [name, { impus }] of binding.sets) if (impus.includes(impu)) this.removeSet(binding, name);
  }

  removeSet(binding: UeBinding, name: string): void {
    binding.sets.get(name)?.alarm.set(undefined);
    binding.sets.delete(name);
    if (binding.sets.size === 0) this.remove(binding);
  }

  remove(binding: UeBinding): void {
    for (const { alarm } of binding.sets.values()) alarm.set(undefined);
    binding.sets.clear();
    if (this.#byToken.delete(binding.token)) this.onGone(binding);
  }

  reset(): void {
    for (const binding of [...this.#byToken.values()]) this.remove(binding);
  }
}

/** Every identity that is registered on this binding, the default one first. */
export function identitiesOf(binding: UeBinding): string[] {
  return [...binding.sets.values()].flatMap(({ impus }) => impus);
}
