import assert from "node:assert/strict";
import { decodeMessage, hexDump, hintOf } from "./message_text.ts";

Deno.test("decodeMessage() splits start line, header fields and body", () => {
  const message = decodeMessage(base64("SIP/2.0 200 OK\r\nVia: a\r\n ;folded\r\nl : 3\r\n\r\nab\x07"));
  assert.deepEqual(message, {
    kind: "text",
    head: [
      { name: "", rest: "SIP/2.0 200 OK" },
      { name: "Via", rest: ": a" },
      { name: "", rest: " ;folded" },
      { name: "l", rest: " : 3" },
    ],
    body: "ab\\x07",
    cut: 0,
  });
});

Deno.test("decodeMessage() keeps UTF-8 text, and dumps octets", () => {
  assert.equal(decodeMessage(base64("MESSAGE sip:a SIP/2.0\r\n\r\nGrüße 👋")).kind, "text");
  const dumped = decodeMessage(Uint8Array.of(0, 0x41, 0xff).toBase64());
  assert.deepEqual(dumped, { kind: "hex", dump: hexDump(Uint8Array.of(0, 0x41, 0xff)), cut: 0 });
});

Deno.test("decodeMessage() cuts what is too long and says by how much", () => {
  assert.equal(decodeMessage(base64("x".repeat(20_000))).cut, 20_000 - 16_384);
  assert.equal(decodeMessage(new Uint8Array(2000).toBase64()).cut, 2000 - 96);
});

Deno.test("hexDump() is sixteen octets a line with their ASCII", () => {
  const lines = hexDump(Uint8Array.from({ length: 18 }, (_, index) => 0x40 + index)).split("\n");
  assert.equal(lines[0], "0000  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO");
  assert.equal(lines[1], `0010  50 51${" ".repeat(44)}PQ`);
});

Deno.test("hintOf() names the method of a response and the kind of body", () => {
  assert.equal(
    hintOf(base64("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\nv=0")),
    "INVITE, sdp",
  );
  assert.equal(
    hintOf(base64("INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\nc: application/sdp\r\n\r\nv=0")),
    "sdp",
  );
  assert.equal(hintOf(base64("REGISTER sip:a SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n")), "");
  assert.equal(hintOf(""), "");
});

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
