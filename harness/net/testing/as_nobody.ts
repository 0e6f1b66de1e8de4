/** Runs a module of ours as an unprivileged user, to see what it says without CAP_NET_RAW. */

/**
 * What the module writes, on either output. Needs root and setpriv (util-linux).
 * `permissions` are Deno's, for the module.
 */
export async function asNobody(module: URL, permissions: readonly string[]): Promise<string> {
  const cache = await Deno.makeTempDir({ prefix: "imspeer-nobody-" });
  try {
    await Deno.chmod(cache, 0o777);
    const command = new Deno.Command("setpriv", {
      args: [
        ...["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"],
        ...[Deno.execPath(), "run", "--no-prompt", "--no-lock", ...permissions, module.pathname],
      ],
      env: { DENO_DIR: cache, HOME: cache, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    });
    const { stdout, stderr } = await command.output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Why raw sockets cannot be used here, undefined if they can; asked once for a file of tests. */
export async function noRawSockets(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
