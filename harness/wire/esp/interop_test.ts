/** ESP against programs no one here wrote: tshark opens what we make, scapy opens it and makes what we open. */
import assert from "node:assert/strict";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import { expandEspKeys } from "../../crypto/ipsec_keys.ts";
import { firstUsable, runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { parseIp } from "../ip.ts";
import { buildTcpPacket, TCP_FLAG } from "../tcp.ts";
import { buildUdpPacket, parseUdp } from "../udp.ts";
import { openTransport, openTunnel, protectTransport, protectTunnel } from "./modes.ts";
import { EspSa } from "./sa.ts";
import type { EspPair } from "./algorithms.ts";
import { UDP_ENCAPSULATION_PORT } from "./udp_encapsulation.ts";
import { wiresharkEspSa } from "./wireshark.ts";

const REGISTER = "REGISTER sip:ims.example.org SIP/2.0\r\n" +
  "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1\r\n" +
  "From: <sip:alice@ims.example.org>;tag=1\r\nTo: <sip:alice@ims.example.org>\r\n" +
  "Call-ID: interop\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n";

const PAIRS: EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
  { integrity: "hmac-sha-1-96", encryption: "des-ede3-cbc" },
  { integrity: "hmac-md5-96", encryption: "null" },
  { integrity: "hmac-md5-96", encryption: "aes-cbc" },
  { integrity: "hmac-md5-96", encryption: "des-ede3-cbc" },
  { integrity: "aes-gmac", encryption: "null" },
  { integrity: "null", encryption: "aes-gcm" },
  { integrity: "null", encryption: "aes-cbc" },
  { integrity: "null", encryption: "null" },
];
const CK = fromHex("000102030405060708090a0b0c0d0e0f");
const IK = fromHex("101112131415161718191a1b1c1d1e1f");
const ADDRESSES = {
  4: { source: "192.0.2.1", destination: "192.0.2.2" },
  6: { source: "2001:db8::1", destination: "2001:db8::2" },
} as const;
const SEQUENCE = 1001;

interface Sample {
  readonly name: string;
  readonly version: 4 | 6;
  readonly mode: "transport" | "udp-tunnel";
  readonly spi: number;
  readonly keys: ReturnType<typeof expandEspKeys>;
  readonly clear: Uint8Array;
}

/** Every pair, IPv4 and IPv6, UDP and TCP, transport and UDP-encapsulated tunnel; each on an SPI of its own. */
const SAMPLES: Sample[] = PAIRS.flatMap((pair, pairIndex) =>
  ([4, 6] as const).flatMap((version) =>
    (["transport", "udp-tunnel"] as const).map((mode, modeIndex): Sample => ({
      name: `${pair.integrity} with ${pair.encryption}, IPv${version}, ${mode}`,
      version,
      mode,
      spi: 0x10000000 + pairIndex * 16 + version * 2 + modeIndex,
      keys: expandEspKeys(pair, { ck: CK, ik: IK }),
      clear: clearPacket(version, modeIndex === 0 && version === 6 ? "tcp" : "udp", 40000 + pairIndex),
    }))
  )
);

/** Each sample has a source port of its own, else tshark takes the TCP ones for retransmissions of the first. */
function clearPacket(version: 4 | 6, transport: "udp" | "tcp", sourcePort: number): Uint8Array {
  const fields = { ...ADDRESSES[version], sourcePort, destinationPort: 5061, payload: utf8(REGISTER) };
  if (transport === "udp") return buildUdpPacket(fields);
  return buildTcpPacket({ ...fields, sequence: 1, acknowledgement: 1, flags: TCP_FLAG.ack | TCP_FLAG.psh });
}

function association({ spi, keys }: Sample): EspSa {
  const sa = new EspSa({
    spi,
    keys,
    random: (octets) => Uint8Array.from({ length: octets }, (_, i) => 0xa0 + i),
  });
  sa.continueAt(SEQUENCE);
  return sa;
}

function make(sample: Sample): Uint8Array {
  const sa = association(sample);
  if (sample.mode === "transport") return protectTransport(sa, sample.clear);
  return buildUdpPacket({
    ...ADDRESSES[sample.version],
    sourcePort: UDP_ENCAPSULATION_PORT,
    destinationPort: UDP_ENCAPSULATION_PORT,
    payload: protectTunnel(sa, sample.clear),
  });
}

const PROBE = ["-c", "import cryptography, scapy.layers.ipsec"];
const scapy = await firstUsable(["python3", "/usr/bin/python3"], PROBE);
const noScapy = "missing" in scapy ? scapy.missing : undefined;
const noTshark = await whyNot("tshark", ["--version"]);

toolTest("scapy opens every packet made here", noScapy, async () => {
  const answers = await askScapy("open", SAMPLES.map((sample) => job(sample, make(sample))));
  for (const [i, sample] of SAMPLES.entries()) sameTransport(answers[i], sample);
});

toolTest("every packet scapy makes is opened here", noScapy, async () => {
  const jobs = SAMPLES.map((sample) => job(sample, sample.clear));
  const answers = await askScapy("make", jobs);
  for (const [i, sample] of SAMPLES.entries()) {
    const wire = answers[i];
    assert.equal(typeof wire, "string", `${sample.name}: ${JSON.stringify(wire)}`);
    const ip = parseIp(fromHex(wire as string));
    const sa = association(sample);
    const opened = sample.mode === "transport"
      ? openTransport(sa, fromHex(wire as string))
      : openTunnel(sa, parseUdp(ip.payload).payload);
    assert.ok(opened.ok, `${sample.name}: ${!opened.ok && opened.reason}`);
    assert.equal(opened.esp.sequence, SEQUENCE, sample.name);
    sameTransport(toHex(opened.packet), sample);
  }
});

toolTest("scapy refuses a packet with a wrong ICV", noScapy, async () => {
  const withIcv = SAMPLES.filter(({ keys, mode }) =>
    mode === "transport" && (keys.integrity !== "null" || keys.encryption === "aes-gcm")
  );
  const jobs = withIcv.map((sample) => {
    const wire = protectTransport(association(sample), sample.clear, { sequence: SEQUENCE, icv: "wrong" });
    return job(sample, wire);
  });
  for (const [i, answer] of (await askScapy("open", jobs)).entries()) {
    assert.match(JSON.stringify(answer), /IntegrityError|InvalidTag/, withIcv[i]?.name);
  }
});

toolTest("tshark decrypts every packet made here and finds its ICV good", noTshark, async () => {
  const samples = SAMPLES.filter(({ keys }) => keys.integrity !== "aes-gmac"); // unknown to Wireshark
  const fields = ["esp.spi", "esp.sequence", "esp.icv_good", "sip.Method", "sip.Call-ID"];
  const rows = await tshark(samples.map(make), samples.map(tableLine), fields);
  assert.equal(rows.length, samples.length);
  for (const [i, sample] of samples.entries()) {
    const [spi, sequence, icvGood, method, callId] = rows[i] as string[];
    assert.equal(Number(spi), sample.spi, sample.name);
    assert.equal(Number(sequence), SEQUENCE, sample.name);
    assert.equal(method, "REGISTER", sample.name);
    assert.equal(callId, "interop", sample.name);
    const hasIcv = sample.keys.integrity !== "null" || sample.keys.encryption === "aes-gcm";
    if (hasIcv) assert.match(icvGood ?? "", /^(1|True)$/, sample.name);
  }
});

toolTest("tshark finds a wrong ICV bad", noTshark, async () => {
  const samples = SAMPLES.filter(({ keys, mode }) =>
    keys.integrity.startsWith("hmac") && mode === "transport"
  );
  const packets = samples.map((sample) =>
    protectTransport(association(sample), sample.clear, { icv: "wrong" })
  );
  const rows = await tshark(packets, samples.map(tableLine), ["esp.icv_bad"]);
  for (const [i, [bad]] of rows.entries()) assert.match(bad ?? "", /^(1|True)$/, samples[i]?.name);
});

toolTest("tshark finds the checksums of IP, UDP and TCP made here good", noTshark, async () => {
  const packets = ([4, 6] as const).flatMap((version) => [
    clearPacket(version, "udp", 5062),
    clearPacket(version, "tcp", 5062),
  ]);
  const good = (field: string) => `${field}.checksum.status`;
  const rows = await tshark(packets, [], [good("ip"), good("udp"), good("tcp")], [
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
  ]);
  assert.deepEqual(rows, [["1", "1", ""], ["1", "", "1"], ["", "1", ""], ["", "", "1"]]);
});

function job(sample: Sample, packet: Uint8Array): Record<string, unknown> {
  const { version, mode, spi, keys } = sample;
  return {
    version,
    mode,
    spi,
    sequence: SEQUENCE,
    integrity: keys.integrity,
    encryption: keys.encryption,
    integrityKey: toHex(keys.integrityKey),
    integritySalt: toHex(keys.integritySalt),
    encryptionKey: toHex(keys.encryptionKey),
    encryptionSalt: toHex(keys.encryptionSalt),
    packet: toHex(packet),
  };
}

async function askScapy(what: "make" | "open", jobs: readonly unknown[]): Promise<unknown[]> {
  assert.ok("command" in scapy);
  const script = new URL("../../../testdata/esp/interop.py", import.meta.url).pathname;
  const input = utf8(JSON.stringify({ make: [], open: [], [what]: jobs }));
  const { ok, stdout, stderr } = await runTool(scapy.command, [script], input);
  assert.ok(ok, stderr);
  return JSON.parse(new TextDecoder().decode(stdout))[what];
}

/** The transport part and the addresses must be those of the clear packet; the IP header may differ otherwise. */
function sameTransport(answer: unknown, sample: Sample): void {
  assert.equal(typeof answer, "string", `${sample.name}: ${JSON.stringify(answer)}`);
  const [got, sent] = [parseIp(fromHex(answer as string)), parseIp(sample.clear)];
  const facts = (ip: typeof got) => [ip.source, ip.destination, ip.protocol, toHex(ip.payload)];
  assert.deepEqual(facts(got), facts(sent), sample.name);
}

function tableLine({ version, spi, keys }: Sample): string {
  return wiresharkEspSa({ ...ADDRESSES[version], spi, keys }) as string;
}

/** One row of field values per packet. */
async function tshark(
  packets: readonly Uint8Array[],
  espSa: readonly string[],
  fields: readonly string[],
  preferences: readonly string[] = [
    "esp.enable_encryption_decode:TRUE",
    "esp.enable_authentication_check:TRUE",
  ],
): Promise<string[][]> {
  const options = [...preferences, ...espSa.map((line) => `uat:esp_sa:${line}`)].flatMap((o) => ["-o", o]);
  const ports = ["-d", "udp.port==5061,sip", "-d", "tcp.port==5061,sip"];
  const columns = fields.flatMap((field) => ["-e", field]);
  const args = ["-r", "-", ...options, ...ports, "-T", "fields", ...columns];
  const { ok, stdout, stderr } = await runTool("tshark", args, pcap(packets));
  assert.ok(ok, stderr);
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split("\t"));
}

/** The classic capture format with link type 101, raw IP. */
function pcap(packets: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(24 + packets.reduce((sum, packet) => sum + 16 + packet.length, 0));
  const view = new DataView(out.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, 0xffff, 101].forEach((word, i) => view.setUint32(4 * i, word));
  let at = 24;
  for (const packet of packets) {
    [0, 0, packet.length, packet.length].forEach((word, i) => view.setUint32(at + 4 * i, word));
    out.set(packet, at + 16);
    at += 16 + packet.length;
  }
  return out;
}
