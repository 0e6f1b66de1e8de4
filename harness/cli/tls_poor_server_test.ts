/**
 * The suite on TLS, pointed at servers of other people with a configuration that nobody should have: each violation is
 * named by its requirement and by what was seen, what is in order passes, and what needs SIP is not judged.
 */
import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { parseResults } from "../../reports/mod.ts";
import { type Authority, createAuthority, toPem } from "../crypto/pki/mod.ts";
import { ForeignPeer, freePort } from "../net/tls/testing/foreign.ts";
import { imspeer, inTemporaryFolder } from "./testing/imspeer.ts";

const noOpenssl = await whyNot("openssl", ["version"]);
const noGnutls = await whyNot("gnutls-serv", ["--version"]);
const NAME = "pcscf.ims.example";

toolTest(
  "openssl s_server with all that is forbidden: each violation is named",
  noOpenssl,
  () =>
    inTemporaryFolder(async (folder) => {
      const now = Date.now();
      const root = await createAuthority({ name: "Lab root", now });
      const ca = await root.intermediate({ name: "Lab CA" });
      // Expired, for another name, of a weak key, signed by SHA-1; and without the CA behind it.
      const { certificate, key } = await ca.issue({
        ...{ commonNames: ["other.example.org"], dnsNames: ["other.example.org"] },
        ...{ notBefore: now - 90 * DAY, notAfter: now - DAY, key: "RSA-1024", signatureHash: "SHA-1" },
      });
      const files = await filesIn(folder, { chain: [certificate], key, root });
      const dh = `${folder}/dh.pem`;
      await Deno.writeTextFile(dh, DH1024);
      const port = freePort();
      await using server = new ForeignPeer("openssl", [
        ...["s_server", "-accept", `127.0.0.1:${port}`, "-cert", files.chain, "-key", files.key],
        ...["-no_tls1_3", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-dhparam", dh, "-verify", "1"],
      ]);
      await server.said(/ACCEPT/);
      const cases = await runAt(port, folder, WITHOUT_SIP);

      cases.names("tls/versions-of-the-profile", "33.203/O.2.1/01", [
        "TLSv1.0 is refused: ServerHello: TLSv1.0",
        "TLSv1.1 is refused: ServerHello: TLSv1.1",
        "TLSv1.3 is negotiated: alert protocol_version",
      ]);
      cases.passes("tls/versions-of-the-profile", [
        "SSLv3 is refused",
        "TLSv1.2 is negotiated",
      ]);
      cases.passes("tls/server-hello-keeps-to-the-offer", [/no compression/, /RFC 5746/]);
      cases.names("tls/weak-suites-are-refused", "33.203/O.2.1/02", [
        "TLSv1.0: TLS_RSA_WITH_NULL_MD5 is refused: it is accepted",
        "TLSv1.2: TLS_RSA_WITH_NULL_MD5 is refused: it is accepted",
        "TLSv1.2: TLS_DH_anon_WITH_AES_128_GCM_SHA256 is refused: it is accepted",
        "TLSv1.2: TLS_ECDH_anon_WITH_AES_256_CBC_SHA is refused: it is accepted",
        /^TLSv1\.2: Diffie-Hellman group of 2048 bits or more: .*1024-bit Diffie-Hellman group/,
      ]);
      cases.passes("tls/weak-suites-are-refused", [/mandatory suite/, /TLSv1\.2: RC4/, /TLSv1\.2: export/]);
      // O.2.1 allows NULL, so that nothing fails; what was seen is told.
      cases.tells(
        "tls/null-suites-by-policy-alone",
        "33.203/O.2.1/03",
        /TLS_RSA_WITH_NULL_SHA256 is accepted/,
      );
      cases.names("tls/null-only-hello-is-survived", "33.203/O.2.1/04", [/NULL suites alone: ServerHello/]);
      cases.names("tls/client-is-not-asked-for-a-certificate", "33.203/O.2.1/06", [
        /: .*CertificateRequest$/,
      ]);
      cases.names("tls/server-certificate-is-valid", "33.203/O.2.1/05", [
        /: It was valid until/,
        /: The name "pcscf\.ims\.example" must be in subjectAltName, which has "other\.example\.org"/,
        /: The issuer "[^"]*Lab CA" was not sent/,
      ]);
      cases.passes("tls/server-certificate-is-valid", [/TLSv1\.2.*proof of possession/]);
      cases.names("tls/certificate-is-signed-by-a-trusted-party", "33.203/O.5.1/01", [
        /Lab CA" was not sent/,
      ]);
      cases.names("tls/certificate-follows-the-profile", "33.203/O.5.1/02", [
        /found SHA-1/,
        /found RSA 1024/,
      ]);
      cases.names("tls/common-name-is-one-fqdn", "33.203/O.5.1/04", [/found "other\.example\.org"/]);
      cases.names("tls/alternative-name-is-the-fqdn", "33.203/O.5.1/05", [/found "other\.example\.org"/]);
      cases.names("tls/chain-leads-to-a-root", "33.203/O.5.2/01", [/Lab CA" was not sent/]);
      cases.names("tls/path-is-valid", "33.203/O.5.2/03", [/It was valid until/]);
      for (const id of IN_ORDER) assert.equal(cases.verdict(id), "pass", id);
      for (const id of WITHOUT_SIP) assert.equal(cases.verdict(id), "inconclusive", id);
      assert.doesNotMatch(cases.stderr, /^ +at .*\.ts:\d+/m, "no stack trace");
      assert.equal(cases.code, 1);
    }),
);

toolTest(
  "gnutls-serv with RC4, 3DES and without RFC 5746: each violation is named, good certificates pass",
  noGnutls,
  () =>
    inTemporaryFolder(async (folder) => {
      const root = await createAuthority({ name: "Lab root", now: Date.now() });
      const ca = await root.intermediate({ name: "Lab CA" });
      const issued = await ca.issue({ commonNames: [NAME], dnsNames: [NAME], key: "RSA-2048" });
      const files = await filesIn(folder, { chain: issued.chain, key: issued.key, root });
      const port = freePort();
      const weak = "+RSA:+3DES-CBC:+ARCFOUR-128:+MD5:+ANON-ECDH:%DISABLE_SAFE_RENEGOTIATION";
      await using server = new ForeignPeer("gnutls-serv", [
        ...["--echo", "--disable-client-cert", "-p", `${port}`, "--priority", `NORMAL:+VERS-TLS1.0:${weak}`],
        ...["--x509certfile", files.chain, "--x509keyfile", files.key],
      ]);
      await server.said(/listening on IPv4.*done/);
      const cases = await runAt(port, folder);
      cases.names("tls/versions-of-the-profile", "33.203/O.2.1/01", [
        "TLSv1.0 is refused: ServerHello: TLSv1.0",
      ]);
      cases.names("tls/server-hello-keeps-to-the-offer", "33.203/O.2.1/01", [
        /^TLSv1\.2: renegotiation is secure \(RFC 5746\): ServerHello.*without it$/,
      ]);
      cases.passes("tls/versions-of-the-profile", [
        /fallback from TLSv1\.3 to TLSv1\.2/,
        "TLSv1.3 is negotiated",
      ]);
      cases.names("tls/weak-suites-are-refused", "33.203/O.2.1/02", [
        "TLSv1.2: TLS_RSA_WITH_3DES_EDE_CBC_SHA is refused: it is accepted",
        "TLSv1.2: TLS_RSA_WITH_RC4_128_MD5 is refused: it is accepted",
      ]);
      for (const id of [...IN_ORDER, ...CERTIFICATES, "tls/client-is-not-asked-for-a-certificate"]) {
        assert.equal(cases.verdict(id), "pass", `${id}\n${cases.stderr}`);
      }
    }),
);

/** Neither server does these wrong. */
const IN_ORDER = [
  ...["tls/port-takes-tls-alone", "tls/suite-is-one-of-those-offered", "tls/ca-names-are-free"],
  ...["tls/sent-root-is-the-known-one", "tls/issuer-is-the-subject-octet-by-octet"],
];

/** Whoever never answers in SIP cannot be judged by these. */
const WITHOUT_SIP = [
  ...["tls/refused-certificate-leaves-nothing", "tls/digest-is-needed-inside-tls"],
  ...["tls/no-agreement-with-tls-first", "tls/failure-is-told-inside-tls"],
];

const CERTIFICATES = [
  ...["tls/server-certificate-is-valid", "tls/certificate-is-signed-by-a-trusted-party"],
  ...[
    "tls/certificate-follows-the-profile",
    "tls/common-name-is-one-fqdn",
    "tls/alternative-name-is-the-fqdn",
  ],
  ...["tls/chain-leads-to-a-root", "tls/path-is-valid"],
];

const HANDSHAKES = [
  ...["tls/versions-of-the-profile", "tls/weak-suites-are-refused", "tls/null-suites-by-policy-alone"],
  ...["tls/null-only-hello-is-survived", "tls/client-is-not-asked-for-a-certificate"],
  "tls/server-hello-keeps-to-the-offer",
];

const DAY = 86_400_000;

async function filesIn(
  folder: string,
  { chain, key, root }: { chain: readonly Uint8Array[]; key: Uint8Array; root: Authority },
): Promise<{ chain: string; key: string }> {
  await Deno.writeTextFile(`${folder}/root.pem`, root.pem());
  await Deno.writeTextFile(`${folder}/chain.pem`, chain.map((der) => toPem("CERTIFICATE", der)).join(""));
  await Deno.writeTextFile(`${folder}/key.pem`, toPem("PRIVATE KEY", key));
  return { chain: `${folder}/chain.pem`, key: `${folder}/key.pem` };
}

/** The program run against this port. One case at a time: these servers serve one connection after the other. */
async function runAt(port: number, folder: string, more: readonly string[] = []) {
  await Deno.writeTextFile(`${folder}/poor.yaml`, profileOf(port));
  const ids = [...HANDSHAKES, ...CERTIFICATES, ...IN_ORDER, ...more];
  const { code, stderr } = await imspeer([
    ...["run", "--profile", `${folder}/poor.yaml`, "--jobs", "1", "--out", `${folder}/out`],
    ...ids.flatMap((id) => ["--case", id]),
  ]);
  const { cases } = parseResults(await Deno.readTextFile(`${folder}/out/results.json`));
  const caseOf = (id: string) => {
    const found = cases.find((one) => one.id === id);
    assert.ok(found, `${id} was run\n${stderr}`);
    return found;
  };
  /** "name: what was seen" of checks that hold, or do not. */
  const told = (id: string, holds: boolean, requirement?: string) =>
    caseOf(id).checks.filter((one) =>
      one.holds === holds && one.requirement === (requirement ?? one.requirement)
    )
      .map(({ name, actual }) => `${name}: ${actual}`);
  const isThere = (lines: readonly string[], wanted: string | RegExp, id: string) =>
    assert.ok(
      lines.some((line) => typeof wanted === "string" ? line.startsWith(wanted) : wanted.test(line)),
      `${id}: ${wanted} in\n${lines.join("\n")}`,
    );
  assert.ok(cases.every(({ verdict }) => verdict !== "error"), stderr);
  return {
    code,
    stderr,
    verdict: (id: string) => caseOf(id).verdict,
    names(id: string, requirement: string, wanted: readonly (string | RegExp)[]): void {
      assert.equal(caseOf(id).verdict, "fail", `${id}\n${stderr}`);
      for (const one of wanted) isThere(told(id, false, requirement), one, id);
    },
    tells: (id: string, requirement: string, wanted: RegExp) =>
      isThere(told(id, false, requirement), wanted, id),
    passes(id: string, wanted: readonly (string | RegExp)[]): void {
      for (const one of wanted) isThere(told(id, true), one, id);
    },
  };
}

function profileOf(port: number): string {
  return `
name: poor
device: { vendor: somebody, product: a TLS server, version: "1" }
scope: 127.0.0.0/8
home: { domain: ims.example, mcc: "001", mnc: "01" }
entry:
  p-cscf:
    tls: { at: "127.0.0.1:${port}", name: ${NAME} }
access: { fixed: 127.0.0.1 }
capabilities: { digest: true, tls: true, tls.first: true, tls.versions: [TLSv1.2, TLSv1.3] }
subscribers:
  - { name: alice, impi: alice@ims.example, impu: "sip:alice@ims.example", digest: { password: a } }
  - { name: bob, impi: bob@ims.example, impu: "sip:bob@ims.example", digest: { password: b } }
timers: { t1: 10ms, t2: 50ms, t4: 50ms, answer: 1s, silence: 200ms }
pki: { trust: ["file:root.pem"] }
`;
}

/** Made by `openssl dhparam 1024` for this test. */
const DH1024 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAOb6VGixCfvhhWlBa+rnFork1Ppglj+Lq2gWbfhR8XYgEVABHBXS8GQ7
Y39WL6rNzONREemLKt/mRPdDskIq3XRr5VQwEP4ANKi8JQ3/pVKPN0KmRP3GWYH1
qStamhDLa591dVDbTNREc8XnpSadiP/rxeNQb1WGrBz/Z0z07/oXAgEC
-----END DH PARAMETERS-----
`;
