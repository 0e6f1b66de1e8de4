/** A run with this machine's sockets and peers, told on the console while it goes. */
import { reporterOn } from "./console.ts";
import { newPeers } from "./peers.ts";
import { createEvidence, type EvidenceSink, type Plan, run, type RunResult } from "../runner/mod.ts";
import { systemNet } from "../net/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import { environment } from "./environment.ts";
import type { Host } from "./host.ts";
import { operatorOf } from "./operator.ts";
import { whyNot } from "./profile_source.ts";
import { catalogue } from "./registry.ts";
import { VERSION } from "./version.ts";

export interface JudgeOptions {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly seed: string;
  readonly repeat: number;
  /** How the target was named: targetCommand(). */
  readonly command: string;
  readonly jobs: number | undefined;
  readonly bail: boolean;
  readonly keepSecrets: boolean;
  /** Tell the run while it goes? */
  readonly console: boolean;
  readonly verbose: boolean;
  /** Output folder, for the paths that are told. */
  readonly folder: string;
  /** Takes a file of the evidence, by its path in the output folder. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  readonly host: Host;
}

/** Times a second that the status line is drawn again. */
const REFRESH = 8;

export async function judge(options: JudgeOptions): Promise<RunResult> {
  const { plan, profile, seed, repeat, bail, keepSecrets, host } = options;
  const cases = new Set(plan.map(({ info }) => info.id));
  const evidence = createEvidence({
    writeFile: options.write,
    secrets: profile.secrets,
    keepSecrets,
    now: () => systemNet.clock.now(),
    application: `imspeer ${VERSION}`,
  });
  const reporter = options.console ? reporterOn(host, options) : undefined;
  const ticking = reporter && host.terminal.live
    ? setInterval(() => reporter.refresh(), 1_000 / REFRESH)
    : undefined;
  try {
    return await run({
      plan,
      profile,
      catalogue,
      net: systemNet,
      peers: newPeers(),
      evidence: (info, attempt) => {
        const sink = evidence.forCase(info.id, attempt);
        return cases.has(info.id) ? sink : forgiving(sink, host);
      },
      seed,
      repeat,
      bail,
      signal: host.interrupted,
      redact: (text) => evidence.redactor.text(text),
      tool: { name: "imspeer", version: VERSION },
      environment: environment(options.command),
      operator: operatorOf(profile),
      ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
      ...(reporter ? { listener: (event) => reporter.event(event) } : {}),
    });
  } finally {
    clearInterval(ticking);
  }
}

/** Of what is asked before and after the cases no verdict hangs on the evidence: a full disk must not end the run. */
function forgiving(sink: EvidenceSink, host: Host): EvidenceSink {
  return {
    tap: (actor) => sink.tap(actor),
    latest: () => sink.latest(),
    numberOf: (message) => sink.numberOf(message),
    note: (text) => sink.note(text),
    attach: (...file) => sink.attach?.(...file),
    tlsKeyLog: (line) => sink.tlsKeyLog?.(line),
    finish: async () => {
      try {
        return await sink.finish();
      } catch (error) {
        host.say(`imspeer: evidence could not be written: ${whyNot(error)}`);
        return null;
      }
    },
  };
}

/** Eight hexadecimal digits: short enough to be typed again. */
export function newSeed(): string {
  return crypto.getRandomValues(new Uint8Array(4)).toHex();
}
