import assert from "node:assert/strict";
import { canonicalHost, hostEnd, isIpv4, isIpv6, portEnd } from "./host.ts";

Deno.test("isIpv6() follows RFC 4291 2.2", () => {
  const right = [
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "2001:db8::9:255",
    "::ffff:192.0.2.1",
    "1:2:3:4:5:6:192.0.2.1",
    "2001:DB8::C000:201",
  ];
  const wrong = [
    "",
    ":",
    ":::",
    "1",
    "1:",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "1::2::3",
    "1::2:",
    "12345::",
    "g::",
    "192.0.2.1",
    "192.0.2.1::",
    "::192.0.2",
    "::192.0.2.256",
    "::192.0.2.1:1",
    "1:2:3:4:5:6:7:192.0.2.1",
    "1:::2",
    "fe80::1%eth0",
  ];
  for (const text of right) assert.ok(isIpv6(text), text);
  for (const text of wrong) assert.ok(!isIpv6(text), text);
});

Deno.test("isIpv4() wants four octets", () => {
  for (const text of ["0.0.0.0", "192.0.2.1", "255.255.255.255"]) assert.ok(isIpv4(text), text);
  for (const text of ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", "a.b.c.d", "1.2.3.4 "]) {
    assert.ok(!isIpv4(text));
  }
});

Deno.test("hostEnd() ends a name or a reference where it ends", () => {
  assert.equal(hostEnd("example.com;lr", 0), 11);
  assert.equal(hostEnd("x@[::1]:5060", 2), 7);
  assert.equal(hostEnd(";lr", 0), -1);
  assert.equal(hostEnd("[::1", 0), -1);
});

Deno.test("portEnd() takes 0 to 65535", () => {
  assert.equal(portEnd("5060;", 0), 4);
  assert.equal(portEnd("0", 0), 1);
  assert.equal(portEnd("65535", 0), 5);
  assert.equal(portEnd("65536", 0), -1);
  assert.equal(portEnd("x", 0), -1);
});

Deno.test("canonicalHost() gives one form for each address", () => {
  assert.equal(canonicalHost("[2001:DB8::1]"), canonicalHost("[2001:db8:0:0::0:1]"));
  assert.equal(canonicalHost("[::192.0.2.1]"), canonicalHost("[::c000:201]"));
  assert.equal(canonicalHost("[::]"), "0:0:0:0:0:0:0:0");
  assert.equal(canonicalHost("EXAMPLE.com"), "example.com");
});
