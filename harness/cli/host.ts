/**
 * What the commands use of the machine, and the one place that prints. Handed in, so that a test can run a command
 * without a terminal.
 */
import { dirname, join } from "node:path";
import { type TerminalMode, terminalMode } from "../../reports/mod.ts";

export interface Host {
  /** Machine-readable output, and nothing else. */
  out(text: string): void;
  /** Everything for people; a line end is added. */
  say(line: string): void;
  /** A piece of a line, for progress on a terminal. */
  write(text: string): void;
  /** What `say` and `write` are read on. */
  readonly terminal: TerminalMode & { columns(): number };
  env(name: string): string | undefined;
  /** Throws what Deno throws. */
  readText(path: string): string;
  /** Writes the whole file or nothing: a temporary name beside it, then a rename. Makes the folders. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  exists(path: string): boolean;
  /** Aborted at the first SIGINT or SIGTERM. A second one ends the program at once. */
  readonly interrupted: AbortSignal;
}

/** The real machine. `stop()` gives the signal handlers back. */
export function denoHost(): Host & { stop(): void } {
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) Deno.exit(130);
    interrupt.abort(new Error("interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return {
    out: (text) => writeAll(Deno.stdout, text),
    say: (line) => writeAll(Deno.stderr, `${line}\n`),
    write: (text) => writeAll(Deno.stderr, text),
    terminal: terminalOf(),
    env: (name) => Deno.env.get(name),
    readText: (path) => Deno.readTextFileSync(path),
    writeFile,
    exists: (path) => {
      try {
        Deno.statSync(path);
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    },
    interrupted: interrupt.signal,
    stop: () => {
      for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
    },
  };
}

async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${crypto.randomUUID()}.tmp`);
  try {
    if (typeof content === "string") await Deno.writeTextFile(temporary, content);
    else await Deno.writeFile(temporary, content);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    // The reader has gone (`imspeer list | head`): there is nobody left to tell.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function terminalOf(): Host["terminal"] {
  const words = ["CI", "TERM", "NO_COLOR", "FORCE_COLOR"];
  const env = Object.fromEntries(words.map((name) => [name, Deno.env.get(name)]));
  const mode = terminalMode(env, Deno.stderr.isTerminal());
  return { ...mode, columns: () => mode.live ? Deno.consoleSize().columns : 110 };
}
