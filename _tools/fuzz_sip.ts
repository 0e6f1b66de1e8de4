/**
 * Fuzzes sip-codec: mutates the messages of testdata/sip and the ones it has made before, and looks for octets that
 * give anything but a message that gives them back, or a SipSyntaxError.
 *
 *   deno task fuzz [--runs N] [--seed S]
 *
 * Ends 1 at the first finding, after telling seed, run and octets (base64).
 */
import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import { parseMessage, SipSyntaxError, StreamFramer } from "sip-codec";
import { exercise } from "../harness/sip-codec/testing/exercise.ts";
import { chance, mutate } from "../harness/sip-codec/testing/mutate.ts";

/** Mutants kept to be mutated again, beside the messages they came from. */
const KEPT = 500;
const LONGEST = 20_000;

const { values } = parseArgs({
  options: { runs: { type: "string", default: "200000" }, seed: { type: "string", default: "1" } },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || !Number.isInteger(seed)) {
  say(`--runs and --seed need whole numbers, found "${values.runs}" and "${values.seed}"`);
  Deno.exit(64);
}

const random = chance(seed);
const originals = readMessages();
const pool = originals.slice();
let accepted = 0;
for (let run = 0; run < runs; run++) {
  const octets = mutate(pick(pool), random);
  try {
    if (judge(octets)) {
      accepted++;
      keep(octets);
    }
  } catch (error) {
    say(`run ${run} of seed ${seed}: ${error instanceof Error ? error.stack : error}`);
    say(Buffer.from(octets).toString("base64"));
    Deno.exit(1);
  }
  if ((run + 1) % 50_000 === 0) say(`${run + 1} mutants, ${accepted} of them messages`);
}
say(`${runs} mutants of ${originals.length} messages, seed ${seed}: ${accepted} messages, no finding`);

/** Whether the octets are a message. Throws if they are handled wrongly. */
function judge(octets: Uint8Array): boolean {
  stream(octets);
  let message;
  try {
    message = parseMessage(octets);
  } catch (error) {
    if (error instanceof SipSyntaxError) return false;
    throw error;
  }
  same(message.toBytes(), octets, "parsed");
  same(message.clone().append("X-New", "1").remove("X-New").toBytes(), octets, "put together");
  exercise(message);
  return true;
}

/** Cuts the octets twice over, divided differently, and compares what can be told apart. */
function stream(octets: Uint8Array): void {
  const whole = cut(octets, octets.length);
  const divided = cut(octets, 1 + Math.floor(random() * 100));
  if (whole.join() !== divided.join()) throw new Error(`cut into ${whole} and ${divided}`);
}

function cut(octets: Uint8Array, size: number): number[] {
  const framer = new StreamFramer();
  const lengths: number[] = [];
  try {
    for (let at = 0; at < octets.length; at += size) {
      for (const item of framer.push(octets.subarray(at, at + size))) {
        if (item.length > 4) lengths.push(item.length);
      }
    }
    framer.push(new Uint8Array(0));
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
    lengths.push(-1);
  }
  return lengths;
}

function same(found: Uint8Array, octets: Uint8Array, how: string): void {
  if (Buffer.compare(found, octets) !== 0) throw new Error(`the octets came back changed when ${how}`);
}

function keep(octets: Uint8Array): void {
  if (octets.length > LONGEST) return;
  if (pool.length < originals.length + KEPT) pool.push(octets);
  else pool[originals.length + Math.floor(random() * KEPT)] = octets;
}

function pick(list: readonly Uint8Array[]): Uint8Array {
  return list[Math.floor(random() * list.length)] as Uint8Array;
}

function readMessages(): Uint8Array[] {
  const folders = ["corpus", "rfc4475", "rfc5118"].map((name) =>
    new URL(`../testdata/sip/${name}/`, import.meta.url)
  );
  return folders.flatMap((folder) =>
    [...Deno.readDirSync(folder)].filter(({ name }) => /\.(sip|dat)$/.test(name)).sort((a, b) =>
      a.name < b.name ? -1 : 1
    )
      .map(({ name }) => Deno.readFileSync(new URL(name, folder)))
  );
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
