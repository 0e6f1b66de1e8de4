import assert from "node:assert/strict";
import { buildRequest, buildResponse, parseMessage, parseStrict, SipSyntaxError, validate } from "../mod.ts";

const HEADERS = {
  Via: "SIP/2.0/UDP pc33.example;branch=z9hG4bK1",
  From: "<sip:alice@atlanta.example>;tag=1",
  To: "<sip:bob@biloxi.example>",
  "Call-ID": "a84b4c76e66710",
  CSeq: "1 INVITE",
  "Max-Forwards": 70,
};

function defectsOf(
  changes: Record<string, string | number | string[] | undefined>,
  uri = "sip:bob@biloxi.example",
) {
  const request = buildRequest("INVITE", uri, { ...HEADERS, ...changes });
  return validate(request).map(({ field, level, status }) => `${field} ${level} ${status}`);
}

Deno.test("validate() finds nothing in a right message", () => {
  assert.deepEqual(defectsOf({}), []);
  assert.deepEqual(defectsOf({}, "tel:+49"), []);
  assert.deepEqual(defectsOf({}, "urn:service:sos"), []);
  const response = buildResponse(buildRequest("INVITE", "sip:a", HEADERS), 200);
  assert.deepEqual(validate(response), []);
});

Deno.test("validate() names each defect with the code it deserves", () => {
  assert.deepEqual(defectsOf({ From: undefined }), ["From invalid 400"]);
  assert.deepEqual(defectsOf({ CSeq: "1 BYE" }), ["CSeq invalid 400"]);
  assert.deepEqual(defectsOf({ CSeq: ["1 INVITE", "1 INVITE"] }), ["CSeq invalid 400"]);
  assert.deepEqual(defectsOf({ Contact: "<sip:a" }), ["Contact invalid 400"]);
  assert.deepEqual(defectsOf({ "Max-Forwards": 256 }), ["Max-Forwards ignorable 400"]);
  assert.deepEqual(defectsOf({ "Max-Forwards": 0 }), ["Max-Forwards unsupported 483"]);
  assert.deepEqual(defectsOf({ "Security-Client": "ipsec-3gpp;" }), ["Security-Client ignorable 400"]);
  assert.deepEqual(defectsOf({}, "foo:bar"), ["start-line unsupported 416"]);
  assert.deepEqual(defectsOf({}, "sip:a?b=c"), ["start-line invalid 400"]);
});

Deno.test("validate() judges by what the element can do", () => {
  const request = buildRequest("FOO", "sip:a@b", {
    ...HEADERS,
    CSeq: "1 FOO",
    Require: "path",
    "Content-Type": "application/x",
    Accept: "application/sdp, text/*",
    Authorization: "Foo a=b",
  }, "x");
  assert.deepEqual(validate(request), []);
  const abilities = {
    methods: ["INVITE"],
    extensions: ["100rel"],
    mediaTypes: ["image/png"],
    authentication: ["Digest"],
  };
  assert.deepEqual(
    validate(request, abilities).map(({ field, status }) => `${field} ${status}`),
    ["start-line 501", "Require 420", "Content-Type 415", "Accept 406", "Authorization 401"],
  );
  const able = {
    methods: ["FOO"],
    extensions: ["path"],
    mediaTypes: ["application/x", "text/plain"],
    authentication: ["foo"],
  };
  assert.deepEqual(validate(request, able), []);
});

Deno.test("a malformed response deserves no code", () => {
  const response = buildResponse(buildRequest("INVITE", "sip:a", HEADERS), 200).remove("Call-ID");
  response.status = 700;
  const defects = validate(response);
  assert.deepEqual(defects.map(({ field, status }) => [field, status]), [["start-line", undefined], [
    "Call-ID",
    undefined,
  ]]);
});

Deno.test("parseStrict() refuses what is invalid and nothing else", () => {
  const encode = (changes: Record<string, string>) =>
    buildRequest("INVITE", "sip:a", { ...HEADERS, ...changes }).toBytes();
  assert.throws(() => parseStrict(encode({ CSeq: "1 BYE" })), { name: "SipSyntaxError", field: "CSeq" });
  assert.throws(() => parseStrict(new TextEncoder().encode("INVITE sip:a SIP/2.0\r\n\r\n")), SipSyntaxError);
  const odd = encode({ Require: "?" });
  assert.deepEqual(parseStrict(odd).toBytes(), parseMessage(odd).toBytes());
});
