/** `deno task lab up|down|status`: the commands. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { EnvironmentError } from "../harness/errors.ts";
import { DEFAULT_BLOCK, type LabAddresses, labAddresses, PORTS } from "./addresses.ts";
import { type Break, BREAKS } from "./breaks.ts";
import { checkLab, recordLab } from "./check.ts";
import { diameterNodes, down, type LabOptions, missing, PACKAGES, status, taken, up } from "./lab.ts";
import { logOf } from "./processes.ts";
import { labProfile } from "./profile.ts";
import { compareWithSipp, whyNoSipp } from "./sipp.ts";
import { LabUes } from "./ues.ts";

const USAGE =
  `deno task lab up|down|status|check|sipp [--block ${DEFAULT_BLOCK}] [--folder out/lab] [--break NAME]… [--record]

  up       starts Kamailio as P-, I- and S-CSCF, our HSS, coturn and tinyproxy on loopback addresses
  down     ends what "up" started; the logs stay in the folder
  status   says what runs
  sipp     registers and calls by SIPp and by our UE, in the lab that is up: they must find the same
  check    up, a whole run against it, down; compares with lab/expected, or makes that anew (--record)

  --block  the first two octets of the lab's addresses, where another lab has the usual ones
  --folder where configurations and logs are; each lab has its own
  --break  breaks the core on purpose: ${Object.keys(BREAKS).join(", ")}`;

Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let options;
  try {
    options = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        block: { type: "string", default: DEFAULT_BLOCK },
        folder: { type: "string", default: "out/lab" },
        break: { type: "string", multiple: true, default: [] },
        record: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return misused(
      error instanceof Error ? error.message.replace(/\. To specify a positional.*/s, "") : String(error),
    );
  }
  const { positionals: [command, ...more], values } = options;
  if (values.help) {
    // deno-lint-ignore no-console -- asked for, so it goes where a pipe reads it
    console.log(USAGE);
    return 0;
  }
  const broken = values.break.filter((name): name is Break => name in BREAKS);
  if (more.length > 0) return misused(`found "${more.join(" ")}" after "${command}"`);
  if (!/^127\.\d{1,3}$/.test(values.block) || Number(values.block.slice(4)) > 255) {
    return misused(`"--block" needs 127.0 to 127.255, found "${values.block}"`);
  }
  if (broken.length < values.break.length) {
    return misused(`"--break" needs one of the names below, found "${values.break.join('", "')}"`);
  }
  const folder = resolve(values.folder);
  const addresses = labAddresses(values.block);
  switch (command) {
    case "up":
      return await bringUp({ addresses, folder, broken });
    case "down":
      return await takeDown(folder);
    case "status":
      return await tell(folder, addresses);
    case "sipp":
      return await secondJudge(addresses);
    case "check":
      return await check({ addresses, folder, broken }, values.record);
    default:
      return misused(command === undefined ? "say what to do" : `there is no "${command}"`);
  }
}

/** Says why not. */
async function canComeUp({ folder }: LabOptions): Promise<boolean> {
  const reasons = await missing();
  if (reasons.length > 0) {
    for (const reason of reasons) say(reason);
    say(
      `The lab is made of Debian's packages: apt-get install --no-install-recommends ${PACKAGES.join(" ")}`,
    );
    return false;
  }
  const running = status(folder).filter((one) => one.running);
  if (running.length > 0) {
    say(`The lab is up already: ${running.map(({ name }) => name).join(", ")}. "down" ends it.`);
    return false;
  }
  return true;
}

async function bringUp(options: LabOptions): Promise<number> {
  if (!await canComeUp(options)) return 2;
  const places = taken(options.addresses);
  if (places.length > 0) {
    say(`Something listens already on ${places.join(", ")}.`);
    say(
      `Another lab? "--block 127.21 --folder out/lab2" is one beside it. A program that listens on every address has to end first; ` +
        `"ss -lntup" names it.`,
    );
    return 2;
  }
  const began = performance.now();
  try {
    await up(options);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    say(`${error.message}: ${error.remedy}`);
    await down(options.folder);
    return 2;
  }
  say(
    `The lab is up after ${((performance.now() - began) / 1000).toFixed(1)} s; logs in ${options.folder}/log`,
  );
  return await tell(options.folder, options.addresses);
}

/** 0 where a run is as expected, else 1. Takes the first addresses that are free. */
async function check(wanted: LabOptions, makeAnew: boolean): Promise<number> {
  if (!await canComeUp(wanted)) return 2;
  const options = { ...wanted, addresses: freeAddresses(wanted.addresses) };
  try {
    if (makeAnew) {
      await recordLab(options, say);
      return 0;
    }
    const deviations = await checkLab(options, say);
    for (const { id, says } of deviations) say(`${id} ${says}`);
    say(deviations.length === 0 ? "As expected." : `Otherwise than expected: ${deviations.length} cases`);
    return deviations.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    say(`${error.message}: ${error.remedy}`);
    return 2;
  }
}

function freeAddresses(wanted: LabAddresses): LabAddresses {
  const first = Number(wanted.block.split(".")[1]);
  for (let block = first; block < first + 10; block++) {
    const addresses = labAddresses(`127.${block}`);
    if (taken(addresses).length === 0) return addresses;
  }
  return wanted;
}

/** 0 where SIPp and our UE find the same. */
async function secondJudge(addresses: LabAddresses): Promise<number> {
  const reason = await whyNoSipp();
  if (reason) {
    say(`${reason}: apt-get install --no-install-recommends sip-tester`);
    return 2;
  }
  const ues = new LabUes(labProfile(addresses), addresses);
  const folder = await Deno.makeTempDir({ prefix: "imspeer-sipp-" });
  try {
    const compared = await compareWithSipp(addresses, ues, folder);
    for (const { what, sipp, imspeer } of compared) {
      say(`${what.padEnd(28)} SIPp: ${sipp.padEnd(22)} imspeer: ${imspeer}`);
    }
    return compared.every(({ sipp, imspeer }) => sipp === imspeer) ? 0 : 1;
  } finally {
    await ues.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function takeDown(folder: string): Promise<number> {
  const ended = await down(folder);
  say(ended.length === 0 ? "The lab was not up." : `Ended: ${ended.map(({ name }) => name).join(", ")}`);
  return 0;
}

async function tell(folder: string, addresses: LabAddresses): Promise<number> {
  const found = status(folder);
  const nodes = await diameterNodes(addresses) ?? [];
  if (found.length === 0) say("The lab is not up.");
  for (const { name, pid, running } of found) {
    const where = addresses.of[name as keyof typeof addresses.of] ?? "";
    say(
      `${name.padEnd(10)} ${where.padEnd(12)} ${
        running ? `runs, process ${pid}` : `has ended: see ${logOf(folder, name)}`
      }`,
    );
  }
  if (nodes.length > 0) say(`Cx with our HSS (port ${PORTS.diameter}): ${nodes.join(", ")}`);
  return found.length > 0 && found.every(({ running }) => running) ? 0 : 1;
}

function misused(what: string): number {
  say(`${what}\n\n${USAGE}`);
  return 64;
}

function say(line: string): void {
  // deno-lint-ignore no-console -- a tool of the house prints
  console.error(line);
}
