/**
 * Our TCP and the kernel's, over a TUN device in a network namespace that only the test's program is in. Skipped
 * where such a namespace cannot be made, in CI too: many containers do not allow it.
 */
import assert from "node:assert/strict";
import { runTool, whyNot } from "../../../_tools/foreign_program.ts";

const TUN = "test -w /dev/net/tun && ip tuntap add dev probe0 mode tun";
const missing = await whyNot("unshare", ["--net", "sh", "-c", TUN]);
const name = "our TCP and the kernel's understand each other";

Deno.test({
  name: missing === undefined ? name : `${name} (skipped: ${missing})`,
  ignore: missing !== undefined,
  async fn() {
    const script = new URL("testing/kernel_peer.ts", import.meta.url).pathname;
    const permissions = ["--no-prompt", "--no-lock", "--allow-ffi", "--allow-net", "--allow-run=ip"];
    const run = [Deno.execPath(), "run", ...permissions, script];
    const { ok, stdout, stderr } = await runTool("unshare", ["--net", "timeout", "120", ...run]);
    assert.ok(ok, stderr);
    const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(Object.fromEntries(lines), {
      "activeOpen": { whole: true, state: "time-wait" },
      "passiveOpen": { whole: true, answer: true, end: "finished" },
      "closedWindows": { whole: true },
      "reset": { end: "reset" },
      "abort": { how: "ConnectionReset" },
      "refused": { end: "refused", how: "ConnectionRefused" },
      "activeOpen with loss": { whole: true, state: "time-wait" },
      "passiveOpen with loss": { whole: true, answer: true, end: "finished" },
    });
  },
});
