/** The 12 messages of RFC 5118, each judged by what the RFC says of it, paraphrased here. */
import assert from "node:assert/strict";
import { parseMessage, parseSdp, type SipMessage, SipRequest, SipSyntaxError, validate } from "../mod.ts";

const folder = new URL("../../../testdata/sip/rfc5118/", import.meta.url);

function taken(name: string): SipRequest {
  const octets = Deno.readFileSync(new URL(`${name}.dat`, folder));
  const message = parseMessage(octets);
  assert.deepEqual(message.toBytes(), octets);
  assert.deepEqual(validate(message), []);
  assert.ok(message instanceof SipRequest);
  return message;
}

/** Content-Length of these files is too short by an octet a line: what lies beyond it is kept apart. */
function sdpOf(message: SipMessage) {
  return parseSdp(new TextDecoder().decode(new Uint8Array([...message.body, ...message.surplus])));
}

Deno.test("RFC 5118 4.1 ipv6-good: an IPv6 reference in Request-URI, Via and Contact", () => {
  const message = taken("ipv6-good");
  assert.equal(message.uri.host, "[2001:db8::10]");
  assert.equal(message.via?.host, "[2001:db8::9:1]");
  assert.equal(message.contact?.uri.host, "[2001:db8::1]");
});

Deno.test("RFC 5118 4.2 ipv6-bad: an IPv6 address without brackets is no host: 400", () => {
  const message = parseMessage(Deno.readFileSync(new URL("ipv6-bad.dat", folder))) as SipRequest;
  assert.throws(() => message.uri, SipSyntaxError);
  const [defect] = validate(message);
  assert.deepEqual([defect?.level, defect?.field, defect?.status], ["invalid", "start-line", 400]);
});

Deno.test("RFC 5118 4.3 port-ambiguous: what looks like a port within the brackets is part of the address", () => {
  const { uri } = taken("port-ambiguous");
  assert.equal(uri.host, "[2001:db8::10:5070]");
  assert.equal(uri.port, undefined);
});

Deno.test("RFC 5118 4.4 port-unambiguous: the port stands behind the brackets", () => {
  const { uri } = taken("port-unambiguous");
  assert.equal(uri.host, "[2001:db8::10]");
  assert.equal(uri.port, 5070);
});

Deno.test("RFC 5118 4.5 received is taken with and without brackets", () => {
  assert.equal(taken("via-received-param-with-delim").via?.received, "[2001:db8::9:255]");
  assert.equal(taken("via-received-param-no-delim").via?.received, "2001:db8::9:255");
});

Deno.test("RFC 5118 4.6 ipv6-in-sdp: IPv6 addresses in the description", () => {
  const message = taken("ipv6-in-sdp");
  assert.equal(message.contentLength, message.body.length);
  const sdp = sdpOf(message);
  assert.equal(sdp.connection?.address, "2001:db8::20");
  assert.equal(sdp.origin?.addressType, "IP6");
  assert.equal(sdp.media.length, 2);
});

Deno.test("RFC 5118 4.7 mult-ip-in-header: both families in the Via fields", () => {
  const { vias } = taken("mult-ip-in-header");
  assert.deepEqual(vias.map((via) => via.host), ["[2001:db8::9:1]", "192.0.2.1", "[2001:db8::9:255]"]);
  assert.equal(vias[0]?.port, 6050);
  assert.equal(vias[2]?.received, "192.0.2.200");
});

Deno.test("RFC 5118 4.8 mult-ip-in-sdp: each stream has a family of its own", () => {
  const { media } = sdpOf(taken("mult-ip-in-sdp"));
  assert.deepEqual(media.map((one) => one.connection?.address), ["192.0.2.1", "2001:db8::1"]);
});

Deno.test("RFC 5118 4.9 ipv4-mapped-ipv6: mapped addresses are parsed", () => {
  const message = taken("ipv4-mapped-ipv6");
  assert.equal(message.via?.host, "[::ffff:192.0.2.10]");
  assert.equal(message.via?.port, 19823);
  assert.equal(message.contact?.uri.host, "[::ffff:192.0.2.2]");
});

Deno.test("RFC 5118 4.10 the third colon of RFC 3261's grammar is tolerated, and means the same address", () => {
  const three = taken("ipv6-bug-abnf-3-colons");
  const two = taken("ipv6-correct-abnf-2-colons");
  assert.equal(three.uri.host, "[2001:db8:::192.0.2.1]");
  assert.ok(three.uri.equals(two.uri));
});
