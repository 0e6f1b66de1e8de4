/**
 * Foreign programs (python3, tshark, scapy) as judges in tests. Where one is missing the test is skipped and its
 * name says why; with CI=true in the environment it fails instead, so that it cannot go missing unnoticed.
 */

/** Runs a program to its end. Rejects if it cannot be started. */
export async function runTool(
  command: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<{ ok: boolean; stdout: Uint8Array; stderr: string }> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writing = writeAll(child.stdin, input);
  const { success, stdout, stderr } = await child.output();
  await writing;
  return { ok: success, stdout, stderr: new TextDecoder().decode(stderr) };
}

/** Why this program cannot be used here, undefined if it can. `probe` must make it end with 0. */
export async function whyNot(command: string, probe: readonly string[]): Promise<string | undefined> {
  try {
    const { ok, stderr } = await runTool(command, probe);
    return ok ? undefined : `"${command} ${probe.join(" ")}" fails: ${stderr.trim().split("\n").at(-1)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `"${command}" is not installed`;
    if (error instanceof Deno.errors.NotCapable) return `"${command}" needs --allow-run=${command}`;
    throw error;
  }
}

/** The first of several interpreters that has what `probe` asks for. */
export async function firstUsable(
  commands: readonly string[],
  probe: readonly string[],
): Promise<{ command: string } | { missing: string }> {
  const reasons: string[] = [];
  for (const command of commands) {
    const reason = await whyNot(command, probe);
    if (reason === undefined) return { command };
    reasons.push(reason);
  }
  return { missing: reasons.join("; ") };
}

/** A test that needs a foreign program. */
export function toolTest(name: string, missing: string | undefined, body: () => Promise<void> | void): void {
  if (missing === undefined) return Deno.test(name, body);
  if (inCi()) {
    return Deno.test(name, () => {
      throw new Error(`CI must have the tools of this test: ${missing}`);
    });
  }
  Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: body });
}

function inCi(): boolean {
  const granted = Deno.permissions.querySync({ name: "env", variable: "CI" }).state === "granted";
  return granted && Deno.env.get("CI") === "true";
}

async function writeAll(stdin: WritableStream<Uint8Array>, input: Uint8Array): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(input);
    await writer.close();
  } catch (error) {
    // The program ended without reading all of it: what it said tells more than this.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
