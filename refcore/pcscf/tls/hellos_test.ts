import { strict as assert } from "node:assert";
import { withCompression, withOtherSessionId, withoutSentinel, withUnofferedSuite } from "./hellos.ts";

const SENTINEL = new TextEncoder().encode("DOWNGRD");

Deno.test("withUnofferedSuite() puts in a suite of the same version that was not offered", () => {
  assert.notEqual(suiteIn(withUnofferedSuite(serverHello(0xc02b), [0xc02b])), 0xc02b);
  assert.equal(suiteIn(withUnofferedSuite(serverHello(0x1301), [0x1301, 0x1305])), 0x1304);
});

Deno.test("withCompression() changes the one octet, where DEFLATE is offered", () => {
  const [plain, changed] = [serverHello(0xc02b), withCompression(serverHello(0xc02b), clientHello([1, 0]))];
  assert.deepEqual(differences(plain, changed), [plain.length - 1]);
  assert.deepEqual(withCompression(plain, clientHello([0])), plain);
});

Deno.test("withOtherSessionId() changes the echo of TLS 1.3 alone", () => {
  assert.deepEqual(differences(serverHello(0x1301), withOtherSessionId(serverHello(0x1301))), [75]);
  assert.deepEqual(withOtherSessionId(serverHello(0xc02b)), serverHello(0xc02b));
});

Deno.test("withoutSentinel() leaves a random that is none", () => {
  const [plain, downgraded] = [serverHello(0xc02b), serverHello(0xc02b, SENTINEL)];
  assert.deepEqual(withoutSentinel(plain), plain);
  assert.equal(differences(downgraded, withoutSentinel(downgraded)).length, 1);
});

/** RFC 5246 7.4.1.3: one record, a session id of 32 octets, no extensions. */
function serverHello(suite: number, sentinel: Uint8Array = new Uint8Array(7)): Uint8Array {
  const random = [...new Uint8Array(24), ...sentinel, 1];
  const body = [3, 3, ...random, 32, ...new Uint8Array(32).fill(9), suite >> 8, suite & 0xff, 0];
  return Uint8Array.of(22, 3, 3, 0, body.length + 4, 2, 0, 0, body.length, ...body);
}

/** RFC 5246 7.4.1.2: one suite, no session id. */
function clientHello(compression: readonly number[]): Uint8Array {
  const body = [3, 3, ...new Uint8Array(32), 0, 0, 2, 0xc0, 0x2b, compression.length, ...compression];
  return Uint8Array.of(22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body);
}

function suiteIn(hello: Uint8Array): number {
  return hello.at(-3)! << 8 | hello.at(-2)!;
}

function differences(one: Uint8Array, other: Uint8Array): number[] {
  return [...one.keys()].filter((at) => one[at] !== other[at]);
}
