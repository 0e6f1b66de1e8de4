import assert from "node:assert/strict";
import { avp, buildDiameter, type DiameterMessage, parseDiameter, valueOf } from "../../wire/diameter/mod.ts";
import { textWithoutSessionKeys, withoutSessionKeys } from "./session_keys.ts";

const KEY = "0123456789abcdef0123456789ABCDEF";
const STARS = "*".repeat(32);

const sip = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return new TextDecoder().decode(withoutSessionKeys({ layer: "sip", bytes }));
};

Deno.test("withoutSessionKeys() takes CK and IK out of a challenge, and nothing else", () => {
  const challenge = (ck: string, ik: string) =>
    `SIP/2.0 401 Unauthorized\r\nSubject: Grüße\r\nWWW-Authenticate: Digest realm="a", nonce="${KEY}", CK="${ck}",ik = ${ik}\r\n`;
  assert.equal(sip(challenge(KEY, KEY)), challenge(STARS, STARS));
  const bytes = new TextEncoder().encode(challenge("0123", "none"));
  assert.equal(withoutSessionKeys({ layer: "sip", bytes }), bytes);
  assert.equal(textWithoutSessionKeys(`realm="a", ck="${KEY}"`), `realm="a", ck="${STARS}"`);
});

const answer: DiameterMessage = {
  ...{ command: 303, application: 16777216, request: false, proxiable: true, error: false },
  ...{ retransmitted: false, hopByHop: 1, endToEnd: 2 },
  avps: [
    avp("Session-Id", "a;1"),
    avp("SIP-Auth-Data-Item", [
      avp("SIP-Authenticate", new Uint8Array(32).fill(1)),
      avp("SIP-Authorization", new Uint8Array(8).fill(2)),
      avp("Confidentiality-Key", new Uint8Array(16).fill(3)),
      avp("Integrity-Key", new Uint8Array(16).fill(4)),
      avp("SIP-Digest-Authenticate", [avp("Digest-Realm", "a"), avp("Digest-HA1", KEY)]),
    ]),
  ],
};

Deno.test("withoutSessionKeys() takes out what an HSS tells an S-CSCF, and leaves the challenge and the length", () => {
  const bytes = buildDiameter(answer);
  const blanked = withoutSessionKeys({ layer: "diameter", bytes });
  assert.equal(blanked.length, bytes.length);
  const item = valueOf(parseDiameter(blanked).avps, "SIP-Auth-Data-Item") ?? [];
  const stars = (length: number) => new Uint8Array(length).fill(0x2a);
  assert.deepEqual(valueOf(item, "SIP-Authenticate"), new Uint8Array(32).fill(1));
  assert.deepEqual(valueOf(item, "SIP-Authorization"), stars(8));
  assert.deepEqual(valueOf(item, "Confidentiality-Key"), stars(16));
  assert.deepEqual(valueOf(item, "Integrity-Key"), stars(16));
  const digest = valueOf(item, "SIP-Digest-Authenticate") ?? [];
  assert.deepEqual([valueOf(digest, "Digest-Realm"), valueOf(digest, "Digest-HA1")], ["a", STARS]);
});

Deno.test("withoutSessionKeys() leaves RAND and AUTS of a request, and octets that are no Diameter", () => {
  const auts = avp("SIP-Auth-Data-Item", [avp("SIP-Authorization", new Uint8Array(30).fill(2))]);
  const request = buildDiameter({ ...answer, request: true, avps: [auts] });
  for (const bytes of [request, request.subarray(4), new Uint8Array(3)]) {
    assert.equal(withoutSessionKeys({ layer: "diameter", bytes }), bytes);
  }
  const bytes = new TextEncoder().encode(`ck="${KEY}"`);
  assert.equal(withoutSessionKeys({ layer: "udp", bytes }), bytes);
});
