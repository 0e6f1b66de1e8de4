/**
 * Our engine against GnuTLS, which shares no code with OpenSSL. What is agreed must be the same on both sides: version,
 * ciphers, exported keys, certificates.
 *
 * | | our client, `gnutls-serv` | `gnutls-cli`, our server |
 * | --- | --- | --- |
 * | TLS 1.0, 1.1, 1.2, 1.3 | here | here |
 * | DTLS 1.0, 1.2 | here; the program tells nothing of a session over UDP: it takes one suite and hears us | here |
 * | a NULL suite | here | here |
 * | a client certificate | here, with each version | here, with each version |
 * | a PSK suite | testing/foreign_psk_cases.ts | testing/foreign_psk_cases.ts |
 * | resumption: TLS 1.2, 1.3 | here | here |
 * | renegotiation, asked for by the client | here | here |
 * | renegotiation, asked for by the server | up to our ClientHello: the program writes its answer to the command into the handshake and fails, with gnutls-cli too | here |
 * | key log | tshark reads ours (runner/evidence) | here |
 */
import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemClock } from "../clock.ts";
import { TlsContext, type TlsOptions } from "./mod.ts";
import { CLIENT_EC, path, SERVER_RSA } from "./testing/certificates.ts";
import { ForeignPeer, freePort, run } from "./testing/foreign.ts";
import {
  acceptEach,
  asServer,
  EXPORT_LENGTH,
  LABEL,
  onPort,
  renegotiated,
  sessionOf,
  talk,
} from "./testing/foreign_talk.ts";
import { utf8 } from "./testing/joined.ts";

const noGnutls = await whyNot("gnutls-cli", ["--version"]) ?? await whyNot("gnutls-serv", ["--version"]);

interface Choice {
  readonly versions: TlsOptions["versions"] & object;
  /** GnuTLS's name of the version. */
  readonly name: string;
  /** Of the registry. */
  readonly suite: string;
  /** The suite's part of GnuTLS's description. */
  readonly described: string;
  /** What GnuTLS must be told besides. */
  readonly priority?: string;
}

const CHOICES: readonly Choice[] = [
  {
    versions: ["TLSv1.0", "TLSv1.0"],
    name: "TLS1.0",
    suite: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    described: "(AES-128-CBC)-(SHA1)",
  },
  {
    versions: ["TLSv1.1", "TLSv1.1"],
    name: "TLS1.1",
    suite: "TLS_RSA_WITH_AES_256_CBC_SHA",
    described: "(RSA)-(AES-256-CBC)-(SHA1)",
  },
  {
    versions: ["TLSv1.2", "TLSv1.2"],
    name: "TLS1.2",
    suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    described: "(AES-128-GCM)",
  },
  {
    versions: ["TLSv1.2", "TLSv1.2"],
    name: "TLS1.2",
    suite: "TLS_RSA_WITH_NULL_SHA256",
    described: "(RSA)-(NULL)-(SHA256)",
    priority: ":-CIPHER-ALL:+NULL:-MAC-ALL:+SHA256",
  },
  {
    versions: ["TLSv1.3", "TLSv1.3"],
    name: "TLS1.3",
    suite: "TLS_CHACHA20_POLY1305_SHA256",
    described: "(CHACHA20-POLY1305)",
  },
  {
    versions: ["DTLSv1.0", "DTLSv1.0"],
    name: "DTLS1.0",
    suite: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    described: "(AES-256-CBC)-(SHA1)",
    priority: ":-CIPHER-ALL:+AES-256-CBC:-KX-ALL:+ECDHE-RSA",
  },
  {
    versions: ["DTLSv1.2", "DTLSv1.2"],
    name: "DTLS1.2",
    suite: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    described: "(AES-256-GCM)",
    priority: ":-CIPHER-ALL:+AES-256-GCM:-KX-ALL:+ECDHE-RSA",
  },
];

for (const { versions, name, suite, described, priority = "" } of CHOICES) {
  const datagram = name.startsWith("DTLS");
  const chosen = [
    ...["--priority", priorityOf(name) + priority],
    ...["--keymatexport", LABEL, "--keymatexportsize", `${EXPORT_LENGTH}`],
    ...datagram ? ["--udp"] : [],
  ];

  toolTest(`our client and gnutls-serv agree: ${name}, ${suite}`, noGnutls, async () => {
    const port = freePort();
    await using server = await gnutlsServer(port, [...chosen, "--require-client-cert"]);
    using context = new TlsContext({ versions, cipherSuites: [suite], certificates: [CLIENT_EC] });
    using tls = context.connect({ serverName: "localhost" });
    const agreed = await onPort(port, datagram, (pipe) => talk(tls, pipe));
    if (datagram) await server.said(/Processing 9 bytes command: REGISTER/);
    else {
      const [, said = ""] = await server.said(/Description: (.*)\n/);
      assert(said.startsWith(`(${name}`) && said.endsWith(described), said);
      const [, key] = await server.said(/Key material: ([0-9a-f]+)/);
      assert.equal(key, tls.exportKey(LABEL, EXPORT_LENGTH).toHex());
      await server.said(/Subject: CN=ue\.ims\.example/);
    }
    assert.equal(agreed.cipherSuite.name, suite);
    assert.equal(agreed.version, versions[0]);
    assert.deepEqual(tls.peerChain(), SERVER_RSA.chain);
  });

  toolTest(`gnutls-cli and our server agree: ${name}, ${suite}`, noGnutls, async () => {
    using context = new TlsContext({
      versions,
      cipherSuites: [suite],
      certificates: [SERVER_RSA],
      clientCertificate: "require",
    });
    using tls = context.accept();
    const client = (port: number) =>
      gnutlsClient(port, [...chosen, "--sni-hostname=localhost", ...CLIENT_KEYS]);
    const agreed = await asServer(datagram, client, async (pipe, program) => {
      const negotiated = await talk(tls, pipe);
      const [, said = ""] = await program.said(/Description: (.*)\n/);
      assert(said.startsWith(`(${name}`) && said.endsWith(described), said);
      const [, key] = await program.said(/Key material: ([0-9a-f]+)/);
      assert.equal(key, tls.exportKey(LABEL, EXPORT_LENGTH).toHex());
      return negotiated;
    });
    assert.equal(agreed.cipherSuite.name, suite);
    assert.equal(agreed.serverName, "localhost");
    assert.deepEqual(tls.peerChain(), CLIENT_EC.chain);
  });
}

for (const [version, name] of [["TLSv1.2", "TLS1.2"], ["TLSv1.3", "TLS1.3"]] as const) {
  const only: TlsOptions = { versions: [version, version] };
  const chosen = ["--priority", priorityOf(name)];

  toolTest(`a session that our client got of gnutls-serv is resumed there: ${name}`, noGnutls, async () => {
    const port = freePort();
    await using server = await gnutlsServer(port, chosen);
    using context = new TlsContext(only);
    using first = context.connect();
    const session = await onPort(port, false, (pipe) => sessionOf(first, pipe));
    using second = context.connect({ resume: session });
    const agreed = await onPort(port, false, (pipe) => talk(second, pipe));
    assert(agreed.resumed);
    await server.said(/This is a resumed session/);
  });

  toolTest(`a session that gnutls-cli got of our server is resumed here: ${name}`, noGnutls, async () => {
    using context = new TlsContext({ ...only, certificates: [SERVER_RSA] });
    const client = (port: number) => gnutlsClient(port, [...chosen, "--resume", "--waitresumption"]);
    const handshake = async (pipe: Parameters<typeof run>[1]) => {
      using tls = context.accept();
      // Until it has gone away to come again, or has come again.
      await run(
        tls,
        pipe,
        (events) => events.some((event) => event.type === "handshake" && event.negotiated.resumed),
      );
      return tls.negotiated();
    };
    const [first, second] = await acceptEach(client, [handshake, async (pipe, program) => {
      const agreed = await handshake(pipe);
      await program.said(/This is a resumed session/);
      return agreed;
    }]);
    assert.deepEqual([first?.resumed, second?.resumed], [false, true]);
  });
}

for (const asker of ["client", "server"] as const) {
  const chosen = ["--priority", priorityOf("TLS1.2")];
  const tls12: TlsOptions = { versions: ["TLSv1.2", "TLSv1.2"] };

  toolTest(`gnutls-cli and our server renegotiate, the ${asker} asks`, noGnutls, async () => {
    using context = new TlsContext({ ...tls12, certificates: [SERVER_RSA] });
    using tls = context.accept();
    const client = (port: number) =>
      gnutlsClient(port, [...chosen, ...asker === "client" ? ["--rehandshake"] : []]);
    await asServer(false, client, async (pipe, program) => {
      const ask = () => asker === "server" ? tls.renegotiate(systemClock.now()) : undefined;
      const { second } = await renegotiated(tls, pipe, ask);
      assert(second.secureRenegotiation);
      await program.said(asker === "client" ? /ReHandshake was completed/ : /Rehandshake was performed/);
    });
  });
}

toolTest("gnutls-cli and our server agree on the key log", noGnutls, async () => {
  for (const [version, name] of [["TLSv1.2", "TLS1.2"], ["TLSv1.3", "TLS1.3"]] as const) {
    const file = await Deno.makeTempFile({ dir: "/tmp" });
    using context = new TlsContext({ versions: [version, version], certificates: [SERVER_RSA] });
    using tls = context.accept();
    const client = (port: number) =>
      gnutlsClient(port, ["--priority", priorityOf(name)], { SSLKEYLOGFILE: file });
    await asServer(false, client, async (pipe, program) => {
      await talk(tls, pipe);
      await program.said(/REGISTER/);
    });
    const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => /^[A-Z]/.test(line));
    await Deno.remove(file);
    assert.deepEqual(tls.keyLog().toSorted(), lines.toSorted());
  }
});

toolTest("our client and gnutls-serv renegotiate, the client asks", noGnutls, async () => {
  const port = freePort();
  await using server = await gnutlsServer(port, ["--priority", priorityOf("TLS1.2")]);
  using context = new TlsContext({ versions: ["TLSv1.2", "TLSv1.2"] });
  using tls = context.connect();
  const ask = () => tls.renegotiate(systemClock.now());
  const { second } = await onPort(port, false, (pipe) => renegotiated(tls, pipe, ask));
  assert(second.secureRenegotiation);
  await server.said(/Received hello message/);
  await server.said(/Options:.* safe renegotiation/);
});

toolTest("our client begins a handshake where gnutls-serv asks for it", noGnutls, async () => {
  const port = freePort();
  await using server = await gnutlsServer(port, ["--priority", priorityOf("TLS1.2")]);
  using context = new TlsContext({ versions: ["TLSv1.2", "TLSv1.2"] });
  using tls = context.connect();
  let asked = false;
  await onPort(port, false, (pipe) =>
    run(tls, pipe, (events) => {
      if (!asked && events.some(({ type }) => type === "handshake")) {
        tls.send(utf8("**REHANDSHAKE**\n"), systemClock.now());
        asked = true;
      }
    }));
  await server.said(/Sending rehandshake request\n\*\*\* Received hello message/);
});

/** One version and nothing else, with what GnuTLS no longer does by itself. */
function priorityOf(name: string): string {
  return `NORMAL:-VERS-ALL:+VERS-${name}:+RSA:+SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1:+SIGN-RSA-SHA1`;
}

async function gnutlsServer(port: number, args: readonly string[]): Promise<ForeignPeer> {
  const files = ["--x509certfile", path("server_rsa.pem"), "--x509keyfile", path("server_rsa_key.pem")];
  const server = new ForeignPeer("gnutls-serv", [
    ...["--echo", "-p", `${port}`, ...files, "--x509cafile", path("ca.pem"), ...args],
  ]);
  await server.said(/listening on IPv4.*done/);
  return server;
}

function gnutlsClient(
  port: number,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): ForeignPeer {
  return new ForeignPeer("gnutls-cli", ["--insecure", "-p", `${port}`, ...args, "127.0.0.1"], env);
}

const CLIENT_KEYS = ["--x509certfile", path("client_ec.pem"), "--x509keyfile", path("client_ec_key.pem")];
