import assert from "node:assert/strict";
import fc from "fast-check";
import { WireSyntaxError } from "./errors.ts";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { buildFrame, buildUpgrade, FrameReader, OPCODE, parseUpgradeAnswer } from "./websocket.ts";

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

// RFC 6455 5.7
Deno.test("buildFrame() and FrameReader have the examples of RFC 6455", () => {
  const hello = { final: true, opcode: OPCODE.text, payload: utf8("Hello") };
  assert.equal(toHex(buildFrame(hello)), "810548656c6c6f");
  assert.equal(toHex(buildFrame(hello, fromHex("37fa213d"))), "818537fa213d7f9f4d5158");
  const [frame] = new FrameReader().push(fromHex("818537fa213d7f9f4d5158"));
  assert.equal(text(frame?.payload), "Hello");
  const parts = new FrameReader().push(fromHex("010348656c80026c6f"));
  assert.deepEqual(parts.map(({ final, opcode, payload }) => [final, opcode, text(payload)]), [
    [false, OPCODE.text, "Hel"],
    [true, OPCODE.continuation, "lo"],
  ]);
  const long = buildFrame({ final: true, opcode: OPCODE.binary, payload: new Uint8Array(65_536) });
  assert.equal(toHex(long.subarray(0, 10)), "827f0000000000010000");
});

Deno.test("FrameReader gives the same frames however the octets are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 7 }),
    (payloads, size) => {
      const all = payloads.map((payload) =>
        buildFrame({ final: true, opcode: OPCODE.binary, payload }, Uint8Array.of(1, 2, 3, 4))
      );
      const octets = Uint8Array.from(all.flatMap((one) => [...one]));
      const reader = new FrameReader();
      const found: Uint8Array[] = [];
      for (let at = 0; at < octets.length; at += size) {
        found.push(...reader.push(octets.subarray(at, at + size)).map(({ payload }) => payload));
      }
      assert.deepEqual(found.map(toHex), payloads.map(toHex));
    },
  ));
});

Deno.test("FrameReader refuses reserved bits and opcodes, and frames that are too long", () => {
  for (const bad of ["c100", "8300", "827f00000000ffffffff"]) {
    assert.throws(() => new FrameReader().push(fromHex(bad)), WireSyntaxError, bad);
  }
});

Deno.test("FrameReader and parseUpgradeAnswer() throw WireSyntaxError or nothing, whatever comes", () => {
  const only = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      assert(error instanceof WireSyntaxError);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
    only(() => new FrameReader(100).push(octets));
    only(() => parseUpgradeAnswer(octets));
  }));
});

Deno.test("parseUpgradeAnswer() waits for the whole header", () => {
  const answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
  assert.equal(parseUpgradeAnswer(utf8(answer.slice(0, -1))), undefined);
  const parsed = parseUpgradeAnswer(utf8(`${answer}rest`));
  assert.equal(parsed?.status, 101);
  assert.equal(parsed.headers.get("sec-websocket-protocol"), "sip");
  assert.equal(parsed.length, answer.length);
  assert.throws(() => parseUpgradeAnswer(utf8("SIP/2.0 200 OK\r\n\r\n")), WireSyntaxError);
});

Deno.test("buildUpgrade() asks as RFC 6455 4.1 has it", () => {
  const asked = text(buildUpgrade({ host: "h:80", path: "/", key: "dGhl", protocol: "sip" }));
  assert.match(asked, /^GET \/ HTTP\/1\.1\r\nHost: h:80\r\n/);
  assert.match(asked, /\r\nSec-WebSocket-Protocol: sip\r\n/);
  assert(asked.endsWith("\r\n\r\n"));
});
