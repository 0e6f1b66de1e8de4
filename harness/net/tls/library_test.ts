import assert from "node:assert/strict";
import { runTool } from "../../../_tools/foreign_program.ts";
import { EnvironmentError } from "../../errors.ts";
import { checkTls, openLibrary } from "./library.ts";

Deno.test("checkTls() names the library", () => {
  assert.match(checkTls(), /^OpenSSL 3\.\d+\.\d+/);
});

Deno.test("where OpenSSL is absent the error names the package to install", () => {
  assert.throws(
    () => openLibrary(["/usr/lib/nowhere/libssl.so.3"]),
    (error) =>
      error instanceof EnvironmentError && /no library "libssl.so.3"/.test(error.message) &&
      /apt-get install libssl3/.test(error.remedy),
  );
});

Deno.test("a library that lacks what is needed is told as unfit", () => {
  const libc = `/lib/${Deno.build.arch}-linux-gnu/libc.so.6`;
  assert.throws(
    () => openLibrary([libc]),
    (error) => error instanceof EnvironmentError && /unfit/.test(error.message),
  );
});

Deno.test("without permission for the library the error names the flag", async () => {
  const module = JSON.stringify(new URL("mod.ts", import.meta.url).href);
  const script = `import { checkTls } from ${module};
    try { checkTls(); } catch (error) { console.log(error.name, error.remedy); }`;
  const { stdout, stderr } = await runTool(
    Deno.execPath(),
    ["run", "--no-prompt", "-"],
    new TextEncoder().encode(script),
  );
  assert.match(new TextDecoder().decode(stdout), /^EnvironmentError Run with --allow-ffi=/, stderr);
});
