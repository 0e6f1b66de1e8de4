/** Keys and certificates that openssl makes: we read them, and find their signatures right. */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { verifySignature } from "./judge/signatures.ts";
import {
  certificatesFromPem,
  checkProfile,
  describeCertificate,
  importAuthority,
  toPem,
  validatePath,
} from "./mod.ts";
import { parseCertificate } from "./read/certificate.ts";
import { ca, good, NAME, NAMES, NOW, rsa } from "./testing/world.ts";

const missing = await whyNot("openssl", ["version"]);
const rsaKey = toPem("PRIVATE KEY", rsa.privateKey);

type Made = readonly [
  what: string,
  key: readonly string[],
  sign: readonly string[],
  describedAs: readonly [string, string],
];

const EC = ["-algorithm", "EC", "-pkeyopt"];
const PSS = ["-sigopt", "rsa_padding_mode:pss", "-sigopt"];
const PSS_NAME = ["RSA 2048", "id-RSASSA-PSS"] as const;

const made: readonly Made[] = [
  ["P-256", [...EC, "ec_paramgen_curve:P-256"], ["-sha256"], ["EC P-256", "ecdsa-with-SHA256"]],
  ["P-256 with SHA-1", [...EC, "ec_paramgen_curve:P-256"], ["-sha1"], ["EC P-256", "ecdsa-with-SHA1"]],
  ["P-384 with SHA-512", [...EC, "ec_paramgen_curve:P-384"], ["-sha512"], ["EC P-384", "ecdsa-with-SHA512"]],
  ["P-521 with SHA-512", [...EC, "ec_paramgen_curve:P-521"], ["-sha512"], ["EC P-521", "ecdsa-with-SHA512"]],
  ["Ed25519", ["-algorithm", "ED25519"], [], ["Ed25519", "Ed25519"]],
  ["RSA with MD5", [], ["-md5"], ["RSA 2048", "md5WithRSAEncryption"]],
  ["RSA with SHA-512", [], ["-sha512"], ["RSA 2048", "sha512WithRSAEncryption"]],
  ["RSASSA-PSS", [], ["-sha256", ...PSS, "rsa_pss_saltlen:32"], PSS_NAME],
  ["RSASSA-PSS without salt", [], ["-sha384", ...PSS, "rsa_pss_saltlen:0"], PSS_NAME],
  ["RSASSA-PSS with the longest salt", [], ["-sha512", ...PSS, "rsa_pss_saltlen:-2"], PSS_NAME],
  ["RSASSA-PSS with SHA-1, all defaults", [], ["-sha1", ...PSS, "rsa_pss_saltlen:20"], PSS_NAME],
  ["RSASSA-PSS with another mask", [], [
    "-sha256",
    ...PSS,
    "rsa_pss_saltlen:32",
    "-sigopt",
    "rsa_mgf1_md:sha512",
  ], PSS_NAME],
];

for (const [what, key, sign, describedAs] of made) {
  toolTest(
    `a certificate that openssl signs with ${what} is right, and wrong with a bit changed`,
    missing,
    async () => {
      const privateKey = key.length > 0 ? await openssl(["genpkey", ...key]) : rsaKey;
      const { signature, tbs, publicKey, der } = parseCertificate(await selfSigned(privateKey, sign));
      const { key: keyText, signature: name } = describeCertificate(der);
      assert.deepEqual([keyText, name], describedAs);
      assert.deepEqual(await verifySignature(signature, tbs, publicKey), { valid: true });
      const changed = tbs.with(tbs.length - 1, tbs.at(-1)! ^ 1);
      const verdict = await verifySignature(signature, changed, publicKey);
      assert.ok(!verdict.valid && !verdict.unsupported && /does not match/.test(verdict.why));
    },
  );
}

toolTest("verifySignature() says of what it cannot compute that it cannot", missing, async () => {
  for (const key of [[...EC, "ec_paramgen_curve:brainpoolP256r1"], ["-algorithm", "ED448"]]) {
    const { signature, tbs, publicKey } = parseCertificate(
      await selfSigned(await openssl(["genpkey", ...key]), []),
    );
    const verdict = await verifySignature(signature, tbs, publicKey);
    assert.ok(!verdict.valid && verdict.unsupported, key.join(" "));
  }
});

toolTest("the signature of one algorithm is wrong under a key of another", missing, async () => {
  const [ofRsa, ofEc, ofEd] = await Promise.all([
    selfSigned(rsaKey, []),
    Promise.resolve(good.certificate),
    selfSigned(await openssl(["genpkey", "-algorithm", "ED25519"]), []),
  ]).then((all) => all.map(parseCertificate));
  for (const [one, other] of [[ofRsa, ofEc], [ofEc, ofRsa], [ofEd, ofRsa]]) {
    const verdict = await verifySignature(one!.signature, one!.tbs, other!.publicKey);
    assert.ok(!verdict.valid && !verdict.unsupported && /the issuer's key of/.test(verdict.why));
  }
});

toolTest("openssl x509 reads what describeCertificate() does", missing, async () => {
  const text = await openssl(
    [
      "x509",
      "-noout",
      "-serial",
      "-subject",
      "-issuer",
      "-startdate",
      "-enddate",
      "-fingerprint",
      "-sha256",
      "-nameopt",
      "oneline",
    ],
    toPem("CERTIFICATE", ca.certificate),
  );
  const fields = new Map(text.split("\n").map((line) => line.split(/=(.*)/) as [string, string]));
  const { serial, subject, issuer, notBefore, notAfter, fingerprint } = describeCertificate(ca.certificate);
  const spaced = (name: string) => name.replaceAll("=", " = ");
  assert.equal(fields.get("serial")?.toLowerCase(), serial.padStart(16, "0"));
  assert.deepEqual([fields.get("subject"), fields.get("issuer")], [spaced(subject), spaced(issuer)]);
  assert.deepEqual(
    [notBefore, notAfter].map((at) => Date.parse(at)),
    ["notBefore", "notAfter"].map((name) => Date.parse(fields.get(name)!)),
  );
  assert.equal(fields.get("sha256 Fingerprint")?.replaceAll(":", "").toLowerCase(), fingerprint);
});

toolTest("a CA whose certificate and key openssl made goes on issuing", missing, async () => {
  const keys = [
    await openssl(["ecparam", "-name", "secp384r1", "-genkey"]), // EC PARAMETERS, then EC PRIVATE KEY
    await openssl(["rsa", "-traditional"], rsaKey), // RSA PRIVATE KEY
    await openssl(["genpkey", ...EC, "ec_paramgen_curve:P-256"]),
  ];
  assert.deepEqual(keys.map((key) => /BEGIN (EC|RSA) PRIVATE/.exec(key)?.[1]), ["EC", "RSA", undefined]);
  for (const key of keys) {
    // Dates of openssl are those of this machine's clock: `now` is where they are.
    const certificate = await selfSigned(key, ["-subj", "/C=DE/O=Lab \u00fc/CN=Lab CA", "-utf8"]);
    const now = parseCertificate(certificate).notBefore + 1000;
    const lab = await importAuthority({ certificate: toPem("CERTIFICATE", certificate), key, now });
    const { chain } = await (await lab.intermediate({ name: "Below" })).issue(NAMES);
    const { failures } = await validatePath({
      chain,
      anchors: [certificate],
      now,
      purpose: "server",
      name: NAME,
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(checkProfile(chain, { name: NAME }).filter(({ level }) => level === "shall"), []);
  }
});

toolTest("openssl reads our CRL, and finds it signed by its CA", missing, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/ca.pem`, ca.pem());
    const crl = toPem("X509 CRL", await ca.crl({ revoked: [0xabcdn], thisUpdate: NOW }));
    const text = await openssl(["crl", "-noout", "-text", "-CAfile", `${folder}/ca.pem`], crl);
    assert.match(text, /verify OK/);
    assert.match(text, /Version 2/);
    assert.match(text, /Last Update: Jan 15 12:00:00 2030 GMT/);
    assert.match(text, /Serial Number: ABCD/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function selfSigned(key: string, more: readonly string[]): Promise<Uint8Array> {
  const args = ["req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=made by openssl", "-days", "30", ...more];
  return certificatesFromPem(await openssl(args, key))[0]!;
}

async function openssl(args: readonly string[], input = ""): Promise<string> {
  const { ok, stdout, stderr } = await runTool("openssl", args, new TextEncoder().encode(input));
  assert.ok(ok, `openssl ${args.join(" ")}: ${stderr}`);
  return new TextDecoder().decode(stdout) + (args[0] === "crl" ? stderr : "");
}
