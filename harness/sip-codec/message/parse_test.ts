import assert from "node:assert/strict";
import { parseMessage, SipRequest, SipResponse, SipSyntaxError } from "../mod.ts";

const encoder = new TextEncoder();

function parse(text: string, framing: "datagram" | "stream" = "datagram") {
  return parseMessage(encoder.encode(text), framing);
}

function refuses(text: string, field: string, framing: "datagram" | "stream" = "datagram"): void {
  assert.throws(() => parse(text, framing), (error) => {
    assert.ok(error instanceof SipSyntaxError, String(error));
    assert.equal(error.field, field, `${JSON.stringify(text)}: ${error.message}`);
    return true;
  });
}

Deno.test("parseMessage() reads request lines and status lines", () => {
  const request = parse("BYE sip:a@b SIP/2.0\r\n\r\n");
  assert.ok(request instanceof SipRequest);
  assert.deepEqual([request.method, request.requestUri, request.version], ["BYE", "sip:a@b", "SIP/2.0"]);
  const response = parse("SIP/2.0 404 Not Found\r\n\r\n");
  assert.ok(response instanceof SipResponse);
  assert.deepEqual([response.status, response.reason, response.version], [404, "Not Found", "SIP/2.0"]);
  assert.equal((parse("sip/2.0 200 \r\n\r\n") as SipResponse).reason, "");
  assert.equal(parse("SIP/3.1 200 x\r\n\r\n").version, "SIP/3.1");
});

Deno.test("parseMessage() refuses start lines that are none", () => {
  const lines = [
    "hello",
    "INVITE",
    "INVITE sip:a@b",
    "INVITE  sip:a@b SIP/2.0",
    "INVITE sip:a@b  SIP/2.0",
    " INVITE sip:a@b SIP/2.0",
    "INVITE sip:a@b SIP/2.0 ",
    "INVITE sip:a b SIP/2.0",
    "INVITE <sip:a@b> SIP/2.0",
    "INVITE a@b SIP/2.0",
    "INVITE sip:a@b SIP/2.0/UDP",
    "INVITE sip:a@b HTTP/1.1",
    "INV(TE sip:a@b SIP/2.0",
    "HTTP/1.1 200 OK",
    "SIP/2.0",
    "SIP/2.0 200",
    "SIP/2.0 20 OK",
    "SIP/2.0 2000 OK",
    "SIP/2.0  200 OK",
    "SIP/2.0 abc OK",
    "SIP/2.0 200 O\x00K",
  ];
  for (const line of lines) refuses(`${line}\r\n\r\n`, "start-line");
});

Deno.test("parseMessage() refuses a header section that does not end", () => {
  for (
    const text of [
      "",
      "A",
      "A sip:b SIP/2.0",
      "A sip:b SIP/2.0\r\n",
      "A sip:b SIP/2.0\r\nTo: x\r\n",
      "A sip:b SIP/2.0\r\n \r\n",
    ]
  ) {
    assert.throws(() => parse(text), SipSyntaxError, JSON.stringify(text));
  }
  refuses("A sip:b SIP/2.0\r\nTo: x\r\n", "end-of-headers");
  refuses("A sip:b SIP/2.0\r\nTo: x\r\n \r\n", "end-of-headers");
  refuses("\r\n\r\n", "end-of-headers");
});

Deno.test("parseMessage() refuses lines that are no header fields", () => {
  for (const line of ["nonsense", ": x", "a b: c", "To\r\n : x", "Tö: x", "To", "\0: x"]) {
    refuses(`A sip:b SIP/2.0\r\n${line}\r\n\r\n`, "header-line");
  }
});

Deno.test("parseMessage() refuses line ends other than CRLF", () => {
  refuses("A sip:b SIP/2.0\nTo: x\n\n", "header-line");
  refuses("A sip:b SIP/2.0\r\nTo: x\nFrom: y\r\n\r\n", "header-line");
  refuses("A sip:b SIP/2.0\r\nTo: x\rFrom: y\r\n\r\n", "header-line");
  refuses("A sip:b SIP/2.0\nTo: x\r\n\r\n", "header-line");
});

Deno.test("parseMessage() refuses a Content-Length that cannot be trusted", () => {
  for (const value of ["-1", "x", "", "1.0", "0x1", "1 2", "1,2", "99999999999999999999"]) {
    refuses(`A sip:b SIP/2.0\r\nContent-Length: ${value}\r\n\r\n`, "Content-Length");
  }
  refuses("A sip:b SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\nabc", "l");
  refuses("A sip:b SIP/2.0\r\nl: 3\r\n\r\nab", "framing");
  assert.equal(parse("A sip:b SIP/2.0\r\nl: 1\r\nContent-Length: 01\r\n\r\na").text(), "a");
});

Deno.test("parseMessage() wants a stream's message to be whole and alone", () => {
  assert.equal(parse("A sip:b SIP/2.0\r\nl: 1\r\n\r\na", "stream").text(), "a");
  refuses("A sip:b SIP/2.0\r\nl: 1\r\n\r\nab", "framing", "stream");
  refuses("A sip:b SIP/2.0\r\nl: 1\r\n\r\n", "framing", "stream");
  refuses("A sip:b SIP/2.0\r\n\r\na", "framing", "stream");
  assert.equal(parse("A sip:b SIP/2.0\r\n\r\na").text(), "a");
});

Deno.test("parseMessage() gives offsets of what it found", () => {
  assert.throws(() => parse("A sip:b SIP/2.0\r\nTo: x\r\nbad\r\n\r\n"), { offset: 24, field: "header-line" });
});
