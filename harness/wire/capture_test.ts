import assert from "node:assert/strict";
import { type CaptureRecord, encodeCapture } from "./capture.ts";
import { parsePcapng } from "./pcapng.ts";
import { parseIp } from "./ip.ts";
import { parseTcp } from "./tcp.ts";
import { parseUdp } from "./udp.ts";

const REGISTER = message("REGISTER sip:home1.net SIP/2.0", 0);
const UNAUTHORIZED = message("SIP/2.0 401 Unauthorized", 0);
const LONG = message("MESSAGE sip:bob@home1.net SIP/2.0", 4000);

const udp: CaptureRecord = {
  at: 1_790_000_000_000.25,
  direction: "out",
  layer: "sip",
  transport: "udp",
  local: { address: "192.0.2.1", port: 40_000 },
  remote: { address: "192.0.2.2", port: 5060 },
  bytes: REGISTER,
  comment: "trace.jsonl#1 ue:alice",
};
const tcp: CaptureRecord = { ...udp, transport: "tcp", connection: "c1" };
const v6 = {
  local: { address: "2001:db8::1", port: 40_001 },
  remote: { address: "2001:db8::2", port: 5060 },
};

Deno.test("encodeCapture() gives a datagram the headers it must have had", () => {
  const [first, second] = packets([udp, { ...udp, direction: "in", bytes: UNAUTHORIZED, at: udp.at + 1 }]);
  assert.equal(first!.at, 1_790_000_000_000_250_000n);
  assert.equal(first!.comment, "trace.jsonl#1 ue:alice");
  const ip = parseIp(first!.bytes);
  const datagram = parseUdp(ip.payload, ip);
  assert.deepEqual([ip.source, ip.destination], ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual([datagram.sourcePort, datagram.destinationPort], [40_000, 5060]);
  assert.deepEqual([ip.checksumOk, datagram.checksumOk], [true, true]);
  assert.deepEqual(datagram.payload, REGISTER);
  assert.equal(parseIp(second!.bytes).source, "192.0.2.2");
  assert.equal(second!.direction, "in");
});

Deno.test("encodeCapture() makes a whole conversation of a TCP connection", () => {
  const told = segments([tcp, { ...tcp, direction: "in", bytes: UNAUTHORIZED }, { ...tcp, bytes: LONG }]);
  assert.deepEqual(told.map(({ flags }) => flags), [
    "S",
    "SA",
    "A",
    "PA",
    "PA",
    "A",
    "A",
    "PA",
    "FA",
    "FA",
    "A",
  ]);
  const next: Record<number, number> = {};
  for (const { segment } of told) {
    const known = next[segment.sourcePort];
    if (known !== undefined) assert.equal(segment.sequence, known);
    next[segment.sourcePort] = segment.sequence + segment.payload.length + (segment.flags & 3 ? 1 : 0);
    if (segment.flags & 0x10) assert.equal(segment.acknowledgement, next[segment.destinationPort]);
  }
  assert.ok(told.every(({ segment }) => segment.checksumOk && segment.payload.length <= 1460));
});

Deno.test("encodeCapture() lets the other side open a connection that was accepted", () => {
  const [syn] = segments([{
    ...tcp,
    layer: "tcp",
    direction: "out",
    bytes: new Uint8Array(0),
    note: "accepted",
  }]);
  assert.equal(syn!.segment.sourcePort, 5060);
});

Deno.test("encodeCapture() ends a connection where the notes say so, and opens a new one afterwards", () => {
  const closed: CaptureRecord = {
    ...tcp,
    layer: "tcp",
    direction: "in",
    bytes: new Uint8Array(0),
    note: "closed by peer",
  };
  const told = segments([tcp, closed, tcp, { ...closed, note: "connection reset" }]);
  assert.deepEqual(told.map(({ flags }) => flags), [
    "S",
    "SA",
    "A",
    "PA",
    "FA",
    "FA",
    "A",
    "S",
    "SA",
    "A",
    "PA",
    "RA",
  ]);
});

Deno.test("encodeCapture() shows a refused connection as SYN and RST", () => {
  const refused: { -readonly [Key in keyof CaptureRecord]: CaptureRecord[Key] } = {
    ...tcp,
    layer: "tcp",
    bytes: new Uint8Array(0),
    note: "Cannot reach tcp 192.0.2.2:5060: connection refused",
  };
  delete refused.connection;
  assert.deepEqual(segments([refused]).map(({ flags }) => flags), ["S", "RA"]);
  assert.deepEqual(segments([{ ...refused, note: "no answer in 4000 ms" }]).map(({ flags }) => flags), ["S"]);
});

Deno.test("encodeCapture() keeps IP packets as they are and wraps bare ESP", () => {
  const packet = packets([udp])[0]!.bytes;
  const esp: CaptureRecord = { ...udp, layer: "esp", transport: "ip", bytes: packet };
  const [same, wrapped] = packets([esp, { ...esp, bytes: Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 1) }]);
  assert.deepEqual(same!.bytes, packet);
  assert.equal(parseIp(wrapped!.bytes).protocol, 50);
});

Deno.test("encodeCapture() puts clear views on interfaces of their own", () => {
  const { packets, interfaceNames } = parsePcapng(encodeCapture([
    udp,
    { ...udp, security: "sa-1" },
    { ...udp, layer: "esp", transport: "ip", security: "sa-1" },
    { ...tcp, transport: "tls" },
    { ...tcp, transport: "tls", layer: "tls", bytes: Uint8Array.of(22, 3, 1, 0, 0) },
  ]));
  assert.deepEqual(packets.slice(0, 4).map((each) => interfaceNames[each.interface]), [
    "wire",
    "inside-esp",
    "wire",
    "inside-tls",
  ]);
});

Deno.test("encodeCapture() writes something whatever the addresses are", () => {
  const odd = [["::", "192.0.2.1"], ["fe80::1%eth0", "::1"], ["localhost", "pcscf"], ["", ""]];
  const records = odd.map(([local, remote]) => ({
    ...udp,
    local: { address: local!, port: 1 },
    remote: { address: remote!, port: 2 },
  }));
  assert.deepEqual(packets(records).map(({ bytes }) => parseIp(bytes).source), [
    "0.0.0.0",
    "fe80::1",
    "0.0.0.0",
    "0.0.0.0",
  ]);
});

Deno.test("tshark reads SIP out of a capture, over UDP, TCP and inside TLS, IPv4 and IPv6", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/capture.pcapng`;
    const records: CaptureRecord[] = [
      udp,
      { ...udp, direction: "in", bytes: UNAUTHORIZED },
      { ...udp, ...v6 },
      {
        ...udp,
        local: { address: "127.0.0.2", port: 45_123 },
        remote: { address: "127.0.0.9", port: 45_999 },
      },
      tcp,
      { ...tcp, direction: "in", bytes: UNAUTHORIZED },
      { ...tcp, bytes: LONG },
      { ...tcp, ...v6, connection: "c2", bytes: LONG },
      {
        ...tcp,
        connection: "c3",
        local: { address: "127.0.0.2", port: 45_124 },
        remote: { address: "127.0.0.9", port: 45_998 },
      },
      { ...tcp, transport: "tls", connection: "c4", remote: { address: "192.0.2.2", port: 5061 } },
      { ...udp, security: "sa-1" },
    ];
    await Deno.writeFile(path, encodeCapture(records, { application: "imspeer test" }));
    const lines = await tshark(path);
    if (!lines) return void await t.step({ name: "tshark is not installed", ignore: true, fn: () => {} });
    const shown = lines.filter((line) => line.includes("sip"));
    const of = (protocols: string, what: string) =>
      shown.filter((line) => line.startsWith(protocols) && line.includes(what)).length;
    assert.equal(of("raw:ip:udp:sip", "REGISTER sip:home1.net"), 3);
    assert.equal(of("raw:ip:udp:sip", "401"), 1);
    assert.equal(of("raw:ipv6:udp:sip", "REGISTER"), 1);
    assert.equal(of("raw:ip:tcp:sip", "REGISTER sip:home1.net"), 2);
    assert.equal(of("raw:ip:tcp:sip", "MESSAGE sip:bob@home1.net"), 1);
    assert.equal(of("raw:ipv6:tcp:sip", "MESSAGE"), 1);
    assert.equal(of("exported_pdu:sip", "REGISTER"), 1);
    assert.ok(lines.every((line) => !line.includes("malformed")), lines.join("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** One line per packet: its protocols, and what SIP it holds. Undefined without tshark, which only CI insists on. */
async function tshark(path: string): Promise<string[] | undefined> {
  const fields = [
    "frame.protocols",
    "sip.Request-Line",
    "sip.Status-Line",
    "_ws.malformed",
    "_ws.expert.message",
  ];
  const args = ["-r", path, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  try {
    const run = await new Deno.Command("tshark", { args, stdout: "piped", stderr: "piped" }).output();
    assert.equal(run.code, 0, new TextDecoder().decode(run.stderr));
    return new TextDecoder().decode(run.stdout).trimEnd().split("\n");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    assert.notEqual(Deno.env.get("CI"), "true", "tshark must be installed in CI (Debian: tshark)");
    return undefined;
  }
}

function packets(records: readonly CaptureRecord[]) {
  return parsePcapng(encodeCapture(records)).packets;
}

function segments(records: readonly CaptureRecord[]) {
  return packets(records).map(({ bytes }) => {
    const ip = parseIp(bytes);
    const segment = parseTcp(ip.payload, ip);
    const flags = [[2, "S"], [8, "P"], [1, "F"], [4, "R"], [16, "A"]] as const;
    return { segment, flags: flags.map(([bit, name]) => segment.flags & bit ? name : "").join("") };
  });
}

/** A SIP message of our own making (no capture of anybody's). */
function message(startLine: string, bodyLength: number): Uint8Array {
  return new TextEncoder().encode([
    startLine,
    "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bK1",
    "Max-Forwards: 70",
    "From: <sip:alice@home1.net>;tag=1",
    "To: <sip:alice@home1.net>",
    "Call-ID: 1",
    "CSeq: 1 REGISTER",
    ...(bodyLength > 0 ? ["Content-Type: text/plain"] : []),
    `Content-Length: ${bodyLength}`,
    "",
    "x".repeat(bodyLength),
  ].join("\r\n"));
}
