import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex } from "../bytes.ts";
import { WireSyntaxError } from "../errors.ts";
import { buildRecord, CONTENT_TYPE, FlightReader, HANDSHAKE_TYPE, type ServerFlight } from "./mod.ts";
import { uint, vector } from "./writer.ts";

Deno.test("FlightReader reads the ServerHello of RFC 8448 3", () => {
  const flight = read(
    records(CONTENT_TYPE.handshake, fromHex(RFC_8448)),
    records(CONTENT_TYPE.applicationData),
  );
  assert.equal(flight.hello?.version, 0x0304);
  assert.equal(flight.hello?.suite, 0x1301);
  assert.equal(flight.hello?.group, 0x001d);
  assert.equal(flight.hello?.retry, false);
  assert.equal(flight.complete, true);
  assert.equal(flight.encrypted, 1);
});

Deno.test("FlightReader reads a flight of TLS 1.2 with Diffie-Hellman and a CertificateRequest", () => {
  const flight = read(records(CONTENT_TYPE.handshake, TLS12));
  assert.equal(flight.hello?.suite, 0x0033);
  assert.equal(flight.hello?.secureRenegotiation, true);
  assert.equal(flight.hello?.downgradeSentinel, "TLSv1.2");
  assert.deepEqual(flight.certificates, [Uint8Array.of(0x30, 0), Uint8Array.of(0x30, 1, 0)]);
  assert.equal(flight.keyExchange?.dh?.bits, 1023);
  assert.equal(flight.keyExchange?.signatureScheme, 0x0401);
  assert.deepEqual(flight.certificateRequest?.types, [1, 64]);
  assert.deepEqual(flight.certificateRequest?.authorities, [Uint8Array.of(0x30, 0)]);
  assert.equal(flight.complete, true);
  assert.equal(flight.malformed, undefined);
});

Deno.test("FlightReader reads the curve of an anonymous ServerKeyExchange, which nobody signed", () => {
  const keyExchange = message(HANDSHAKE_TYPE.serverKeyExchange, fromHex("03001701 04".replace(" ", "")));
  const flight = read(records(CONTENT_TYPE.handshake, hello({ suite: 0xc018 }), keyExchange));
  assert.deepEqual(flight.keyExchange, { group: 0x0017, signed: false });
});

Deno.test("FlightReader takes a HelloRetryRequest for a complete flight", () => {
  const random = fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  const flight = read(records(CONTENT_TYPE.handshake, hello({ random })));
  assert.equal(flight.hello?.retry, true);
  assert.equal(flight.complete, true);
});

Deno.test("FlightReader reads alerts, and waits on after a warning", () => {
  const reader = new FlightReader();
  reader.push(buildRecord({ type: CONTENT_TYPE.alert, version: 0x0301, payload: Uint8Array.of(1, 112) }));
  assert.equal(reader.over, false);
  reader.push(buildRecord({ type: CONTENT_TYPE.alert, version: 0x0301, payload: Uint8Array.of(2, 70) }));
  assert.equal(reader.over, true);
  assert.deepEqual(reader.flight.alerts.map(({ level, name }) => [level, name]), [
    ["warning", "unrecognized_name"],
    ["fatal", "protocol_version"],
  ]);
});

Deno.test("FlightReader says where octets are no TLS", () => {
  const flight = read(new TextEncoder().encode("SIP/2.0 400 Bad Request\r\n\r\n"));
  assert.ok(flight.malformed instanceof WireSyntaxError);
  assert.equal(flight.malformed.offset, 0);
  assert.match(flight.malformed.message, /content type 83/);
});

Deno.test("FlightReader keeps what came before something it cannot read", () => {
  const broken = message(HANDSHAKE_TYPE.certificate, fromHex("000005000009"));
  const flight = read(records(CONTENT_TYPE.handshake, hello({}), broken));
  assert.equal(flight.hello?.suite, 0x0033);
  assert.match(flight.malformed?.message ?? "", /certificate_list|Certificate/);
});

Deno.test("FlightReader gives the same for pieces of any size", () => {
  const whole = records(CONTENT_TYPE.handshake, TLS12);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
    const reader = new FlightReader();
    for (let at = 0, n = 0; at < whole.length; n++) {
      const size = sizes[n % sizes.length] ?? 1;
      reader.push(whole.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(reader.flight, read(whole));
  }));
});

Deno.test("FlightReader never throws and never leaves WireSyntaxError, whatever comes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    const { malformed } = read(bytes);
    assert.ok(malformed === undefined || malformed instanceof WireSyntaxError);
  }));
  const sane = records(CONTENT_TYPE.handshake, TLS12);
  const spoiling = fc.array(fc.tuple(fc.nat(sane.length - 1), fc.integer({ min: 0, max: 255 })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(spoiling, (changes) => {
      const bytes = sane.slice();
      for (const [at, octet] of changes) bytes[at] = octet;
      const { malformed } = read(bytes);
      assert.ok(malformed === undefined || malformed.offset <= bytes.length);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("FlightReader cuts off a server that goes on and on", () => {
  const reader = new FlightReader();
  const warning = buildRecord({
    type: CONTENT_TYPE.handshake,
    version: 0x0301,
    payload: new Uint8Array(0x4000),
  });
  for (let n = 0; n < 80 && !reader.over; n++) reader.push(warning);
  assert.equal(reader.over, true);
});

function read(...pieces: Uint8Array[]): ServerFlight {
  const reader = new FlightReader();
  for (const piece of pieces) reader.push(piece);
  return reader.flight;
}

function records(type: number, ...payloads: Uint8Array[]): Uint8Array {
  return buildRecord({ type, version: 0x0303, payload: concat(...payloads) });
}

function message(type: number, body: Uint8Array): Uint8Array {
  return concat(uint(type, 1), vector(3, body));
}

function hello(
  { suite = 0x0033, random = new Uint8Array(32) }: { suite?: number; random?: Uint8Array },
): Uint8Array {
  return message(
    HANDSHAKE_TYPE.serverHello,
    concat(uint(0x0303, 2), random, vector(1), uint(suite, 2), uint(0, 1)),
  );
}

const TLS12 = concat(
  message(
    HANDSHAKE_TYPE.serverHello,
    concat(
      ...[uint(0x0303, 2), new Uint8Array(24), fromHex("444f574e47524401"), vector(1, new Uint8Array(32))],
      ...[uint(0x0033, 2), uint(0, 1), vector(2, fromHex("ff01000100"))],
    ),
  ),
  message(
    HANDSHAKE_TYPE.certificate,
    vector(3, vector(3, Uint8Array.of(0x30, 0)), vector(3, Uint8Array.of(0x30, 1, 0))),
  ),
  message(
    HANDSHAKE_TYPE.serverKeyExchange,
    concat(
      ...[
        vector(2, concat(Uint8Array.of(0, 0x7f), new Uint8Array(127).fill(0xff))),
        vector(2, Uint8Array.of(2)),
      ],
      ...[vector(2, new Uint8Array(128).fill(5)), uint(0x0401, 2), vector(2, new Uint8Array(256))],
    ),
  ),
  message(
    HANDSHAKE_TYPE.certificateRequest,
    concat(
      ...[vector(1, Uint8Array.of(1, 64)), vector(2, fromHex("04010403"))],
      vector(2, vector(2, Uint8Array.of(0x30, 0))),
    ),
  ),
  message(HANDSHAKE_TYPE.serverHelloDone, new Uint8Array()),
);

/** Origin: RFC 8448 3, "Simple 1-RTT Handshake", the ServerHello message. */
const RFC_8448 =
  "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d" +
  "0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";
