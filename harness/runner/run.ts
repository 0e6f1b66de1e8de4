/**
 * A run: the sanity case, every case of the plan on leased subscribers, the sanity case again; told as it goes, and
 * given as one result. All that a run touches is handed in: net, clock, peers, evidence, chance.
 */
import { scoped } from "../net/scoped.ts";
import type { Net } from "../net/types.ts";
import type { Profile } from "../../profiles/mod.ts";
import { AddressPool } from "./addresses.ts";
import { attemptCase } from "./attempt.ts";
import type { CaseInfo, CaseResult, Requirement, RunEvent, RunInfo, RunResult } from "./events.ts";
import type { EvidenceFactory } from "./evidence_sink.ts";
import { type Lease, LeasePool } from "./lease.ts";
import { Life } from "./life.ts";
import type { Operator, PeerFactory } from "./peers.ts";
import type { Plan, PlannedCase } from "./plan.ts";
import { seededRandom } from "./random.ts";
import { notRun, resultOf, type Tried } from "./results.ts";
import { type Sanity, sanity } from "./sanity.ts";
import { seatsNeeded, seatsOf } from "./seats.ts";
import { Servers } from "./servers.ts";
import { summarise } from "./summary.ts";
import { applyWaivers } from "./waivers.ts";

/**
 * Peers, and the embedded core with them, share one thread. More cases at a time do not end sooner, they wait for each
 * other, and a window of silence or of an answer then measures the tester and not the device.
 */
export const DEFAULT_JOBS = 16;

export interface RunOptions {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly catalogue: ReadonlyMap<string, Requirement>;
  /** Unguarded; the run keeps it within the profile's scope. Its clock is the run's clock. */
  readonly net: Net;
  readonly peers: PeerFactory;
  readonly evidence: EvidenceFactory;
  readonly operator?: Operator;
  /** The same seed sends the same octets. */
  readonly seed: string;
  /** Cases at a time, as far as subscribers allow. Default DEFAULT_JOBS. */
  readonly jobs?: number;
  /** How often each case is tried; the worst attempt counts. Default 1. */
  readonly repeat?: number;
  /** Start no further case after the first fail that is not waived. */
  readonly bail?: boolean;
  /** Ends the run early: what is finished is still reported. */
  readonly signal?: AbortSignal;
  /** Leaves the sanity case out: for selfcheck, whose broken cores may well not answer. */
  readonly withoutSanity?: boolean;
  readonly listener?: (event: RunEvent) => void;
  /** Takes the profile's secrets out of reasons and checks. */
  readonly redact?: (text: string) => string;
  readonly tool?: { readonly name: string; readonly version: string };
  readonly environment?: Readonly<Record<string, string>>;
}

/** Rejects only when something of ours is broken; everything else is in the result. */
export function run(options: RunOptions): Promise<RunResult> {
  return new Run(options).go();
}

const STOPPED_BY_BAIL = "not run: an earlier case failed (--bail)";
const INTERRUPTED = "interrupted";
const TARGET_SILENT = "the target does not answer";

class Run {
  readonly #options: RunOptions;
  readonly #net: Net;
  readonly #addresses: AddressPool;
  readonly #pool: LeasePool;
  readonly #servers: Servers;
  readonly #life = new Life();
  readonly #startedAt: number;
  readonly #results = new Map<string, CaseResult>();
  /** Nothing new starts. */
  readonly #stop = new AbortController();
  /** What runs is cut off, too. */
  readonly #cut = new AbortController();
  readonly #planned: readonly PlannedCase[];
  #running = 0;
  #done = 0;
  #executed = 0;

  constructor(options: RunOptions) {
    const { profile, net, plan } = options;
    this.#options = options;
    this.#net = scoped(net, profile.scope);
    this.#addresses = new AddressPool(profile.access, profile.trustedNode);
    this.#servers = new Servers({ profile, net: this.#net, peers: options.peers, seed: options.seed });
    this.#pool = new LeasePool(profile.subscribers, options.jobs ?? DEFAULT_JOBS, seatsOf(profile));
    this.#startedAt = net.clock.now();
    this.#planned = plan.filter(({ applicable }) => applicable);
  }

  async go(): Promise<RunResult> {
    const { plan, signal } = this.#options;
    const planned = this.#planned;
    const interrupt = () => this.#halt(INTERRUPTED);
    if (signal?.aborted) interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      this.#tell({ type: "runStarted", run: this.#info(null), planned: planned.length });
      for (const one of plan.filter(({ applicable }) => !applicable)) {
        this.#finish(notRun(one, "", this.#options.seed, this.#now()));
      }
      if (planned.length > 0) {
        this.#servers.start();
        await this.#servers.found(this.#stop.signal);
      }
      const trouble = await this.#judge();
      if (trouble !== null) this.#tell({ type: "trouble", message: trouble });
      return this.#assemble(trouble);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      await this.#servers.close();
    }
  }

  /** Runs what is planned. Gives what makes the run as a whole inconclusive. */
  async #judge(): Promise<string | null> {
    if (this.#planned.length === 0 || this.#stop.signal.aborted) return null;
    if (!this.#options.withoutSanity) {
      const first = await this.#sanity("first");
      if (this.#stop.signal.aborted) return null;
      if (!first.alive) {
        this.#halt(TARGET_SILENT);
        return `The target does not answer: ${first.why}`;
      }
    }
    const cases = await Promise.allSettled(inOrderOfStart(this.#planned).map((one) => this.#runCase(one)));
    const broken = cases.find((one) => one.status === "rejected");
    if (broken) throw broken.reason;
    if (this.#life.death !== undefined) return this.#life.death;
    if (this.#options.withoutSanity || this.#options.signal?.aborted || this.#executed === 0) return null;
    const last = await this.#sanity("last");
    return last.alive || this.#options.signal?.aborted ? null : `${this.#life.deadAtEnd()} (${last.why})`;
  }

  /** Rejects with a bug of ours only; the rest is then stopped, so that nothing is left open. */
  async #runCase(planned: PlannedCase): Promise<void> {
    try {
      await this.#tryCase(planned);
    } catch (error) {
      this.#halt("not run: the runner itself failed");
      throw error;
    }
  }

  async #tryCase(planned: PlannedCase): Promise<void> {
    const { info, definition, leases } = planned;
    const { repeat = 1, seed, bail } = this.#options;
    const tried: Tried[] = [];
    for (let left = Math.max(1, repeat); left > 0; left--) {
      let lease: Lease;
      try {
        lease = await this.#pool.acquire(leases, {
          exclusive: definition.exclusive ?? false,
          seats: seatsNeeded(definition),
          signal: this.#stop.signal,
        });
      } catch (error) {
        if (!this.#stop.signal.aborted) throw error;
        break;
      }
      try {
        this.#running++;
        if (tried.length === 0) this.#tell({ type: "caseStarted", case: info, running: this.#running });
        tried.push(await this.#attempt(planned, lease, tried.length + 1));
        // Before the lease goes back, which would let the next case start.
        if (bail && this.#isFailure(resultOf(info, tried, seed))) this.#stop.abort(STOPPED_BY_BAIL);
      } finally {
        this.#running--;
        lease.release();
      }
    }
    if (tried.length === 0) return;
    this.#done++;
    this.#executed++;
    this.#finish(resultOf(info, tried, seed));
  }

  async #attempt({ info, definition }: PlannedCase, lease: Lease, attempt: number): Promise<Tried> {
    const { subscribers, seats } = lease;
    const { profile, catalogue, peers, evidence, operator, seed, redact = (text) => text } = this.#options;
    const common = { profile, net: this.#net, clock: this.#net.clock, peers, addresses: this.#addresses };
    const made = await attemptCase({
      ...common,
      servers: this.#servers,
      definition,
      subscribers,
      ...seats,
      catalogue,
      evidence: this.#life.listen(info.id, evidence(info, attempt)),
      operator,
      seed,
      attempt,
      signal: this.#cut.signal,
      redact,
    });
    if (!made.silent || made.interrupted || this.#options.withoutSanity) return { ...made, subscribers };
    // The subscriber is still ours, so asking disturbs nobody.
    const state = await this.#life.ask(
      info.id,
      async () => (await this.#sanity(info.id, subscribers[0])).alive,
    );
    if (state === "alive" || this.#options.signal?.aborted) return { ...made, subscribers };
    if (state === "found dead") {
      this.#halt("the device stopped answering while other cases ran");
      return { ...made, subscribers, reason: `${made.reason}; the device answered nothing afterwards` };
    }
    // It says nothing of this case that a dead device was silent in it.
    const verdict = made.verdict === "error" ? "error" : "inconclusive";
    return { ...made, subscribers, verdict, reason: `the device was dead already; ${made.reason}` };
  }

  /** `when`: "first", "last", or the case after which the device is asked. */
  async #sanity(when: string, subscriber = this.#options.profile.subscribers[0]): Promise<Sanity> {
    const { profile, peers, evidence, seed } = this.#options;
    const atEnds = when === "first" || when === "last";
    const sink = evidence(sanityInfo(atEnds ? `sanity/${when}` : `sanity/after/${when}`), 1);
    try {
      return await sanity({
        profile,
        subscriber,
        net: this.#net,
        clock: this.#net.clock,
        peers,
        addresses: this.#addresses,
        evidence: sink,
        random: seededRandom(seed, "sanity", when),
        signal: this.#cut.signal,
      });
    } finally {
      await sink.finish();
    }
  }

  #halt(why: string): void {
    this.#stop.abort(why);
    this.#cut.abort(why);
  }

  #assemble(trouble: string | null): RunResult {
    const { plan, profile, seed } = this.#options;
    const why = String(this.#stop.signal.reason ?? "not run");
    const cases = plan.map((one) =>
      this.#results.get(one.info.id) ?? notRun(one, why, seed, this.#startedAt)
    );
    const waived = applyWaivers(cases, profile, this.#now());
    const result: RunResult = {
      schema: 1,
      run: this.#info(trouble),
      cases: waived,
      summary: summarise(waived),
    };
    this.#tell({ type: "runFinished", result });
    return result;
  }

  #info(trouble: string | null): RunInfo {
    const { profile, seed, environment = {}, tool = { name: "imspeer", version: "0" } } = this.#options;
    return {
      tool: tool.name,
      version: tool.version,
      profile: profile.name,
      device: profile.device,
      seed,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: Math.round(this.#now() - this.#startedAt),
      environment,
      trouble,
    };
  }

  #finish(result: CaseResult): void {
    this.#results.set(result.id, result);
    const told = this.#waived(result);
    this.#tell({ type: "caseFinished", result: told, done: this.#done, planned: this.#planned.length });
  }

  #isFailure(result: CaseResult): boolean {
    return result.verdict === "fail" && this.#waived(result).waived === null;
  }

  /** As waived as it is known to be now: which waivers nobody needed shows at the end. */
  #waived(result: CaseResult): CaseResult {
    if (result.verdict === "pass") return result;
    return applyWaivers([result], this.#options.profile, this.#now())[0] ?? result;
  }

  #tell(event: RunEvent): void {
    this.#options.listener?.(event);
  }

  #now(): number {
    return this.#net.clock.now();
  }
}

/** Slow ones first, so that their waiting overlaps with the rest; exclusive ones last, so that nobody waits for them. */
function inOrderOfStart(planned: readonly PlannedCase[]): PlannedCase[] {
  const rank = ({ definition }: PlannedCase) =>
    definition.exclusive ? 2 : definition.tags?.includes("slow") ? 0 : 1;
  return planned.toSorted((a, b) => rank(a) - rank(b));
}

function sanityInfo(id: string): CaseInfo {
  return {
    id,
    suite: "sanity",
    title: "The target answers",
    peer: "ue",
    priority: 1,
    verifies: [],
    kills: [],
  };
}
