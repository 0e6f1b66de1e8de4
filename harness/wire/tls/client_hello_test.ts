import assert from "node:assert/strict";
import { fromHex, toHex } from "../bytes.ts";
import {
  alertRecord,
  alpn,
  buildClientHello,
  flag,
  handshakeRecords,
  keyShares,
  pskModes,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
} from "./mod.ts";

Deno.test("buildClientHello() makes the hello of RFC 8448 3", () => {
  const hello = buildClientHello({
    version: 0x0303,
    random: fromHex("cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7"),
    suites: [0x1301, 0x1303, 0x1302],
    extensions: [
      serverName("server"),
      renegotiationInfo(),
      supportedGroups([0x001d, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104]),
      sessionTicket(),
      keyShares([{
        group: 0x001d,
        key: fromHex("99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c"),
      }]),
      supportedVersions([0x0304]),
      signatureAlgorithms([
        ...[0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201],
        ...[0x0402, 0x0502, 0x0602, 0x0202],
      ]),
      pskModes(),
      { type: 28, data: fromHex("4001") }, // record_size_limit
    ],
  });
  assert.equal(toHex(hello), RFC_8448);
});

Deno.test("buildClientHello() leaves extensions out where there are none, as in SSL 3.0", () => {
  const hello = buildClientHello({
    version: 0x0300,
    random: new Uint8Array(32),
    sessionId: fromHex("0102"),
    suites: [0x000a, 0x00ff],
    compression: [1, 0],
  });
  assert.equal(toHex(hello), `0100002e0300${"00".repeat(32)}0201020004000a00ff020100`);
});

Deno.test("buildClientHello() refuses what does not fit into its field", () => {
  const fields = { version: 0x0303, random: new Uint8Array(32) };
  assert.throws(() => buildClientHello({ ...fields, suites: [0x10000] }), RangeError);
  assert.throws(() => buildClientHello({ ...fields, suites: new Array(0x8000).fill(1) }), RangeError);
});

Deno.test("extensions are written as their documents say", () => {
  assert.equal(toHex(alpn(["sip", "h2"]).data), "000703736970026832");
  assert.equal(toHex(renegotiationInfo(fromHex("0a0b")).data), "020a0b");
  assert.deepEqual(flag("extendedMasterSecret"), { type: 23, data: new Uint8Array() });
});

Deno.test("handshakeRecords() cuts a long message into records of 2^14 octets", () => {
  const records = handshakeRecords(new Uint8Array(0x4001), 0x0301);
  assert.equal(records.length, 0x4001 + 10);
  assert.equal(toHex(records.subarray(0, 5)), "1603014000");
  assert.equal(toHex(records.subarray(0x4005)), "160301000100");
});

Deno.test("alertRecord() is a record of two octets", () => {
  assert.equal(toHex(alertRecord("fatal", 42, 0x0303)), "1503030002022a");
});

/** Origin: RFC 8448 3, "Simple 1-RTT Handshake", the ClientHello message. */
const RFC_8448 =
  "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece70000061301130313020100" +
  "009100000" +
  "00b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300" +
  "260024001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e04030503" +
  "06030203080408050806040105010601020104020502060202" + "02002d00020101001c00024001";
