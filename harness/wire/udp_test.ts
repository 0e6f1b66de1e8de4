import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "./bytes.ts";
import { WireSyntaxError } from "./errors.ts";
import { parseIp } from "./ip.ts";
import { buildUdp, buildUdpPacket, parseUdp } from "./udp.ts";

const pairs = [
  { source: "192.0.2.1", destination: "192.0.2.2" },
  { source: "2001:db8::1", destination: "2001:db8::2" },
];

Deno.test("parseUdp() undoes buildUdp(), with and without a checksum", () => {
  const port = fc.nat(65535);
  fc.assert(
    fc.property(port, port, fc.uint8Array(), fc.constantFrom(...pairs), (from, to, payload, addresses) => {
      const fields = { sourcePort: from, destinationPort: to, payload };
      const { checksum, checksumOk, ...parsed } = parseUdp(buildUdp(fields, addresses), addresses);
      assert.deepEqual({ ...parsed, payload: [...parsed.payload] }, { ...fields, payload: [...payload] });
      assert.notEqual(checksum, 0);
      assert.equal(checksumOk, true);
      const bare = parseUdp(buildUdp(fields), addresses);
      assert.equal(bare.checksum, 0);
      assert.equal(bare.checksumOk, undefined);
    }),
  );
});

Deno.test("buildUdp() sends a checksum that comes out as 0 as all ones (RFC 768)", () => {
  const [addresses] = pairs as [typeof pairs[0]];
  const sum = parseUdp(
    buildUdp({ sourcePort: 0, destinationPort: 0, payload: new Uint8Array(2) }, addresses),
  ).checksum;
  const payload = Uint8Array.of(sum >> 8, sum & 0xff);
  const datagram = buildUdp({ sourcePort: 0, destinationPort: 0, payload }, addresses);
  assert.equal(parseUdp(datagram, addresses).checksum, 0xffff);
  assert.equal(parseUdp(datagram, addresses).checksumOk, true);
});

Deno.test("parseUdp() sees a payload that was altered", () => {
  const [addresses] = pairs as [typeof pairs[0]];
  const packet = buildUdpPacket({
    ...addresses,
    sourcePort: 1,
    destinationPort: 2,
    payload: fromHex("0102"),
  });
  packet[packet.length - 1] = 3;
  const ip = parseIp(packet);
  assert.equal(parseUdp(ip.payload, ip).checksumOk, false);
});

Deno.test("parseUdp() drops what lies behind the length and refuses lengths that do not fit", () => {
  assert.deepEqual([...parseUdp(fromHex("0001000200090000aabb")).payload], [0xaa]);
  for (const bad of ["", "00010002000800", "0001000200070000", "0001000200090000"]) {
    assert.throws(() => parseUdp(fromHex(bad)), WireSyntaxError);
  }
});
