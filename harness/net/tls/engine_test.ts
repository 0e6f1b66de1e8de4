import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { type TlsOptions, type TlsVersion } from "./mod.ts";
import { SERVER_RSA } from "./testing/certificates.ts";
import { join, utf8 } from "./testing/joined.ts";

const VERSIONS = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "DTLSv1.0", "DTLSv1.2"] as const;

function only(version: TlsVersion): TlsOptions {
  return { versions: [version, version] };
}

for (const version of VERSIONS) {
  Deno.test(`two engines agree by ${version}: parameters, data, keys, Finished, close`, () => {
    join({ both: only(version), connect: { serverName: "pcscf.ims.example" } }, (joined) => {
      const { client, server } = joined;
      const [ours, theirs] = [client.negotiated(), server.negotiated()];
      assert.equal(ours.version, version);
      assert.deepEqual(
        [ours.cipherSuite, ours.clientRandom, ours.serverRandom, ours.serverName, ours.resumed],
        [theirs.cipherSuite, theirs.clientRandom, theirs.serverRandom, theirs.serverName, false],
      );
      assert.equal(ours.serverName, "pcscf.ims.example");
      assert.equal(ours.group, theirs.group);
      assert.notEqual(ours.group, undefined);
      assert.match(ours.cipherSuite.name, /^TLS_/);
      assert.equal(joined.count("client", "handshake"), 1);
      assert.equal(joined.count("server", "handshake"), 1);

      client.send(utf8("from the client"), 1);
      server.send(utf8("from the server"), 1);
      joined.pump(1);
      assert.deepEqual([joined.data("server"), joined.data("client")], [
        "from the client",
        "from the server",
      ]);

      const exported = client.exportKey("EXPORTER-test", 32, utf8("context"));
      assert.deepEqual(exported, server.exportKey("EXPORTER-test", 32, utf8("context")));
      assert.notDeepEqual(exported, server.exportKey("EXPORTER-test", 32));
      assert.deepEqual(client.finished().own, server.finished().peer);
      assert.deepEqual(client.finished().peer, server.finished().own);
      assert(client.finished().own.length >= 12);
      assert.deepEqual(client.keyLog().toSorted(), server.keyLog().toSorted());
      assert.match(client.keyLog()[0] ?? "", /^[A-Z_]+ [0-9a-f]{64} [0-9a-f]{64,}$/);
      assert.equal(client.keyLog().length, version === "TLSv1.3" ? 5 : 1);

      client.close(2);
      joined.pump(2);
      const close = { level: "warning", code: 0, name: "close_notify" };
      assert.deepEqual(joined.alerts("server"), [{ direction: "received", ...close }]);
      assert.deepEqual(joined.alerts("client"), [{ direction: "sent", ...close }]);
      assert.equal(joined.count("server", "closed"), 1);
    });
  });
}

Deno.test("much data passes in any pieces, in order", () => {
  join({}, (joined) => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join("");
    joined.client.send(utf8(text), 0);
    joined.client.send(new Uint8Array(), 0);
    for (const bytes of joined.client.toSend(0)) {
      for (let at = 0; at < bytes.length; at += 999) joined.server.receive(bytes.subarray(at, at + 999), 0);
    }
    joined.pump();
    assert.equal(joined.data("server"), text);
  });
});

Deno.test("no common version gives the alert protocol_version on both sides", () => {
  join({ client: only("TLSv1.1"), server: only("TLSv1.2") }, (joined) => {
    const alert = { level: "fatal", code: 70, name: "protocol_version" };
    assert.deepEqual(joined.alerts("server"), [{ direction: "sent", ...alert }]);
    assert.deepEqual(joined.alerts("client"), [{ direction: "received", ...alert }]);
    assert.equal(joined.events.client.at(-1)?.type, "failed");
    assert.throws(() => joined.client.negotiated(), LocalMisuseError);
    assert.throws(() => joined.client.send(utf8("x"), 0), LocalMisuseError);
    joined.client.receive(utf8("too late"), 0);
    assert.deepEqual(joined.client.toSend(0), []);
  });
});

Deno.test("no common suite gives handshake_failure", () => {
  const suites = (name: string): TlsOptions => ({ ...only("TLSv1.2"), cipherSuites: [name] });
  const client = suites("TLS_RSA_WITH_AES_128_CBC_SHA");
  const server = suites("TLS_RSA_WITH_AES_256_CBC_SHA");
  join({ client, server }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ code }) => code), [40]);
    assert.deepEqual(joined.events.server.at(-1), { type: "failed", reasons: ["no shared cipher"] });
  });
});

Deno.test("garbage in place of TLS ends the connection, says why, and throws nothing", () => {
  join({}, (joined) => {
    joined.client.receive(utf8("HTTP/1.1 400 Bad Request\r\n\r\n"), 0);
    joined.pump();
    assert.equal(joined.events.client.at(-1)?.type, "failed");
  });
});

Deno.test("renegotiation: by the client and by the server", () => {
  for (const side of ["client", "server"] as const) {
    join({ both: { ...only("TLSv1.2"), certificates: [SERVER_RSA] } }, (joined) => {
      const before = joined.client.finished().own;
      joined[side].renegotiate(1);
      joined.pump(1);
      assert.equal(joined.count("client", "handshake"), 2, side);
      assert.equal(joined.count("server", "handshake"), 2, side);
      const last = joined.events.client.findLast(({ type }) => type === "handshake");
      assert(last?.type === "handshake" && last.renegotiated && last.negotiated.secureRenegotiation);
      assert.notDeepEqual(joined.client.finished().own, before);
      joined.client.send(utf8("after"), 2);
      joined.pump(2);
      assert.equal(joined.data("server"), "after");
    });
  }
});

Deno.test("a server that refuses renegotiation sends the warning no_renegotiation", () => {
  join({ both: only("TLSv1.2"), server: { ...only("TLSv1.2"), renegotiation: "refuse" } }, (joined) => {
    joined.client.renegotiate(1);
    joined.pump(1);
    assert.deepEqual(joined.alerts("client").map(({ name }) => name)[0], "no_renegotiation");
  });
});

Deno.test("updateKeys() of TLS 1.3 leaves the connection in order; renegotiate() is refused there", () => {
  join({ both: only("TLSv1.3") }, (joined) => {
    joined.client.updateKeys(1);
    joined.pump(1);
    joined.server.send(utf8("new keys"), 1);
    joined.pump(1);
    assert.equal(joined.data("client"), "new keys");
    assert.equal(joined.count("client", "handshake"), 1);
    assert.throws(() => joined.client.renegotiate(2), LocalMisuseError);
  });
});

Deno.test("a disposed engine refuses every call, and disposing twice is nothing", () => {
  join({}, ({ client }) => {
    client[Symbol.dispose]();
    client[Symbol.dispose]();
    assert.throws(() => client.toSend(0), LocalMisuseError);
    assert.throws(() => client.negotiated(), LocalMisuseError);
    assert.throws(() => client.keyLog(), LocalMisuseError);
  });
});
