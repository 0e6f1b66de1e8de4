/** What every box of the core is given. */
import type { Profile } from "../profiles/types.ts";
import type { Speaker } from "./dialects/mod.ts";
import type { FaultSet } from "./faults.ts";
import type { Policy } from "./policy.ts";
import type { Scheduler } from "./scheduler.ts";

/** The times that the core itself keeps (ms), out of a profile's. */
export type CoreTimers = Pick<
  Profile["timers"],
  "t1" | "t2" | "t4" | "regAwaitAuth" | "minExpires" | "expiryMargin" | "nonceLifetime"
>;

/** Where the core takes its chance from. */
export interface Random {
  bytes(length: number): Uint8Array;
}

export interface BoxContext {
  readonly scheduler: Scheduler;
  readonly timers: CoreTimers;
  readonly policy: Policy;
  readonly faults: FaultSet;
  readonly random: Random;
  readonly home: Profile["home"];
  /** A word of hexadecimal digits that nobody can guess: tags, branches, tokens, nonces. */
  token(): string;
  /** How it says what goes to elements outside. Default: plainly, and at once. */
  readonly speaker?: Speaker;
  /** Tells of something that went wrong inside the core. */
  problem(error: unknown): void;
}
