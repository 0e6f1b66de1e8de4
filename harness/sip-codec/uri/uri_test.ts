import assert from "node:assert/strict";
import { buildUri, parseUri, SipSyntaxError } from "../mod.ts";

Deno.test("parseUri() takes a sip URI apart", () => {
  const uri = parseUri("sip:alice:secret@atlanta.example.com:5061;transport=tcp;lr?subject=a%20b&to=x");
  assert.equal(uri.scheme, "sip");
  assert.equal(uri.user, "alice");
  assert.equal(uri.password, "secret");
  assert.equal(uri.host, "atlanta.example.com");
  assert.equal(uri.port, 5061);
  assert.equal(uri.hostPort, "atlanta.example.com:5061");
  assert.deepEqual(uri.params.entries(), [["transport", "tcp"], ["lr", undefined]]);
  assert.deepEqual(uri.headers.entries(), [["subject", "a b"], ["to", "x"]]);
  assert.ok(uri.params.has("LR"));
});

Deno.test("parseUri() knows neither user, port nor parameters where there are none", () => {
  const uri = parseUri("SIPS:example.com");
  assert.equal(uri.scheme, "sips");
  assert.equal(uri.user, undefined);
  assert.equal(uri.password, undefined);
  assert.equal(uri.port, undefined);
  assert.equal(uri.params.size, 0);
  assert.equal(uri.headers.size, 0);
  assert.equal(uri.toString(), "SIPS:example.com");
});

Deno.test("parseUri() gives every text back as it stood", () => {
  const texts = [
    "sip:a@b",
    "sip:user;par=u%40example.net@example.com",
    "sip:+1-212-555-0101:1234@gateway.example.com;user=phone",
    "sip:[2001:db8::1]:5070;maddr=[::1]",
    "sip:192.0.2.1;lr;x=",
    "tel:+1-201-555-0123;ext=12",
    "tel:7042;phone-context=example.com",
    "urn:service:sos.police",
    "https://example.com/a?b=c#d",
    "im:fred@example.com",
  ];
  for (const text of texts) assert.equal(parseUri(text).toString(), text);
});

Deno.test("parseUri() refuses what is no URI, with the place", () => {
  const refused: [text: string, offset: number][] = [
    ["", 0],
    ["example.com", 0],
    ["1sip:a@b", 0],
    ["sip:", 4],
    ["sip:@b", 4],
    ["sip:a@", 6],
    ["sip:a b@c", 5],
    ["sip:a@b c", 7],
    ["sip:a@b:", 8],
    ["sip:a@b:65536", 8],
    ["sip:a@b:x", 8],
    ["sip:a@b;", 8],
    ["sip:a@b;;lr", 8],
    ["sip:a@b?", 8],
    ["sip:a@b?x", 9],
    ["sip:a@b?x=1&", 12],
    ["sip:a%4@b", 5],
    ["sip:a%zz@b", 5],
    ["sip:2001:db8::1", 9],
    ["sip:[2001:db8::1", 4],
    ["sip:[1::2::3]", 4],
    ["sip:a@b@c", 7],
    ["sip:a<b>@c", 5],
    ["tel:", 4],
    ["tel:+", 4],
    ["tel:+49;", 8],
    ["tel:+49 30", 7],
    ["urn:", 4],
    ["urn:a b", 5],
    ["urn:<a>", 4],
  ];
  for (const [text, offset] of refused) {
    assert.throws(
      () => parseUri(text),
      (error) => error instanceof SipSyntaxError && error.offset === offset,
      text,
    );
  }
});

Deno.test("parseUri() reads tel URIs", () => {
  const uri = parseUri("tel:+1-(201).555-0123;phone-context=+44");
  assert.equal(uri.number, "+12015550123");
  assert.ok(uri.isGlobal);
  assert.equal(uri.host, "");
  assert.equal(uri.user, undefined);
  assert.equal(uri.params.get("phone-context"), "+44");
  const local = parseUri("tel:*21*10#;phone-context=ims.example.com");
  assert.equal(local.number, "*21*10#");
  assert.ok(!local.isGlobal);
});

Deno.test("equals() follows the examples of RFC 3261 19.1.4", () => {
  const same: [string, string][] = [
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    [
      "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ],
    ["sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"],
    ["tel:+1-201-555-0123", "tel:+12015550123"],
    ["tel:123;phone-context=+1-201;ext=5", "TEL:1-23;EXT=5;phone-context=+1201"],
    ["urn:service:sos", "urn:service:sos"],
  ];
  for (const [one, other] of same) {
    assert.ok(parseUri(one).equals(other), `${one} and ${other}`);
    assert.ok(parseUri(other).equals(one), `${other} and ${one}`);
  }
  const different: [string, string][] = [
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
    ["sip:a@b", "sips:a@b"],
    ["sip:a@b;user=phone", "sip:a@b"],
    ["tel:+12015550123", "tel:2015550123"],
    ["tel:123;phone-context=a.example", "tel:123"],
    ["urn:a:b", "urn:a:B"],
  ];
  for (const [one, other] of different) {
    assert.ok(!parseUri(one).equals(other), `${one} and ${other}`);
    assert.ok(!parseUri(other).equals(one), `${other} and ${one}`);
  }
});

Deno.test("with() replaces and removes parts, and leaves the URI alone", () => {
  const uri = parseUri("sip:alice@example.com:5060;lr?subject=x");
  assert.equal(uri.with({ port: undefined, user: "bob" }).toString(), "sip:bob@example.com;lr?subject=x");
  assert.equal(uri.with({ headers: {} }).toString(), "sip:alice@example.com:5060;lr");
  assert.equal(uri.with({ params: uri.params.with("transport", "tcp") }).params.get("transport"), "tcp");
  assert.equal(uri.with({ scheme: "sips" }).toString(), "sips:alice@example.com:5060;lr?subject=x");
  assert.equal(uri.toString(), "sip:alice@example.com:5060;lr?subject=x");
});

Deno.test("buildUri() escapes what must be escaped", () => {
  const uri = buildUri({
    user: "a b@ü",
    host: "::1",
    port: 5060,
    params: { p: "x;y" },
    headers: { "h h": "<&>" },
  });
  assert.equal(uri.toString(), "sip:a%20b%40%C3%BC@[::1]:5060;p=x%3By?h%20h=%3C%26%3E");
  assert.equal(uri.user, "a b@ü");
  assert.equal(uri.params.get("p"), "x;y");
  assert.equal(uri.headers.get("h h"), "<&>");
  assert.equal(
    buildUri({ scheme: "tel", opaque: "+49-30", params: { ext: "1" } }).toString(),
    "tel:+49-30;ext=1",
  );
  assert.throws(() => buildUri({ user: "a" }), SipSyntaxError);
});
