import assert from "node:assert/strict";
import { parseMessage, SipSyntaxError, StreamFramer } from "./mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const ONE = "OPTIONS sip:a SIP/2.0\r\nVia: x\r\nContent-Length: 5\r\n\r\nhello";
const TWO = "BYE sip:a SIP/2.0\r\nl : 0\r\n\r\n";
const FOLDED = "ACK sip:a SIP/2.0\r\nContent-Length:\r\n  3\r\n\r\nabc";

function texts(items: Uint8Array[]): string[] {
  return items.map((item) => decoder.decode(item));
}

Deno.test("StreamFramer cuts messages wherever the octets are divided", () => {
  const stream = encoder.encode(ONE + TWO + "\r\n\r\n" + FOLDED + "\r\n" + ONE);
  const expected = [ONE, TWO, "\r\n\r\n", FOLDED, "\r\n", ONE];
  assert.deepEqual(texts(new StreamFramer().push(stream)), expected);
  for (const size of [1, 2, 3, 7, 50]) {
    const framer = new StreamFramer();
    const items: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      items.push(...framer.push(stream.subarray(at, at + size)));
    }
    assert.equal(texts(items).join(""), decoder.decode(stream));
    assert.deepEqual(texts(items).filter((text) => text.trim() !== ""), [ONE, TWO, FOLDED, ONE]);
    assert.equal(framer.pending, 0);
  }
});

Deno.test("StreamFramer's messages are what parseMessage() takes from a stream", () => {
  for (const octets of new StreamFramer().push(encoder.encode(ONE + TWO + FOLDED))) {
    assert.deepEqual(parseMessage(octets, "stream").toBytes(), octets);
  }
});

Deno.test("StreamFramer keeps what is not whole yet", () => {
  const framer = new StreamFramer();
  assert.deepEqual(framer.push(encoder.encode(ONE.slice(0, 30))), []);
  assert.equal(framer.pending, 30);
  assert.deepEqual(texts(framer.push(encoder.encode(ONE.slice(30, -1)))), []);
  assert.deepEqual(texts(framer.push(encoder.encode(ONE.slice(-1)))), [ONE]);
});

Deno.test("StreamFramer keeps octets of its own", () => {
  const framer = new StreamFramer();
  const chunk = encoder.encode(ONE);
  const [item] = framer.push(chunk);
  chunk.fill(0);
  assert.equal(decoder.decode(item), ONE);
});

Deno.test("StreamFramer gives up where the stream cannot be cut, and stays so", () => {
  const streams = [
    "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n",
    "OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
    "OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n",
    "OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n",
    "OPTIONS sip:a SIP/2.0\r\nContent-Length: 11\r\n\r\n",
    `OPTIONS sip:a SIP/2.0\r\nX: ${"x".repeat(100)}`,
  ];
  for (const stream of streams) {
    const framer = new StreamFramer({ maxHeaderBytes: 100, maxBodyBytes: 10 });
    assert.throws(() => framer.push(encoder.encode(stream)), SipSyntaxError, stream);
    assert.throws(() => framer.push(encoder.encode(TWO)), SipSyntaxError);
  }
});

Deno.test("StreamFramer gives the whole messages before it gives up", () => {
  const framer = new StreamFramer();
  assert.deepEqual(texts(framer.push(encoder.encode(`${ONE}X\r\n\r\n`))), [ONE]);
  assert.throws(() => framer.push(new Uint8Array(0)), SipSyntaxError);
});

Deno.test("StreamFramer's limits include the last octet", () => {
  const head = "OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\n";
  const exact = new StreamFramer({ maxHeaderBytes: head.length, maxBodyBytes: 5 });
  assert.deepEqual(texts(exact.push(encoder.encode(`${head}hello`))), [`${head}hello`]);
  const short = new StreamFramer({ maxHeaderBytes: head.length - 1 });
  assert.throws(() => short.push(encoder.encode(`${head}hello`)), SipSyntaxError);
});
