import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../../../wire/bytes.ts";
import { readDer } from "./der.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

Deno.test("readDer() reads nested values with their offsets", () => {
  const value = readDer(fromHex("3008020101a003020105"));
  assert.deepEqual(value.children.map(({ tag, offset }) => [tag, offset]), [[0x02, 2], [0xa0, 5]]);
  assert.deepEqual(value.children[1]?.children[0]?.content, fromHex("05"));
  assert.equal(readDer(fromHex("048180" + "00".repeat(128))).content.length, 128);
});

Deno.test("readDer() refuses what DER does not allow, and says where", () => {
  const refused: [hex: string, offset: number, why: RegExp][] = [
    ["", 0, /ends before a value/],
    ["30", 1, /ends before a length/],
    ["3003020101ff", 5, /followed by 1 more/],
    ["30040201", 0, /4 octets is needed, 2 are left/],
    ["308002010100", 1, /1 to 4 octets, found "0x80"/],
    ["30810302010100", 1, /more octets than it needs/],
    ["0282000101", 1, /more octets than it needs/],
    ["0285000000000101", 1, /1 to 4 octets/],
    ["1f2000", 0, /above 30/],
    ["2403040100", 0, /wrong form/],
    ["1000", 0, /wrong form/],
    ["30020000", 2, /End-of-contents/],
    ["010101", 0, /BOOLEAN/],
    ["02020001", 0, /INTEGER/],
    ["0202ff80", 0, /INTEGER/],
    ["0200", 0, /INTEGER/],
    ["030108", 0, /BIT STRING/],
    ["030101", 0, /BIT STRING/],
    ["03020101", 0, /BIT STRING/],
    ["050100", 0, /NULL/],
    ["0600", 0, /OBJECT IDENTIFIER/],
    ["06022a80", 0, /OBJECT IDENTIFIER/],
    ["06032a8001", 0, /OBJECT IDENTIFIER/],
    ["170b3236313132313038323733", 0, /UTCTime/],
    ["181132303236313132313038323733332b3030", 0, /GeneralizedTime/],
  ];
  for (const [hex, offset, why] of refused) {
    assert.throws(() => readDer(fromHex(hex)), (error) => {
      assert.ok(error instanceof PkiSyntaxError, hex);
      assert.match(error.message, why, hex);
      assert.equal(error.offset, offset, hex);
      return true;
    });
  }
});

Deno.test("readDer() bounds how deep values nest", () => {
  const deep = (levels: number) => {
    let value = new Uint8Array();
    for (let i = 0; i < levels; i++) {
      value = Uint8Array.of(0x30, ...(value.length < 128 ? [value.length] : [0x81, value.length]), ...value);
    }
    return value;
  };
  assert.ok(readDer(deep(30)));
  assert.throws(() => readDer(deep(40)), /deeper/);
});

Deno.test("readDer() gives a value or a PkiSyntaxError for any octets", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    try {
      assert.equal(readDer(bytes).bytes.length, bytes.length);
    } catch (error) {
      assert.ok(error instanceof PkiSyntaxError);
      assert.ok(error.offset >= 0 && error.offset <= bytes.length);
    }
  }));
});
