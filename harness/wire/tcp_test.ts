import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, toHex } from "./bytes.ts";
import { WireSyntaxError } from "./errors.ts";
import { parseIp } from "./ip.ts";
import { buildTcp, buildTcpPacket, mssOf, mssOption, parseTcp, TCP_FLAG, type TcpFields } from "./tcp.ts";

const addresses = { source: "192.0.2.1", destination: "192.0.2.2" };
const syn: TcpFields = {
  sourcePort: 5060,
  destinationPort: 40000,
  sequence: 0xfffffffe,
  flags: TCP_FLAG.syn,
};

Deno.test("parseTcp() undoes buildTcp()", () => {
  const option = fc.record({ kind: fc.integer({ min: 2, max: 255 }), data: fc.uint8Array({ maxLength: 8 }) });
  fc.assert(fc.property(
    fc.record({
      sourcePort: fc.nat(65535),
      destinationPort: fc.nat(65535),
      window: fc.nat(65535),
      urgent: fc.nat(65535),
      sequence: fc.nat(0xffffffff),
      acknowledgement: fc.nat(0xffffffff),
      flags: fc.nat(255),
      options: fc.array(option, { maxLength: 4 }),
      payload: fc.uint8Array(),
    }),
    fc.constantFrom(addresses, { source: "2001:db8::1", destination: "2001:db8::2" }),
    (fields, pair) => {
      const { checksum: _, checksumOk, ...parsed } = parseTcp(buildTcp(fields, pair), pair);
      const plain = (f: typeof fields) => ({
        ...f,
        options: f.options.map(({ kind, data }) => [kind, toHex(data)]),
        payload: toHex(f.payload),
      });
      assert.deepEqual(plain(parsed as typeof fields), plain(fields));
      assert.equal(checksumOk, true);
    },
  ));
});

Deno.test("mssOf() finds what mssOption() made, behind no-operations", () => {
  const segment = buildTcp(
    { ...syn, options: [{ kind: 1, data: new Uint8Array() }, mssOption(1400)] },
    addresses,
  );
  assert.equal(mssOf(parseTcp(segment).options), 1400);
  assert.equal(segment.length, 28);
  assert.equal(mssOf([]), undefined);
});

Deno.test("parseTcp() sees a segment whose address was altered", () => {
  const ip = parseIp(buildTcpPacket({ ...addresses, ...syn }));
  assert.equal(parseTcp(ip.payload, ip).checksumOk, true);
  assert.equal(parseTcp(ip.payload, { ...addresses, source: "192.0.2.9" }).checksumOk, false);
  assert.equal(parseTcp(ip.payload).checksumOk, undefined);
});

Deno.test("buildTcp() refuses more than 40 octets of options", () => {
  const options = [{ kind: 30, data: new Uint8Array(39) }];
  assert.throws(() => buildTcp({ ...syn, options }, addresses), /need at most 40/);
});

Deno.test("parseTcp() refuses headers and options that do not fit", () => {
  const header = (dataOffset: string) => "0001000200000000" + "00000000" + dataOffset + "02ffff00000000";
  const bad = [
    "",
    header("40"),
    header("60"),
    header("60") + "02040102".slice(0, 6),
    header("60") + "02050102",
  ];
  for (const hex of [...bad, header("60") + "02010102", header("60") + "01010102"]) {
    assert.throws(() => parseTcp(fromHex(hex)), WireSyntaxError);
  }
});

Deno.test("parseTcp() gives a segment or WireSyntaxError for any octets", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(15), (tail, offset) => {
    try {
      parseTcp(concat(new Uint8Array(12), Uint8Array.of(offset << 4), tail));
    } catch (error) {
      assert.ok(error instanceof WireSyntaxError);
    }
  }));
});
