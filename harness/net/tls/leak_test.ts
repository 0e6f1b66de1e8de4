import assert from "node:assert/strict";
import { runTool, toolTest } from "../../../_tools/foreign_program.ts";

const HANDSHAKES = 10_000;
/** A session that is not given back is some 6000 octets, an X.509 certificate 2000, an asymmetric key 1000. */
const LEAST_LEAK = 200;

const missing = Deno.build.os === "linux" ? undefined : "memory is counted by the GNU C library";

toolTest(`${HANDSHAKES} handshakes leave nothing behind in memory`, missing, async () => {
  const script = new URL("testing/handshakes.ts", import.meta.url).pathname;
  const flags = ["--v8-flags=--expose-gc", "--no-prompt", "--allow-read", FFI];
  const { ok, stdout, stderr } = await runTool(Deno.execPath(), ["run", ...flags, script, `${HANDSHAKES}`]);
  assert(ok, stderr);
  const { perHandshake, perContext } = JSON.parse(new TextDecoder().decode(stdout));
  assert(perHandshake < LEAST_LEAK, `${perHandshake} octets per handshake`);
  assert(perContext < LEAST_LEAK, `${perContext} octets per context`);
});

const FFI = "--allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64";
