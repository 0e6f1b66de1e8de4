/**
 * How many ESP packets a second are made and opened, per algorithm pair, for a payload of 1.2 kB: `deno task bench`.
 *
 * "floor" is the same cryptography on node:crypto alone, on octets that lie ready: what remains between the two is
 * headers, padding, sequence numbers, the anti-replay window, comparing ICVs and copying. IVs come from a counter or
 * stay the same: chance is handed in and not ours to measure.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { expandEspKeys } from "../harness/crypto/mod.ts";
import { type EspKeys, type EspPair, EspSa, espSizes } from "../harness/wire/esp.ts";

const PAIRS: EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
  { integrity: "aes-gmac", encryption: "null" },
  { integrity: "null", encryption: "aes-gcm" },
  { integrity: "hmac-md5-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "des-ede3-cbc" },
];
const payload = Uint8Array.from({ length: 1200 }, (_, i) => i & 0xff);
const UDP = 17;
const filled = (octets: number, value: number) => new Uint8Array(octets).fill(value);

const rows = [["integrity, encryption", "protect", "floor", "share", "open", "floor", "share"]];
for (const pair of PAIRS) {
  const keys = expandEspKeys(pair, { ck: filled(16, 7), ik: filled(16, 9) });
  const [protect, open] = ours(keys);
  const [seal, unseal] = floor(keys);
  const [protectRate, sealRate, openRate, unsealRate] = ratesOf(protect, seal, open, unseal);
  rows.push([
    `${pair.integrity}, ${pair.encryption}`,
    ...[protectRate, sealRate].map(perSecond),
    share(protectRate, sealRate),
    ...[openRate, unsealRate].map(perSecond),
    share(openRate, unsealRate),
  ]);
}
print(rows);

type Work = () => number;

/** One SA that sends and one that receives; the receiver is renewed with each 64 packets, so that all are fresh. */
function ours(keys: EspKeys): [protect: Work, open: Work] {
  let count = 0;
  const options = { spi: 1, keys, random: (octets: number) => new Uint8Array(octets).fill(++count) };
  const sender = new EspSa(options);
  const packets = Array.from({ length: 64 }, () => sender.protect(payload, UDP));
  let receiver = new EspSa(options);
  let next = 0;
  return [
    () => sender.protect(payload, UDP).length,
    () => {
      const at = next++ & 63;
      if (at === 0) receiver = new EspSa(options);
      const received = receiver.open(packets[at] as Uint8Array);
      if (!received.ok) throw new Error(`the bench cannot open its own packet: ${received.reason}`);
      return received.payload.length;
    },
  ];
}

/** The same transforms without a packet around them. */
function floor(keys: EspKeys): [seal: Work, unseal: Work] {
  const { align, iv } = espSizes(keys);
  const body = new Uint8Array(Math.ceil((payload.length + 2) / align) * align);
  const aad = new Uint8Array(8);
  const whole = new Uint8Array(8 + iv + body.length);
  const { integrity, encryption, integrityKey, encryptionKey } = keys;
  const ivOctets = new Uint8Array(encryption === "aes-cbc" ? 16 : encryption === "des-ede3-cbc" ? 8 : 12);
  const hash = integrity === "hmac-md5-96" ? "md5" : "sha1";
  const mac = () => createHmac(hash, integrityKey).update(whole).digest().length;

  if (encryption === "aes-gcm") {
    const cipher = () => createCipheriv("aes-128-gcm", encryptionKey, ivOctets).setAAD(aad);
    const first = cipher();
    const sealed = first.update(body);
    first.final();
    const tag = first.getAuthTag();
    return [
      () => {
        const one = cipher();
        const out = one.update(body);
        one.final();
        return out.length + one.getAuthTag().length;
      },
      () => {
        const one = createDecipheriv("aes-128-gcm", encryptionKey, ivOctets).setAAD(aad).setAuthTag(tag);
        const out = one.update(sealed);
        one.final();
        return out.length;
      },
    ];
  }
  if (integrity === "aes-gmac") {
    const gmac = () => {
      const one = createCipheriv("aes-128-gcm", integrityKey, ivOctets).setAAD(whole);
      one.final();
      return one.getAuthTag().length;
    };
    return [gmac, gmac];
  }
  if (encryption === "null") return [mac, mac];
  const name = encryption === "aes-cbc" ? "aes-128-cbc" : "des-ede3-cbc";
  const crypt = (make: typeof createCipheriv | typeof createDecipheriv) => () => {
    const one = make(name, encryptionKey, ivOctets).setAutoPadding(false);
    const out = one.update(body);
    one.final();
    return out.length + mac();
  };
  return [crypt(createCipheriv), crypt(createDecipheriv)];
}

/** Medians of five rounds of about 80 ms, the works taking turns so that a busy machine hurts all alike. */
function ratesOf(...works: readonly [Work, Work, Work, Work]): [number, number, number, number] {
  for (const work of works) round(work);
  const rounds = Array.from({ length: 5 }, () => works.map(round));
  const median = (column: number) => rounds.map((r) => r[column] ?? 0).sort((a, b) => a - b)[2] ?? 0;
  return [median(0), median(1), median(2), median(3)];
}

function round(work: Work): number {
  const start = performance.now();
  let [count, elapsed, sink] = [0, 0, 0];
  do {
    for (let i = 0; i < 100; i++) sink += work();
    count += 100;
    elapsed = performance.now() - start;
  } while (elapsed < 80);
  if (sink === 0) throw new Error("nothing was computed");
  return count * 1000 / elapsed;
}

function perSecond(rate: number): string {
  return `${(rate / 1000).toFixed(1)}k/s`;
}

function share(rate: number, of: number): string {
  return `${Math.round(100 * rate / of)} %`;
}

function print(table: string[][]): void {
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0)));
  const align = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  const lines = table.map((cells) => cells.map(align).join("  "));
  Deno.stdout.writeSync(
    new TextEncoder().encode(`ESP, payload of ${payload.length} octets\n${lines.join("\n")}\n`),
  );
}
