import { strict as assert } from "node:assert";
import { expandEspKeys } from "../../../harness/crypto/mod.ts";
import { type EspPair, EspSa } from "../../../harness/wire/esp.ts";
import { type EspDefects, FaultySa } from "./faulty_sa.ts";

const KEYS = { ck: new Uint8Array(16).fill(1), ik: new Uint8Array(16).fill(2) };
const OTHER = { ck: new Uint8Array(16).fill(3), ik: new Uint8Array(16).fill(4) };
const PAIRS: readonly EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
  { integrity: "aes-gmac", encryption: "null" },
  { integrity: "null", encryption: "aes-gcm" },
];
const GCM = PAIRS[3]!;
const PAYLOAD = new TextEncoder().encode("REGISTER sip:home1.net SIP/2.0");

function ends(pair: EspPair, defects: EspDefects, keys = KEYS) {
  const random = (octets: number) => crypto.getRandomValues(new Uint8Array(octets));
  return {
    ue: new EspSa({ spi: 1000, keys: expandEspKeys(pair, keys), random }),
    pcscf: new FaultySa({ spi: 1000, keys: expandEspKeys(pair, KEYS), random }, defects),
  };
}

Deno.test("FaultySa without defects opens what is right, and nothing else", () => {
  for (const pair of PAIRS) {
    const { ue, pcscf } = ends(pair, {});
    const packet = ue.protect(PAYLOAD, 17);
    assert.equal(pcscf.open(packet).ok, true);
    assert.equal(pcscf.open(packet).ok, false);
    assert.equal(pcscf.open(ue.protect(PAYLOAD, 17, { icv: "wrong" })).ok, false);
  }
});

Deno.test("FaultySa that ignores the ICV gets at the payload under every pair", () => {
  for (const pair of PAIRS) {
    const { ue, pcscf } = ends(pair, { ignoresIcv: true });
    const opened = pcscf.open(ue.protect(PAYLOAD, 17, { icv: "wrong" }));
    assert.ok(opened.ok);
    assert.deepEqual([opened.payload, opened.nextHeader], [PAYLOAD, 17]);
  }
});

Deno.test("FaultySa tries the keys it is given", () => {
  for (const pair of PAIRS) {
    const { ue, pcscf } = ends(pair, { otherKeys: [expandEspKeys(pair, OTHER)] }, OTHER);
    assert.equal(pcscf.open(ue.protect(PAYLOAD, 17)).ok, true);
  }
});

Deno.test("FaultySa takes tags of which 8 octets are right, and no others", () => {
  const { ue, pcscf } = ends(GCM, { shortTag: true });
  const packet = ue.protect(PAYLOAD, 17);
  const cut = packet.slice(0, packet.length - 8);
  const half = packet.slice();
  half.fill(0, half.length - 8);
  const wrong = packet.slice();
  wrong[wrong.length - 16]! ^= 1;
  assert.deepEqual([half, cut, wrong].map((one) => pcscf.open(one).ok), [true, true, false]);
});

Deno.test("FaultySa leaves the IV out of GMAC both ways", () => {
  const [one, other] = [ends(PAIRS[2]!, { gmacWithoutIv: true }), ends(PAIRS[2]!, { gmacWithoutIv: true })];
  assert.equal(one.ue.open(one.pcscf.protect(PAYLOAD, 17)).ok, false);
  assert.equal(one.pcscf.open(one.ue.protect(PAYLOAD, 17)).ok, false);
  assert.equal(other.pcscf.open(one.pcscf.protect(PAYLOAD, 17)).ok, true);
});

Deno.test("FaultySa begins its sequence numbers anew, and takes any protocol for UDP", () => {
  const { ue, pcscf } = ends(GCM, { restartsAfter: 2, anyProtocol: true });
  const sent = Array.from({ length: 4 }, () => new DataView(pcscf.protect(PAYLOAD, 17).buffer).getUint32(4));
  assert.deepEqual(sent, [1, 2, 1, 2]);
  const opened = pcscf.open(ue.protect(PAYLOAD, 132));
  assert.ok(opened.ok && opened.nextHeader === 17);
});
