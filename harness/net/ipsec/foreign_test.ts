/** What real sockets carried, judged by programs no one here wrote: scapy opens it, tshark reads the SIP in it. */
import assert from "node:assert/strict";
import { firstUsable, runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { encodeCapture } from "../../wire/capture.ts";
import { type EspPair, parseEspHeader, wiresharkEspSa } from "../../wire/esp.ts";
import { fromHex, parseIp, parseTcp, parseUdp, toHex, utf8 } from "../../wire/mod.ts";
import { systemClock } from "../clock.ts";
import { systemNet } from "../net.ts";
import { checkRawIp } from "../raw_ip.ts";
import { loopback } from "../testing/loopback.ts";
import { noRawSockets } from "../testing/unprivileged.ts";
import type { Framer, TapRecord } from "../types.ts";
import { flow, keysOf, openPair, SPI_A, SPI_B } from "./testing/pair.ts";
import type { IpsecOptions } from "./types.ts";

const UE = loopback(1);
const PCSCF = loopback(2);
const PORT = 15_063;
const MESSAGE = "MESSAGE sip:bob@ims.example.org SIP/2.0\r\n" +
  "Via: SIP/2.0/UDP 192.0.2.1:15062;branch=z9hG4bK1\r\n" +
  "From: <sip:alice@ims.example.org>;tag=1\r\nTo: <sip:bob@ims.example.org>\r\n" +
  "Call-ID: inside-esp\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n";

const PAIRS: EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
  { integrity: "aes-gmac", encryption: "null" },
  { integrity: "null", encryption: "aes-gcm" },
];

const noRaw = await noRawSockets(() => checkRawIp("127.0.0.1"));
const scapy = await firstUsable(["python3", "/usr/bin/python3"], [
  "-c",
  "import cryptography, scapy.layers.ipsec",
]);
const noScapy = noRaw ?? ("missing" in scapy ? scapy.missing : undefined);
const noTshark = await whyNot("tshark", ["--version"]);

for (const pair of PAIRS) {
  const what = `${pair.integrity} with ${pair.encryption}`;
  toolTest(`scapy opens what raw sockets carried of UDP and TCP under ${what}`, noScapy, async () => {
    // Raw IP hands us the packets of other programs, too; those were refused, and a note says why.
    const arrived = (await exchange(pair, { raw: true })).filter(isEsp)
      .filter(({ direction, note }) => direction === "in" && note === undefined);
    const clear = (await openByScapy(pair, arrived)).map((hex) => parseIp(fromHex(hex)));
    const udp = clear.filter(({ protocol }) => protocol === 17).map((ip) => parseUdp(ip.payload, ip));
    assert.deepEqual(udp.map(({ payload, checksumOk }) => [new TextDecoder().decode(payload), checksumOk]), [
      [MESSAGE, true],
    ]);
    const tcp = clear.filter(({ protocol }) => protocol === 6).map((ip) => parseTcp(ip.payload, ip));
    assert.ok(tcp.every(({ checksumOk, destinationPort }) => checksumOk && destinationPort === PORT));
    assert.equal(tcp.map(({ payload }) => new TextDecoder().decode(payload)).join(""), MESSAGE);
  });
}

// Wireshark does not know AES-GMAC.
for (const pair of PAIRS.filter(({ integrity }) => integrity !== "aes-gmac")) {
  for (
    const [name, carriers, missing] of [["raw", { raw: true }, noRaw], [
      "udp",
      { udp: {} },
      undefined,
    ]] as const
  ) {
    const what = `${pair.integrity} with ${pair.encryption}`;
    toolTest(
      `tshark reads SIP over UDP and TCP in what carrier "${name}" told, under ${what}`,
      noTshark ?? missing,
      async () => {
        const told = await exchange(pair, carriers);
        const rows = await tshark(pair, encodeCapture(told.filter(isEsp)));
        const sip = rows.filter(([method]) => method === "MESSAGE");
        assert.deepEqual(sip.map(([, callId, icvGood]) => [callId, icvGood]), [
          ["inside-esp", "1"],
          ["inside-esp", "1"],
        ]);
        assert.deepEqual(sip.map(([, , , udp, tcp]) => [udp?.includes(`${PORT}`), tcp]), [
          [true, ""],
          [false, `${PORT}`],
        ]);
      },
    );
  }
}

/** A message over UDP and one over TCP; gives what the receiver's tap heard. */
async function exchange(algorithms: EspPair, carriers: IpsecOptions["carriers"]): Promise<TapRecord[]> {
  const { a, b, close } = await openPair({
    net: systemNet,
    clock: systemClock,
    addresses: [UE, PCSCF],
    carriers: [carriers, carriers],
    algorithms,
  });
  for (const transport of ["udp", "tcp"] as const) {
    const ue = await a.host.open(transport, { port: 0, listen: false, framer: wholeMessages });
    const pcscf = await b.host.open(transport, { port: PORT, framer: wholeMessages });
    await ue.send(utf8(MESSAGE), flow(transport, ue.local, pcscf.local));
    assert.equal(new TextDecoder().decode((await pcscf.receive())?.bytes), MESSAGE);
    await pcscf.close();
    await ue.close();
  }
  await close();
  return b.told;
}

function isEsp({ layer, bytes }: TapRecord): boolean {
  return layer === "esp" && bytes.length > 0;
}

function wholeMessages(): Framer {
  let rest = "";
  return {
    push(bytes) {
      rest += new TextDecoder().decode(bytes);
      if (!rest.endsWith("\r\n\r\n")) return [];
      const whole = utf8(rest);
      rest = "";
      return [whole];
    },
  };
}

async function openByScapy(pair: EspPair, records: readonly TapRecord[]): Promise<string[]> {
  assert.ok("command" in scapy);
  const { integrityKey, integritySalt, encryptionKey, encryptionSalt } = keysOf(pair);
  const jobs = records.map(({ bytes }) => ({
    version: 4,
    mode: "transport",
    ...parseEspHeader(parseIp(bytes).payload),
    ...pair,
    integrityKey: toHex(integrityKey),
    integritySalt: toHex(integritySalt),
    encryptionKey: toHex(encryptionKey),
    encryptionSalt: toHex(encryptionSalt),
    packet: toHex(bytes),
  }));
  const script = new URL("../../../testdata/esp/interop.py", import.meta.url).pathname;
  const { ok, stdout, stderr } = await runTool(
    scapy.command,
    [script],
    utf8(JSON.stringify({ make: [], open: jobs })),
  );
  assert.ok(ok, stderr);
  const { open } = JSON.parse(new TextDecoder().decode(stdout)) as { open: unknown[] };
  return open.map((answer) => {
    assert.equal(typeof answer, "string", JSON.stringify(answer));
    return answer as string;
  });
}

/** Method, Call-ID, "the ICV is good", destination ports of UDP and TCP; a row per packet. */
async function tshark(pair: EspPair, capture: Uint8Array): Promise<string[][]> {
  const lines = [SPI_A, SPI_B].map((spi) =>
    wiresharkEspSa({ source: "*", destination: "*", spi, keys: keysOf(pair) })
  );
  const options = [
    "esp.enable_encryption_decode:TRUE",
    "esp.enable_authentication_check:TRUE",
    ...lines.map((line) => `uat:esp_sa:${line}`),
  ].flatMap((option) => ["-o", option]);
  const ports = ["-d", `udp.port==${PORT},sip`, "-d", `tcp.port==${PORT},sip`];
  const fields = ["sip.Method", "sip.Call-ID", "esp.icv_good", "udp.dstport", "tcp.dstport"];
  const columns = fields.flatMap((field) => ["-e", field]);
  const args = ["-r", "-", ...options, ...ports, "-T", "fields", ...columns];
  const { ok, stdout, stderr } = await runTool("tshark", args, capture);
  assert.ok(ok, stderr);
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split("\t"));
}
