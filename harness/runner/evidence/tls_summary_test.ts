import assert from "node:assert/strict";
import { tlsSummary } from "./tls_summary.ts";

const record = (
  type: number,
  ...body: number[]
) => [type, 3, 3, body.length >> 8, body.length & 0xff, ...body];
const message = (type: number, length: number) => [type, 0, 0, length, ...new Array(length).fill(0)];

Deno.test("tlsSummary() names the messages that are in the clear, and the kinds of the others", () => {
  const cases: [number[], string | undefined][] = [
    [record(22, ...message(1, 9)), "TLS ClientHello, 18 octets"],
    [
      [...record(22, ...message(2, 1), ...message(11, 2)), ...record(22, ...message(14, 0))],
      "TLS ServerHello, Certificate, ServerHelloDone, 25 octets",
    ],
    [
      [...record(20, 1), ...record(22, ...message(1, 9)), ...record(23, 1, 2), ...record(23, 3)],
      "TLS ChangeCipherSpec, handshake, application data, 37 octets",
    ],
    [record(22, 1, 0, 0, 9), "TLS handshake, 9 octets"],
    [record(21, 2, 40), "TLS alert 40, 7 octets"],
    [record(21, 9, 9, 9), "TLS alert, 8 octets"],
    [record(23, 1, 2).slice(0, 6), undefined],
    [[...new TextEncoder().encode("REGISTER sip:x SIP/2.0")], undefined],
    [[], undefined],
  ];
  for (const [octets, expected] of cases) assert.equal(tlsSummary(Uint8Array.from(octets)), expected);
});
