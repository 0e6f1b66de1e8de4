import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, toHex } from "./bytes.ts";
import { internetChecksum } from "./checksum.ts";
import { WireSyntaxError } from "./errors.ts";
import { buildIp, IP_PROTOCOL, parseIp } from "./ip.ts";

const v4 = { source: "192.0.2.1", destination: "198.51.100.7", protocol: 17 };
const v6 = { source: "2001:db8::1", destination: "2001:db8::2", protocol: 50 };

Deno.test("internetChecksum() gives the sum of the example in RFC 1071 section 3", () => {
  // The example's words add up to ddf2 with the carries; the checksum is its complement.
  assert.equal(internetChecksum(fromHex("0001f203f4f5f6f7")), 0xffff - 0xddf2);
});

Deno.test("parseIp() reads the header of RFC 3602 case 7 and its right checksum", () => {
  const packet = fromHex("45000054090400004001f988c0a87b03c0a87bc8").toHex() + "00".repeat(64);
  const ip = parseIp(fromHex(packet));
  assert.equal(ip.source, "192.168.123.3");
  assert.equal(ip.destination, "192.168.123.200");
  assert.equal(ip.protocol, IP_PROTOCOL.icmp);
  assert.equal(ip.hopLimit, 64);
  assert.equal(ip.checksumOk, true);
  assert.equal(ip.dontFragment, false);
  assert.equal(ip.payload.length, 64);
});

Deno.test("parseIp() undoes buildIp() for both versions", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(v4, v6),
    fc.nat(255),
    fc.nat(255),
    fc.uint8Array({ maxLength: 9 }),
    (payload, addresses, hopLimit, trafficClass, linkPadding) => {
      const packet = buildIp({ ...addresses, payload, hopLimit, trafficClass });
      const { version, headerLength, checksumOk, identification, dontFragment, ...fields } = parseIp(
        concat(packet, linkPadding),
      );
      assert.deepEqual({ ...fields, payload: [...fields.payload] }, {
        ...addresses,
        hopLimit,
        trafficClass,
        payload: [...payload],
      });
      assert.equal(headerLength, version === 4 ? 20 : 40);
      assert.deepEqual({ checksumOk, identification, dontFragment }, {
        checksumOk: true,
        identification: 0,
        dontFragment: true,
      });
    },
  ));
});

Deno.test("parseIp() sees a wrong IPv4 header checksum", () => {
  const packet = buildIp({ ...v4, payload: new Uint8Array(3) });
  packet[8] = 63;
  assert.equal(parseIp(packet).checksumOk, false);
});

Deno.test("parseIp() skips IPv4 options and IPv6 extension headers", () => {
  const withOptions = concat(fromHex("46000020"), new Uint8Array(16), fromHex("94040000"), new Uint8Array(8));
  assert.equal(parseIp(withOptions).headerLength, 24);
  assert.equal(parseIp(withOptions).payload.length, 8);

  const extensions = concat(fromHex("3c00000000000000"), fromHex("3201000000000000" + "00".repeat(8)));
  const packet = buildIp({
    ...v6,
    protocol: IP_PROTOCOL.hopByHop,
    payload: concat(extensions, fromHex("aabb")),
  });
  const ip = parseIp(packet);
  assert.equal(ip.protocol, IP_PROTOCOL.esp);
  assert.equal(toHex(ip.payload), "aabb");
  assert.equal(ip.headerLength, 64);
});

Deno.test("parseIp() reports fragments of both versions", () => {
  const first = buildIp({ ...v4, payload: new Uint8Array(8), identification: 7 });
  first[6] = 0x20;
  assert.deepEqual(parseIp(first).fragment, { offset: 0, more: true, identification: 7 });

  const later = fromHex("32000010" + "00000009");
  const ip = parseIp(
    buildIp({ ...v6, protocol: IP_PROTOCOL.fragment, payload: concat(later, fromHex("ff")) }),
  );
  assert.deepEqual(ip.fragment, { offset: 16, more: false, identification: 9 });
  assert.equal(ip.protocol, IP_PROTOCOL.esp);
  assert.equal(toHex(ip.payload), "ff");
});

Deno.test("buildIp() refuses addresses of two versions and packets that are too long", () => {
  assert.throws(() => buildIp({ ...v4, destination: "::1", payload: new Uint8Array() }), /differ in version/);
  assert.throws(() => buildIp({ ...v4, payload: new Uint8Array(65516) }), /needs at most 65535/);
});

for (
  const [what, packet] of [
    ["nothing", ""],
    ["version 5", "5500"],
    ["a short IPv4 header", "45000014"],
    ["an IPv4 header length of 16", "44000014" + "00".repeat(16)],
    ["an IPv4 total length below the header's", "45000013" + "00".repeat(16)],
    ["an IPv4 packet that is cut off", "45000015" + "00".repeat(16)],
    ["a short IPv6 header", "6000" + "00".repeat(37)],
    ["an IPv6 packet that is cut off", "600000000001" + "00".repeat(34)],
    [
      "an IPv6 extension header that is cut off",
      "600000000008" + "0000" + "00".repeat(32) + "3201000000000000",
    ],
  ] as const
) {
  Deno.test(`parseIp() refuses ${what}`, () =>
    assert.throws(() => parseIp(fromHex(packet)), WireSyntaxError));
}

Deno.test("parseIp() gives a packet or WireSyntaxError for any octets", () => {
  const start = fc.constantFrom("45", "46", "60", "").map(fromHex);
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
    try {
      parseIp(concat(head, tail));
    } catch (error) {
      assert.ok(error instanceof WireSyntaxError);
    }
  }));
});
