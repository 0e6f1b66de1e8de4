/** Runs a module of ours without any capability, to see what it says where CAP_NET_RAW is missing. */

/**
 * What the module writes, on either output. Needs root and setpriv (util-linux). The user stays the same, so that the
 * program and the module can still be read wherever they lie; root without capabilities is a user like any other.
 * `permissions` are Deno's, for the module.
 */
export async function withoutCapabilities(module: URL, permissions: readonly string[]): Promise<string> {
  const command = new Deno.Command("setpriv", {
    args: [
      ...["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"],
      ...[Deno.execPath(), "run", "--no-prompt", "--no-lock", ...permissions, module.pathname],
    ],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { stdout, stderr } = await command.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Why raw sockets cannot be used here, undefined if they can; to be asked once for a file of tests. */
export async function noRawSockets(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
