/** Kamailio's core, our HSS and UEs for one test, closed together. Tests have blocks of addresses of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HssServer } from "../../harness/peer/hss/mod.ts";
import { type LabAddresses, labAddresses } from "../addresses.ts";
import type { Break } from "../breaks.ts";
import { connected, openLabHss } from "../hss.ts";
import { startCore, stopCore } from "../kamailio.ts";
import { logOf } from "../processes.ts";
import { labProfile } from "../profile.ts";
import { LabUes } from "../ues.ts";

export interface CoreScene {
  readonly addresses: LabAddresses;
  readonly hss: HssServer;
  readonly ues: LabUes;
}

export async function coreScene(
  block: string,
  run: (scene: CoreScene) => Promise<void>,
  broken: readonly Break[] = [],
): Promise<void> {
  const addresses = labAddresses(block);
  const profile = labProfile(addresses);
  const folder = await mkdtemp(join(tmpdir(), "imspeer-lab-"));
  const ues = new LabUes(profile, addresses);
  const hss = await openLabHss(profile, addresses);
  try {
    await startCore({ addresses, folder, onlyCore: true }, broken);
    await connected(hss, 2);
    await run({ addresses, hss, ues });
  } catch (error) {
    const logs = ["p-cscf", "i-cscf", "s-cscf"].map((name) => `${name}: ${tail(logOf(folder, name))}`);
    throw new Error(logs.join("\n"), { cause: error });
  } finally {
    await ues.close();
    await stopCore(folder);
    await hss.close();
    await rm(folder, { recursive: true });
  }
}

/** What a program said last, without the notes that it always makes. */
function tail(file: string): string {
  try {
    const lines = Deno.readTextFileSync(file).split("\n").filter((line) => !/INFO|NOTICE/.test(line));
    return lines.slice(-15).join("\n");
  } catch {
    return "no log";
  }
}
