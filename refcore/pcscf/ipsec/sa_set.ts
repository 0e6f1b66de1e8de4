/** The four SAs that one authenticated registration makes (TS 33.203 6.2, 7.1), as the P-CSCF holds them. */
import type { SecurityMechanism } from "sip-codec";
import { type EspPair, EspSa } from "../../../harness/wire/esp.ts";
import type { Flow } from "../../../harness/net/types.ts";
import type { FaultSet } from "../../faults.ts";
import { keysOfSet, type SessionKeys, type SetKeys } from "./esp_keys.ts";
import { type EspDefects, FaultySa, hasDefects } from "./faulty_sa.ts";
import type { PendingTransactions } from "./pending.ts";
import type { IpsecMode, Proposal } from "./proposal.ts";

/**
 * "registration": made by a challenge, for its answer alone; "current": of the latest successful authentication;
 * "old": replaced, in full use until the UE is heard on the current ones; "draining": only what is pending may end
 * on it; "failed": nothing is taken on it any more, what is on its way out still goes; "gone": deleted.
 */
export type SetState = "registration" | "current" | "old" | "draining" | "failed" | "gone";

/** The two ends of a pair: port_uc and port_ps, port_us and port_pc. */
export interface SetNumbers {
  readonly spiUc: number;
  readonly spiUs: number;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portUc: number;
  readonly portUs: number;
  readonly portPc: number;
  readonly portPs: number;
}

/** What SM1 was and SM6 said: SM7 is measured against it. */
export interface Agreement {
  readonly impi: string;
  readonly impu: string;
  readonly nonce: string;
  /** The SAs that SM1 came on; undefined where it came in the clear. */
  readonly sm1Set: SaSet | undefined;
  /** Where the UE was heard in the clear last. */
  readonly clearFlow: Flow | undefined;
  /** Address in the Via of SM1, as the UE wrote it. */
  readonly sentBy: string;
  readonly client: Proposal;
  readonly server: readonly SecurityMechanism[];
  readonly serverLine: string;
  /** Tells terminals of one IMPI apart. */
  readonly terminal: string;
}

export interface SetSetup extends SetNumbers, Agreement {
  readonly pair: EspPair;
  readonly mode: IpsecMode;
  readonly ueAddress: string;
  readonly localAddress: string;
  readonly keys: SessionKeys;
  readonly before: SessionKeys | undefined;
  readonly random: (octets: number) => Uint8Array;
  readonly pending: PendingTransactions;
  readonly defects: EspDefects;
}

export class SaSet {
  readonly setup: SetSetup;
  inbound: { readonly pc: EspSa; readonly ps: EspSa };
  readonly outbound: { readonly uc: EspSa; readonly us: EspSa };
  /** What UE and P-CSCF have agreed on of their numbers; only a fault changes it later. */
  numbers: SetNumbers;
  state: SetState = "registration";
  /** Milliseconds of the clock. */
  expiresAt = 0;
  /** Of the binding that was registered with it; "" before SM12. */
  token = "";
  /** A message came on it after SM7 (7.4.2a). */
  used = false;
  /** The UE's address; only a fault lets it move. */
  ueAddress: string;
  /** port_Uenc (M.7.1); undefined until the first packet has come. */
  encapsulation: { readonly port: number; readonly at: number; readonly pair: "pc" | "ps" } | undefined;
  /** Set up for a tunnel and spoken in protocol 50 all the same; only with a fault. */
  native = false;
  /** Of the challenge that made it; only a fault changes it. */
  nonce: string;
  /** Sends that have not come to their end. */
  readonly sending = new Set<Promise<unknown>>();

  constructor(setup: SetSetup, faults: FaultSet) {
    this.setup = setup;
    this.numbers = setup;
    this.ueAddress = setup.ueAddress;
    this.nonce = setup.nonce;
    const { spiUc, spiUs, spiPc, spiPs, random } = setup;
    const keys: SetKeys = keysOfSet(setup, faults);
    const replayWindow = windowOf(setup.mode, faults);
    const sa = (spi: number, own: SetKeys["inbound"]["pc"], defects: EspDefects = {}) => {
      const options = { spi, keys: own, random, ...(replayWindow === 0 ? { replayWindow } : {}) };
      return hasDefects(defects) ? new FaultySa(options, defects) : new EspSa(options);
    };
    const { defects } = setup;
    this.inbound = { pc: sa(spiPc, keys.inbound.pc, defects), ps: sa(spiPs, keys.inbound.ps, defects) };
    this.outbound = { uc: sa(spiUc, keys.outbound.uc, defects), us: sa(spiUs, keys.outbound.us, defects) };
    this.#unwatched = () => {
      const open = (spi: number, own: SetKeys["inbound"]["pc"]) =>
        new FaultySa({ spi, keys: own, random, replayWindow: 0 }, defects);
      this.inbound = { pc: open(spiPc, keys.inbound.pc), ps: open(spiPs, keys.inbound.ps) };
    };
  }

  readonly #unwatched: () => void;

  /** Puts SAs without an anti-replay window in place of the inbound ones; for a fault alone. */
  stopWatchingReplays(): void {
    this.#unwatched();
  }

  get impi(): string {
    return this.setup.impi;
  }

  get mode(): IpsecMode {
    return this.setup.mode;
  }

  get pending(): PendingTransactions {
    return this.setup.pending;
  }

  /** SM12 has been sent, and the SAs are still there. */
  get established(): boolean {
    return this.state === "current" || this.state === "old" || this.state === "draining";
  }

  /** Which of the P-CSCF's ports an inbound SPI belongs to. */
  portOf(spi: number): "pc" | "ps" | undefined {
    return spi === this.setup.spiPs ? "ps" : spi === this.setup.spiPc ? "pc" : undefined;
  }
}

/** 6.3: the anti-replay service is on for every SA. */
function windowOf(mode: IpsecMode, faults: FaultSet): number | undefined {
  const off = faults.has("pcscf/ipsec-accepts-replay") ||
    mode === "UDP-enc-tun" && faults.has("pcscf/nat-accepts-replay");
  return off ? 0 : undefined;
}
