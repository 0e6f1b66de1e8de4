import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemClock } from "../clock.ts";
import { type Negotiated, TlsContext, type TlsEngine, type TlsOptions } from "./mod.ts";
import { CA, CLIENT_EC, path, SERVER_RSA } from "./testing/certificates.ts";
import { ForeignPeer, freePort, type Pipe, run, tcpPipe, udpPipe } from "./testing/foreign.ts";
import { utf8 } from "./testing/joined.ts";

const noOpenssl = await whyNot("openssl", ["version"]);
const noGnutls = await whyNot("gnutls-cli", ["--version"]) ?? await whyNot("gnutls-serv", ["--version"]);

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
    assert.equal(said[1], tls.exportKey(LABEL, 20).toHex().toUpperCase());
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
      assert.equal(said[1], tls.exportKey(LABEL, 20).toHex().toUpperCase());
      await program.said(new RegExp(`Cipher is ${suite}\\b`));
      await program.said(/REGISTER/);
      return negotiated;
    });
    assert.equal(agreed.cipherSuite.name, await standardName(suite));
    assert.equal(agreed.serverName, "localhost");
    assert.deepEqual(tls.peerChain(), CLIENT_EC.chain);
  });
}

/** GnuTLS: its name of the version, and of the suite in its description. */
const GNUTLS: readonly (readonly [TlsOptions["versions"] & object, string, string, string])[] = [
  [["TLSv1.0", "TLSv1.0"], "TLS1.0", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "(AES-128-CBC)-(SHA1)"],
  [["TLSv1.1", "TLSv1.1"], "TLS1.1", "TLS_RSA_WITH_AES_256_CBC_SHA", "(AES-256-CBC)-(SHA1)"],
  [["TLSv1.2", "TLSv1.2"], "TLS1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "(AES-128-GCM)"],
  [["TLSv1.3", "TLSv1.3"], "TLS1.3", "TLS_CHACHA20_POLY1305_SHA256", "(CHACHA20-POLY1305)"],
];

for (const [versions, name, suite, described] of GNUTLS) {
  const priority = `NORMAL:-VERS-ALL:+VERS-${name}:+RSA:+SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1:+SIGN-RSA-SHA1`;

  toolTest(`our client and gnutls-serv agree: ${name}, ${suite}`, noGnutls, async () => {
    const port = freePort();
    const files = ["--x509certfile", path("server_rsa.pem"), "--x509keyfile", path("server_rsa_key.pem")];
    await using server = new ForeignPeer("gnutls-serv", [
      ...["--echo", "--disable-client-cert", "-p", `${port}`, "--priority", priority, ...files],
    ]);
    await server.said(/listening on IPv4.*done/);
    using context = new TlsContext({ versions, cipherSuites: [suite] });
    using tls = context.connect();
    const agreed = await onPort(port, false, (pipe) => talk(tls, pipe));
    assert.equal(agreed.cipherSuite.name, suite);
    const [, said = ""] = await server.said(/Description: (.*)\n/);
    assert(said.startsWith(`(${name}`) && said.endsWith(described), said);
  });

  toolTest(`gnutls-cli and our server agree: ${name}, ${suite}`, noGnutls, async () => {
    using context = new TlsContext({ versions, cipherSuites: [suite], certificates: [SERVER_RSA] });
    using tls = context.accept();
    const client = (port: number) =>
      new ForeignPeer("gnutls-cli", ["--insecure", "-p", `${port}`, "--priority", priority, "127.0.0.1"]);
    const agreed = await asServer(false, client, async (pipe, program) => {
      const negotiated = await talk(tls, pipe);
      const [, said = ""] = await program.said(/Description: (.*)\n/);
      assert(said.startsWith(`(${name}`) && said.endsWith(described), said);
      return negotiated;
    });
    assert.equal(agreed.cipherSuite.name, suite);
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

toolTest(
  "our client renegotiates with openssl s_server, and s_server with our client",
  noOpenssl,
  async () => {
    for (const asker of ["client", "server"]) {
      const port = freePort();
      await using server = new ForeignPeer("openssl", [
        ...["s_server", "-accept", `127.0.0.1:${port}`, "-tls1_2", "-client_renegotiation", ...KEYS],
      ]);
      await server.said(/ACCEPT/);
      using context = new TlsContext({ versions: ["TLSv1.2", "TLSv1.2"] });
      using tls = context.connect();
      let asked = false;
      const events = await onPort(port, false, (pipe) =>
        run(tls, pipe, (events) => {
          if (!asked && events.some(({ type }) => type === "handshake")) {
            asked = true;
            if (asker === "client") tls.renegotiate(systemClock.now());
            else server.type("r\n");
          }
          return events.filter(({ type }) => type === "handshake").length === 2;
        }));
      const last = events.at(-1);
      assert(last?.type === "handshake" && last.renegotiated, asker);
    }
  },
);

toolTest("a session that our client got of openssl s_server is resumed there", noOpenssl, async () => {
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const port = freePort();
    await using server = new ForeignPeer("openssl", [
      ...["s_server", "-accept", `127.0.0.1:${port}`, version, ...KEYS],
    ]);
    await server.said(/ACCEPT/);
    using context = new TlsContext({ versions: ["TLSv1.2", "TLSv1.3"] });
    using first = context.connect();
    const ticket = (tls: TlsEngine) => tls.session() !== undefined;
    await onPort(port, false, (pipe) => run(first, pipe, () => ticket(first)));
    using second = context.connect({ resume: first.session() ?? "" });
    const agreed = await onPort(port, false, (pipe) => talk(second, pipe));
    assert(agreed.resumed, version);
    await server.said(/Reused session-id/);
  }
});

const LABEL = "EXPORTER-imspeer";
const EXPORT = ["-keymatexport", LABEL, "-keymatexportlen", "20"];
const KEYS = ["-cert", path("server_rsa.pem"), "-key", path("server_rsa_key.pem")];

/** Shakes hands, says REGISTER, closes. */
async function talk(tls: TlsEngine, pipe: Pipe): Promise<Negotiated> {
  const events = await run(tls, pipe, (events) => {
    if (!events.some(({ type }) => type === "handshake")) return false;
    tls.send(utf8("REGISTER\n"), systemClock.now());
    return true;
  });
  assert(events.some(({ type }) => type === "handshake"), JSON.stringify(events));
  return tls.negotiated();
}

async function onPort<Result>(port: number, datagram: boolean, use: (pipe: Pipe) => Promise<Result>) {
  const peer = { hostname: "127.0.0.1", port };
  if (datagram) {
    using udp = datagramSocket();
    return await use(udpPipe(udp.socket, { transport: "udp", ...peer }));
  }
  using connection = await Deno.connect(peer);
  return await use(tcpPipe(connection));
}

/** Lets a program come as a client to a port of ours. */
async function asServer<Result>(
  datagram: boolean,
  client: (port: number) => ForeignPeer,
  use: (pipe: Pipe, program: ForeignPeer) => Promise<Result>,
): Promise<Result> {
  if (datagram) {
    using udp = datagramSocket();
    await using program = client((udp.socket.addr as Deno.NetAddr).port);
    return await use(udpPipe(udp.socket), program);
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = client(listener.addr.port);
  using connection = await listener.accept();
  return await use(tcpPipe(connection), program);
}

function datagramSocket() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  return { socket, [Symbol.dispose]: () => socket.close() };
}

/** The registry's name of a suite, as the openssl program knows it. */
async function standardName(suite: string): Promise<string> {
  const { stdout } = await runTool("openssl", ["ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/ +/));
  return lines.find((words) => words[2] === suite)?.[0] ?? "unknown";
}
