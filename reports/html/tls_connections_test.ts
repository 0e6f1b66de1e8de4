import assert from "node:assert/strict";
import { tlsTrace } from "../testing/sample_trace.ts";
import { connectionsInWords, recordsByConnection, tlsConnections } from "./tls_connections.ts";

const TRACE = tlsTrace(Date.UTC(2026, 0, 1));

Deno.test("tlsConnections() says what became of each handshake, and how the connection ended", () => {
  assert.deepEqual(tlsConnections(TRACE).map(({ handshake, words, end }) => [handshake, words, end]), [
    [
      "complete",
      "TLSv1.3 TLS_AES_128_GCM_SHA256, complete",
      "the peer closed the connection with close_notify",
    ],
    [
      "refused",
      "TLSv1.3 TLS_AES_128_GCM_SHA256, then alert unknown_ca (48) from us",
      'we sent the fatal alert "unknown_ca" (48): certificate verify failed',
    ],
    ["unanswered", "no answer to ClientHello", ""],
    ["refused", "alert protocol_version (70) from the device", ""],
    ["left", "TLSv1.2 TLS_RSA_WITH_NULL_SHA, not gone through with", "we closed the connection"],
  ]);
});

Deno.test("tlsConnections() takes an alert after SIP for the end of a connection that stood", () => {
  const alert = { ...TRACE[11]!, summary: 'the peer sent the fatal alert "bad_record_mac" (20)' };
  const [connection] = tlsConnections(TRACE.toSpliced(11, 1, alert));
  assert.equal(connection?.handshake, "complete");
  assert.equal(connection.end, alert.summary);
});

Deno.test("tlsConnections() takes an alert before the device said anything for a refusal, in TLS 1.3, too", () => {
  const refused = [
    ...TRACE.slice(0, 6),
    { ...TRACE[11]!, summary: 'the peer sent the fatal alert "certificate_required" (116)' },
  ];
  assert.deepEqual(tlsConnections(refused).map(({ handshake, words }) => [handshake, words]), [
    ["refused", "TLSv1.3 TLS_AES_128_GCM_SHA256, then alert certificate_required (116) from the device"],
  ]);
});

Deno.test("tlsConnections() tells a server that answers something else, or closes", () => {
  const [hello] = TRACE;
  const other = { ...TRACE[14]!, summary: "TLS 40 octets", connection: "tls-4" };
  assert.match(tlsConnections([hello!, other])[0]!.words, /no ServerHello/);
  const closed = { ...TRACE[11]!, summary: "connection closed" };
  assert.deepEqual(
    tlsConnections([hello!, closed]).map(({ handshake, words }) => [handshake, words]),
    [["refused", "closed in answer to ClientHello"]],
  );
  assert.equal(tlsConnections([closed])[0]?.handshake, "unseen");
});

Deno.test("recordsByConnection() tells connections of traces without names apart by their ports", () => {
  const unnamed = TRACE.map(({ connection: _, ...record }, index) => ({
    ...record,
    local: `192.0.2.10:${index < 7 ? 40_001 : 40_002}`,
  }));
  assert.deepEqual([...recordsByConnection(unnamed).values()].map(({ length }) => length), [7, 11]);
});

Deno.test("recordsByConnection() takes records without a connection for none where others have one", () => {
  const { connection: _, ...failed } = TRACE[10]!;
  assert.equal(recordsByConnection([...TRACE, failed]).size, 5);
});

Deno.test("connectionsInWords() counts them", () => {
  assert.equal(connectionsInWords(tlsConnections(TRACE.slice(0, 7))), "1 TLS connection: 1 complete");
});
