import assert from "node:assert/strict";
import fc from "fast-check";
import {
  collapseAddresses,
  expandAddresses,
  formatAddress,
  inScope,
  parseAddress,
  parseCidr,
  parseEndpoint,
} from "./address.ts";

Deno.test("parseAddress() takes IPv4 and IPv6 literals and nothing else", () => {
  assert.deepEqual(parseAddress("192.0.2.1"), { version: 4, value: 0xc0000201n });
  assert.deepEqual(parseAddress("::"), { version: 6, value: 0n });
  assert.deepEqual(parseAddress("2001:db8::1"), { version: 6, value: 0x20010db8n << 96n | 1n });
  assert.deepEqual(parseAddress("::ffff:192.0.2.1"), { version: 6, value: 0xffffc0000201n });
  for (
    const bad of ["", "host", "1.2.3", "1.2.3.256", "1:2", "::1::", "2001:db8::1%eth0", "[::1]", "12345::"]
  ) {
    assert.equal(parseAddress(bad), undefined, bad);
  }
});

Deno.test("formatAddress() and parseAddress() are inverse", () => {
  fc.assert(fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (value) => {
    assert.deepEqual(parseAddress(formatAddress({ version: 6, value })), { version: 6, value });
    const v4 = value >> 96n;
    assert.deepEqual(parseAddress(formatAddress({ version: 4, value: v4 })), { version: 4, value: v4 });
  }));
});

Deno.test("parseCidr() refuses host bits and lengths that do not exist", () => {
  assert.equal(parseCidr("10.0.0.0/8")?.bits, 8);
  assert.equal(parseCidr("10.0.0.1")?.bits, 32);
  for (const bad of ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::1/64"]) {
    assert.equal(parseCidr(bad), undefined, bad);
  }
});

Deno.test("inScope() compares within one family", () => {
  assert.ok(inScope(["127.0.0.0/8"], "127.255.0.1"));
  assert.ok(inScope(["10.0.0.0/8", "2001:db8::/32"], "2001:db8:1::2"));
  assert.ok(!inScope(["127.0.0.0/8"], "128.0.0.1"));
  assert.ok(!inScope(["0.0.0.0/0"], "::1"));
  assert.ok(!inScope(["0.0.0.0/0"], "localhost"));
});

Deno.test("expandAddresses() writes a range out, and collapseAddresses() takes it back", () => {
  assert.deepEqual(expandAddresses("127.0.0.254-127.0.1.1"), [
    "127.0.0.254",
    "127.0.0.255",
    "127.0.1.0",
    "127.0.1.1",
  ]);
  assert.deepEqual(expandAddresses("::1"), ["::1"]);
  for (const bad of ["127.0.0.2-127.0.0.1", "127.0.0.1-::1", "0.0.0.0-255.0.0.0", "a", "1.1.1.1-2.2"]) {
    assert.equal(expandAddresses(bad), undefined, bad);
  }
  assert.deepEqual(collapseAddresses(["10.0.0.1", "10.0.0.2", "10.0.0.4", "::1"]), [
    "10.0.0.1-10.0.0.2",
    "10.0.0.4",
    "::1",
  ]);
});

Deno.test("parseEndpoint() needs brackets around IPv6 and takes a default port", () => {
  assert.deepEqual(parseEndpoint("192.0.2.1:5062", 5060), { address: "192.0.2.1", port: 5062 });
  assert.deepEqual(parseEndpoint("[::1]", 5060), { address: "::1", port: 5060 });
  for (const bad of ["::1:5060", "host:5060", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x"]) {
    assert.equal(parseEndpoint(bad, 5060), undefined, bad);
  }
});
