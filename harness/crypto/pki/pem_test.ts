import assert from "node:assert/strict";
import { certificatesFromPem, fromPem, toPem } from "./pem.ts";
import { PkiSyntaxError } from "./pki_syntax_error.ts";

const der = Uint8Array.from({ length: 100 }, (_, i) => i);

Deno.test("toPem() breaks lines at 64 characters, and fromPem() reads them", () => {
  const text = toPem("CERTIFICATE", der);
  assert.deepEqual(text.split("\n").map(({ length }) => length), [27, 64, 64, 8, 25, 0]);
  assert.deepEqual(fromPem(text), [{ label: "CERTIFICATE", der }]);
});

Deno.test("fromPem() reads several blocks, with other line ends and text between", () => {
  const text = `subject=x\r\n${toPem("CERTIFICATE", der).replaceAll("\n", "\r\n")}\nand\n${
    toPem("PRIVATE KEY", der)
  }`;
  assert.deepEqual(fromPem(text).map(({ label }) => label), ["CERTIFICATE", "PRIVATE KEY"]);
  assert.deepEqual(fromPem("nothing"), []);
});

Deno.test("fromPem() refuses blocks without end and what is no base64, and says where", () => {
  const end = "-----END X-----";
  for (
    const [text, offset] of [["x -----BEGIN X-----\nAAAA", 2], ["-----BEGIN X", 0], [
      `-----BEGIN X-----\n!\n${end}`,
      0,
    ]] as const
  ) {
    assert.throws(() => fromPem(text), (error) => error instanceof PkiSyntaxError && error.offset === offset);
  }
});

Deno.test("certificatesFromPem() takes certificates only, and needs one", () => {
  assert.deepEqual(certificatesFromPem(toPem("PRIVATE KEY", der) + toPem("CERTIFICATE", der)), [der]);
  assert.throws(() => certificatesFromPem(toPem("PRIVATE KEY", der)), /PEM certificate is needed/);
});
