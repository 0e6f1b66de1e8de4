/** A dialect is lawful: what a message says stays the same, and only its letters change. */
import { strict as assert } from "node:assert";
import { parseMessage } from "sip-codec";
import { type DialectId, dialects, speakerOf } from "./mod.ts";

const encoder = new TextEncoder();
const MESSAGE = encoder.encode([
  "SIP/2.0 401 Unauthorized",
  "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1, SIP/2.0/TCP b.example;branch=z9hG4bK2",
  "Via: SIP/2.0/UDP c.example;branch=z9hG4bK3",
  'From: "A, B" <sip:a@home1.net>;tag=1',
  "To: <sip:a@home1.net>;tag=2",
  "Call-ID: x@y",
  "CSeq: 1 REGISTER",
  'WWW-Authenticate: Digest realm="home1.net", nonce="abc=", algorithm=AKAv1-MD5, qop="auth,auth-int"',
  "Service-Route: <sip:s1@home1.net;lr>, <sip:s2@home1.net;lr>",
  "Content-Type: text/plain",
  "Content-Length: 8",
  "",
  "v:1\r\n\r\nö",
].join("\r\n"));

/** What a receiver makes of it: everything but order among headers, spelling and what it does not know. */
function meaning(bytes: Uint8Array) {
  const message = parseMessage(bytes);
  const names = ["Via", "From", "To", "Call-ID", "CSeq", "WWW-Authenticate", "Service-Route", "Content-Type"];
  assert(message.kind === "response");
  return [message.status, message.text(), ...names.map((name) => message.values(name))];
}

for (const { id } of dialects) {
  Deno.test(`a message says the same in the dialect "${id}"`, () => {
    const said = speakerOf(id).say(MESSAGE);
    assert.deepEqual(meaning(said), meaning(MESSAGE));
    assert.deepEqual(speakerOf(id).say(encoder.encode("\r\n\r\n")), encoder.encode("\r\n\r\n"));
  });
}

const heads: Readonly<Record<Exclude<DialectId, "slow">, RegExp>> = {
  terse:
    /\r\nv:[^\r]*z9hG4bK1,[^\r]*z9hG4bK2,[^\r]*z9hG4bK3\r\nf:"A, B" <.*\r\nwww-authenticate:Digest .*\r\nl:8\r\n/s,
  lavish:
    /^SIP\/2.0 401 As You Wish; ähm\r\n.*\r\nSERVICE-ROUTE \t:\r\n <sip:s1@home1.net;lr>\r\n.*\r\nVIA \t:\r\n .*z9hG4bK3\r\n.*\r\nX-NOBODY-KNOWS \t:/s,
};

for (const [id, pattern] of Object.entries(heads)) {
  Deno.test(`the dialect "${id}" is spoken`, () => {
    assert.match(new TextDecoder().decode(speakerOf(id as DialectId).say(MESSAGE)), pattern);
  });
}

Deno.test('the dialect "slow" takes longer than T1', () => {
  assert.ok(speakerOf("slow").delay > 1);
});
