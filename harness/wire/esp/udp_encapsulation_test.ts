import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, toHex } from "../bytes.ts";
import { buildNonEsp, NAT_KEEPALIVE, parseUdpEncapsulated } from "./udp_encapsulation.ts";

Deno.test("parseUdpEncapsulated() tells ESP, IKE and keep-alives apart", () => {
  const packet = fromHex("0000000100000002aabb");
  assert.deepEqual(parseUdpEncapsulated(packet), { kind: "esp", spi: 1, sequence: 2, packet });
  assert.deepEqual(parseUdpEncapsulated(NAT_KEEPALIVE), { kind: "keepalive" });
  const ike = parseUdpEncapsulated(buildNonEsp(fromHex("0102030405060708")));
  assert.ok(ike.kind === "ike" && toHex(ike.message) === "0102030405060708");
});

Deno.test("parseUdpEncapsulated() calls what is too short invalid", () => {
  for (const hex of ["", "fe", "ffff", "00000000", "00000001000000"]) {
    assert.deepEqual(parseUdpEncapsulated(fromHex(hex)), { kind: "invalid" }, hex);
  }
});

Deno.test("parseUdpEncapsulated() gives a kind for any octets", () => {
  const start = fc.constantFrom("00000000", "ff", "").map(fromHex);
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 20 }), (head, tail) => {
    assert.ok(["esp", "ike", "keepalive", "invalid"].includes(parseUdpEncapsulated(concat(head, tail)).kind));
  }));
});
