/** Run by hooks_test.ts with the permission for all foreign functions. */
import assert from "node:assert/strict";
import { TlsContext, type TlsOptions, type TlsPsk } from "../mod.ts";
import { SERVER_RSA } from "./certificates.ts";
import { join, Joined } from "./joined.ts";

const TLS12: TlsOptions = { versions: ["TLSv1.2", "TLSv1.2"] };
const TLS13: TlsOptions = { versions: ["TLSv1.3", "TLSv1.3"] };
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const PSK: TlsPsk = { identity: "ue1@ims.example", key: KEY };

Deno.test("PSK suites of TLS 1.2 need no certificate", () => {
  for (
    const suite of [
      "TLS_PSK_WITH_AES_128_CBC_SHA",
      "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256",
      "TLS_PSK_WITH_NULL_SHA",
    ]
  ) {
    const both: TlsOptions = {
      ...TLS12,
      cipherSuites: [suite],
      certificates: [],
      psk: { ...PSK, hint: "ims" },
    };
    join({ both }, ({ client, server }) => {
      assert.equal(client.negotiated().cipherSuite.name, suite);
      assert.equal(server.negotiated().pskIdentity, PSK.identity);
      assert.deepEqual(server.peerChain(), []);
    });
  }
});

Deno.test("a PSK in TLS 1.3, and over DTLS", () => {
  const options: TlsOptions[] = [
    { ...TLS13, cipherSuites: ["TLS_AES_128_GCM_SHA256"] },
    { versions: ["DTLSv1.2", "DTLSv1.2"], cipherSuites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"] },
  ];
  for (const both of options) {
    join({ both: { ...both, certificates: [], psk: PSK } }, (joined) => {
      assert.equal(joined.count("client", "handshake"), 1);
      assert.deepEqual(joined.client.exportKey("EXPORTER-x", 16), joined.server.exportKey("EXPORTER-x", 16));
    });
  }
});

Deno.test("a server looks keys up; who is unknown, or has another key, is refused", () => {
  const suite = { ...TLS12, cipherSuites: ["TLS_PSK_WITH_AES_128_CBC_SHA"] };
  const lookup = (identity: string) => identity === "ue1@ims.example" ? KEY : undefined;
  const server = { ...suite, psk: { ...PSK, lookup } };
  join(
    { client: { ...suite, psk: PSK }, server },
    (joined) => assert.equal(joined.count("server", "handshake"), 1),
  );
  join({ client: { ...suite, psk: { ...PSK, identity: "ue2" } }, server }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["unknown_psk_identity"]);
  });
  join({ client: { ...suite, psk: { ...PSK, key: new Uint8Array(32) } }, server }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["bad_record_mac"]);
  });
});

Deno.test("a server takes the first protocol of its own that is offered, or says that there is none", () => {
  for (const version of [TLS12, TLS13]) {
    join(
      { client: { ...version, alpn: ["h2", "sip/2"] }, server: { alpn: ["x", "sip/2", "h2"] } },
      (joined) => {
        assert.deepEqual([joined.client.negotiated().alpn, joined.server.negotiated().alpn], [
          "sip/2",
          "sip/2",
        ]);
      },
    );
    join({ client: { ...version, alpn: ["h2"] }, server: { alpn: ["sip/2"] } }, (joined) => {
      assert.deepEqual(joined.alerts("client").map(({ code }) => code), [120]);
    });
  }
});

Deno.test("a server names its sessions as it likes", () => {
  const options: TlsOptions = { ...TLS12, tickets: false };
  const ids = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)];
  let next = 0;
  using client = new TlsContext(options);
  using server = new TlsContext({
    ...options,
    certificates: [SERVER_RSA],
    sessionIds: () => ids[next++] ?? new Uint8Array(),
  });
  using first = new Joined({ client, server });
  assert.deepEqual(first.client.negotiated().sessionId, ids[0]);
  using again = new Joined({ client, server }, { resume: first.client.session() ?? "" });
  assert.deepEqual([again.client.negotiated().resumed, again.client.negotiated().sessionId], [true, ids[0]]);
  using second = new Joined({ client, server });
  assert.deepEqual(second.client.negotiated().sessionId, ids[1]);
});

Deno.test("a DTLS server asks for its cookie first", () => {
  const cookie = Uint8Array.from({ length: 20 }, (_, i) => 0xa0 + i);
  const options: TlsOptions = { versions: ["DTLSv1.2", "DTLSv1.2"] };
  using client = new TlsContext(options);
  using server = new TlsContext({ ...options, dtls: { cookie }, certificates: [SERVER_RSA] });
  using joined = new Joined({ client, server }, { silent: true });
  const sent: string[] = [];
  joined.pump(0, (bytes) => {
    sent.push(bytes.toHex());
    return false;
  });
  assert.equal(joined.count("client", "handshake"), 1);
  // RFC 6347 4.2.1: ClientHello, HelloVerifyRequest, ClientHello with the cookie
  assert.deepEqual(sent.slice(0, 3).map((hex) => hex.slice(26, 28)), ["01", "03", "01"]);
  assert.deepEqual(sent.slice(0, 3).map((hex) => hex.includes(cookie.toHex())), [false, true, true]);
});

Deno.test("a lookup that fails refuses the client, and what it threw is told outside", async () => {
  const thrown = new Promise<string>((resolve) => {
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      resolve(event.message);
    }, { once: true });
  });
  const suite = { ...TLS12, cipherSuites: ["TLS_PSK_WITH_AES_128_CBC_SHA"] };
  const lookup = () => {
    throw new Error("no database");
  };
  join({ client: { ...suite, psk: PSK }, server: { ...suite, psk: { ...PSK, lookup } } }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["unknown_psk_identity"]);
  });
  assert.match(await thrown, /no database/);
});
