import assert from "node:assert/strict";
import { runTool, toolTest } from "../../../_tools/foreign_program.ts";

const HANDSHAKES = 10_000;
/** A session that is not given back is some 6000 octets, an X.509 certificate 2000, a string 16. */
const PER_HANDSHAKE = 200;

const missing = Deno.build.os === "linux" ? undefined : "memory is counted by the GNU C library";

toolTest(`${HANDSHAKES} handshakes leave nothing behind in memory`, missing, async () => {
  const script = new URL("testing/handshakes.ts", import.meta.url).pathname;
  const flags = ["--v8-flags=--expose-gc", "--no-prompt", "--allow-read", FFI];
  const { ok, stdout, stderr } = await runTool(Deno.execPath(), ["run", ...flags, script, `${HANDSHAKES}`]);
  assert(ok, stderr);
  const { before, after } = JSON.parse(new TextDecoder().decode(stdout));
  const growth = (after - before) / HANDSHAKES;
  assert(growth < PER_HANDSHAKE, `${growth} octets per handshake`);
});

const FFI = "--allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64";
