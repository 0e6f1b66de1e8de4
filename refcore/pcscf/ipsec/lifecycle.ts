/**
 * What becomes of sets of SAs in the P-CSCF: TS 33.203 7.3.1, 7.4.2a, M.7.4.2a.
 *
 *     registration --SM12--> current --SM12 of the next--> old --UE heard on the next--> (draining) --> gone
 */
import type { SaSet } from "./sa_set.ts";
import type { SaTable } from "./sa_table.ts";
import type { BoxContext } from "../../types.ts";

export interface LifecycleHooks {
  /** A binding lost its SAs because another registration of the UE took their place. */
  readonly abandoned: (token: string) => void;
  /** Whether an identity of this IMPI is still registered, and this binding among them. */
  readonly isBound: (token: string) => boolean;
  readonly hasBindings: (impi: string) => boolean;
}

export class Lifecycle {
  constructor(readonly context: BoxContext, readonly table: SaTable, readonly hooks: LifecycleHooks) {
    table.onExpired = (set) => this.#expired(set);
  }

  /** SM6: new SAs, for as long as the answer may take. Those of an earlier challenge are deleted (7.3.1.4). */
  challenged(set: SaSet): void {
    const { faults, scheduler, timers } = this.context;
    const several = faults.has("pcscf/ipsec-parallel-challenges") || faults.has("pcscf/ipsec-unbounded-sas");
    if (!several) this.forgetChallenges(set.impi);
    const short = faults.has("pcscf/ipsec-short-registration-sa");
    const lifetime = short ? timers.regAwaitAuth / 10 : timers.regAwaitAuth;
    this.table.add(set, scheduler.now() + lifetime);
    if (faults.has("pcscf/ipsec-pending-sas-stay")) this.table.expireAt(set, undefined);
  }

  forgetChallenges(impi: string): void {
    for (const set of this.table.ofImpi(impi)) if (set.state === "registration") this.table.delete(set);
  }

  /** SM12 is about to be sent. `registeredUntil`: what the registration was granted. */
  completed(set: SaSet, token: string, registeredUntil: number): void {
    const { faults } = this.context;
    const { terminal, sm1Set } = set.setup;
    const others = this.table.ofImpi(set.impi).filter((one) => one !== set && one.established);
    const before = faults.has("pcscf/ipsec-one-set-per-impi")
      ? others
      : others.filter((one) => one.setup.terminal === terminal);
    set.state = "current";
    set.token = token;
    if (faults.has("pcscf/ipsec-replay-after-registration")) set.stopWatchingReplays();
    this.#live(set, registeredUntil, before);
    for (const old of before) {
      if (old === sm1Set && old.state !== "draining") this.#supersede(old);
      else this.#remove(old, set);
    }
  }

  /** 7.4.2a: the later of what the old ones had and the end of the registration. */
  #live(set: SaSet, registeredUntil: number, before: readonly SaSet[]): void {
    const { faults, timers } = this.context;
    const own = registeredUntil + timers.expiryMargin;
    const latest = faults.has("pcscf/ipsec-shortens-lifetime")
      ? own
      : Math.max(own, ...before.map(({ expiresAt }) => expiresAt));
    this.table.expireAt(set, this.#forEver() ? undefined : latest);
  }

  /** SM1 came on these: they stay in use until the UE is heard on the new ones. */
  #supersede(old: SaSet): void {
    const { faults } = this.context;
    old.state = "old";
    old.used = true;
    if (faults.has("pcscf/ipsec-cuts-pending")) this.table.delete(old);
    if (faults.has("pcscf/ipsec-keeps-oldest")) this.table.delete(old);
  }

  /** Neither new nor those of SM1: the UE is taken not to have them any more. */
  #remove(old: SaSet, set: SaSet): void {
    const { faults } = this.context;
    if (faults.has("pcscf/ipsec-keeps-superseded-sas") || faults.has("pcscf/ipsec-keeps-oldest")) return;
    const { sm1Set } = set.setup;
    if (!sm1Set && faults.has("pcscf/ipsec-lost-ue-keeps-old")) return;
    if (!sm1Set && faults.has("pcscf/nat-keeps-old-tunnel") && old.mode === "UDP-enc-tun") return;
    if (old.pending.idle === false && faults.has("pcscf/ipsec-pending-never-ends")) return;
    if (faults.has("pcscf/ipsec-unbounded-sas")) return;
    this.table.delete(old);
    if (old.token !== set.token && old.token !== "") this.hooks.abandoned(old.token);
  }

  /** A message came on current SAs that is no part of their registration: the old ones have served (7.4.2a). */
  heard(set: SaSet): void {
    if (set.state !== "current" || set.used) return;
    set.used = true;
    const { faults } = this.context;
    if (faults.has("pcscf/ipsec-stays-on-old") || faults.has("pcscf/ipsec-keeps-superseded-sas")) return;
    for (const old of this.#olderThan(set)) {
      this.drain(old);
      if (old.token !== set.token) this.hooks.abandoned(old.token);
    }
  }

  /** Only what is pending may end on it; then it is deleted. */
  drain(set: SaSet): void {
    const { faults } = this.context;
    if (!set.established) return;
    if (!set.pending.idle && faults.has("pcscf/ipsec-pending-never-ends")) return;
    set.state = "draining";
    if (set.pending.idle) this.#deleteWhenSent(set);
  }

  /** Nothing is pending on it any more. */
  idle(set: SaSet): void {
    if (set.state === "draining") this.#deleteWhenSent(set);
  }

  /** A failure has been processed: the new SAs go (7.3.1.1, 7.4.2a), once what reports it is on its way. */
  failed(set: SaSet): void {
    const { faults } = this.context;
    if (faults.has("pcscf/ipsec-service-after-403") || faults.has("pcscf/ipsec-new-sas-survive-failure")) {
      set.state = "current";
      return;
    }
    set.state = "failed";
    this.#deleteWhenSent(set);
  }

  /** The registration was refreshed without an authentication: lifetimes grow and never shrink (7.4.2a). */
  refreshed(token: string, registeredUntil: number): void {
    const { faults, timers } = this.context;
    if (faults.has("pcscf/ipsec-refresh-without-extension")) return;
    const set = this.table.all.findLast((one) => one.token === token && one.state === "current");
    if (!set) return;
    const until = registeredUntil + timers.expiryMargin;
    if (until > set.expiresAt) this.table.expireAt(set, until);
  }

  /** Identities were de-registered: by the UE, or by the network. */
  deregistered(impi: string): void {
    const { faults } = this.context;
    if (faults.has("pcscf/ipsec-survives-deregistration") || faults.has("pcscf/ipsec-serves-expired")) return;
    const none = !this.hooks.hasBindings(impi);
    if (none) this.forgetChallenges(impi);
    for (const set of this.table.ofImpi(impi)) {
      if (set.established && (none || !this.hooks.isBound(set.token))) this.drain(set);
    }
  }

  /** Which of a contact's sets carries requests to the UE now. */
  downlink(token: string): SaSet | undefined {
    const { faults, scheduler, timers } = this.context;
    const sets = this.table.all.filter((set) => set.token === token);
    const current = sets.findLast(({ state }) => state === "current");
    const old = sets.findLast(({ state }) => state === "old");
    const incomplete = sets[0] &&
      this.table.ofImpi(sets[0].impi).find(({ state }) => state === "registration");
    if (faults.has("pcscf/ipsec-downlink-on-new-at-once") && incomplete) return incomplete;
    if (!old || current?.used && !faults.has("pcscf/ipsec-stays-on-old")) return current;
    // A short time before the old ones expire the new ones take over.
    return old.expiresAt - scheduler.now() > 2 * timers.t1 ? old : current;
  }

  #olderThan(set: SaSet): SaSet[] {
    return this.table.ofImpi(set.impi).filter((one) =>
      one !== set && one.setup.terminal === set.setup.terminal &&
      (one.state === "old" || one.state === "draining")
    );
  }

  /** 7.4.2a: an SA whose lifetime is over is deleted. */
  #expired(set: SaSet): void {
    if (set.state === "old" && this.context.faults.has("pcscf/ipsec-lost-after-old-expiry")) {
      const newer = this.table.all.find((one) => one.token === set.token && one.state === "current");
      if (newer && !newer.used) newer.token = ""; // nobody is told where the UE is now
    }
    this.table.delete(set);
  }

  #forEver(): boolean {
    const { faults } = this.context;
    return faults.has("pcscf/ipsec-expiry-ignored") || faults.has("pcscf/ipsec-serves-expired");
  }

  #deleteWhenSent(set: SaSet): void {
    queueMicrotask(() => {
      Promise.allSettled([...set.sending]).then(() => {
        if (set.state === "failed" || set.state === "draining" && set.pending.idle) this.table.delete(set);
      });
    });
  }
}
