/**
 * Our engine against the openssl program. What is agreed must be the same on both sides: version, suite, exported keys.
 *
 * | | our client, `openssl s_server` | `openssl s_client`, our server |
 * | --- | --- | --- |
 * | TLS 1.0, 1.1, 1.2, 1.3; DTLS 1.0, 1.2 | here | here |
 * | a NULL suite | here | here |
 * | a client certificate | here, with each version | here, with each version |
 * | a PSK suite | testing/foreign_psk_cases.ts | testing/foreign_psk_cases.ts |
 * | resumption: TLS 1.2, 1.3 | here | here |
 * | renegotiation, asked for by client or server | here | here |
 * | key log | tshark reads ours (runner/evidence) | here |
 *
 * With GnuTLS: foreign_gnutls_test.ts.
 */
import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemClock } from "../clock.ts";
import { TlsContext, type TlsOptions } from "./mod.ts";
import { CA, CLIENT_EC, path, SERVER_RSA } from "./testing/certificates.ts";
import { ForeignPeer, freePort } from "./testing/foreign.ts";
import {
  asServer,
  EXPORT_LENGTH,
  LABEL,
  onPort,
  renegotiated,
  sessionOf,
  standardName,
  talk,
} from "./testing/foreign_talk.ts";

const noOpenssl = await whyNot("openssl", ["version"]);

const TLS12: TlsOptions = { versions: ["TLSv1.2", "TLSv1.2"] };

/** What one chooses, the openssl program's way to say it, and how it then names what was agreed. */
const CHOICES:
  readonly (readonly [options: TlsOptions, args: readonly string[], version: string, suite: string])[] = [
    [{ versions: ["TLSv1.0", "TLSv1.0"] }, ["-tls1"], "TLSv1", "AES128-SHA"],
    [{ versions: ["TLSv1.1", "TLSv1.1"] }, ["-tls1_1"], "TLSv1.1", "ECDHE-RSA-AES128-SHA"],
    [{ versions: ["TLSv1.2", "TLSv1.2"] }, ["-tls1_2"], "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"],
    [{ versions: ["TLSv1.2", "TLSv1.2"] }, ["-tls1_2"], "TLSv1.2", "NULL-SHA256"],
    [{ versions: ["TLSv1.2", "TLSv1.2"] }, ["-tls1_2"], "TLSv1.2", "DHE-RSA-AES128-GCM-SHA256"],
    [{ versions: ["TLSv1.3", "TLSv1.3"] }, ["-tls1_3"], "TLSv1.3", "TLS_AES_128_GCM_SHA256"],
    [{ versions: ["DTLSv1.0", "DTLSv1.0"] }, ["-dtls1"], "DTLSv1", "AES256-SHA"],
    [{ versions: ["DTLSv1.2", "DTLSv1.2"] }, ["-dtls1_2"], "DTLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"],
  ];

for (const [options, args, version, suite] of CHOICES) {
  const tls13 = version === "TLSv1.3";
  const chosen = [...args, tls13 ? "-ciphersuites" : "-cipher", tls13 ? suite : `${suite}:@SECLEVEL=0`];
  const datagram = version.startsWith("DTLS");
  const ours: TlsOptions = { ...options, cipherSuites: [suite] };

  toolTest(`our client and openssl s_server agree: ${version}, ${suite}`, noOpenssl, async () => {
    const port = freePort();
    await using server = new ForeignPeer("openssl", [
      ...["s_server", "-accept", `127.0.0.1:${port}`, ...chosen, ...KEYS, ...EXPORT],
      ...["-Verify", "1", "-CAfile", path("ca.pem")],
    ]);
    await server.said(/ACCEPT/);
    using context = new TlsContext({ ...ours, certificates: [CLIENT_EC] });
    using tls = context.connect({ serverName: "pcscf.ims.example" });
    const agreed = await onPort(port, datagram, (pipe) => talk(tls, pipe));
    const said = await server.said(/Keying material: ([0-9A-F]+)/);
    // -CAfile makes s_server send the issuer as well.
    assert.deepEqual(tls.peerChain(), [...SERVER_RSA.chain, CA]);
    assert(tls.certificateRequested());
    assert.equal(said[1], tls.exportKey(LABEL, EXPORT_LENGTH).toHex().toUpperCase());
    await server.said(new RegExp(`CIPHER is ${suite}\\b`));
    await server.said(/CN = ue\.ims\.example/);
    await server.said(/REGISTER/);
    assert.equal(agreed.version, version.replace(/v1$/, "v1.0"));
    assert.equal(agreed.cipherSuite.name, await standardName(suite));
  });

  toolTest(`openssl s_client and our server agree: ${version}, ${suite}`, noOpenssl, async () => {
    using context = new TlsContext({ ...ours, certificates: [SERVER_RSA], clientCertificate: "require" });
    using tls = context.accept();
    const client = (port: number) =>
      new ForeignPeer("openssl", [
        ...["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", ...chosen],
        ...["-cert", path("client_ec.pem"), "-key", path("client_ec_key.pem"), ...EXPORT],
      ]);
    const agreed = await asServer(datagram, client, async (pipe, program) => {
      const negotiated = await talk(tls, pipe);
      const said = await program.said(/Keying material: ([0-9A-F]+)/);
      assert.equal(said[1], tls.exportKey(LABEL, EXPORT_LENGTH).toHex().toUpperCase());
      await program.said(new RegExp(`Cipher is ${suite}\\b`));
      await program.said(/REGISTER/);
      return negotiated;
    });
    assert.equal(agreed.cipherSuite.name, await standardName(suite));
    assert.equal(agreed.serverName, "localhost");
    assert.deepEqual(tls.peerChain(), CLIENT_EC.chain);
  });
}

toolTest("openssl s_client and our server agree on the key log", noOpenssl, async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const file = await Deno.makeTempFile({ dir: "/tmp" });
    using context = new TlsContext({ versions: [version, version], certificates: [SERVER_RSA] });
    using tls = context.accept();
    const args = ["s_client", "-keylogfile", file];
    const client = (port: number) => new ForeignPeer("openssl", [...args, "-connect", `127.0.0.1:${port}`]);
    await asServer(false, client, async (pipe, program) => {
      await talk(tls, pipe);
      await program.said(/REGISTER/);
    });
    const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => /^[A-Z]/.test(line));
    await Deno.remove(file);
    assert.deepEqual(tls.keyLog().toSorted(), lines.toSorted());
  }
});

for (const asker of ["client", "server"] as const) {
  toolTest(`our client and openssl s_server renegotiate, the ${asker} asks`, noOpenssl, async () => {
    const port = freePort();
    await using server = new ForeignPeer("openssl", [
      ...["s_server", "-accept", `127.0.0.1:${port}`, "-tls1_2", "-client_renegotiation", ...KEYS],
    ]);
    await server.said(/ACCEPT/);
    using context = new TlsContext(TLS12);
    using tls = context.connect();
    const { first, second } = await onPort(
      port,
      false,
      (pipe) =>
        renegotiated(
          tls,
          pipe,
          () => asker === "client" ? tls.renegotiate(systemClock.now()) : server.type("r\n"),
        ),
    );
    assert(first.secureRenegotiation && second.secureRenegotiation);
    assert.notDeepEqual(first.clientRandom, second.clientRandom);
    await server.said(/Secure Renegotiation IS supported/);
  });

  toolTest(`openssl s_client and our server renegotiate, the ${asker} asks`, noOpenssl, async () => {
    using context = new TlsContext({ ...TLS12, certificates: [SERVER_RSA] });
    using tls = context.accept();
    const client = (port: number) =>
      new ForeignPeer("openssl", ["s_client", "-connect", `127.0.0.1:${port}`]);
    await asServer(false, client, async (pipe, program) => {
      const { first, second } = await renegotiated(
        tls,
        pipe,
        () => asker === "server" ? tls.renegotiate(systemClock.now()) : program.type("R\n"),
      );
      assert(second.secureRenegotiation);
      assert.notDeepEqual(first.clientRandom, second.clientRandom);
    });
  });
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  const only: TlsOptions = { versions: [version, version] };

  toolTest(
    `a session that our client got of openssl s_server is resumed there: ${version}`,
    noOpenssl,
    async () => {
      const port = freePort();
      await using server = new ForeignPeer("openssl", [
        ...["s_server", "-accept", `127.0.0.1:${port}`, ...KEYS],
      ]);
      await server.said(/ACCEPT/);
      using context = new TlsContext(only);
      using first = context.connect();
      const session = await onPort(port, false, (pipe) => sessionOf(first, pipe));
      using second = context.connect({ resume: session });
      const agreed = await onPort(port, false, (pipe) => talk(second, pipe));
      assert(agreed.resumed);
      await server.said(/Reused session-id/);
    },
  );

  toolTest(
    `a session that openssl s_client got of our server is resumed here: ${version}`,
    noOpenssl,
    async () => {
      const file = await Deno.makeTempFile({ dir: "/tmp" });
      using context = new TlsContext({ ...only, certificates: [SERVER_RSA] });
      const resumed: boolean[] = [];
      for (const option of ["-sess_out", "-sess_in"]) {
        using tls = context.accept();
        const client = (port: number) =>
          new ForeignPeer("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, option, file]);
        await asServer(false, client, async (pipe, program) => {
          const agreed = await talk(tls, pipe);
          await program.said(/REGISTER/);
          await program.said(agreed.resumed ? /Reused, TLS/ : /New, TLS/);
          resumed.push(agreed.resumed);
          program.type("Q\n");
          await program.ended;
        });
      }
      await Deno.remove(file);
      assert.deepEqual(resumed, [false, true]);
    },
  );
}

const KEYS = ["-cert", path("server_rsa.pem"), "-key", path("server_rsa_key.pem")];
const EXPORT = ["-keymatexport", LABEL, "-keymatexportlen", `${EXPORT_LENGTH}`];
