/** The four SAs of one registration, as the UE holds them (TS 33.203 6.3, 7.1). */
import { expandEspKeys } from "../../../crypto/mod.ts";
import { LocalMisuseError } from "../../../errors.ts";
import {
  ENCRYPTION_ALGORITHMS,
  type EncryptionAlgorithm,
  type EspKeys,
  EspSa,
  INTEGRITY_ALGORITHMS,
  type IntegrityAlgorithm,
} from "../../../wire/esp.ts";
import type { AlgorithmPair, IpsecMode, SaNumbers, SaSet, SaState } from "./types.ts";

export interface AssociationSetup extends AlgorithmPair, SaNumbers {
  readonly name: string;
  readonly mode: IpsecMode;
  /** Inner addresses: the UE's is the public one in a tunnel through a NAT (M.7.1). */
  readonly ueAddress: string;
  readonly pcscfAddress: string;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  readonly random: (octets: number) => Uint8Array;
  /** Called before a case is told the state: what has expired is deleted by then. */
  readonly refresh?: () => void;
}

/** The two ports of the UE that have SAs. */
export type ProtectedPort = "port-uc" | "port-us";

/** What its data are is enumerable, what it knows is not: keys and state stay out of reports and comparisons. */
export class Association implements SaSet {
  readonly name: string;
  readonly mode: IpsecMode;
  readonly alg: string;
  readonly ealg: string;
  readonly spiUc: number;
  readonly spiUs: number;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portUc: number;
  readonly portUs: number;
  readonly portPc: number;
  readonly portPs: number;
  readonly #setup: AssociationSetup;
  readonly #keys: EspKeys;
  readonly #inbound: Readonly<Record<ProtectedPort, EspSa>>;
  readonly #outbound: Readonly<Record<ProtectedPort, EspSa>>;
  #state: SaState = "new";
  #expiresAt: number;
  #revived = false;

  /** @throws LocalMisuseError for algorithms that ESP does not have, or a pair that no document defines */
  constructor(setup: AssociationSetup, expiresAt: number) {
    this.name = setup.name;
    this.mode = setup.mode;
    this.alg = setup.alg;
    this.ealg = setup.ealg;
    this.spiUc = setup.spiUc;
    this.spiUs = setup.spiUs;
    this.spiPc = setup.spiPc;
    this.spiPs = setup.spiPs;
    this.portUc = setup.portUc;
    this.portUs = setup.portUs;
    this.portPc = setup.portPc;
    this.portPs = setup.portPs;
    this.#setup = setup;
    this.#expiresAt = expiresAt;
    this.#keys = keysOf(setup, setup);
    const sa = (spi: number) => {
      try {
        return new EspSa({ spi, keys: this.#keys, random: setup.random });
      } catch (error) {
        throw new LocalMisuseError(`"${setup.alg}" with "${setup.ealg}" makes no SA: ${error}`);
      }
    };
    this.#inbound = { "port-uc": sa(setup.spiUc), "port-us": sa(setup.spiUs) };
    this.#outbound = { "port-uc": sa(setup.spiPs), "port-us": sa(setup.spiPc) };
  }

  get state(): SaState {
    this.#setup.refresh?.();
    return this.#state;
  }

  /** `state` as of the last look at the clock: what the UE itself goes by. */
  get phase(): SaState {
    return this.#state;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  get ck(): Uint8Array {
    return this.#setup.ck;
  }

  get ik(): Uint8Array {
    return this.#setup.ik;
  }

  get keys(): EspKeys {
    return this.#keys;
  }

  get ueAddress(): string {
    return this.#setup.ueAddress;
  }

  get pcscfAddress(): string {
    return this.#setup.pcscfAddress;
  }

  /** The SA that ends at this port of ours. */
  inbound(at: ProtectedPort): EspSa {
    return this.#inbound[at];
  }

  /** The SA that begins at this port of ours: port_uc towards port_ps, port_us towards port_pc. */
  outbound(from: ProtectedPort): EspSa {
    return this.#outbound[from];
  }

  /** The port of ours that an inbound SPI belongs to. */
  portOf(spi: number): ProtectedPort | undefined {
    return spi === this.spiUc ? "port-uc" : spi === this.spiUs ? "port-us" : undefined;
  }

  /** The port of ours that an outbound SPI begins at. */
  originOf(spi: number): ProtectedPort | undefined {
    return spi === this.spiPs ? "port-uc" : spi === this.spiPc ? "port-us" : undefined;
  }

  /** Numbers of our port and the P-CSCF's. */
  ports(at: ProtectedPort): { readonly ours: number; readonly theirs: number } {
    return at === "port-uc"
      ? { ours: this.portUc, theirs: this.portPs }
      : { ours: this.portUs, theirs: this.portPc };
  }

  /** A deleted set that a case sends under all the same: what answers under it shall be seen. */
  get revived(): boolean {
    return this.#revived;
  }

  revive(): void {
    this.#revived = true;
  }

  /** Clause 7.4.1a, NOTE: a lifetime is never decreased. SaTable decides when. */
  extend(until: number): void {
    this.#expiresAt = Math.max(this.#expiresAt, until);
  }

  /** For SaTable alone. */
  become(state: SaState): void {
    this.#state = state;
  }

  /** The same SPIs, ports and octets of keys with another pair or mode. */
  as(other: Partial<Pick<AssociationSetup, "alg" | "ealg" | "mode" | "name">>): Association {
    return new Association({ ...this.#setup, ...other }, this.#expiresAt);
  }
}

/** @throws LocalMisuseError for names that ESP does not have */
export function keysOf(
  { alg, ealg }: AlgorithmPair,
  keys: { readonly ck: Uint8Array; readonly ik: Uint8Array },
): EspKeys {
  const integrity = alg.toLowerCase();
  const encryption = ealg.toLowerCase();
  if (!isIntegrity(integrity)) throw unknown("alg", alg, INTEGRITY_ALGORITHMS);
  if (!isEncryption(encryption)) throw unknown("ealg", ealg, ENCRYPTION_ALGORITHMS);
  return expandEspKeys({ integrity, encryption }, keys);
}

/** Whether there is an ESP for the pair here, allowed or not. */
export function isKnown({ alg, ealg }: AlgorithmPair): boolean {
  return isIntegrity(alg.toLowerCase()) && isEncryption(ealg.toLowerCase());
}

function isIntegrity(name: string): name is IntegrityAlgorithm {
  return (INTEGRITY_ALGORITHMS as readonly string[]).includes(name);
}

function isEncryption(name: string): name is EncryptionAlgorithm {
  return (ENCRYPTION_ALGORITHMS as readonly string[]).includes(name);
}

function unknown(what: string, found: string, needed: readonly string[]): LocalMisuseError {
  return new LocalMisuseError(`${what} is "${found}", needs one of "${needed.join('", "')}"`);
}
