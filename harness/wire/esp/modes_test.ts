import assert from "node:assert/strict";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import { expandEspKeys } from "../../crypto/ipsec_keys.ts";
import { buildIp, IP_PROTOCOL, parseIp } from "../ip.ts";
import { buildUdpPacket, parseUdp } from "../udp.ts";
import { WireSyntaxError } from "../errors.ts";
import { openTransport, openTunnel, protectTransport, protectTunnel } from "./modes.ts";
import { EspSa } from "./sa.ts";

const keys = expandEspKeys({ integrity: "hmac-sha-1-96", encryption: "aes-cbc" }, {
  ck: fromHex("000102030405060708090a0b0c0d0e0f"),
  ik: fromHex("101112131415161718191a1b1c1d1e1f"),
});
const sa = () => new EspSa({ spi: 9, keys, random: (octets) => new Uint8Array(octets) });
const ports = { sourcePort: 5061, destinationPort: 5062, payload: utf8("hello") };
const v4 = buildUdpPacket({ ...ports, source: "192.0.2.1", destination: "192.0.2.2" });
const v6 = buildUdpPacket({ ...ports, source: "2001:db8::1", destination: "2001:db8::2" });

for (const [version, packet] of [[4, v4], [6, v6]] as const) {
  Deno.test(`openTransport() undoes protectTransport(), IPv${version}`, () => {
    const [sender, receiver] = [sa(), sa()];
    const wire = protectTransport(sender, packet);
    const ip = parseIp(wire);
    assert.equal(ip.protocol, IP_PROTOCOL.esp);
    assert.equal(ip.checksumOk, true);
    const received = openTransport(receiver, wire);
    assert.ok(received.ok);
    assert.equal(toHex(received.packet), toHex(packet));
    const inner = parseIp(received.packet);
    assert.equal(parseUdp(inner.payload, inner).checksumOk, true);
  });

  Deno.test(`openTunnel() undoes protectTunnel(), IPv${version}`, () => {
    const [sender, receiver] = [sa(), sa()];
    const received = openTunnel(receiver, protectTunnel(sender, packet));
    assert.ok(received.ok);
    assert.equal(received.esp.nextHeader, version === 4 ? 4 : 41);
    assert.equal(toHex(received.packet), toHex(packet));
  });
}

Deno.test("openTransport() tells what is no ESP from what is not authentic", () => {
  assert.deepEqual(openTransport(sa(), v4), { ok: false, reason: "not-esp" });
  const wire = protectTransport(sa(), v4, { icv: "wrong" });
  assert.deepEqual(openTransport(sa(), wire), { ok: false, reason: "icv", spi: 9, sequence: 1 });
  assert.throws(() => openTransport(sa(), new Uint8Array(3)), WireSyntaxError);
});

Deno.test("openTunnel() refuses what is no IP packet or has the wrong next header", () => {
  const reason = (payload: Uint8Array, nextHeader: number) => {
    const received = openTunnel(sa(), sa().protect(payload, nextHeader));
    return received.ok || received.reason;
  };
  assert.equal(reason(v4, IP_PROTOCOL.ipv6), "not-ip");
  assert.equal(reason(utf8("SIP"), IP_PROTOCOL.ipv4), "not-ip");
  assert.equal(reason(new Uint8Array(8), IP_PROTOCOL.none), "not-ip");
  assert.equal(reason(v4, IP_PROTOCOL.ipv4), true);
});

Deno.test("protectTransport() refuses fragments", () => {
  const fragment = buildIp({
    source: "192.0.2.1",
    destination: "192.0.2.2",
    protocol: 17,
    payload: new Uint8Array(8),
  });
  fragment[6] = 0x20;
  assert.throws(() => protectTransport(sa(), fragment), /fragment cannot be protected/);
});
