/** One attempt at a case, from its leased subscribers to a judgement with its evidence written. */
import type { Clock, Net } from "../net/types.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { AddressPool } from "./addresses.ts";
import { claimsFeature } from "./applicability.ts";
import type { CaseDefinition } from "./case.ts";
import { checkFunction } from "./check.ts";
import { describe } from "./describe.ts";
import type { CheckResult, Requirement } from "./events.ts";
import type { EvidenceSink } from "./evidence_sink.ts";
import { Ledger } from "./ledger.ts";
import { openContext } from "./open_context.ts";
import type { Operator, PeerFactory } from "./peers.ts";
import { seededRandom } from "./random.ts";
import type { Seats } from "./seats.ts";
import type { RunServers } from "./servers.ts";
import { type Ending, judge, type Judgement, worse } from "./verdict.ts";

export interface AttemptParts extends Seats {
  readonly definition: CaseDefinition;
  readonly subscribers: readonly Subscriber[];
  readonly profile: Profile;
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly net: Net;
  readonly clock: Clock;
  readonly peers: PeerFactory;
  readonly addresses: AddressPool;
  /** Absent in a run without servers. */
  readonly servers?: RunServers;
  readonly evidence: EvidenceSink;
  readonly operator?: Operator | undefined;
  readonly seed: string;
  /** 1-based; each attempt has chance of its own. */
  readonly attempt: number;
  /** Interrupts the case; its reason says why. */
  readonly signal: AbortSignal;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

export interface Attempt extends Judgement {
  /** Milliseconds of the run's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Folder relative to the output folder. */
  readonly evidence: string | null;
  readonly interrupted: boolean;
}

/** Never rejects: what goes wrong is a verdict. */
export async function attemptCase(parts: AttemptParts): Promise<Attempt> {
  const { definition, profile, clock, evidence } = parts;
  const startedAt = clock.now();
  const ledger = new Ledger();
  const over = new AbortController();
  const { context, close } = openContext({
    ...parts,
    operator: parts.operator,
    ledger,
    random: seededRandom(parts.seed, definition.id, parts.attempt),
    check: checkFunction({
      catalogue: parts.catalogue,
      verifies: definition.verifies,
      claimed: claimsFeature(definition),
      ledger,
      evidence,
    }),
    signal: over.signal,
  });
  const limit = definition.timeout?.(profile.timers) ?? defaultTimeout(definition, profile.timers);
  const ending = await Promise.race([
    ended(() => definition.run(context)),
    clock.wait(startedAt + limit, over.signal).then((): Ending => ({ kind: "timedOut", afterMs: limit })),
    interruption(parts.signal, over.signal),
  ]);
  const durationMs = clock.now() - startedAt;
  const latest = evidence.latest();
  const judgement = judge({
    checks: ledger.checks,
    misuses: ledger.misuses,
    underWay: ledger.underWay(),
    verifies: definition.verifies,
    evidence: latest === undefined ? null : `trace.jsonl#${latest}`,
  }, ending);
  ledger.seal();
  over.abort();
  await close();
  if (judgement.detail !== null) evidence.note(judgement.detail);
  const written = await writeEvidence(evidence);
  return {
    ...redacted(
      written.failure === undefined ? judgement : withFailure(judgement, written.failure),
      parts.redact,
    ),
    startedAt,
    durationMs,
    evidence: written.folder,
    interrupted: ending.kind === "interrupted",
  };
}

/**
 * Time for some exchanges that go wrong one after another (64*T1 each, RFC 3261 17.1.2.2) and some windows; a case
 * that says it is slow may also wait out the timers of the profile. Milliseconds.
 */
export function defaultTimeout(definition: CaseDefinition, timers: Profile["timers"]): number {
  const exchanges = Math.max(30_000, 4 * 64 * timers.t1 + 4 * (timers.answer + timers.silence));
  if (!definition.tags?.includes("slow")) return exchanges;
  return exchanges +
    2 * (timers.regAwaitAuth + timers.minExpires + timers.expiryMargin + timers.nonceLifetime);
}

async function ended(run: () => Promise<void>): Promise<Ending> {
  try {
    await run();
    return { kind: "returned" };
  } catch (error) {
    return { kind: "threw", error };
  }
}

/** Resolves when the run is interrupted, and for nobody once the attempt is over. */
function interruption(signal: AbortSignal, over: AbortSignal): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const interrupt = () => resolve({ kind: "interrupted", why: String(signal.reason) });
  if (signal.aborted) interrupt();
  else signal.addEventListener("abort", interrupt, { once: true, signal: over });
  return promise;
}

async function writeEvidence(evidence: EvidenceSink): Promise<{ folder: string | null; failure?: string }> {
  try {
    return { folder: await evidence.finish() };
  } catch (error) {
    return { folder: null, failure: `the evidence could not be written: ${describe(error)}` };
  }
}

/** A verdict that nobody can prove is not a pass. */
function withFailure(judgement: Judgement, failure: string): Judgement {
  if (worse(judgement.verdict, "inconclusive") === judgement.verdict) {
    return { ...judgement, reason: judgement.reason === null ? failure : `${judgement.reason}; ${failure}` };
  }
  return { ...judgement, verdict: "inconclusive", reason: failure };
}

function redacted(judgement: Judgement, redact: (text: string) => string): Judgement {
  const clean = (check: CheckResult): CheckResult => ({
    ...check,
    expected: redact(check.expected),
    actual: redact(check.actual),
  });
  return {
    ...judgement,
    reason: judgement.reason === null ? null : redact(judgement.reason),
    checks: judgement.checks.map(clean),
  };
}
