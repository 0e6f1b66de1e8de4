import assert from "node:assert/strict";
import { createAuthority } from "../../crypto/pki/mod.ts";
import {
  buildClientHello,
  handshakeRecords,
  serverName,
  suiteNamed,
  supportedGroups,
  supportedVersions,
} from "../../wire/tls/mod.ts";
import { tlsSummary } from "./tls_summary.ts";

const record = (
  type: number,
  ...body: number[]
) => [type, 3, 3, body.length >> 8, body.length & 0xff, ...body];
const message = (type: number, ...body: number[]) => [type, 0, body.length >> 8, body.length & 0xff, ...body];

Deno.test("tlsSummary() names the messages that are in the clear, and the kinds of the others", () => {
  const cases: [number[], string | undefined][] = [
    [record(22, ...message(1, 9)), "TLS ClientHello, 10 octets"],
    [
      [...record(22, ...message(2, 1), ...message(16, 2)), ...record(22, ...message(14))],
      "TLS ServerHello, ClientKeyExchange, ServerHelloDone, 24 octets",
    ],
    [
      [...record(20, 1), ...record(22, ...message(1, 9)), ...record(23, 1, 2), ...record(23, 3)],
      "TLS ChangeCipherSpec, encrypted handshake, application data, 29 octets",
    ],
    [record(22, 1, 0, 0, 9), "TLS encrypted handshake, 9 octets"],
    [record(21, 2, 40), "TLS fatal alert handshake_failure (40), 7 octets"],
    [record(21, 1, 0), "TLS warning alert close_notify (0), 7 octets"],
    [record(21, 7, 200), "TLS level 7 alert 200, 7 octets"],
    [record(21, 9, 9, 9), "TLS encrypted alert, 8 octets"],
    [record(23, 1, 2).slice(0, 6), undefined],
    [[...new TextEncoder().encode("REGISTER sip:x SIP/2.0")], undefined],
    [[], undefined],
  ];
  for (const [octets, expected] of cases) {
    assert.equal(tlsSummary(Uint8Array.from(octets))?.summary, expected);
  }
});

Deno.test("tlsSummary() says what a ClientHello offers, and to whom", () => {
  const suites = ["TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_NULL_SHA"].map((name) => suiteNamed(name).code);
  const random = new Uint8Array(32);
  const extensions = [
    supportedVersions([0x0304, 0x0303]),
    serverName("pcscf.example.net"),
    supportedGroups([0x001d]),
  ];
  const hello = buildClientHello({ version: 0x0303, random, suites: [...suites, 0x00ff], extensions });
  const told = tlsSummary(handshakeRecords(hello, 0x0301));
  assert.match(
    told?.summary ?? "",
    /^TLS ClientHello TLSv1\.2 TLSv1\.3, SNI pcscf\.example\.net, \d+ octets$/,
  );
  assert.equal(told?.note, "offers TLS_AES_128_GCM_SHA256, TLS_RSA_WITH_NULL_SHA; groups x25519");
  const old = buildClientHello({ version: 0x0301, random, suites });
  assert.deepEqual(tlsSummary(handshakeRecords(old, 0x0301)), {
    summary: "TLS ClientHello TLSv1.0, 52 octets",
    note: "offers TLS_AES_128_GCM_SHA256, TLS_RSA_WITH_NULL_SHA; no SNI",
  });
});

Deno.test("tlsSummary() says what a server chose, and whose certificates it showed", async () => {
  const [notBefore, notAfter] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)];
  const { certificate: der } = await createAuthority({
    name: "Example CA",
    now: notBefore,
    notBefore,
    notAfter,
  });
  const certificate = [0, ...[der.length >> 8, der.length & 0xff], ...der];
  const list = [0, certificate.length >> 8, certificate.length & 0xff, ...certificate];
  const hello = [3, 3, ...new Uint8Array(32), 0, 0x00, 0x2f, 0];
  const told = tlsSummary(Uint8Array.from(record(22, ...message(2, ...hello), ...message(11, ...list))));
  assert.match(
    told?.summary ?? "",
    /^TLS ServerHello TLSv1\.2 TLS_RSA_WITH_AES_128_CBC_SHA, Certificate, \d+ octets$/,
  );
  assert.match(
    told?.note ?? "",
    /^certificate 1: .*CN=Example CA, .*, valid 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z, issued by itself$/,
  );
  const broken = tlsSummary(Uint8Array.from(record(22, ...message(11, 0, 0, 4, 0, 0, 1, 0x30))));
  assert.match(broken?.note ?? "", /^certificate 1: cannot be read: /);
});
