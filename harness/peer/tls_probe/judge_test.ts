import assert from "node:assert/strict";
import { parseProfile } from "../../../profiles/mod.ts";
import { createAuthority, toPem } from "../../crypto/pki/mod.ts";
import { judgeChain } from "./judge.ts";

const NOW = Date.UTC(2026, 5, 1);
const NAME = "pcscf.ims.example";
const root = await createAuthority({ name: "Root", now: NOW });
const ca = await root.intermediate({ name: "CA" });
const own = await ca.issue({ commonNames: [NAME], dnsNames: [NAME] });

Deno.test("judgeChain() trusts the profile's anchors and tells each certificate", async () => {
  const judgement = await judgeChain(own.chain, trusting(root.pem()), { name: NAME }, NOW);
  assert.equal(judgement.path.ok, true);
  assert.deepEqual(judgement.violations.filter(({ level }) => level === "shall"), []);
  assert.match(judgement.says[0] ?? "", /CN=pcscf\.ims\.example" by ".*CN=CA", EC P-256/);
  assert.equal(judgement.crls, 0);
});

Deno.test("judgeChain() tells another name and another time by their rules", async () => {
  const rules = async (name: string, now: number) =>
    (await judgeChain(own.chain, trusting(root.pem()), { name }, now)).path.failures.map(({ rule }) => rule);
  assert.deepEqual(await rules("other.example", NOW), ["name"]);
  assert.ok((await rules(NAME, NOW + 400 * 86_400_000)).includes("validity"));
});

Deno.test("judgeChain() looks a chain up in the CRLs that stand behind the anchors", async () => {
  const crl = toPem("X509 CRL", await ca.crl({ revoked: [own.serial] }));
  const { path, crls } = await judgeChain(own.chain, trusting(root.pem() + crl), { name: NAME }, NOW);
  assert.deepEqual(path.failures.map(({ rule }) => rule), ["revoked"]);
  assert.equal(crls, 1);
});

Deno.test("judgeChain() shows what is no certificate as such", async () => {
  const { path, says } = await judgeChain([Uint8Array.of(0x30, 0)], trusting(root.pem()), {}, NOW);
  assert.equal(path.failures[0]?.rule, "malformed");
  assert.match(says[0] ?? "", /^unreadable: /);
});

Deno.test("judgeChain() says nothing without an anchor", async () => {
  await assert.rejects(judgeChain(own.chain, trusting(), {}, NOW), { name: "EnvironmentError" });
});

function trusting(...trust: string[]) {
  const text = Deno.readTextFileSync(new URL("../../../profiles/embedded.yaml", import.meta.url));
  const profile = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  return { ...profile, pki: { trust, client: null, issuer: null } };
}
