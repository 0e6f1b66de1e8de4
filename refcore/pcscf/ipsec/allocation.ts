/** The numbers that the P-CSCF gives: SPIs and ports (TS 33.203 7.1, 7.2, 7.4.0). */
import type { BoxContext } from "../../types.ts";
import type { IpsecEnd } from "./end.ts";
import type { Proposal } from "./proposal.ts";
import type { SaSet } from "./sa_set.ts";
import type { ServerNumbers } from "./set_up_line.ts";

/** From here on an SPI has ten digits without padding, and SIP has a range of its own (7.1 note 3). */
const LEAST_SPI = 0x4000_0000;

export interface AllocationWishes {
  readonly proposal: Proposal;
  readonly ueAddress: string;
  /** The sets of the same IMPI that are in use. */
  readonly own: readonly SaSet[];
}

export class Allocation {
  #next = LEAST_SPI;
  #server = 0;

  constructor(readonly context: BoxContext, readonly end: IpsecEnd) {}

  numbers(wishes: AllocationWishes): ServerNumbers {
    return { ...this.#spis(wishes), portPs: this.#serverPort(wishes), portPc: this.#clientPort(wishes) };
  }

  /** 7.1, 7.2: unlike any in the UE's line and any in use, since both directions have the same keys. */
  #spis({ proposal, own }: AllocationWishes): Pick<ServerNumbers, "spiPc" | "spiPs"> {
    const { faults } = this.context;
    const before = own.at(-1)?.setup;
    if (faults.has("pcscf/ipsec-mirrors-spis")) return { spiPc: proposal.spiC, spiPs: proposal.spiS };
    // 7.4.0: each attempt makes new SAs.
    if (faults.has("pcscf/ipsec-rekeys-in-place") && before) {
      return { spiPc: before.spiPc, spiPs: before.spiPs };
    }
    if (faults.has("pcscf/ipsec-spi-in-use")) return { spiPc: LEAST_SPI, spiPs: LEAST_SPI + 1 };
    if (faults.has("pcscf/sec-agree-spi-like-ue")) {
      const [spiPc, spiPs] = [this.#next++, this.#next++];
      return { spiPc, spiPs };
    }
    const last = proposal.spis.at(-1) ?? [];
    if (faults.has("pcscf/sec-agree-compares-first-entry") && last[0] !== proposal.spiC && last[0]) {
      return { spiPc: last[0], spiPs: this.#spi(proposal, []) };
    }
    const spiPc = this.#spi(proposal, []);
    return { spiPc, spiPs: this.#spi(proposal, [spiPc]) };
  }

  #spi({ spis }: Proposal, taken: readonly number[]): number {
    for (;;) {
      const view = new DataView(Uint8Array.from(this.context.random.bytes(4)).buffer);
      const spi = view.getUint32(0);
      const used = spi < LEAST_SPI || taken.includes(spi) || spis.flat().includes(spi);
      if (!used && !this.end.table.holdsSpi(spi)) return spi;
    }
  }

  /** 7.1 note 7: one for all UEs, so that it stays what it was. */
  #serverPort({ own }: AllocationWishes): number {
    const { faults } = this.context;
    const { serverPorts } = this.end;
    const moves = faults.has("pcscf/sec-agree-new-server-port") ||
      faults.has("pcscf/ipsec-server-port-moves") && own.length > 0;
    if (moves) this.#server++;
    return serverPorts[this.#server % serverPorts.length]!;
  }

  /** 7.4.0: another one each time. */
  #clientPort({ own, ueAddress, proposal }: AllocationWishes): number {
    const { clientPorts, table } = this.end;
    if (this.context.faults.has("pcscf/sec-agree-constant-client-port")) return clientPorts[0]!;
    const near = table.all.filter((set) =>
      own.includes(set) || set.ueAddress === ueAddress && set.numbers.portUs === proposal.portS
    );
    const used = new Set(near.map(({ numbers }) => numbers.portPc));
    const free = clientPorts.filter((port) => !used.has(port));
    const pick = (this.context.random.bytes(1)[0] ?? 0) % Math.max(1, free.length);
    return free[pick] ?? clientPorts[0]!;
  }
}
