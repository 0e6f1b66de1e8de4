import assert from "node:assert/strict";
import type { TapRecord } from "../../net/types.ts";
import { parsePcapng } from "../../wire/pcapng.ts";
import type { TraceRecord } from "../events.ts";
import type { EvidenceSink } from "../evidence_sink.ts";
import { createEvidence, evidenceFolder, type EvidenceOptions } from "./mod.ts";

const REGISTER = octets(
  "REGISTER sip:home1.net SIP/2.0\r\nAuthorization: Digest password=swordfish\r\nContent-Length: 0\r\n\r\n",
);
const ANSWER = octets("SIP/2.0 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");

Deno.test("the recorder writes a numbered trace and a capture that point at each other", async () => {
  const { files, evidence } = recorder();
  const item: EvidenceSink = evidence.forCase("aka/challenge-hides-keys");
  const tap = item.tap("ue:alice");
  tap(sip("out", REGISTER, 1_790_000_000_000.25));
  item.note("now the answer");
  tap(sip("in", ANSWER, 1_790_000_000_012));
  assert.equal(item.latest(), 3);
  assert.equal(await item.finish(), "evidence/aka/challenge-hides-keys");
  assert.deepEqual([...files.keys()], [
    "evidence/aka/challenge-hides-keys/trace.jsonl",
    "evidence/aka/challenge-hides-keys/capture.pcapng",
  ]);
  const [first, note, last] = trace(files);
  assert.equal(first!.n, 1);
  assert.equal(first!.time, "2026-09-21T14:13:20.000250Z");
  assert.equal(first!.summary, "REGISTER sip:home1.net");
  assert.deepEqual([first!.local, first!.remote], ["192.0.2.1:40000", "[2001:db8::1]:5060"]);
  assert.deepEqual([note!.layer, note!.summary], ["note", "now the answer"]);
  assert.equal(last!.summary, "401 Unauthorized");
  assert.deepEqual(Uint8Array.fromBase64(last!.bytes), ANSWER);
  assert.deepEqual(packets(files).map(({ comment }) => comment), [
    "trace.jsonl#1 ue:alice: secret taken out",
    "trace.jsonl#3 ue:alice",
  ]);
});

Deno.test("the recorder takes secrets out of trace, capture, notes and attachments, unless they are to be kept", async () => {
  for (const keepSecrets of [false, true]) {
    const { files, evidence } = recorder({ keepSecrets });
    const item = evidence.forCase("a/b");
    item.tap("ue")(sip("out", REGISTER));
    item.note("the password is swordfish");
    item.attach("notes.txt", octets("swordfish"));
    item.attach("esp_sa", octets("keys"), { secret: true });
    item.tlsKeyLog("CLIENT_RANDOM 00 11");
    await item.finish();
    const found = [...files].filter(([, bytes]) =>
      new TextDecoder("latin1").decode(bytes).includes("swordfish")
    );
    const kept = trace(files).map(({ bytes }) => atob(bytes)).join().includes("swordfish");
    assert.deepEqual([found.length > 0, kept], [keepSecrets, keepSecrets]);
    assert.equal(files.has("evidence/a/b/esp_sa"), keepSecrets);
    assert.deepEqual(
      parsePcapng(files.get("evidence/a/b/capture.pcapng")!).tlsKeyLogs,
      keepSecrets ? ["CLIENT_RANDOM 00 11\n"] : [],
    );
    assert.equal(packets(files)[0]!.bytes.length, packets(files).length && 40 + 8 + REGISTER.length);
  }
});

Deno.test("the hash of a record is that of the octets kept, so a reader can check it", async () => {
  const { files, evidence } = recorder();
  const item = evidence.forCase("a/b");
  item.tap("ue")(sip("out", REGISTER));
  item.tap("ue")(sip("in", ANSWER));
  await item.finish();
  for (const { bytes, sha256 } of trace(files)) {
    assert.equal(
      new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.fromBase64(bytes))).toHex(),
      sha256,
    );
  }
});

Deno.test("numberOf() finds the record of a message that was remembered, or that serialises to it", () => {
  const item = recorder().evidence.forCase("a/b");
  const remembered = {};
  item.remember(remembered, ANSWER);
  assert.equal(item.numberOf(remembered), undefined);
  assert.equal(item.latest(), undefined);
  item.tap("ue")(sip("out", REGISTER));
  item.tap("ue")(sip("in", ANSWER));
  item.tap("ue")(sip("in", ANSWER));
  const message = { toBytes: () => REGISTER };
  assert.equal(item.numberOf(remembered), 2);
  assert.equal(item.numberOf(message), 1);
  assert.equal(item.numberOf({ ok: true, response: { toBytes: () => ANSWER } }), 2);
  assert.equal(item.numberOf({ toBytes: () => octets("other") }), undefined);
  assert.equal(item.numberOf([]), undefined);
});

Deno.test("the recorder keeps its memory bounded and says what it left out", async () => {
  const { files, evidence } = recorder({ maxBytes: REGISTER.length, maxRecords: 2 });
  const item = evidence.forCase("a/b");
  for (let i = 0; i < 5; i++) item.tap("ue")(sip("out", REGISTER));
  assert.equal(item.latest(), 2);
  await item.finish();
  const [first, second] = trace(files);
  assert.notEqual(first!.bytes, "");
  assert.equal(second!.bytes, "");
  assert.match(second!.note!, /octets not kept.*3 later records not kept/);
  assert.equal(packets(files).length, 1);
});

Deno.test("the recorder copies: a buffer used again does not change what was recorded", () => {
  const item = recorder().evidence.forCase("a/b");
  const buffer = ANSWER.slice();
  item.tap("ue")(sip("in", buffer));
  buffer.fill(0);
  assert.deepEqual(Uint8Array.fromBase64(item.records()[0]!.bytes), ANSWER);
});

Deno.test("finish() writes once, and nothing where nothing was sent", async () => {
  const { files, evidence } = recorder();
  const silent = evidence.forCase("a/silent");
  silent.note("never got there");
  assert.equal(await silent.finish(), null);
  assert.equal(files.size, 0);
  const item = evidence.forCase("a/b", 2);
  item.tap("ue")(sip("out", REGISTER));
  assert.deepEqual(await Promise.all([item.finish(), item.finish()]), ["evidence/a/b@2", "evidence/a/b@2"]);
  item.tap("ue")(sip("out", REGISTER));
  assert.equal(files.size, 2);
});

Deno.test("summaries of what is no message say what it is", () => {
  const item = recorder().evidence.forCase("a/b");
  const tap = item.tap("ue");
  tap(sip("out", octets("\r\n\r\n")));
  tap({ ...sip("in", Uint8Array.of(1, 2, 3)), layer: "esp", transport: "ip" });
  tap({ ...sip("in", Uint8Array.of(0, 0, 4, 0xd2, 0, 0, 0, 7, 1)), layer: "esp", transport: "udp" });
  tap({ ...sip("in", new Uint8Array(0)), layer: "tcp", transport: "tcp", note: "connection refused" });
  tap(sip("in", octets("nonsense\r\n")));
  tap({ ...sip("out", octets("POST /signing HTTP/1.1\r\n\r\n")), layer: "http", transport: "tcp" });
  assert.deepEqual(item.records().map(({ summary }) => summary), [
    "keep-alive",
    "ESP 3 octets",
    "ESP SPI 0x000004d2 sequence 7, 9 octets",
    "connection refused",
    "SIP 10 octets",
    "POST /signing",
  ]);
});

Deno.test("evidenceFolder() gives two cases never the same folder", () => {
  assert.equal(evidenceFolder("aka/a-b"), "evidence/aka/a-b");
  assert.equal(evidenceFolder("aka/a.b"), "evidence/aka/a%2eb");
  assert.equal(evidenceFolder("../../etc/ü", 3), "evidence/%2e%2e/%2e%2e/etc/%c3%bc@3");
});

function recorder(options: Partial<EvidenceOptions> = {}) {
  const files = new Map<string, Uint8Array>();
  const writeFile = (path: string, bytes: Uint8Array) => Promise.resolve(void files.set(path, bytes));
  return { files, evidence: createEvidence({ writeFile, secrets: ["swordfish"], ...options }) };
}

function sip(direction: "in" | "out", bytes: Uint8Array, at = 1_790_000_000_000): TapRecord {
  return {
    at,
    direction,
    layer: "sip",
    transport: "udp",
    local: { address: "192.0.2.1", port: 40_000 },
    remote: { address: "2001:db8::1", port: 5060 },
    bytes,
  };
}

function trace(files: Map<string, Uint8Array>): TraceRecord[] {
  const path = [...files.keys()].find((each) => each.endsWith("trace.jsonl"))!;
  return new TextDecoder().decode(files.get(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
}

function packets(files: Map<string, Uint8Array>) {
  return parsePcapng(files.get([...files.keys()].find((each) => each.endsWith(".pcapng"))!)!).packets;
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
