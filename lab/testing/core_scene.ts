/** Kamailio's core, our HSS and UEs for one test, closed together. Tests have blocks of addresses of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drive, systemClock, systemNet } from "../../harness/net/mod.ts";
import { HssServer } from "../../harness/peer/hss/mod.ts";
import { createUe, newMemory } from "../../harness/peer/mod.ts";
import { type Ue, type UeOptions } from "../../harness/peer/ue/types.ts";
import { seededRandom } from "../../harness/runner/random.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import { labAddresses } from "../addresses.ts";
import type { Break } from "../breaks.ts";
import { startCore, stopCore } from "../kamailio.ts";
import { connected, openLabHss } from "../hss.ts";
import { logOf } from "../processes.ts";
import { labProfile } from "../profile.ts";

export interface CoreScene {
  readonly profile: Profile;
  readonly hss: HssServer;
  subscriber(name: string): Subscriber;
  ue(name: string, options?: UeOptions): Promise<Ue>;
}

export async function coreScene(
  block: string,
  run: (scene: CoreScene) => Promise<void>,
  broken: readonly Break[] = [],
): Promise<void> {
  const addresses = labAddresses(block);
  const profile = labProfile(addresses);
  const folder = await mkdtemp(join(tmpdir(), "imspeer-lab-"));
  const random = seededRandom("lab", "scene");
  const memory = newMemory();
  const ues: Ue[] = [];
  const hss = await openLabHss(profile, addresses);
  try {
    await startCore({ addresses, folder, hss: hss.local }, broken);
    await connected(hss, 2);
    const subscriber = (name: string) => {
      const found = profile.subscribers.find((one) => one.name === name);
      if (!found) throw new Error(`There is no subscriber "${name}"`);
      return found;
    };
    await run({
      profile,
      hss,
      subscriber,
      ue: async (name, options = {}) => {
        const ue = await createUe({
          net: systemNet,
          clock: systemClock,
          drive,
          profile,
          subscriber: subscriber(name),
          random,
          remember: memory,
          options: { local: { address: `${block}.1.${ues.length + 1}` }, ...options },
        });
        ues.push(ue);
        return ue;
      },
    });
  } catch (error) {
    const logs = ["p-cscf", "i-cscf", "s-cscf"].map((name) => `${name}: ${tail(logOf(folder, name))}`);
    throw new Error(logs.join("\n"), { cause: error });
  } finally {
    await Promise.all(ues.map((ue) => ue.close()));
    await stopCore(folder);
    await hss.close();
    await rm(folder, { recursive: true });
  }
}

/** What a program said last, without the notes that it always makes. */
function tail(file: string): string {
  try {
    return Deno.readTextFileSync(file).split("\n").filter((line) => !/INFO|NOTICE/.test(line)).slice(-15)
      .join("\n");
  } catch {
    return "no log";
  }
}
