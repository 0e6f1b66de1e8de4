import assert from "node:assert/strict";
import { parseNameAddr, parseVia, SipSyntaxError } from "./mod.ts";
import { Params } from "./params.ts";

Deno.test("Params finds names whatever their case, and keeps order and spelling", () => {
  const params = parseNameAddr('<sip:a@b>;Tag=x;+sip.instance="<urn:uuid:1>";flag').params;
  assert.deepEqual(params.names(), ["Tag", "+sip.instance", "flag"]);
  assert.equal(params.get("TAG"), "x");
  assert.equal(params.get("+SIP.INSTANCE"), "<urn:uuid:1>");
  assert.equal(params.raw("+sip.instance"), '"<urn:uuid:1>"');
  assert.ok(params.has("Flag"));
  assert.equal(params.get("flag"), undefined);
  assert.ok(params.isFlag("flag"));
  assert.ok(!params.isFlag("tag"));
  assert.equal(params.get("absent"), undefined);
  assert.deepEqual(params.toObject(), { tag: "x", "+sip.instance": "<urn:uuid:1>", flag: null });
  assert.equal(params.toString(), ';Tag=x;+sip.instance="<urn:uuid:1>";flag');
});

Deno.test("Params of something parsed are not changed by mistake", () => {
  const { params } = parseNameAddr("<sip:a@b>;tag=x");
  assert.throws(() => params.set("tag", "y"), TypeError);
  assert.throws(() => params.delete("tag"), TypeError);
  assert.equal(params.with("tag", "y").get("tag"), "y");
  assert.equal(params.without("tag").size, 0);
  assert.equal(params.clone().set("n", 1).toString(), ";tag=x;n=1");
  assert.equal(params.get("tag"), "x");
});

Deno.test("Params quotes values that need it", () => {
  const params = new Params({ a: "token", b: "two words", c: 'say "x\\"', d: undefined, e: "[::1]", f: "" });
  assert.equal(params.toString(), ';a=token;b="two words";c="say \\"x\\\\\\"";d;e=[::1];f=""');
  assert.equal(params.get("c"), 'say "x\\"');
  assert.equal(params.setRaw("a", "not quoted").toString().slice(0, 13), ";a=not quoted");
});

Deno.test("Params.set() replaces in place and drops repeats", () => {
  const params = parseVia("SIP/2.0/UDP h;a=1;b=2;A=1").params.clone();
  assert.equal(params.set("a", "9").toString(), ";a=9;b=2");
});

Deno.test("Params refuses to choose between different values of one name", () => {
  const { params } = parseNameAddr("<sip:a@b>;x=1;x=2;y=1;y=1");
  assert.throws(() => params.get("x"), SipSyntaxError);
  assert.equal(params.get("y"), "1");
  assert.deepEqual(params.getAll("x"), ["1", "2"]);
  assert.deepEqual(params.getAll("z"), []);
  assert.deepEqual(params.duplicates(), ["x", "y"]);
  assert.equal(params.entries().length, 4);
});

Deno.test("Params compares escaped names of URIs", () => {
  const { params } = parseNameAddr("<sip:a@b;%6C%72;n%61me=v%61lue>").uri;
  assert.ok(params.has("lr"));
  assert.equal(params.get("name"), "value");
});

Deno.test("a control character within quotes is refused when the value is read", () => {
  const { params } = parseNameAddr('<sip:a@b>;x="a\x01b";y="a\\\x01b"');
  assert.throws(() => params.get("x"), SipSyntaxError);
  assert.equal(params.get("y"), "a\x01b");
});
