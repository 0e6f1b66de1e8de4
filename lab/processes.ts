/**
 * Programs that the lab starts: each with its log, and a pid file that says which process it is, so that another
 * command ends this very one and no other. A process is known by its pid and the time it was started.
 */
import { join } from "node:path";
import { EnvironmentError } from "../harness/errors.ts";

export interface Program {
  /** Of its pid file and its log. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
}

export interface Started {
  readonly name: string;
  readonly pid: number;
  /** Whether it still runs. */
  readonly running: boolean;
}

/** What a program prints goes to this file of the lab's folder. */
export function logOf(folder: string, name: string): string {
  return join(folder, "log", `${name}.log`);
}

/**
 * Starts a program in a session of its own: it goes on when this one ends (by Deno.exit(), which does not wait for it).
 * `stop()` ends it. Throws EnvironmentError where it has ended at once.
 */
export function start(folder: string, { name, command, cwd }: Program): void {
  // The shell only ties the log to the process, which then takes its place: the pid is the program's.
  const child = new Deno.Command("sh", {
    args: ["-c", `exec "$@" >"$0" 2>&1 </dev/null`, logOf(folder, name), ...command],
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  CHILDREN.set(child.pid, child);
  const born = bornAt(child.pid);
  if (born === undefined) {
    throw new EnvironmentError(`"${command[0]}" ended at once`, `see ${logOf(folder, name)}`);
  }
  Deno.writeTextFileSync(pidFile(folder, name), `${child.pid} ${born}\n`);
}

/**
 * Ends a program by its pid, the whole session of it where it does not end by itself. Gives the pids of the session;
 * none where it does not run.
 */
export async function stop(folder: string, name: string): Promise<readonly number[]> {
  const found = started(folder, name);
  const session = found?.running ? sessionOf(found.pid) : [];
  if (found?.running) {
    signal(found.pid, "SIGTERM");
    if (!await ended(found.pid, ENDING_MS)) {
      signal(-found.pid, "SIGKILL");
      await ended(found.pid, ENDING_MS);
    }
  }
  await reap(found?.pid);
  await Deno.remove(pidFile(folder, name)).catch(() => {});
  return session;
}

/** What the pid file says, and whether it is so; undefined without one. */
export function started(folder: string, name: string): Started | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(pidFile(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const [pid = "", born = ""] = text.trim().split(" ");
  return { name, pid: Number(pid), running: bornAt(Number(pid)) === born };
}

/** The names of all that have a pid file. */
export function allStarted(folder: string): Started[] {
  try {
    return [...Deno.readDirSync(join(folder, "run"))]
      .filter((entry) => entry.name.endsWith(".pid"))
      .map((entry) => started(folder, entry.name.slice(0, -".pid".length)))
      .filter((found) => found !== undefined)
      .sort((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** How long a program may take to end before it is killed. Kamailio takes well below a second. */
const ENDING_MS = 5_000;

/** Children of this very process: they stay zombies until somebody asks how they ended. */
const CHILDREN = new Map<number, Deno.ChildProcess>();

function pidFile(folder: string, name: string): string {
  return join(folder, "run", `${name}.pid`);
}

/** Start time in clock ticks since boot (proc(5), field 22 of stat); undefined where it does not run any more. */
function bornAt(pid: number): string | undefined {
  const [fields] = stats(`cat /proc/${pid}/stat`);
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

/** Processes whose session this one leads (field 6 of stat), itself among them. */
function sessionOf(pid: number): number[] {
  return stats("cat /proc/[0-9]*/stat").filter((fields) => fields[3] === String(pid)).map((fields) =>
    Number(fields.at(-1))
  );
}

/**
 * The fields of each line of stat from the third on, and the pid as the last one. Asked of a program, since Deno opens
 * /proc only to who may do everything.
 */
function stats(command: string): string[][] {
  const { stdout } = new Deno.Command("sh", { args: ["-c", command], stdin: "null", stderr: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) => {
    // The name in brackets may hold blanks.
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return [...fields, line.slice(0, line.indexOf(" "))];
  });
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function ended(pid: number, within: number): Promise<boolean> {
  const until = performance.now() + within;
  while (bornAt(pid) !== undefined) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

async function reap(pid: number | undefined): Promise<void> {
  const child = pid === undefined ? undefined : CHILDREN.get(pid);
  if (!child) return;
  CHILDREN.delete(child.pid);
  await child.status;
}
