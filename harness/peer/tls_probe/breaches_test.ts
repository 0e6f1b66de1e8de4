import assert from "node:assert/strict";
import { EXTENSION, GROUP, type ServerFlight, type ServerHello, TLS_VERSION } from "../../wire/tls/mod.ts";
import { breachesOf, isReserved, type Offer } from "./breaches.ts";

const OFFER: Offer = {
  versions: [TLS_VERSION["TLSv1.2"], TLS_VERSION["TLSv1.3"]],
  sessionId: Uint8Array.of(1, 2, 3),
  suites: [0x1301, 0xc02b],
  compression: [0],
  extensions: [EXTENSION.supportedVersions, EXTENSION.keyShare, EXTENSION.supportedGroups],
  groups: [GROUP.x25519, GROUP.secp256r1],
  keyShares: [GROUP.x25519],
  signatureSchemes: [0x0403],
};
const TLS12: Offer = { ...OFFER, versions: [TLS_VERSION["TLSv1.2"]], sessionId: new Uint8Array() };

Deno.test("breachesOf() finds nothing where nothing came, or what was offered", () => {
  assert.deepEqual(breachesOf(OFFER, { alerts: [], messages: [], encrypted: 0, complete: false }), []);
  assert.deepEqual(told(OFFER, {}), []);
  assert.deepEqual(told(TLS12, { version: 0x0303, suite: 0xc02b, sessionId: Uint8Array.of(9) }), []);
});

Deno.test("breachesOf() lets an old server answer with what it has", () => {
  assert.deepEqual(told({ ...TLS12, suites: [0x002f] }, { version: 0x0301, suite: 0x002f }), []);
});

Deno.test("breachesOf() allows the cookie of a HelloRetryRequest, and a group without a key in it", () => {
  const retry = { retry: true, group: GROUP.secp256r1, extensions: [extension(EXTENSION.cookie)] };
  assert.deepEqual(told(OFFER, retry), []);
  assert.deepEqual(told(OFFER, { ...retry, group: GROUP.x25519 }), [
    "a key for x25519 is asked for, which was sent",
  ]);
});

Deno.test("breachesOf() takes the suite of RFC 5746 for the extension", () => {
  const info = { version: 0x0303, suite: 0xc02b, extensions: [extension(EXTENSION.renegotiationInfo, 0)] };
  assert.deepEqual(told({ ...TLS12, suites: [0xc02b, 0x00ff] }, info), []);
  assert.deepEqual(told(TLS12, info), ["the extension renegotiationInfo was not asked for"]);
});

Deno.test("breachesOf() names a version above what was offered, and a sentinel below it", () => {
  assert.deepEqual(told({ ...TLS12, sessionId: OFFER.sessionId }, {}), ["TLSv1.3 was not offered"]);
  const below = { version: 0x0303, suite: 0xc02b, sessionId: new Uint8Array() };
  assert.deepEqual(told(OFFER, { ...below, downgradeSentinel: "TLSv1.2" }), [
    "TLSv1.2 with a downgrade sentinel, although TLSv1.3 was offered",
  ]);
});

Deno.test("isReserved() knows the sixteen values of RFC 8701", () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => code).filter(isReserved);
  assert.equal(all.length, 16);
  assert.deepEqual([all[0], all.at(-1)], [0x0a0a, 0xfafa]);
});

/** Of a ServerHello of TLS 1.3 that is right but for these. */
function told(offer: Offer, changes: Partial<ServerHello>): string[] {
  const hello: ServerHello = {
    version: TLS_VERSION["TLSv1.3"],
    legacyVersion: TLS_VERSION["TLSv1.2"],
    random: new Uint8Array(32),
    sessionId: OFFER.sessionId,
    suite: 0x1301,
    compression: 0,
    extensions: [],
    retry: false,
    secureRenegotiation: false,
    ...changes,
  };
  const flight: ServerFlight = { hello, alerts: [], messages: [2], encrypted: 0, complete: false };
  return breachesOf(offer, flight);
}

function extension(type: number, ...data: number[]) {
  return { type, data: Uint8Array.from(data) };
}
