import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex, toHex } from "./bytes.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { WireSyntaxError } from "./errors.ts";

for (
  const [text, octets] of [
    ["127.0.0.1", "7f000001"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["2001:db8::", "20010db8000000000000000000000000"],
    ["2001:db8::1:0:0:1", "20010db8000000000001000000000001"],
    ["2001:db8:0:1:1:1:1:1", "20010db8000000010001000100010001"],
    ["::ffff:c000:201", "00000000000000000000ffffc0000201"],
  ] as const
) {
  Deno.test(`parseAddress() and formatAddress() agree on ${text}`, () => {
    assert.equal(toHex(parseAddress(text)), octets);
    assert.equal(formatAddress(fromHex(octets)), text);
  });
}

Deno.test("parseAddress() takes an embedded IPv4 address and any case", () => {
  assert.equal(formatAddress(parseAddress("::FFFF:192.0.2.1")), "::ffff:c000:201");
  assert.equal(formatAddress(parseAddress("64:ff9b:0:0:0:0:192.0.2.33")), "64:ff9b::c000:221");
});

// deno-fmt-ignore
const NOT_ADDRESSES = [
  "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1..2.3", ":", ":::", "1::2::3", "1:",
  "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "1.2.3.4::", "::1.2.3", ":1",
  "fe80::1%eth0", "[::1]",
];
for (const text of NOT_ADDRESSES) {
  Deno.test(`parseAddress() refuses "${text}"`, () =>
    assert.throws(() => parseAddress(text), WireSyntaxError));
}

Deno.test("parseAddress() undoes formatAddress() for any address", () => {
  const octets = (n: number) =>
    fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: n, maxLength: n });
  fc.assert(fc.property(fc.oneof(octets(4), octets(16)), (address) => {
    assert.deepEqual([...parseAddress(formatAddress(Uint8Array.from(address)))], address);
  }));
});

Deno.test("parseAddress() gives an address or WireSyntaxError for any text", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789abcdef:..::") }));
  fc.assert(fc.property(text, (candidate) => {
    try {
      assert.ok([4, 16].includes(parseAddress(candidate).length));
    } catch (error) {
      assert.ok(error instanceof WireSyntaxError);
    }
  }));
});
