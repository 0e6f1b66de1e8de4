import assert from "node:assert/strict";
import {
  formatCrypto,
  formatCurrentStatus,
  formatDesiredStatus,
  formatFingerprint,
  formatFloorId,
  parseCrypto,
  parseFingerprint,
} from "../mod.ts";
import { parseCurrentStatus, parseDesiredStatus, parseFloorId } from "./attributes.ts";

Deno.test("attribute values are written as they were read", () => {
  const crypto = "2 F8_128_HMAC_SHA1_80 inline:MTIz|2^48|1:4;inline:QUJD|2:4 UNENCRYPTED_SRTCP KDR=1";
  assert.equal(formatCrypto(parseCrypto(crypto)), crypto);
  assert.equal(formatCrypto(parseCrypto("1 A inline:QUJD")), "1 A inline:QUJD");
  const fingerprint = "sha-256 12:DF:3E:5D";
  assert.equal(formatFingerprint(parseFingerprint(fingerprint)), fingerprint);
  assert.equal(formatCurrentStatus(parseCurrentStatus("qos e2e none")), "qos e2e none");
  assert.equal(
    formatDesiredStatus(parseDesiredStatus("qos mandatory e2e sendrecv")),
    "qos mandatory e2e sendrecv",
  );
  assert.equal(formatFloorId(parseFloorId("1 mstrm:10 11")), "1 mstrm:10 11");
  assert.equal(formatFloorId(parseFloorId("1")), "1");
});
