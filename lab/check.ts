/** `deno task lab check`: the lab up, a run, the lab down, and what it gave beside what is expected. */
import { resolve } from "node:path";
import type { RunResult } from "../harness/runner/events.ts";
import { compare, type Deviation, expectation, record } from "./expected.ts";
import { kamailioVersion } from "./kamailio.ts";
import { down, type LabOptions, status, up } from "./lab.ts";
import { runImspeer } from "./run.ts";

/**
 * Gives what is otherwise than expected, twice: a case that deviates is tried once more, alone and in a lab made anew.
 * Kamailio 5.6 with OpenSSL 3 now and then takes a good handshake for a bad one, or loses a worker.
 */
export async function checkLab(
  options: LabOptions,
  say: (line: string) => void,
): Promise<readonly Deviation[]> {
  const expected = expectation();
  const first = compare(await runLab(options, [], say), expected);
  if (first.length === 0) return [];
  for (const { id, says } of first) say(`${id} ${says}`);
  say(`Once more, one at a time: ${first.length} cases`);
  const ids = first.map(({ id }) => id);
  const again = await runLab(options, [...ids.flatMap((id) => ["--case", id]), "--jobs", "1"], say);
  const cases = Object.fromEntries(Object.entries(expected.cases).filter(([id]) => ids.includes(id)));
  return compare(again, { ...expected, cases });
}

/** Makes what a run gives the expected. */
export async function recordLab(options: LabOptions, say: (line: string) => void): Promise<void> {
  record(await runLab(options, [], say), await kamailioVersion());
}

async function runLab(
  options: LabOptions,
  selectors: readonly string[],
  say: (line: string) => void,
): Promise<RunResult> {
  const { addresses, folder } = options;
  const out = resolve(folder, "..", "lab-run");
  try {
    await up(options);
    const { results } = await runImspeer(addresses, out, selectors);
    for (const { name, running } of status(folder)) {
      if (!running) say(`${name} has crashed; see ${folder}/log`);
    }
    const { pass, fail, warn, inconclusive, waived } = results.summary;
    say(
      `${pass} pass, ${fail} fail, ${warn} warn, ${inconclusive} inconclusive, ${waived} of them waived; see ${out}`,
    );
    return results;
  } finally {
    await down(folder);
  }
}
