/**
 * What the runner needs of an evidence recorder, one per attempt at a case. The real one is in evidence/.
 */
import type { Tap } from "../net/types.ts";
import type { CaseInfo } from "./events.ts";

export interface EvidenceSink {
  /** A tap for what this actor ("ue:alice", "peer-network") sends and receives. */
  tap(actor: string): Tap;
  /** Number of the newest record, undefined before the first. */
  latest(): number | undefined;
  /** Number of the record that this message was sent or received in, undefined if it was in none. */
  numberOf(message: object): number | undefined;
  /** A line of its own in the trace. */
  note(text: string): void;
  /** A further file of the folder. One marked secret is written only where secrets are kept. */
  attach?(name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }): void;
  /** A line of a TLS key log (NSS format), for the capture; written only where secrets are kept. */
  tlsKeyLog?(line: string): void;
  /** Writes what was recorded; gives the folder relative to the output folder, null where nothing was sent. */
  finish(): Promise<string | null>;
}

/** Makes the recorder of one attempt (1-based) at a case. */
export type EvidenceFactory = (info: CaseInfo, attempt: number) => EvidenceSink;

/** Keeps nothing: for selfcheck, which judges the judges. */
export function noEvidence(): EvidenceSink {
  return {
    tap: () => () => {},
    latest: () => undefined,
    numberOf: () => undefined,
    note: () => {},
    finish: () => Promise.resolve(null),
  };
}
