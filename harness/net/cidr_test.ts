import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressSyntaxError, contains, familyOf, parseAddress, parseCidr } from "./cidr.ts";

Deno.test("contains() knows the edges of an IPv4 range", () => {
  const range = parseCidr("192.168.16.0/20");
  for (const inside of ["192.168.16.0", "192.168.31.255", "192.168.20.7"]) assert(contains(range, inside));
  for (const outside of ["192.168.15.255", "192.168.32.0", "10.0.0.1"]) assert(!contains(range, outside));
});

Deno.test("contains() knows the edges of an IPv6 range", () => {
  const range = parseCidr("2001:db8:8000::/33");
  assert(contains(range, "2001:db8:8000::1"));
  assert(contains(range, "2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff"));
  assert(!contains(range, "2001:db8:7fff::1"));
  assert(!contains(range, "2001:db9::1"));
});

Deno.test("contains() ignores bits behind the prefix and takes a single address as a range of one", () => {
  assert(contains(parseCidr("10.1.2.3/8"), "10.255.0.1"));
  assert(contains(parseCidr("::1"), "0:0:0:0:0:0:0:1"));
  assert(!contains(parseCidr("127.0.0.1"), "127.0.0.2"));
  assert(contains(parseCidr("0.0.0.0/0"), "203.0.113.9"));
  assert(!contains(parseCidr("0.0.0.0/0"), "2001:db8::1"));
});

Deno.test("contains() sees through an IPv4-mapped address", () => {
  assert(contains(parseCidr("10.0.0.0/8"), "::ffff:10.1.2.3"));
  assert(!contains(parseCidr("::/0"), "::ffff:10.1.2.3"));
});

Deno.test("parseAddress() takes every spelling of RFC 4291 2.2", () => {
  assert.equal(parseAddress("::").value, 0n);
  assert.equal(parseAddress("::13.1.68.3").value, parseAddress("::d01:4403").value);
  assert.equal(parseAddress("FF01::101").value, parseAddress("ff01:0:0:0:0:0:0:101").value);
  assert.equal(parseAddress("fe80::1%eth0").value, parseAddress("fe80::1").value);
});

Deno.test("parseAddress() and parseCidr() refuse what is none, with an offset", () => {
  const wrong: [string, number][] = [
    ["", 0],
    ["10.0.0", 0],
    ["10.0.0.256", 7],
    ["10.00.0.1", 3],
    ["10.0.0.1/33", 9],
    ["10.0.0.1/", 9],
    ["2001:db8::1::2", 12],
    ["2001:db8::12345", 10],
    ["1:2:3:4:5:6:7", 0],
    ["1:2:3:4:5:6:7::8", 13],
    ["::1/129", 4],
    ["example.com", 0],
  ];
  for (const [text, offset] of wrong) {
    assert.throws(
      () => parseCidr(text),
      (error) => error instanceof AddressSyntaxError && error.offset === offset,
      text,
    );
  }
  assert.equal(familyOf("pcscf.home1.net"), undefined);
});

Deno.test("parseCidr() gives a range or its own error for any text", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    try {
      parseCidr(text);
    } catch (error) {
      assert(error instanceof AddressSyntaxError);
    }
  }));
});

Deno.test("contains() holds for the address a range is made of, whatever the prefix", () => {
  fc.assert(fc.property(fc.ipV4(), fc.nat(32), (address, prefix) => {
    assert(contains(parseCidr(`${address}/${prefix}`), address));
  }));
});
