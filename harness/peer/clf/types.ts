/**
 * The peer `clf`: the connectivity session location function of a NASS, which the P-CSCF under test asks over e2 where
 * an address is (ETSI ES 283 035, TS 33.203 Annex R). One server for a run; a case sees the questions about its own
 * addresses.
 */
import type { Avp } from "../../wire/diameter/mod.ts";

/** What is known of an address. "unknown": the user is; "error": nothing can be told; "silent": no answer at all. */
export type Location = { readonly line: string } | "unknown" | "error" | "silent";

export interface LocationQuery {
  /** Of the UE, IPv4 literal or IPv6 prefix. */
  readonly address: string;
  readonly realm: string | undefined;
  readonly avps: readonly Avp[];
  readonly at: number;
}

export interface ClfView {
  /** Says where an address is, until the case ends. What is not said is "unknown". */
  place(address: string, location: Location): void;
  /** Questions about addresses that were placed, in order. */
  readonly queries: readonly LocationQuery[];
  /** The next one not yet taken. Rejects with NoAnswer (default: timers.answer). */
  next(within?: number): Promise<LocationQuery>;
  /** True when none came within the window (default: timers.silence). */
  silent(within?: number): Promise<boolean>;
}
