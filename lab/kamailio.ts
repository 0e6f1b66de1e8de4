/** Kamailio as P-, I- and S-CSCF: how it is started, and when it is ready. */
import { EnvironmentError } from "../harness/errors.ts";
import { systemClock, systemNet } from "../harness/net/mod.ts";
import { whyNot } from "../_tools/foreign_program.ts";
import { type Cscf, PORTS } from "./addresses.ts";
import type { Break } from "./breaks.ts";
import { configurationFile, type CoreSettings, cscfsOf, writeCore } from "./configuration.ts";
import { logOf, start, started, stop } from "./processes.ts";

const CSCFS: readonly Cscf[] = ["s-cscf", "i-cscf", "p-cscf", "s-cscf-hss", "i-cscf-hss"];

/** Why Kamailio's core cannot be started here; undefined where it can. */
export async function whyNoKamailio(): Promise<string | undefined> {
  const missing = await whyNot("kamailio", ["-v"]);
  if (missing) return missing;
  const absent = ["ims_auth", "tls", "websocket", "presence", "outbound"].filter((module) =>
    !hasModule(module)
  );
  return absent.length > 0 ? `Kamailio's modules ${absent.join(", ")} are not installed` : undefined;
}

/** As the program tells it: "kamailio 5.6.3". */
export async function kamailioVersion(): Promise<string> {
  const { stdout } = await new Deno.Command("kamailio", { args: ["-v"] }).output();
  const [, version = "of no known version"] = new TextDecoder().decode(stdout).match(/kamailio (\d\S*)/) ??
    [];
  return `kamailio ${version}`;
}

/** Starts them and waits until they listen. `broken`: ways to break them on purpose. */
export async function startCore(settings: CoreSettings, broken: readonly Break[] = []): Promise<void> {
  await writeCore(settings);
  for (const box of cscfsOf(settings)) {
    start(settings.folder, {
      name: box,
      cwd: settings.folder,
      command: [
        ...withoutPrivileges(),
        "kamailio",
        "-f",
        configurationFile(settings.folder, box),
        // In the foreground, told on standard error, in the folder; 64 MB shared and 8 MB of each process are enough.
        "-DD",
        "-E",
        "-m",
        "64",
        "-M",
        "8",
        "-Y",
        `${settings.folder}/run`,
        ...broken.flatMap((one) => ["-A", one]),
      ],
    });
  }
  await Promise.all(cscfsOf(settings).map((box) => listening(settings, box)));
}

export async function stopCore(folder: string): Promise<void> {
  await Promise.all(CSCFS.map(async (box) => {
    const pids = await stop(folder, box);
    removePipes([...pids, ...pidsOf(logOf(folder, box))]);
  }));
}

/** Of all processes that wrote to the log, as "12(4711)": one that crashed is in no session any more. */
function pidsOf(log: string): number[] {
  try {
    return [...Deno.readTextFileSync(log).matchAll(/^ *\d+\((\d+)\)/gm)].map(([, pid]) => Number(pid));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Each process of cdp leaves pipes in /tmp with its pid in their names (receiver.c). */
function removePipes(pids: readonly number[]): void {
  for (const { name } of [...Deno.readDirSync("/tmp")]) {
    const pid = name.match(/^cdp_send_(\d+)_/)?.[1];
    if (pid !== undefined && pids.includes(Number(pid))) Deno.removeSync(`/tmp/${name}`);
  }
}

/**
 * ims_ipsec_pcscf flushes the security associations of the whole kernel when it starts. Without CAP_NET_ADMIN it
 * cannot. Who is not root has no capability to give up.
 */
function withoutPrivileges(): [string, ...string[]] | [] {
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  if (new TextDecoder().decode(stdout).trim() !== "0") return [];
  return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
}

/** Debian keeps modules in the library folder of the architecture. */
function hasModule(name: string): boolean {
  return [...Deno.readDirSync("/usr/lib")].some(({ name: triplet, isDirectory }) => {
    try {
      return isDirectory && Deno.statSync(`/usr/lib/${triplet}/kamailio/modules/${name}.so`).isFile;
    } catch {
      return false;
    }
  });
}

async function listening({ folder, addresses }: CoreSettings, box: Cscf): Promise<void> {
  const remote = { address: addresses.of[box], port: PORTS.sip };
  const until = systemClock.now() + READY_MS;
  for (;;) {
    try {
      const local = { address: addresses.of["p-cscf"], port: 0 };
      await (await systemNet.stream!({ clock: systemClock, local, remote })).destroy();
      return;
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      if (!started(folder, box)?.running || systemClock.now() > until) {
        throw new EnvironmentError(`Kamailio's ${box} does not come up`, `see ${logOf(folder, box)}`, {
          cause: error,
        });
      }
    }
    await systemClock.wait(systemClock.now() + 50);
  }
}

const READY_MS = 15_000;
