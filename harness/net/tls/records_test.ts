import assert from "node:assert/strict";
import { RecordCutter, RecordLog } from "./records.ts";

const record = (type: number, length: number) =>
  Uint8Array.of(type, 3, 3, length >> 8, length & 0xff, ...new Array(length).fill(type));

Deno.test("RecordCutter: pieces of any size give the octets back, and each record whole at its end", () => {
  const records = [record(22, 300), record(20, 0), record(23, 1), record(23, 0x1ff)];
  const all = Uint8Array.from(records.flatMap((each) => [...each]));
  for (const size of [1, 2, 4, 5, 6, 7, 64, 1000, 5000]) {
    const cutter = new RecordCutter();
    const pieces: Uint8Array[] = [];
    const whole: Uint8Array[] = [];
    for (let at = 0; at < all.length; at += size) {
      for (const { piece, record } of cutter.cut(all.subarray(at, at + size))) {
        pieces.push(piece);
        if (record) whole.push(record);
      }
    }
    assert.deepEqual(Uint8Array.from(pieces.flatMap((each) => [...each])), all);
    assert.deepEqual(whole, records, `in pieces of ${size}`);
  }
});

Deno.test("RecordCutter: octets that are no TLS come through at once", () => {
  const text = new TextEncoder().encode("SIP/2.0 400 Bad Request\r\n\r\n");
  const pieces = new RecordCutter().cut(text);
  assert.deepEqual(Uint8Array.from(pieces.flatMap(({ piece }) => [...piece])), text);
});

Deno.test("RecordLog keeps the last 200", () => {
  const log = new RecordLog();
  for (let i = 0; i < 250; i++) log.keep(i % 2 ? "in" : "out", record(23, i));
  assert.equal(log.kept.length, 200);
  assert.equal(log.kept.at(-1)?.bytes.length, 254);
});
