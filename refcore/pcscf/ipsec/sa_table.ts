/** The SA table of TS 33.203 7.1 rule 1: every set there is, found by SPI, by addresses and ports, and by user. */
import type { FaultSet } from "../../faults.ts";
import type { Alarm, Scheduler } from "../../scheduler.ts";
import type { SaSet } from "./sa_set.ts";

/** 7.1 rule 3: SAs per direction that one IMPI may have at any one time. */
const MOST_SAS = 6;
const SAS_PER_SET = 2;
/** Repetitions of what belonged to a registration come within 64*T1. */
const MOST_SPENT = 256;

export class SaTable {
  readonly #sets = new Map<SaSet, Alarm>();
  readonly #bySpi = new Map<number, SaSet>();
  /** What the IP layer has kept of SAs that SIP has forgotten; empty without a fault. */
  readonly #forgotten = new Set<SaSet>();
  /** Client ports of registrations that were never completed, for a fault alone. */
  readonly #stalePorts = new Set<string>();
  /** Nonces of registrations that came to nothing, the latest. */
  #spent: string[] = [];
  /** A set's lifetime is over. */
  onExpired: (set: SaSet) => void = () => {};

  constructor(readonly scheduler: Scheduler, readonly faults: FaultSet) {}

  get size(): number {
    return this.#sets.size;
  }

  get all(): SaSet[] {
    return [...this.#sets.keys()];
  }

  add(set: SaSet, expiresAt: number): void {
    const alarm = this.scheduler.alarm(() => {
      if (set.state === "registration" && this.faults.has("pcscf/ipsec-stale-port-entry")) {
        this.#stalePorts.add(portKey(set.ueAddress, set.numbers.portUc));
      }
      this.onExpired(set);
    });
    this.#sets.set(set, alarm);
    this.#bySpi.set(set.setup.spiPs, set);
    this.#bySpi.set(set.setup.spiPc, set);
    this.expireAt(set, expiresAt);
  }

  /** Undefined: never. */
  expireAt(set: SaSet, at: number | undefined): void {
    set.expiresAt = at ?? Infinity;
    this.#sets.get(set)?.set(at);
  }

  /** 7.4.0: from the application and from the IP layer. */
  delete(set: SaSet): void {
    this.#sets.get(set)?.set(undefined);
    this.#sets.delete(set);
    set.pending.clear();
    if (set.state === "registration" || set.state === "failed") {
      this.#spent = [set.nonce, ...this.#spent].slice(0, MOST_SPENT);
    }
    set.state = "gone";
    if (this.faults.has("pcscf/ipsec-layer-keeps-sa")) return void this.#forgotten.add(set);
    for (const spi of [set.setup.spiPs, set.setup.spiPc]) {
      if (this.#bySpi.get(spi) === set) this.#bySpi.delete(spi);
    }
  }

  /** The set that an inbound SPI belongs to. */
  bySpi(spi: number): SaSet | undefined {
    return this.#bySpi.get(spi);
  }

  /** 7.1 rule 4: by the UE's address and port and ours. The newest, should a fault have left two. */
  byPorts(ueAddress: string, uePort: number, ourPort: number): SaSet | undefined {
    const fits = (set: SaSet) => {
      const { portUc, portUs, portPc, portPs } = set.numbers;
      return set.ueAddress === ueAddress &&
        (uePort === portUc && ourPort === portPs || uePort === portUs && ourPort === portPc);
    };
    return [...this.all, ...this.#forgotten].reverse().find(fits);
  }

  ofImpi(impi: string): SaSet[] {
    return this.all.filter((set) => set.impi === impi);
  }

  /** The registration SAs that a challenge with this nonce has made. */
  challenged(nonce: string): SaSet | undefined {
    return nonce === ""
      ? undefined
      : this.all.find((set) => set.state === "registration" && set.nonce === nonce);
  }

  /** Whether a registration with this nonce has come to nothing. */
  isSpent(nonce: string): boolean {
    return this.#spent.includes(nonce);
  }

  /** 7.1 rule 3: somebody has this client port at this address. */
  holdsClientPort(ueAddress: string, portUc: number): boolean {
    return this.all.some((set) => set.ueAddress === ueAddress && set.numbers.portUc === portUc) ||
      this.#stalePorts.has(portKey(ueAddress, portUc));
  }

  /** M.7.1 rule 3: another user has this server port at this address. */
  holdsServerPort(ueAddress: string, portUs: number, impi: string): boolean {
    const own = (set: SaSet) => set.impi === impi && !this.faults.has("pcscf/nat-own-port-collides");
    return this.all.some((set) => set.ueAddress === ueAddress && set.numbers.portUs === portUs && !own(set));
  }

  /** 7.1 rule 3: one more set is too much. Registration SAs do not count: the new ones take their place. */
  isFull(impi: string): boolean {
    const kept = this.ofImpi(impi).filter(({ established }) => established);
    return (kept.length + 1) * SAS_PER_SET > MOST_SAS;
  }

  /** SPIs of inbound SAs that are alive. */
  holdsSpi(spi: number): boolean {
    return this.#bySpi.has(spi);
  }

  /** Takes away who has this client port; an honest core refuses the newcomer. */
  evict(ueAddress: string, portUc: number): void {
    for (const set of this.all) {
      if (set.ueAddress === ueAddress && set.numbers.portUc === portUc) this.delete(set);
    }
  }

  clear(): void {
    for (const set of this.all) this.delete(set);
    this.#forgotten.clear();
    this.#stalePorts.clear();
    this.#spent = [];
    this.#bySpi.clear();
  }
}

function portKey(address: string, port: number): string {
  return `${address} ${port}`;
}
