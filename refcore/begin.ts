/** What every core begins with: its clock and chance, and where it tells what goes wrong inside. */
import { toHex } from "../harness/crypto/mod.ts";
import { LocalMisuseError } from "../harness/errors.ts";
import { speakerOf } from "./dialects/mod.ts";
import { faults as knownFaults, type FaultSet } from "./faults.ts";
import type { CoreOptions } from "./options.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { Scheduler } from "./scheduler.ts";
import type { BoxContext } from "./types.ts";

export interface Beginning {
  readonly context: BoxContext;
  readonly scheduler: Scheduler;
  readonly problems: unknown[];
}

/** @throws LocalMisuseError for a fault that does not exist */
export function begin(options: CoreOptions): Beginning {
  checkFaults(options.faults ?? new Set());
  const scheduler = new Scheduler(options.clock ?? options.net.clock);
  const problems: unknown[] = [];
  return { context: contextOf(options, scheduler, problems), scheduler, problems };
}

function contextOf(options: CoreOptions, scheduler: Scheduler, problems: unknown[]): BoxContext {
  const { timers, random, home, subscribers, dialect } = options;
  const proxyAuthentication = subscribers.filter(({ traits }) => traits.includes("proxy-auth"))
    .map(({ impi }) => impi);
  return {
    scheduler,
    timers,
    random,
    home: { ...home, domain: home.domain.toLowerCase() },
    policy: { ...DEFAULT_POLICY, proxyAuthentication, ...options.policy },
    faults: options.faults ?? new Set(),
    ...(dialect ? { speaker: speakerOf(dialect) } : {}),
    token: () => toHex(random.bytes(12)),
    problem: (error) => void problems.push(error),
  };
}

function checkFaults(chosen: FaultSet): void {
  const known = new Set(knownFaults.map(({ id }) => id));
  for (const id of chosen) {
    if (!known.has(id)) throw new LocalMisuseError(`There is no fault "${id}"`);
  }
}
