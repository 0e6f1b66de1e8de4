import assert from "node:assert/strict";
import { buildMultipart, parseMultipart, partHeader, partText, partType, SipSyntaxError } from "./mod.ts";

const encoder = new TextEncoder();
const type = 'multipart/mixed;boundary="b 1"';

Deno.test("parseMultipart() finds the parts between preamble and epilogue", () => {
  const body =
    "preamble\r\n--b 1 \r\nContent-Type: application/sdp\r\nX-Fold: a\r\n b\r\n\r\nv=0\r\n\r\n--b 1\r\n\r\nplain\r\n--b 1--\r\nepilogue";
  const [sdp, plain, ...rest] = parseMultipart(type, encoder.encode(body));
  assert.ok(sdp && plain && rest.length === 0);
  assert.equal(partHeader(sdp, "content-type"), "application/sdp");
  assert.equal(partHeader(sdp, "X-Fold"), "a b");
  assert.equal(partText(sdp), "v=0\r\n");
  assert.equal(partType(plain).type, "text");
  assert.equal(partText(plain), "plain");
});

Deno.test("parseMultipart() tells its boundary from a longer one", () => {
  const inner = "--b 12\r\n\r\nx\r\n--b 12--\r\n";
  const body = `--b 1\r\nContent-Type: multipart/mixed;boundary="b 12"\r\n\r\n${inner}\r\n--b 1--`;
  const [part] = parseMultipart(type, encoder.encode(body));
  assert.ok(part);
  assert.equal(partText(part), inner);
  assert.equal(partText(parseMultipart(partType(part), part.body)[0] ?? part), "x");
});

Deno.test("parseMultipart() takes empty parts and binary ones", () => {
  const body = new Uint8Array([
    ...encoder.encode("--b 1\r\n--b 1\r\n\r\n"),
    0,
    255,
    13,
    10,
    ...encoder.encode("\r\n--b 1--\r\n"),
  ]);
  const parts = parseMultipart(type, body);
  assert.deepEqual(parts.map((part) => [...part.body]), [[], [0, 255, 13, 10]]);
});

Deno.test("parseMultipart() refuses what has no end or no beginning", () => {
  const refused = [
    "",
    "x",
    "--b 1\r\n\r\nx",
    "--b 1\r\nContent-Type: x\r\n--b 1--",
    "--b 1\r\nnonsense\r\n\r\nx\r\n--b 1--",
  ];
  for (const body of refused) {
    assert.throws(() => parseMultipart(type, encoder.encode(body)), SipSyntaxError, body);
  }
  for (const wrong of ["text/plain", "multipart/mixed", 'multipart/mixed;boundary=""']) {
    assert.throws(() => parseMultipart(wrong, encoder.encode("--x--")), SipSyntaxError);
  }
});

Deno.test("buildMultipart() makes what parseMultipart() reads", () => {
  const parts = [
    { headers: { "Content-Type": "application/sdp" }, body: "v=0\r\n" },
    { headers: [["Content-Type", "application/octet-stream"]] as const, body: Uint8Array.of(1, 2, 255) },
    { headers: {}, body: "" },
  ];
  const read = parseMultipart(type, buildMultipart(parts, "b 1"));
  assert.deepEqual(read.map((part) => part.headers), [
    [["Content-Type", "application/sdp"]],
    [["Content-Type", "application/octet-stream"]],
    [],
  ]);
  assert.deepEqual(read.map((part) => part.body), [
    encoder.encode("v=0\r\n"),
    Uint8Array.of(1, 2, 255),
    new Uint8Array(0),
  ]);
  assert.deepEqual(parseMultipart(type, buildMultipart([], "b 1")), []);
});
