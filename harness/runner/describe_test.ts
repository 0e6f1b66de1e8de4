import assert from "node:assert/strict";
import { buildRequest, buildResponse, parseUri } from "sip-codec";
import { describe } from "./describe.ts";

const request = buildRequest("INVITE", "sip:bob@home.example", { "Call-ID": "1", "CSeq": "1 INVITE" });

Deno.test("describe() shows messages as their start line", () => {
  assert.equal(describe(request), "INVITE sip:bob@home.example");
  assert.equal(describe(buildResponse(request, 180)), "180 Ringing");
});

Deno.test("describe() shows values as a reader would write them", () => {
  assert.equal(describe(undefined), "nothing");
  assert.equal(describe(null), "nothing");
  assert.equal(describe("a\r\n b"), '"a b"');
  assert.equal(describe(7n), "7");
  assert.equal(describe(new Uint8Array([0, 255])), "00ff");
  assert.equal(describe(new Uint8Array(40)), `${"00".repeat(32)}… (40 octets)`);
  assert.equal(describe(new Uint8Array(0)), "no octets");
  assert.equal(describe(["a", 1]), '["a", 1]');
  assert.equal(describe(new Map([["realm", "home"]])), 'realm="home"');
  assert.equal(describe(new Error("broken")), "broken");
  assert.equal(describe({ a: 1n }), '{"a":"1"}');
  assert.equal(describe(parseUri("sip:a@b")), "sip:a@b");
});

Deno.test("describe() stays short and never throws", () => {
  assert.equal(describe("x".repeat(500)).length, 200);
  assert.match(describe(Array.from({ length: 50 }, (_, index) => index)), /… 50 in all\]$/);
  const nasty = {
    toString() {
      throw new Error("no");
    },
  };
  assert.equal(describe(nasty), "a value that cannot be shown");
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.equal(describe(loop), "a value that cannot be shown");
});

Deno.test("describe() tells an exchange by the message in it", () => {
  const response = { kind: "response", status: 401, reason: "Unauthorized" };
  assert.equal(describe({ response, ok: false, challenge: undefined }), "401 Unauthorized");
  assert.equal(
    describe({ request: { kind: "request", method: "INVITE", requestUri: "sip:a" } }),
    "INVITE sip:a",
  );
});
