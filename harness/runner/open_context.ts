/** The context of one attempt at a case: what it hands out it also takes back. */
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../errors.ts";
import type { Clock, Net } from "../net/types.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { AddressPool } from "./addresses.ts";
import type { CheckFunction } from "./check.ts";
import type { CaseContext, Random } from "./context.ts";
import { CorePeers } from "./core_peers.ts";
import { describe, isObject } from "./describe.ts";
import type { EvidenceSink } from "./evidence_sink.ts";
import type { Ledger } from "./ledger.ts";
import { Networks } from "./networks.ts";
import type { Operator, PeerFactory } from "./peers.ts";
import type { Seats } from "./seats.ts";
import type { RunServers } from "./servers.ts";
import { Terminals } from "./terminals.ts";
import { soon, TIDY_LIMIT } from "./tidy.ts";
import { TlsProbes } from "./tls_probes.ts";
import { GivenNotMet } from "./verdict.ts";

export interface ContextParts extends Seats {
  readonly profile: Profile;
  readonly subscribers: readonly Subscriber[];
  readonly net: Net;
  readonly clock: Clock;
  readonly peers: PeerFactory;
  readonly addresses: AddressPool;
  /** Absent in a run without servers. */
  readonly servers?: RunServers;
  readonly evidence: EvidenceSink;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly check: CheckFunction;
  readonly operator: Operator | undefined;
  /** Aborted when the attempt is over. */
  readonly signal: AbortSignal;
}

export interface OpenContext {
  readonly context: CaseContext;
  /** De-registers what is registered still, and closes every peer. Never rejects. */
  close(): Promise<void>;
}

export function openContext(parts: ContextParts): OpenContext {
  const { profile, clock, ledger, evidence, signal } = parts;
  const terminals = new Terminals(parts);
  const corePeers = new CorePeers(parts);
  const networks = new Networks(parts);
  const tlsProbes = new TlsProbes(parts);
  const atEnd: (() => Promise<void>)[] = [];

  const context: CaseContext = {
    profile,
    subscribers: parts.subscribers,
    timers: profile.timers,
    random: parts.random,
    check: parts.check,
    note: (text) => evidence.note(text),
    ue: (options = {}) => underWay(ledger, "ue()", terminals.open(options)),
    network: (options = {}) => underWay(ledger, "network()", networks.open(options)),
    trustedNode: (options = {}) => underWay(ledger, "trustedNode()", corePeers.trustedNode(options)),
    homeNetwork: (options = {}) => underWay(ledger, "homeNetwork()", corePeers.homeNetwork(options)),
    hss: () => underWay(ledger, "hss()", Promise.try(() => corePeers.hss())),
    clf: () => underWay(ledger, "clf()", Promise.try(() => corePeers.clf())),
    cscf: (options = {}) => underWay(ledger, "cscf()", corePeers.cscf(options)),
    ggsn: (options = {}) => underWay(ledger, "ggsn()", corePeers.ggsn(options)),
    tlsProbe: (entry = "p-cscf") => underWay(ledger, "tlsProbe()", Promise.try(() => tlsProbes.open(entry))),
    given: (name, what) => underWay(ledger, `given("${name}")`, met(name, what)),
    operator: (action, parameters) =>
      underWay(ledger, `operator("${action}")`, askOperator(parts, action, parameters)),
    operatorAtEnd: (action, parameters) =>
      void atEnd.push(() =>
        askOperator({ ...parts, signal: new AbortController().signal }, action, parameters)
      ),
    wait: (ms) => underWay(ledger, `wait(${ms})`, clock.wait(clock.now() + ms, signal)),
  };

  const close = async (): Promise<void> => {
    for (const undo of atEnd) {
      const done = undo().catch((error) => evidence.note(`putting things back failed: ${describe(error)}`));
      await soon(clock, done);
    }
    const { espSa } = terminals;
    if (espSa.size > 0) {
      evidence.attach?.("esp_sa", new TextEncoder().encode(`${[...espSa].join("\n")}\n`), { secret: true });
    }
    const limit = new AbortController();
    const closing = corePeers.settle()
      .then(() => Promise.all([terminals.close(), corePeers.closeNodes()]))
      .then(() => Promise.all([networks.close(), tlsProbes.close(), corePeers.close()]))
      .catch((error) => evidence.note(`closing a peer failed: ${describe(error)}`));
    const tooLate = clock.wait(clock.now() + 2 * TIDY_LIMIT, limit.signal).then(() => {
      if (!limit.signal.aborted) evidence.note("a peer did not close in time");
    });
    await Promise.race([closing, tooLate]);
    limit.abort();
  };
  return { context, close };
}

/** Resolves what `given` was handed, or rejects with GivenNotMet; bugs of ours stay what they are. */
async function met<T>(name: string, what: T | Promise<T> | (() => T | Promise<T>)): Promise<T> {
  try {
    const value = await (typeof what === "function" ? (what as () => T | Promise<T>)() : what);
    if (value === false) throw new GivenNotMet(name, "it is not so");
    // The end of a flow (a Registered) tells by `ok` whether it went well.
    if (isObject(value) && value.ok === false) {
      throw new GivenNotMet(name, describe(value.response ?? value));
    }
    return value;
  } catch (error) {
    if (error instanceof GivenNotMet || isOurBug(error)) throw error;
    const remedy = error instanceof EnvironmentError ? `: ${error.remedy}` : "";
    throw new GivenNotMet(name, describe(error) + remedy, { cause: error });
  }
}

function isOurBug(error: unknown): boolean {
  if (error instanceof PeerViolation || error instanceof NoAnswer || error instanceof EnvironmentError) {
    return false;
  }
  return error instanceof LocalMisuseError || error instanceof TypeError || error instanceof ReferenceError ||
    error instanceof RangeError;
}

async function askOperator(
  { operator, profile, signal, evidence }: ContextParts,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  if (!operator || !profile.operator?.actions.includes(action)) {
    throw new EnvironmentError(
      `The profile has no operator interface for "${action}"`,
      `name it under "operator: actions:" when the lab can do it`,
    );
  }
  // Names only: a value may be the password to set.
  evidence.note(`operator: ${action} (${Object.keys(parameters).join(", ")})`);
  await operator(action, parameters, signal);
}

/** Marks a promise of the context as begun until it settles, so that one that is not awaited is found. */
function underWay<T>(ledger: Ledger, what: string, promise: Promise<T>): Promise<T> {
  const done = ledger.pending(what);
  promise.then(done, done);
  return promise;
}
