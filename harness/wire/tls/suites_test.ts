import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { CIPHER_SUITES, isTls13Suite, suiteNamed, suiteOf, suitesFor } from "./mod.ts";

Deno.test("a suite's name tells key exchange, cipher and hash", () => {
  const parts = (name: string) => {
    const { keyExchange, cipher, hash } = suiteNamed(name);
    return [keyExchange, cipher, hash];
  };
  const ecdhe = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
  assert.deepEqual(parts(ecdhe), ["ECDHE_RSA", "AES_128_GCM", "SHA256"]);
  assert.deepEqual(parts("TLS_RSA_WITH_3DES_EDE_CBC_SHA"), ["RSA", "3DES_EDE_CBC", "SHA"]);
  assert.deepEqual(parts("TLS_RSA_EXPORT_WITH_RC4_40_MD5"), ["RSA_EXPORT", "RC4_40", "MD5"]);
  assert.deepEqual(parts("TLS_NULL_WITH_NULL_NULL"), ["NULL", "NULL", "NULL"]);
  assert.deepEqual(parts("TLS_RSA_WITH_AES_128_CCM_8"), ["RSA", "AES_128_CCM_8", "SHA256"]);
  assert.deepEqual(parts("TLS_AES_128_GCM_SHA256"), [undefined, "AES_128_GCM", "SHA256"]);
});

Deno.test("suiteOf() names a code that is not in the registry by its number", () => {
  assert.equal(suiteOf(0xc02f).name, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  assert.equal(suiteOf(0x0a0a).name, "0x0a0a");
  assert.throws(() => suiteNamed("TLS_RSA_WITH_NOTHING"), RangeError);
});

Deno.test("suitesFor() keeps TLS 1.3 apart, and what came with TLS 1.2 out of versions before", () => {
  assert.ok(suitesFor(0x0304).every(isTls13Suite));
  assert.ok(suitesFor(0x0303).some(({ name }) => name === "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"));
  const names = suitesFor(0x0301).map(({ name }) => name);
  assert.ok(names.includes("TLS_RSA_WITH_AES_128_CBC_SHA"));
  assert.ok(names.every((name) => !/GCM|CCM|SHA256$/.test(name)), names.join());
});

toolTest("tshark knows each suite by the same name", await whyNot("tshark", ["-v"]), async () => {
  const { stdout } = await runTool("tshark", ["-G", "values"]);
  const theirs = new Map(
    new TextDecoder().decode(stdout).split("\n").flatMap((line): [number, string][] => {
      const [kind, field, code, name = ""] = line.split("\t");
      return kind === "V" && field === "tls.handshake.ciphersuite" ? [[Number(code), name]] : [];
    }),
  );
  for (const { code, name } of CIPHER_SUITES.values()) assert.equal(theirs.get(code), name);
});
