import assert from "node:assert/strict";
import { buildRequest, parseMessage, SipRequest, SipResponse, SipSyntaxError } from "../mod.ts";

const encoder = new TextEncoder();

/** Odd on purpose: what is not touched must stay like this. */
const INVITE = [
  "INVITE sip:bob@biloxi.example SIP/2.0",
  "v:SIP/2.0/UDP pc33.example;branch=z9hG4bK1",
  "VIA :  SIP/2.0/UDP  proxy.example;branch=z9hG4bK2",
  "f: Alice",
  "  <sip:alice@atlanta.example>;tag=1  ",
  "To:<sip:bob@biloxi.example>",
  "i: a84b4c76e66710",
  "CSeq: 0314159\tINVITE",
  "X-Odd:",
  "Content-Type: text/plain",
  "l: 0005",
  "",
  "hello",
].join("\r\n");

function invite(): SipRequest {
  const message = parseMessage(encoder.encode(INVITE));
  assert.ok(message instanceof SipRequest);
  return message;
}

Deno.test("get() and all() know neither case, compact forms nor folds", () => {
  const message = invite();
  assert.equal(message.get("Via"), "SIP/2.0/UDP pc33.example;branch=z9hG4bK1");
  assert.equal(message.get("VIA"), message.get("v"));
  assert.deepEqual(message.all("via").length, 2);
  assert.equal(message.get("From"), "Alice <sip:alice@atlanta.example>;tag=1");
  assert.equal(message.get("X-Odd"), "");
  assert.equal(message.get("Subject"), undefined);
  assert.ok(message.has("Call-ID"));
  assert.ok(!message.has("Contact"));
  assert.deepEqual(message.names(), ["v", "VIA", "f", "To", "i", "CSeq", "X-Odd", "Content-Type", "l"]);
});

Deno.test("values() splits lists, and leaves alone what is none", () => {
  const message = buildRequest("OPTIONS", "sip:a@b", [
    ["Allow", "INVITE, ACK ,BYE"],
    ["Allow", "CANCEL"],
    ["Contact", '"a,b" <sip:a,b@c>, <sip:d@e>'],
    ["Date", "Sat, 15 Oct 2005 04:44:56 GMT"],
    ["WWW-Authenticate", 'Digest realm="a", nonce="b"'],
    ["X-Broken", '"open'],
  ]);
  assert.deepEqual(message.values("Allow"), ["INVITE", "ACK", "BYE", "CANCEL"]);
  assert.deepEqual(message.values("Contact"), ['"a,b" <sip:a,b@c>', "<sip:d@e>"]);
  assert.deepEqual(message.values("Date"), ["Sat, 15 Oct 2005 04:44:56 GMT"]);
  assert.equal(message.values("WWW-Authenticate").length, 1);
  assert.deepEqual(message.values("Route"), []);
  assert.throws(() => message.values("X-Broken"), SipSyntaxError);
});

Deno.test("set() replaces in place and leaves every other line as it was", () => {
  const message = invite().set("Via", ["SIP/2.0/TCP one.example", "SIP/2.0/TCP two.example"]).set(
    "Subject",
    "x",
  );
  const expected = INVITE
    .replace(
      "v:SIP/2.0/UDP pc33.example;branch=z9hG4bK1\r\n",
      "Via: SIP/2.0/TCP one.example\r\nVia: SIP/2.0/TCP two.example\r\n",
    )
    .replace("VIA :  SIP/2.0/UDP  proxy.example;branch=z9hG4bK2\r\n", "")
    .replace("l: 0005\r\n", "l: 0005\r\nSubject: x\r\n");
  assert.equal(message.toString(), expected);
});

Deno.test("append(), prepend() and remove() leave every other line as it was", () => {
  const message = invite().prepend("Via", "SIP/2.0/UDP top").append("Via", "SIP/2.0/UDP last").remove("from")
    .append("Route", ["<sip:a>", "<sip:b>"]).prepend("Max-Forwards", 70);
  const expected = INVITE
    .replace("v:SIP", "Max-Forwards: 70\r\nVia: SIP/2.0/UDP top\r\nv:SIP")
    .replace("=z9hG4bK2\r\n", "=z9hG4bK2\r\nVia: SIP/2.0/UDP last\r\n")
    .replace("f: Alice\r\n  <sip:alice@atlanta.example>;tag=1  \r\n", "")
    .replace("l: 0005\r\n", "l: 0005\r\nRoute: <sip:a>\r\nRoute: <sip:b>\r\n");
  assert.equal(message.toString(), expected);
});

Deno.test("a view follows its field", () => {
  const message = invite();
  assert.equal(message.cseq?.seq, 314159);
  assert.equal(message.set("CSeq", "2 ACK").cseq?.seq, 2);
  assert.equal(message.remove("CSeq").cseq, undefined);
  assert.equal(message.vias.length, 2);
  assert.equal(message.prepend("Via", "SIP/2.0/UDP x").vias[0]?.host, "x");
  assert.throws(() => message.set("To", "nonsense").to, SipSyntaxError);
  assert.throws(() => message.set("From", ["<sip:a@b>", "<sip:a@b>"]).from, SipSyntaxError);
});

Deno.test("set() refuses what would be more than one field", () => {
  const message = invite();
  for (const value of ["a\r\nB: c", "a\nb", "a\rb", "a\r\n"]) {
    assert.throws(() => message.set("X", value), SipSyntaxError);
  }
  for (const name of ["", "a b", "a:", "ä", "a\r\nb"]) {
    assert.throws(() => message.set(name, "x"), SipSyntaxError);
  }
  assert.equal(message.set("X", "one\r\n two").get("X"), "one two");
  assert.ok(message.toString().includes("X: one\r\n two\r\n"));
});

Deno.test("the start line can be changed, within its grammar", () => {
  const message = invite();
  message.method = "OPTIONS";
  message.requestUri = "sips:carol@chicago.example";
  assert.equal(message.uri.scheme, "sips");
  assert.equal(message.startLine, "OPTIONS sips:carol@chicago.example SIP/2.0");
  assert.ok(message.toString().startsWith("OPTIONS sips:carol@chicago.example SIP/2.0\r\nv:SIP"));
  assert.throws(() => message.method = "A B", SipSyntaxError);
  assert.throws(() => message.requestUri = "a b", SipSyntaxError);
  const response = parseMessage(encoder.encode("SIP/2.0 200 OK\r\n\r\n"));
  assert.ok(response instanceof SipResponse);
  response.status = 486;
  response.reason = "Bitte später";
  assert.equal(response.toString(), "SIP/2.0 486 Bitte später\r\n\r\n");
  assert.throws(() => response.status = 1000, SipSyntaxError);
  assert.throws(() => response.reason = "a\r\nb", SipSyntaxError);
});

Deno.test("setting the body sets Content-Length", () => {
  const message = invite();
  assert.equal(message.text(), "hello");
  message.body = "größer";
  assert.equal(message.contentLength, 8);
  assert.ok(message.toString().endsWith("Content-Length: 8\r\n\r\ngrößer"));
  message.body = new Uint8Array(0);
  assert.equal(message.contentLength, 0);
  const bare = parseMessage(encoder.encode("OPTIONS sip:a SIP/2.0\r\n\r\n"));
  bare.body = "";
  assert.ok(!bare.has("Content-Length"));
  bare.body = "x";
  assert.equal(bare.contentLength, 1);
});

Deno.test("clone() changes on its own", () => {
  const message = invite();
  const copy = message.clone().set("Subject", "copy");
  copy.body = "other";
  copy.method = "BYE";
  assert.equal(message.toString(), INVITE);
  assert.equal(message.method, "INVITE");
  assert.equal(copy.get("Subject"), "copy");
});

Deno.test("a message does not change with the octets it was parsed from", () => {
  const octets = encoder.encode(INVITE.replace("hello", "hallö"));
  for (const source of [octets, encoder.encode(INVITE)]) {
    const message = parseMessage(source);
    const before = message.toString();
    source.fill(0x2e);
    assert.equal(message.toString(), before);
    assert.ok(message.text().startsWith("h"));
  }
});

Deno.test("octets beyond ASCII come back, valid UTF-8 or not", () => {
  const utf8 = 'OPTIONS sip:a SIP/2.0\r\nFrom: "Jürgen" <sip:j@x>\r\nX: plain\r\n\r\n';
  const message = parseMessage(encoder.encode(utf8)).append("Subject", "größer");
  assert.equal(message.from?.displayName, "Jürgen");
  assert.equal(message.toString(), utf8.replace("plain\r\n", "plain\r\nSubject: größer\r\n"));
  const latin1 = Uint8Array.from(utf8, (character) => character.charCodeAt(0));
  const other = parseMessage(latin1);
  assert.deepEqual(other.toBytes(), latin1);
  assert.equal(other.from?.displayName, "Jürgen");
  other.append("Subject", "größer").remove("X");
  const line = Uint8Array.from(
    'From: "Jürgen" <sip:j@x>\r\nSubject: ',
    (character) => character.charCodeAt(0),
  );
  const head = encoder.encode("OPTIONS sip:a SIP/2.0\r\n");
  assert.deepEqual(other.toBytes(), new Uint8Array([...head, ...line, ...encoder.encode("größer\r\n\r\n")]));
});

Deno.test("octets before and behind the message come back", () => {
  const octets = encoder.encode("\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nabcd");
  const message = parseMessage(octets);
  assert.equal(message.text(), "ab");
  assert.deepEqual(message.surplus, encoder.encode("cd"));
  assert.deepEqual(message.toBytes(), octets);
  assert.equal(
    message.remove("l").append("l", 2).toString(),
    "\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nabcd",
  );
  message.body = "x";
  assert.equal(message.surplus.length, 0);
});
