/**
 * The same certificates judged by our validator and by `openssl verify`: the verdicts are the same but where the table
 * says why not. A second table holds our profile check against openssl's security level.
 */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { type BadCertificate, checkProfile, issueBad, toPem, validatePath } from "./mod.ts";
import { type Judged, VERDICT_CASES } from "./testing/verdict_cases.ts";
import { ca, good, NAME, NOW, root } from "./testing/world.ts";

const missing = await whyNot("openssl", ["version"]);

for (const { what, make, breaks, opensslDiffers } of VERDICT_CASES) {
  const title = opensslDiffers ? `openssl differs (${opensslDiffers}) on` : "openssl says the same of";
  toolTest(`${title}: ${what}`, missing, async () => {
    const judged = { anchors: [root.certificate], name: NAME, purpose: "server", ...await make() } as const;
    const { ok, failures } = await validatePath({ ...judged, now: NOW });
    assert.equal(ok, breaks === undefined, JSON.stringify(failures));
    const theirs = await opensslVerify(judged);
    assert.equal(theirs.ok, opensslDiffers ? !ok : ok, theirs.says);
  });
}

const weak: readonly BadCertificate[] = ["sha1", "md5", "short-key"];
toolTest("openssl at security level 2 refuses what the profile calls too weak", missing, async () => {
  for (const kind of weak) {
    const bad = await issueBad(ca, kind, { name: NAME });
    assert.ok(checkProfile(bad.chain, { name: NAME }).some(({ level }) => level === "shall"), kind);
    assert.equal((await opensslVerify(bad, ["-auth_level", "2"])).ok, false, kind);
  }
});

toolTest("openssl finds nothing in what is right by default, however strict", missing, async () => {
  assert.deepEqual(checkProfile(good.chain, { name: NAME }).filter(({ level }) => level === "shall"), []);
  const { ok, says } = await opensslVerify(good, ["-x509_strict", "-auth_level", "2"]);
  assert.ok(ok, says);
});

/** The certificate above the others is the first of the chain, as in TLS. */
async function opensslVerify(
  judged: Judged,
  more: readonly string[] = [],
): Promise<{ ok: boolean; says: string }> {
  const { chain: [leaf, ...above], anchors = [root.certificate], name = NAME, purpose = "server" } = judged;
  const folder = await Deno.makeTempDir();
  try {
    const file = async (title: string, label: string, ders: readonly Uint8Array[]) => {
      const path = `${folder}/${title}.pem`;
      await Deno.writeTextFile(path, ders.map((der) => toPem(label, der)).join(""));
      return path;
    };
    const crls = judged.crls ?? [];
    const isAddress = /^[\d.]+$|:/.test(name);
    const { ok, stdout, stderr } = await runTool("openssl", [
      "verify",
      ...["-attime", String(NOW / 1000), "-purpose", `ssl${purpose}`, "-no-CApath", "-no-CAstore"],
      ...[isAddress ? "-verify_ip" : "-verify_hostname", name],
      ...(anchors.length > 0 ? ["-CAfile", await file("anchors", "CERTIFICATE", anchors)] : ["-no-CAfile"]),
      ...(above.length > 0 ? ["-untrusted", await file("above", "CERTIFICATE", above)] : []),
      ...(crls.length > 0 ? ["-crl_check", "-CRLfile", await file("crls", "X509 CRL", crls)] : []),
      ...more,
      await file("leaf", "CERTIFICATE", [leaf ?? new Uint8Array()]),
    ]);
    return { ok, says: new TextDecoder().decode(stdout) + stderr };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
