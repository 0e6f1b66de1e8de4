import assert from "node:assert/strict";
import { securityOf, spiOf } from "./security_name.ts";

Deno.test("securityOf() and spiOf() are inverse", () => {
  for (const spi of [0, 255, 0x1234abcd, 0xffffffff]) assert.equal(spiOf(securityOf(spi)), spi);
  assert.equal(securityOf(0x1234abcd), "spi:0x1234abcd");
});

Deno.test("spiOf() gives nothing for what names no SA", () => {
  for (const text of [undefined, "", "tls:1", "spi:0x1", "spi:0x1234ABCD", "spi:0x1234abcde"]) {
    assert.equal(spiOf(text), undefined);
  }
});
