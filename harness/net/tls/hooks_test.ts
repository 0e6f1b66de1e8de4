import assert from "node:assert/strict";
import { runTool } from "../../../_tools/foreign_program.ts";
import { EnvironmentError } from "../../errors.ts";
import { TlsContext } from "./mod.ts";

Deno.test("what needs a hook works where Deno allows all foreign functions", async () => {
  const cases = ["hooks_cases.ts", "foreign_psk_cases.ts"]
    .map((name) => new URL(`testing/${name}`, import.meta.url).pathname);
  const flags = [
    "--no-prompt",
    "--sanitize-ops",
    "--sanitize-resources",
    "--allow-read",
    "--allow-ffi",
    "--allow-env=CI",
  ];
  const foreign = ["--allow-net=127.0.0.0/8", "--allow-run=openssl,gnutls-cli,gnutls-serv"];
  const { ok, stdout, stderr } = await runTool(Deno.execPath(), ["test", ...flags, ...foreign, ...cases]);
  assert(ok, `${new TextDecoder().decode(stdout)}${stderr}`);
});

Deno.test("what needs a hook names the permission where Deno does not allow it", () => {
  if (Deno.permissions.querySync({ name: "ffi" }).state === "granted") return;
  for (
    const options of [
      { psk: { identity: "ue", key: new Uint8Array(16) } },
      { sessionIds: () => new Uint8Array(32) },
      { dtls: { cookie: new Uint8Array(16) } },
    ]
  ) {
    assert.throws(
      () => new TlsContext(options),
      (error) => error instanceof EnvironmentError && /--allow-ffi /.test(error.remedy),
    );
  }
});
