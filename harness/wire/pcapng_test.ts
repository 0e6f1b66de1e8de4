import assert from "node:assert/strict";
import {
  encodePcapng,
  LINKTYPE_RAW,
  LINKTYPE_WIRESHARK_UPPER_PDU,
  parsePcapng,
  PcapngSyntaxError,
} from "./pcapng.ts";
import fc from "fast-check";

const sample = encodePcapng({
  comment: "made by a test",
  os: "none",
  application: "imspeer",
  interfaces: [
    { linkType: LINKTYPE_RAW, name: "wire" },
    { linkType: LINKTYPE_WIRESHARK_UPPER_PDU, name: "clear", resolution: 9 },
  ],
  tlsKeyLogs: ["CLIENT_RANDOM 00 11\n"],
  packets: [
    { at: 1_700_000_000_123.456, bytes: Uint8Array.of(1, 2, 3), direction: "out", comment: "größe" },
    { interface: 1, at: 1_700_000_000_123_456_789n, bytes: Uint8Array.of(4), direction: "in" },
    { at: 0, bytes: new Uint8Array(0) },
  ],
});

Deno.test("parsePcapng() reads what encodePcapng() wrote", () => {
  const file = parsePcapng(sample);
  assert.deepEqual(file.comments, ["made by a test"]);
  assert.equal(file.application, "imspeer");
  assert.deepEqual(file.interfaces, [{ linkType: 101, resolution: 6 }, { linkType: 252, resolution: 9 }]);
  assert.deepEqual(file.interfaceNames, ["wire", "clear"]);
  assert.deepEqual(file.tlsKeyLogs, ["CLIENT_RANDOM 00 11\n"]);
  assert.deepEqual(file.packets, [
    {
      interface: 0,
      at: 1_700_000_000_123_456_000n,
      bytes: Uint8Array.of(1, 2, 3),
      direction: "out",
      comment: "größe",
    },
    { interface: 1, at: 1_700_000_000_123_456_789n, bytes: Uint8Array.of(4), direction: "in" },
    { interface: 0, at: 0n, bytes: new Uint8Array(0) },
  ]);
});

Deno.test("encodePcapng() begins with the section header of the draft", () => {
  const hex = [...sample.subarray(0, 16)].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
  assert.match(hex, /^0a 0d 0d 0a .. .. .. .. 4d 3c 2b 1a 01 00 00 00$/);
});

Deno.test("encodePcapng() cuts a comment that an option cannot hold at a character's boundary", () => {
  const file = parsePcapng(encodePcapng({ comment: "ä".repeat(40_000), interfaces: [], packets: [] }));
  assert.equal(file.comments[0], "ä".repeat(32_767));
});

Deno.test("encodePcapng() refuses a packet of an interface that is not there", () => {
  assert.throws(
    () => encodePcapng({ interfaces: [], packets: [{ at: 0, bytes: new Uint8Array(0) }] }),
    RangeError,
  );
});

Deno.test("parsePcapng() names the offset of what is wrong", () => {
  assert.throws(() => parsePcapng(sample.subarray(0, 10)), (error: PcapngSyntaxError) => error.offset === 0);
  assert.throws(() => parsePcapng(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), PcapngSyntaxError);
  const wrong = sample.slice();
  wrong[wrong.length - 4]! ^= 4;
  assert.throws(() => parsePcapng(wrong), /two lengths/);
});

Deno.test("parsePcapng() throws nothing but its own error, whatever the octets", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const bytes = sample.slice();
      for (const [at, value] of changes) bytes[at] = value;
      try {
        parsePcapng(bytes);
      } catch (error) {
        assert.ok(error instanceof PcapngSyntaxError);
      }
    }),
  );
});
