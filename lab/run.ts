/** `imspeer run` against the lab, as a user would call it, and its results. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunResult } from "../harness/runner/events.ts";
import { DEFAULT_BLOCK, type LabAddresses } from "./addresses.ts";
import { labProfileText } from "./profile.ts";

/**
 * Exit code and results of a run; `options` are those of `imspeer run`. What it prints goes to OUT/run.log. The folder
 * `out` is made anew.
 */
export async function runImspeer(
  addresses: LabAddresses,
  out: string,
  options: readonly string[] = [],
): Promise<{ readonly code: number; readonly results: RunResult }> {
  await Deno.remove(out, { recursive: true }).catch(() => {});
  Deno.mkdirSync(out, { recursive: true });
  const file = join(out, "results.json");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ..."run --frozen --no-prompt --allow-net=127.0.0.0/8 --allow-read --allow-env --allow-sys=osRelease"
        .split(" "),
      ...["--allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64", `--allow-write=${out}`],
      ...["mod.ts", "run", "--profile", profileFor(addresses, out), "--out", out, ...options],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  Deno.writeFileSync(join(out, "run.log"), stderr);
  try {
    return { code, results: JSON.parse(Deno.readTextFileSync(file)) as RunResult };
  } catch (cause) {
    throw new Error(`imspeer ends ${code} without results:\n${new TextDecoder().decode(stderr)}`, { cause });
  }
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The shipped profile, or a copy of it for another block of addresses. */
function profileFor(addresses: LabAddresses, out: string): string {
  if (addresses.block === DEFAULT_BLOCK) return "kamailio-ims";
  const file = join(out, "profile.yaml");
  Deno.writeTextFileSync(file, labProfileText(addresses).replaceAll("file:../", `file:${ROOT}`));
  return file;
}
