/** A run with this machine's sockets and peers, told on the console while it goes. */
import { reporterOn } from "./console.ts";
import { newPeers } from "./peers.ts";
import { createEvidence, type Plan, run, type RunResult } from "../runner/mod.ts";
import { systemNet } from "../net/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import { environment } from "./environment.ts";
import type { Host } from "./host.ts";
import { operatorOf } from "./operator.ts";
import { catalogue } from "./registry.ts";
import { VERSION } from "./version.ts";

export interface JudgeOptions {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly seed: string;
  readonly repeat: number;
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
      evidence: (info, attempt) => evidence.forCase(info.id, attempt),
      seed,
      repeat,
      bail,
      signal: host.interrupted,
      redact: (text) => evidence.redactor.text(text),
      tool: { name: "imspeer", version: VERSION },
      environment: environment(),
      operator: operatorOf(profile),
      ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
      ...(reporter ? { listener: (event) => reporter.event(event) } : {}),
    });
  } finally {
    clearInterval(ticking);
  }
}

/** Eight hexadecimal digits: short enough to be typed again. */
export function newSeed(): string {
  return crypto.getRandomValues(new Uint8Array(4)).toHex();
}
