/**
 * The IP address check table of TS 33.203 N.2.1.1: which user stands behind a source address (and port, where RFC 5626
 * is used). It is written when a registration has succeeded, and read for every request after it (N.2.1.2).
 */
import type { Flow } from "../../harness/net/types.ts";
import type { FaultSet } from "../faults.ts";
import type { UeBinding } from "./bindings.ts";

export interface TableEntry {
  readonly address: string;
  /** Source port of the REGISTER; part of the association only with client-initiated connections. */
  readonly port: number;
  readonly withPort: boolean;
  /** Host of sent-by in the REGISTER's Via. */
  readonly sentBy: string;
  readonly binding: UeBinding;
}

export class AddressTable {
  #entries: TableEntry[] = [];

  constructor(readonly faults: FaultSet) {}

  /**
   * Associates, and gives the bindings that lost their place: of another IMPI at the same address, and port where
   * the port counts (N.2.1.1; Q.3).
   */
  associate(entry: TableEntry): UeBinding[] {
    const { faults } = this;
    const others = this.rivals(entry);
    if (others.length > 0 && faults.has("pcscf/keeps-older-association")) return [];
    const kept = faults.has("pcscf/keeps-both-associations") ? [] : others;
    this.#entries = this.#entries.filter((one) => !kept.includes(one) && one.binding !== entry.binding);
    this.#entries.push(entry);
    return kept.map(({ binding }) => binding);
  }

  /** Entries of other IMPIs that a success of this one overwrites. */
  rivals(entry: Omit<TableEntry, "binding"> & { readonly binding: { readonly impi: string } }): TableEntry[] {
    const byAddress = !entry.withPort || this.faults.has("pcscf/overwrites-by-address-alone");
    return this.#entries.filter((one) =>
      one.binding.impi !== entry.binding.impi && one.address === entry.address &&
      (byAddress || one.withPort && one.port === entry.port)
    );
  }

  /**
   * The binding behind a request: by the packet's source, and by sent-by. `preferred` helps only where a fault has
   * left two users in one place.
   */
  identify(flow: Flow, sentBy: string, preferred?: string): UeBinding | undefined {
    const { faults } = this;
    const portCounts = ({ withPort }: TableEntry) =>
      withPort && !faults.has("pcscf/ignores-source-port") && !faults.has("pcscf/compares-address-only") ||
      !withPort && faults.has("pcscf/demands-source-port");
    const found = this.#entries.filter((entry) =>
      entry.address === flow.remote.address && entry.sentBy === sentBy.toLowerCase() &&
      (!portCounts(entry) || entry.port === flow.remote.port)
    );
    // The closest entry: a port that fits says more than an address alone.
    found.sort((a, b) =>
      Number(b.withPort && b.port === flow.remote.port) - Number(a.withPort && a.port === flow.remote.port)
    );
    const wanted = preferred === undefined
      ? undefined
      : found.find(({ binding }) =>
        [...binding.sets.values()].some(({ impus }) => impus.includes(preferred))
      );
    return (wanted ?? found[0])?.binding;
  }

  /** The binding whose Contact is this one; an honest table has no such key. */
  byContact(uri: string): UeBinding | undefined {
    return this.#entries.find(({ binding }) => String(binding.contact) === uri)?.binding;
  }

  /** Whether this source is associated with this IMPI. */
  holds(flow: Flow, sentBy: string, impi: string): boolean {
    return this.identify(flow, sentBy)?.impi === impi;
  }

  remove(binding: UeBinding): void {
    this.#entries = this.#entries.filter((entry) => entry.binding !== binding);
  }
}
