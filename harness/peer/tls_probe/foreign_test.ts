import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { parseProfile } from "../../../profiles/mod.ts";
import { systemNet } from "../../net/mod.ts";
import { path } from "../../net/tls/testing/certificates.ts";
import { ForeignPeer, freePort } from "../../net/tls/testing/foreign.ts";
import { seededRandom } from "../../runner/mod.ts";
import { groupName, suiteNamed, suitesFor } from "../../wire/tls/mod.ts";
import { createTlsProbe, type TlsProbe } from "./mod.ts";

const noOpenssl = await whyNot("openssl", ["version"]);
const noGnutls = await whyNot("gnutls-serv", ["--version"]);

toolTest(
  "versions() finds those that openssl s_server speaks",
  noOpenssl,
  () =>
    withOpenssl(["-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"], async (probe) => {
      const versions = await probe.versions();
      assert.deepEqual(versions.map(({ version, accepted }) => [version, accepted]), [
        ["SSLv3", false],
        ["TLSv1.0", true],
        ["TLSv1.1", true],
        ["TLSv1.2", true],
        ["TLSv1.3", false],
      ]);
      assert.match(versions[0]!.answer.says, /alert protocol_version|alert handshake_failure/);
      assert.match(versions[1]!.answer.says, /^ServerHello: TLSv1\.0, TLS_/);
      assert.equal(versions[4]!.answer.alerts[0]?.name, "protocol_version");
      assert.equal(probe.connections, 5);
    }),
);

toolTest(
  "suites() finds those of openssl s_server in the client's order",
  noOpenssl,
  () =>
    withOpenssl(
      ["-tls1_2", "-cipher", "AES256-SHA256:ECDHE-RSA-AES128-GCM-SHA256:NULL-SHA256:@SECLEVEL=0"],
      async (probe) => {
        const { accepted, order, unoffered, refusal } = await probe.suites("TLSv1.2");
        assert.deepEqual(accepted.map(({ name }) => name), [
          "TLS_RSA_WITH_NULL_SHA256",
          "TLS_RSA_WITH_AES_256_CBC_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        ]);
        assert.equal(order, "client");
        assert.equal(unoffered, undefined);
        assert.equal(refusal.alerts[0]?.name, "handshake_failure");
      },
    ),
);

toolTest("suites() finds the order of openssl s_server where it has one", noOpenssl, () =>
  withOpenssl(
    ["-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA:@SECLEVEL=0"],
    async (probe) => {
      const { accepted, order } = await probe.suites("TLSv1.2");
      assert.deepEqual(accepted.map(({ name }) => name), [
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
      ]);
      assert.equal(order, "server");
    },
  ));

toolTest(
  "suites() of TLS 1.3 are told by a hello alone",
  noOpenssl,
  () =>
    withOpenssl(
      ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"],
      async (probe) => {
        const { accepted } = await probe.suites("TLSv1.3");
        assert.deepEqual(accepted.map(({ name }) => name).toSorted(), [
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
        ]);
      },
    ),
);

toolTest(
  "hello() reads group, size of Diffie-Hellman, and the CertificateRequest of openssl s_server",
  noOpenssl,
  () =>
    withOpenssl(
      ["-tls1_2", "-verify", "1", "-dhparam", "DH1024", "-cipher", "ALL:@SECLEVEL=0"],
      async (probe) => {
        const dhe = await probe.hello({
          versions: ["TLSv1.2"],
          suites: [suiteNamed("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")],
          groups: [],
        });
        assert.equal(dhe.keyExchange?.dh?.bits, 1024);
        assert.equal(dhe.keyExchange?.signed, true);
        assert.equal(dhe.certificates?.length, 1);
        assert.ok((dhe.certificateRequest?.types.length ?? 0) > 0);
        assert.equal(dhe.hello?.secureRenegotiation, true);
        assert.match(dhe.says, /1024-bit Diffie-Hellman group.*CertificateRequest/);
        const ecdhe = await probe.hello({
          versions: ["TLSv1.2"],
          suites: [suiteNamed("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")],
          groups: ["secp384r1"],
        });
        assert.equal(groupName(ecdhe.keyExchange?.group ?? 0), "secp384r1");
      },
    ),
);

toolTest(
  "hello() is answered by the downgrade sentinel and by inappropriate_fallback",
  noOpenssl,
  () =>
    withOpenssl([], async (probe) => {
      const lower = await probe.hello({ versions: ["TLSv1.2"] });
      assert.equal(lower.hello?.downgradeSentinel, "TLSv1.2");
      const fallback = await probe.hello({ versions: ["TLSv1.2"], fallbackScsv: true });
      assert.equal(fallback.alerts[0]?.name, "inappropriate_fallback");
      assert.equal(fallback.ended, "closed");
      assert.match(fallback.says, /^alert inappropriate_fallback, then connection (closed|reset)$/);
    }),
);

toolTest(
  "hello() of TLS 1.3 works with each group it has a key for",
  noOpenssl,
  () =>
    withOpenssl(["-groups", "x25519:P-256:P-384:P-521:x448:ffdhe2048"], async (probe) => {
      for (const group of ["x25519", "secp256r1", "secp384r1", "x448", "ffdhe2048"] as const) {
        const { hello } = await probe.hello({ versions: ["TLSv1.3"], groups: [group], keyShares: [group] });
        assert.equal(groupName(hello?.group ?? 0), group);
        assert.equal(hello?.retry, false);
      }
      const { hello } = await probe.hello({ versions: ["TLSv1.3"], groups: ["secp521r1"], keyShares: [] });
      assert.equal(hello?.retry, true);
    }),
);

toolTest(
  "hello() may end with an alert, and openssl s_server closes",
  noOpenssl,
  () =>
    withOpenssl(["-tls1_2"], async (probe, server) => {
      const answer = await probe.hello({ versions: ["TLSv1.2"], alert: "bad_certificate" });
      assert.equal(answer.complete, true);
      assert.notEqual(answer.ended, undefined);
      await server.said(/alert bad certificate/);
    }),
);

toolTest("clear() shows what a TLS port makes of SIP", noOpenssl, () =>
  withOpenssl([], async (probe) => {
    const answer = await probe.clear(new TextEncoder().encode("OPTIONS sip:ims.example SIP/2.0\r\n\r\n"));
    assert.notEqual(answer.ended, undefined);
    assert.ok(!new TextDecoder("latin1").decode(answer.bytes).includes("SIP/2.0"));
  }));

toolTest(
  "chains() gives the certificate of each kind of key",
  noOpenssl,
  () =>
    withOpenssl(["-dcert", path("server_ec.pem"), "-dkey", path("server_ec_key.pem")], async (probe) => {
      const chains = await probe.chains();
      assert.deepEqual(chains.map(({ shown }) => shown), ["ECDSA", "RSA"]);
    }),
);

toolTest(
  "chains() reads them out of a handshake where the server speaks TLS 1.3 alone",
  noOpenssl,
  () =>
    withOpenssl(["-tls1_3"], async (probe) => {
      const chains = await probe.chains();
      assert.deepEqual(chains.map(({ shown, chain }) => [shown, chain.length]), [["TLSv1.3", 1]]);
    }),
);

toolTest(
  "versions() and suites() find what gnutls-serv was told to speak, weak suites too",
  noGnutls,
  () =>
    withGnutls(
      "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.0:+RSA:+3DES-CBC:+ARCFOUR-128:+ANON-ECDH:+NULL:+MD5",
      async (probe) => {
        const versions = await probe.versions();
        assert.deepEqual(versions.filter(({ accepted }) => accepted).map(({ version }) => version), [
          "TLSv1.0",
          "TLSv1.2",
        ]);
        const weak = suitesFor(0x0303).filter(({ cipher, keyExchange }) =>
          keyExchange === "RSA" && /^(RC4|3DES|NULL)/.test(cipher)
        );
        const { accepted } = await probe.suites("TLSv1.2", weak);
        const names = accepted.map(({ name }) => name);
        for (
          const name of ["TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_NULL_SHA"]
        ) {
          assert.ok(names.includes(name), `${name} in ${names}`);
        }
      },
    ),
);

Deno.test("hello() says when nothing comes, and rejects where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  await withProbe(listener.addr.port, async (probe) => {
    const { hello, ended, says } = await probe.hello();
    assert.deepEqual([hello, ended], [undefined, undefined]);
    assert.match(says, /^nothing within \d+ ms$/);
    (await accepted).close();
    listener.close();
    await assert.rejects(probe.hello(), { name: "EnvironmentError" });
  });
});

async function withOpenssl(
  args: readonly string[],
  use: (probe: TlsProbe, server: ForeignPeer) => Promise<void>,
): Promise<void> {
  const port = freePort();
  const keys = ["-cert", path("server_rsa.pem"), "-key", path("server_rsa_key.pem")];
  const dh = args.indexOf("-dhparam");
  const file = dh < 0 ? undefined : await Deno.makeTempFile({ dir: "/tmp" });
  if (file !== undefined) await Deno.writeTextFile(file, DH1024);
  const given = args.map((arg) => arg === "DH1024" && file !== undefined ? file : arg);
  try {
    await using server = new ForeignPeer("openssl", [
      ...["s_server", "-accept", `127.0.0.1:${port}`, ...keys, ...given],
    ]);
    await server.said(/ACCEPT/);
    await withProbe(port, (probe) => use(probe, server));
  } finally {
    if (file !== undefined) await Deno.remove(file);
  }
}

async function withGnutls(priority: string, use: (probe: TlsProbe) => Promise<void>): Promise<void> {
  const port = freePort();
  await using server = new ForeignPeer("gnutls-serv", [
    ...["--echo", "--disable-client-cert", "-p", `${port}`, "--priority", priority],
    ...["--x509certfile", path("server_rsa.pem"), "--x509keyfile", path("server_rsa_key.pem")],
  ]);
  await server.said(/listening on IPv4.*done/);
  await withProbe(port, use);
}

async function withProbe(port: number, use: (probe: TlsProbe) => Promise<void>): Promise<void> {
  const text = Deno.readTextFileSync(new URL("../../../profiles/embedded.yaml", import.meta.url));
  const embedded = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  const profile = {
    ...embedded,
    timers: { ...embedded.timers, answer: 300, silence: 300 },
    entry: { "p-cscf": { tls: { address: "127.0.0.1", port, name: "pcscf.ims.example" } } },
  };
  const probe = createTlsProbe({
    net: systemNet,
    clock: systemNet.clock,
    profile,
    entry: "p-cscf",
    local: "127.0.0.1",
    random: seededRandom("seed"),
    tap: () => {},
  });
  try {
    await use(probe);
  } finally {
    await probe.close();
  }
}

/** Made by `openssl dhparam 1024` for this test. */
const DH1024 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAOb6VGixCfvhhWlBa+rnFork1Ppglj+Lq2gWbfhR8XYgEVABHBXS8GQ7
Y39WL6rNzONREemLKt/mRPdDskIq3XRr5VQwEP4ANKi8JQ3/pVKPN0KmRP3GWYH1
qStamhDLa591dVDbTNREc8XnpSadiP/rxeNQb1WGrBz/Z0z07/oXAgEC
-----END DH PARAMETERS-----
`;
