/** The context of one attempt at a case: what it hands out it also takes back. */
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../errors.ts";
import { drive } from "../net/driver.ts";
import type { Clock, Net } from "../net/types.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import { accessOf } from "../peer/ue/access.ts";
import type { Ue, UeOptions } from "../peer/ue/types.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { AddressPool } from "./addresses.ts";
import type { CheckFunction } from "./check.ts";
import type { CaseContext, Random } from "./context.ts";
import { describe, isObject } from "./describe.ts";
import type { EvidenceSink } from "./evidence_sink.ts";
import type { Ledger } from "./ledger.ts";
import { Networks } from "./networks.ts";
import type { Operator, PeerFactory } from "./peers.ts";
import type { Seats } from "./seats.ts";
import type { RunServers } from "./servers.ts";
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

/** How long cleaning up after a case may take, in milliseconds. */
const TIDY_LIMIT = 3000;

export function openContext(parts: ContextParts): OpenContext {
  const { profile, clock, ledger, evidence, signal } = parts;
  const terminals: { ue: Ue; lease: number; release: () => void }[] = [];
  const networks = new Networks(parts);
  const tlsProbes = new TlsProbes(parts);
  const asked = new Set<number>();
  const atEnd: (() => Promise<void>)[] = [];

  const leaseOf = (options: UeOptions): number => {
    if (options.like) {
      const other = terminals.find(({ ue }) => ue === options.like);
      if (!other) throw new LocalMisuseError("ue({ like }) needs a UE of the same case");
      return other.lease;
    }
    const lease = options.as ?? parts.subscribers.findIndex((_, index) => !asked.has(index));
    if (parts.subscribers[lease]) return lease;
    throw new LocalMisuseError(
      `The case leases ${parts.subscribers.length} subscriber(s) and asks for ` +
        (options.as === undefined
          ? "one more: needs { as } or { like }, or a further lease"
          : `number ${options.as}`),
    );
  };

  const openUe = async (options: UeOptions): Promise<Ue> => {
    if (signal.aborted) throw new LocalMisuseError("The case is over and asks for a UE");
    const lease = leaseOf(options);
    asked.add(lease);
    const subscriber = parts.subscribers[lease]!;
    const place = options.local?.address === undefined
      ? parts.addresses.take(accessOf(profile, subscriber, options), targetOf(profile, options))
      : { address: options.local.address, release() {} };
    const earlier = terminals.filter((terminal) => terminal.lease === lease).length;
    try {
      const ue = await parts.peers.createUe({
        net: parts.net,
        clock,
        drive,
        profile,
        subscriber,
        options: { ...options, local: { ...options.local, address: place.address } },
        random: parts.random,
        tap: evidence.tap(`ue:${subscriber.name}${earlier > 0 ? `#${earlier + 1}` : ""}`),
        keyLog: (line) => evidence.tlsKeyLog?.(line),
      });
      if (!signal.aborted) {
        terminals.push({ ue, lease, release: place.release });
        return ue;
      }
      // The case was cut off while the UE came up: nobody else will close it.
      await ue.close();
      throw new LocalMisuseError("The case was over before its UE was up");
    } catch (error) {
      place.release();
      throw error;
    }
  };

  const context: CaseContext = {
    profile,
    timers: profile.timers,
    random: parts.random,
    check: parts.check,
    note: (text) => evidence.note(text),
    ue: (options = {}) => underWay(ledger, "ue()", openUe(options)),
    network: (options = {}) => underWay(ledger, "network()", networks.open(options)),
    trustedNode: () => notYet("trustedNode"),
    homeNetwork: () => notYet("homeNetwork"),
    hss: () => notYet("hss"),
    clf: () => notYet("clf"),
    ggsn: () => notYet("ggsn"),
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
    const limit = new AbortController();
    for (const undo of atEnd) {
      const done = undo().catch((error) => evidence.note(`putting things back failed: ${describe(error)}`));
      await Promise.race([done, clock.wait(clock.now() + TIDY_LIMIT, limit.signal)]);
    }
    // What Wireshark needs to look into the ESP packets of the capture.
    const espSa = new Set(terminals.flatMap(({ ue }) => ue.ipsec?.espSa ?? []));
    if (espSa.size > 0) {
      evidence.attach?.("esp_sa", new TextEncoder().encode(`${[...espSa].join("\n")}\n`), { secret: true });
    }
    const closing = Promise.all(terminals.map(async ({ ue, release }) => {
      try {
        // So that the next case with this subscriber does not meet the contacts of this one.
        if (isBound(ue)) {
          const tidy = deregisterAll(ue).catch(() => {});
          await Promise.race([tidy, clock.wait(clock.now() + TIDY_LIMIT, limit.signal)]);
        }
        await ue.close();
      } catch (error) {
        evidence.note(`closing a UE failed: ${describe(error)}`);
      } finally {
        release();
      }
    })).then(() => Promise.all([networks.close(), tlsProbes.close()]))
      .catch((error) => evidence.note(`closing a network or a probe failed: ${describe(error)}`));
    const tooLate = clock.wait(clock.now() + 2 * TIDY_LIMIT, limit.signal).then(() => {
      if (!limit.signal.aborted) evidence.note("a peer did not close in time");
    });
    await Promise.race([closing, tooLate]);
    limit.abort();
  };
  return { context, close };
}

/** Each takes one identity away; a device that says so and leaves it is not asked for ever. */
async function deregisterAll(ue: Ue): Promise<void> {
  for (let most = 4; isBound(ue) && most > 0; most--) await ue.deregister();
}

/** The network may hold a registration of this UE, also one whose connection is lost. */
function isBound(ue: Ue): boolean {
  return ue.registered || (ue.tls?.stranded ?? false);
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

/** Address of the entry point that this UE will talk to, as far as it is known here. */
function targetOf(profile: Profile, { entry = "p-cscf", transport }: UeOptions): string | undefined {
  const transports = profile.entry[entry] ?? {};
  return (transport ? transports[transport] : Object.values(transports)[0])?.address;
}

/** Marks a promise of the context as begun until it settles, so that one that is not awaited is found. */
function underWay<T>(ledger: Ledger, what: string, promise: Promise<T>): Promise<T> {
  const done = ledger.pending(what);
  promise.then(done, done);
  return promise;
}

function notYet(name: string): Promise<never> {
  return Promise.reject(new EnvironmentError(`${name}() is not there yet`, "use a later version"));
}
