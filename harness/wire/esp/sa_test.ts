import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import { expandEspKeys } from "../../crypto/ipsec_keys.ts";
import { LocalMisuseError } from "../../errors.ts";
import type { EspKeys } from "./algorithms.ts";
import { EspSa, type EspSaOptions } from "./sa.ts";

const ck = fromHex("000102030405060708090a0b0c0d0e0f");
const ik = fromHex("101112131415161718191a1b1c1d1e1f");
const sha1Cbc = expandEspKeys({ integrity: "hmac-sha-1-96", encryption: "aes-cbc" }, { ck, ik });
const payload = utf8("OPTIONS sip:a SIP/2.0\r\n\r\n");

/** Octets that never repeat; a counter is enough for tests. */
function counter(): (octets: number) => Uint8Array {
  let n = 0;
  return (octets) => new Uint8Array(octets).fill(n = (n + 1) & 0xff);
}

function ends(options: Partial<EspSaOptions> & { keys?: EspKeys } = {}): [sender: EspSa, receiver: EspSa] {
  const all = { spi: 0x1001, keys: sha1Cbc, random: counter(), ...options };
  return [new EspSa(all), new EspSa(all)];
}

function verdict(receiver: EspSa, packet: Uint8Array): string {
  const received = receiver.open(packet);
  return received.ok ? "ok" : received.reason;
}

Deno.test("EspSa counts from 1 and the other end takes each packet once", () => {
  const [sender, receiver] = ends();
  const packets = [1, 2, 3].map(() => sender.protect(payload, 17));
  for (const [i, packet] of packets.entries()) {
    const received = receiver.open(packet);
    assert.ok(received.ok);
    assert.deepEqual([received.spi, received.sequence, received.nextHeader, received.dummy], [
      0x1001,
      i + 1,
      17,
      false,
    ]);
    assert.equal(toHex(received.payload), toHex(payload));
  }
  assert.deepEqual(packets.map((packet) => verdict(receiver, packet)), ["replay", "replay", "replay"]);
  assert.deepEqual([sender.sent, receiver.received], [3, 3]);
});

Deno.test("EspSa uses a fresh IV for each packet", () => {
  const [sender] = ends();
  const ivs = [1, 2].map(() => toHex(sender.protect(payload, 17).slice(8, 24)));
  assert.notEqual(ivs[0], ivs[1]);
});

Deno.test("EspSa.open() leaves the window alone when the ICV is wrong", () => {
  const [sender, receiver] = ends();
  assert.equal(verdict(receiver, sender.protect(payload, 17, { sequence: 5000, icv: "wrong" })), "icv");
  assert.equal(receiver.received, 0);
  assert.equal(verdict(receiver, sender.protect(payload, 17)), "ok");
});

Deno.test("EspSa.open() refuses a foreign SPI, a wrong key, what is left of the window and what is short", () => {
  const [sender, receiver] = ends({ replayWindow: 32 });
  const otherKeys = expandEspKeys(sha1Cbc, { ck: ik, ik: ck });
  assert.equal(verdict(receiver, sender.protect(payload, 17, { spi: 0x1002 })), "spi");
  assert.equal(verdict(receiver, sender.protect(payload, 17, { keys: otherKeys })), "icv");
  assert.equal(verdict(receiver, sender.protect(payload, 17, { sequence: 100 })), "ok");
  assert.equal(verdict(receiver, sender.protect(payload, 17, { sequence: 68 })), "stale");
  assert.equal(verdict(receiver, sender.protect(payload, 17, { sequence: 69 })), "ok");
  assert.equal(verdict(receiver, new Uint8Array(7)), "short");
});

Deno.test("EspSa.protect() with a sequence of its own does not move the counter", () => {
  const [sender] = ends();
  sender.protect(payload, 17, { sequence: 99 });
  assert.equal(sender.sent, 0);
  sender.continueAt(7);
  sender.protect(payload, 17);
  assert.equal(sender.sent, 7);
});

Deno.test("EspSa.protect() never cycles its sequence number", () => {
  const [sender] = ends();
  sender.continueAt(0xffffffff);
  sender.protect(payload, 17);
  assert.throws(() => sender.protect(payload, 17), LocalMisuseError);
  assert.equal(sender.sent, 0xffffffff);
});

Deno.test("EspSa.open() marks dummy packets", () => {
  const [sender, receiver] = ends();
  const received = receiver.open(sender.protect(new Uint8Array(8), 59));
  assert.ok(received.ok && received.dummy);
});

Deno.test("EspSa.open() refuses odd padding, and counts the packet as received", () => {
  const [sender, receiver] = ends();
  const padding = new Uint8Array(16 - (payload.length + 2) % 16);
  assert.equal(verdict(receiver, sender.protect(payload, 17, { padding })), "padding");
  assert.equal(receiver.received, 1);
  const [lenientSender, lenient] = ends({ anyPadding: true });
  assert.equal(verdict(lenient, lenientSender.protect(payload, 17, { padding })), "ok");
});

Deno.test("EspSa without a replay window takes a packet twice", () => {
  const [sender, receiver] = ends({ replayWindow: 0 });
  const packet = sender.protect(payload, 17);
  assert.deepEqual([verdict(receiver, packet), verdict(receiver, packet)], ["ok", "ok"]);
});

Deno.test("EspSa.protect() puts a given ICV in and refuses where there is none", () => {
  const [sender] = ends();
  const icv = fromHex("ff".repeat(12));
  assert.equal(toHex(sender.protect(payload, 17, { icv }).slice(-12)), toHex(icv));
  const [clear] = ends({ keys: expandEspKeys({ integrity: "null", encryption: "null" }, { ck, ik }) });
  assert.throws(() => clear.protect(payload, 17, { icv: "wrong" }), LocalMisuseError);
});

Deno.test("EspSa delivers every packet exactly once under loss, reordering and duplication within the window", () => {
  fc.assert(fc.property(fc.array(fc.nat(29), { maxLength: 90 }), (arrivals) => {
    const [sender, receiver] = ends({
      keys: expandEspKeys({ integrity: "null", encryption: "aes-gcm" }, { ck, ik }),
    });
    const packets = Array.from({ length: 30 }, (_, i) => sender.protect(Uint8Array.of(i), 17));
    const delivered = arrivals.flatMap((i) => {
      const received = receiver.open(packets[i] as Uint8Array);
      return received.ok ? [received.payload[0]] : [];
    });
    assert.deepEqual([...delivered].sort(), [...new Set(arrivals)].sort());
  }));
});

Deno.test("EspSa.protect() makes a packet of another pair where its keys are given", () => {
  const [sender, receiver] = ends();
  for (const encryption of ["null", "aes-gcm"] as const) {
    const integrity = encryption === "null" ? "hmac-sha-1-96" : "null";
    const keys = expandEspKeys({ integrity, encryption }, { ck, ik });
    const packet = sender.protect(payload, 17, { keys, icv: "wrong" });
    const [, other] = ends({ keys });
    assert.equal(verdict(other, packet), "icv");
    assert.notEqual(verdict(receiver, packet), "ok");
  }
});
