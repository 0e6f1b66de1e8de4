import assert from "node:assert/strict";
import { buildRaw, buildRequest, buildResponse, match, parseMessage, SipSyntaxError } from "../mod.ts";

const encoder = new TextEncoder();

const HEADERS = {
  Via: "SIP/2.0/UDP pc33.example;branch=z9hG4bK1",
  From: "<sip:alice@atlanta.example>;tag=1",
  To: "<sip:bob@biloxi.example>",
  "Call-ID": "a84b4c76e66710",
  CSeq: "1 INVITE",
};

Deno.test("buildRequest() writes headers in order and the length of the body", () => {
  const request = buildRequest("MESSAGE", "sip:a@b", [["Route", ["<sip:r1>", "<sip:r2>"]], [
    "Max-Forwards",
    70,
  ]], "grün");
  const text =
    "MESSAGE sip:a@b SIP/2.0\r\nRoute: <sip:r1>\r\nRoute: <sip:r2>\r\nMax-Forwards: 70\r\nContent-Length: 5\r\n\r\ngrün";
  assert.equal(request.toString(), text);
  assert.deepEqual(parseMessage(request.toBytes()).toBytes(), request.toBytes());
  assert.equal(
    buildRequest("ACK", "sip:a", { l: 0, Absent: undefined }).toString(),
    "ACK sip:a SIP/2.0\r\nl: 0\r\n\r\n",
  );
});

Deno.test("buildRequest() refuses what is forbidden", () => {
  assert.throws(() => buildRequest("A B", "sip:a"), SipSyntaxError);
  assert.throws(() => buildRequest("A", "<sip:a>"), SipSyntaxError);
  assert.throws(() => buildRequest("A", "sip:a", { "X": "a\r\nb" }), SipSyntaxError);
});

Deno.test("buildResponse() copies what RFC 3261 8.2.6.2 wants, as it stands", () => {
  const request = parseMessage(encoder.encode(
    "INVITE sip:a SIP/2.0\r\nv:SIP/2.0/UDP a\r\nRecord-Route: <sip:r;lr>\r\nVia:  SIP/2.0/UDP b\r\nf:<sip:x>;tag=1\r\n" +
      "t:<sip:y>\r\ni:1\r\nCSeq:1 INVITE\r\nSubject: x\r\nl:0\r\n\r\n",
  ));
  assert.equal(request.kind, "request");
  if (request.kind !== "request") return;
  const ringing = buildResponse(request, 180, { toTag: "2", headers: { Contact: "<sip:y@z>" } });
  assert.equal(
    ringing.toString(),
    "SIP/2.0 180 Ringing\r\nv:SIP/2.0/UDP a\r\nVia:  SIP/2.0/UDP b\r\nRecord-Route: <sip:r;lr>\r\nf:<sip:x>;tag=1\r\n" +
      "To: <sip:y>;tag=2\r\ni:1\r\nCSeq:1 INVITE\r\nContact: <sip:y@z>\r\nContent-Length: 0\r\n\r\n",
  );
  const busy = buildResponse(request, 486, {
    reason: "Busy",
    body: "x",
    headers: { "Content-Type": "text/plain" },
  });
  assert.ok(!busy.has("Record-Route"));
  assert.equal(busy.reason, "Busy");
  assert.equal(busy.contentLength, 1);
  assert.equal(busy.to?.tag, undefined);
  assert.equal(buildResponse(request, 699).reason, "");
});

Deno.test("buildResponse() adds no second tag, and answers a To that cannot be read", () => {
  const tagged = buildRequest("BYE", "sip:a", { ...HEADERS, To: "<sip:y>;tag=9" });
  assert.equal(buildResponse(tagged, 200, { toTag: "2" }).to?.tag, "9");
  const broken = buildRequest("BYE", "sip:a", { ...HEADERS, To: '"open <sip:y>' });
  assert.equal(buildResponse(broken, 400, { toTag: "2" }).get("To"), '"open <sip:y>');
});

Deno.test("buildRaw() writes anything", () => {
  const octets = buildRaw({
    startLine: "INVITE <sip:a> SIP/9.9 ",
    headers: [
      { line: "no header" },
      { name: "To", separator: "\t:", value: "x", eol: "\n" },
      { name: "Inject", value: "a\r\nB: c" },
      { line: "Last: 1", eol: "" },
    ],
    body: Uint8Array.of(0, 255),
    end: "",
  });
  const head = "INVITE <sip:a> SIP/9.9 \r\nno header\r\nTo\t:x\nInject: a\r\nB: c\r\nLast: 1";
  assert.deepEqual(octets, new Uint8Array([...encoder.encode(head), 0, 255]));
  const plain = buildRaw({ startLine: "A sip:b SIP/2.0", headers: [{ name: "To", value: "x" }], body: "y" });
  assert.deepEqual(parseMessage(plain).toBytes(), plain);
});

Deno.test("match recognises what the builders made", () => {
  const request = buildRequest("INVITE", "sip:bob@biloxi.example", HEADERS, "v=0");
  assert.deepEqual(
    match.request("INVITE", { uri: "sip:bob@BILOXI.example", headers: HEADERS, body: "v=0" })(request),
    [],
  );
  const response = buildResponse(request, 183, { toTag: "x" });
  const expectations = {
    reason: "Session Progress",
    headers: { To: /tag=x$/, "Record-Route": false, Via: true },
  };
  assert.deepEqual(match.response(183, expectations)(response), []);
  assert.deepEqual(match.response(1)(response), []);
  assert.deepEqual(match.response([200, 183])(response), []);
  assert.deepEqual(match.request(["BYE", "INVITE"])(request), []);
});

Deno.test("match tells every difference, what was expected and what was found", () => {
  const request = buildRequest("INVITE", "sip:bob@biloxi.example", HEADERS, "v=0");
  const differences = match.request("BYE", {
    uri: /^tel:/,
    headers: { To: "x", Contact: true, Via: false, CSeq: ["1 INVITE", "2 INVITE"], "Call-ID": 7 },
    body: false,
    where: (message) => message.has("Route") ? [] : "no Route",
  })(request);
  assert.deepEqual(differences, [
    'expected method BYE, found "INVITE"',
    'expected To "x", found "<sip:bob@biloxi.example>"',
    "expected Contact, found none",
    'expected no Via, found "SIP/2.0/UDP pc33.example;branch=z9hG4bK1"',
    'expected CSeq ["1 INVITE", "2 INVITE"], found "1 INVITE"',
    'expected Call-ID "7", found "a84b4c76e66710"',
    'expected body absent, found "v=0"',
    "no Route",
    'expected Request-URI /^tel:/, found "sip:bob@biloxi.example"',
  ]);
  const response = buildResponse(request, 200);
  assert.deepEqual(match.response(4, { reason: /Nope/ })(response), [
    "expected status 4xx, found 200",
    'expected reason /Nope/, found "OK"',
  ]);
  assert.deepEqual(match.response(200)(request), ["expected a response 200, found a request INVITE"]);
  assert.deepEqual(match.request("INVITE")(response), ["expected a request INVITE, found a response 200"]);
});
