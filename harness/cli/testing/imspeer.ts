/** The program as a user starts it: with the permissions of `deno task imspeer`, in a process of its own. */
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs it to its end. `env` is added to the environment. */
export async function imspeer(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await command(words, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Starts it; `until` resolves when standard error has said what is looked for. */
export function startImspeer(words: readonly string[]): {
  until(pattern: RegExp): Promise<void>;
  /** Of standard output so far. */
  printed(): string;
  interrupt(): void;
  ended: Promise<Ended>;
} {
  const child = command(words, {}).spawn();
  let stderr = "";
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const reading = (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += chunk;
      for (const { resolve } of waiting.filter(({ pattern }) => pattern.test(stderr))) resolve();
    }
    for (const { resolve } of waiting) resolve();
  })();
  let stdout = "";
  const printing = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) stdout += chunk;
  })();
  return {
    until: (pattern) =>
      new Promise<void>((resolve) => {
        waiting.push({ pattern, resolve });
        if (pattern.test(stderr)) resolve();
      }),
    printed: () => stdout,
    interrupt: () => child.kill("SIGINT"),
    ended: (async () => {
      const { code } = await child.status;
      await Promise.all([reading, printing]);
      return { code, stdout, stderr };
    })(),
  };
}

/** Where the tests may write; removed with all that is in it. */
export async function inTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "imspeer-test-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The embedded profile with what the tester plays around a core at `at(last octet)` in place of 127.0.4.x. */
export async function writeEmbeddedAround(path: string, at: (last: number) => string): Promise<void> {
  const text = await Deno.readTextFile(`${ROOT}/profiles/embedded.yaml`);
  await Deno.writeTextFile(path, text.replaceAll(/127\.0\.4\.(\d+)/g, (_, last) => at(Number(last))));
}

function command(words: readonly string[], env: Record<string, string>): Deno.Command {
  const config = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  const [, ...flags] = String(config.tasks.imspeer.command).split(/\s+/);
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, ...words],
    cwd: ROOT,
    env: { NO_COLOR: "1", CI: "true", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
