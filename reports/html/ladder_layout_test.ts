import assert from "node:assert/strict";
import { sampleTraces } from "../testing/sample.ts";
import { tlsTrace } from "../testing/sample_trace.ts";
import { isCiphertext, ladderLayout } from "./ladder_layout.ts";

Deno.test("ladderLayout() puts the device between the two ends of a call", () => {
  const { participants, rows } = ladderLayout(sampleTraces("privacy/withheld-identity"));
  assert.deepEqual(participants.map(({ name, ours }) => [name, ours]), [
    ["ue:alice", true],
    ["198.51.100.5", false],
    ["ue:bob", true],
  ]);
  assert.deepEqual(rows.slice(0, 4).map(({ from, to }) => [from, to]), [[0, 1], [1, 0], [1, 2], [2, 1]]);
});

Deno.test("ladderLayout() knows requests, responses, notes and other traffic", () => {
  const register = ladderLayout(sampleTraces("aka/registers")).rows;
  assert.deepEqual(register.map(({ kind, statusClass }) => [kind, statusClass]), [
    ["request", null],
    ["response", 4],
    ["note", null],
    ["request", null],
    ["response", 2],
  ]);
  const silent = ladderLayout(sampleTraces("digest/proxy-auth-invite")).rows;
  assert.deepEqual(silent.map(({ kind }) => kind), ["request", "request", "request", "data", "data"]);
});

Deno.test("ladderLayout() counts time from the first record, with microseconds", () => {
  const { rows } = ladderLayout(sampleTraces("aka/registers"));
  assert.deepEqual(rows.map(({ after }) => Math.round(after * 1000) / 1000), [0, 14.2, 14.4, 16.1, 41.75]);
});

Deno.test("ladderLayout() groups a device's ports and takes IPv6", () => {
  const [first] = sampleTraces("aka/registers");
  const { participants } = ladderLayout([
    { ...first!, remote: "[2001:db8::1]:5060" },
    { ...first!, remote: "[2001:db8::1]:5061" },
  ]);
  assert.deepEqual(participants[1], { name: "[2001:db8::1]", detail: "port 5060 +1", ours: false });
});

Deno.test("ladderLayout() takes a trace of nothing but notes, and an empty one", () => {
  assert.deepEqual(ladderLayout([]).rows, []);
  const note = sampleTraces("aka/registers")[2]!;
  assert.equal(ladderLayout([note]).rows[0]!.kind, "note");
});

Deno.test("ladderLayout() numbers TLS connections, and draws small what only carries", () => {
  const { rows } = ladderLayout(tlsTrace(0));
  assert.deepEqual(rows.slice(0, 5).map(({ label, connection, quiet }) => [label, connection, quiet]), [
    ["ClientHello TLSv1.2 TLSv1.3, SNI pcscf, 305 octets", 1, false],
    ["ServerHello TLSv1.3 TLS_AES_128_GCM_SHA256, ChangeCipherSpec, application data, 1327 octets", 1, false],
    ["ChangeCipherSpec, application data, 64 octets", 1, false],
    ["REGISTER sip:home1.example", 1, false],
    ["application data, 961 octets", 1, true],
  ]);
  assert.deepEqual(
    rows.slice(9, 12).map(({ connection, statusClass, quiet }) => [connection, statusClass, quiet]),
    [
      [2, 4, false],
      [2, 4, false],
      [1, null, true],
    ],
  );
});

Deno.test("ladderLayout() takes Diameter, RADIUS and DNS for requests and responses", () => {
  const [first] = sampleTraces("aka/registers");
  const meaning = (layer: string, summary: string) => {
    const [row] = ladderLayout([{ ...first!, layer, summary }]).rows;
    return [row?.kind, row?.statusClass];
  };
  assert.deepEqual(meaning("diameter", "Diameter Multimedia-Auth-Request alice@home1.net"), [
    "request",
    null,
  ]);
  assert.deepEqual(meaning("diameter", "Diameter Multimedia-Auth-Answer 2001 DIAMETER_SUCCESS"), [
    "response",
    2,
  ]);
  assert.deepEqual(meaning("diameter", "Diameter User-Data-Answer 5001"), ["response", 5]);
  assert.deepEqual(meaning("udp", "RADIUS Accounting-Request start 10.0.0.7"), ["request", null]);
  assert.deepEqual(meaning("udp", "RADIUS Accounting-Response"), ["response", 2]);
  assert.deepEqual(meaning("udp", "UDP 1 octet"), ["data", null]);
  assert.deepEqual(meaning("dns", "DNS query NAPTR example.org"), ["request", null]);
  assert.deepEqual(meaning("dns", "DNS answer NAPTR example.org, 2 records"), ["response", 2]);
  assert.deepEqual(meaning("dns", "DNS nameError SRV example.org"), ["response", 4]);
});

Deno.test("isCiphertext() is what nobody reads without keys", () => {
  const [first] = sampleTraces("aka/registers");
  const is = (layer: string, summary: string) => isCiphertext({ ...first!, layer, summary });
  assert.ok(is("esp", "ESP SPI 0x00000001 sequence 1, 120 octets"));
  assert.ok(is("tls", "TLS encrypted handshake, 45 octets"));
  assert.ok(!is("tls", "TLS ChangeCipherSpec, application data, 64 octets"));
  assert.ok(!is("sip", "200 OK"));
});
