import assert from "node:assert/strict";
import { createAuthority } from "../../crypto/pki/mod.ts";
import type { TlsOptions } from "./mod.ts";
import { CLIENT_EC } from "./testing/certificates.ts";
import { join } from "./testing/joined.ts";

const NAME = "pcscf.ims.example";
const now = Date.now();
const root = await createAuthority({ name: "root", now });
const issuing = await root.intermediate({ name: "issuing" });
const [good, revoked] = await Promise.all([1, 2].map(() => issuing.issue({ dnsNames: [NAME] })));
const ROOT_CRL = await root.crl();
const CRL = await issuing.crl({ revoked: [revoked!.serial] });

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  const both: TlsOptions = { versions: [version, version] };
  const judged = (
    shown: typeof good,
    crls: readonly Uint8Array[],
    alerts: readonly string[],
    verification: string,
  ) => {
    const client = { ...both, trust: { anchors: [root.certificate], name: NAME, crls } };
    join({ client, server: { ...both, certificates: [shown!] } }, (joined) => {
      assert.deepEqual(joined.alerts("server").map(({ name }) => name), alerts);
      assert.equal(joined.client.verification(), verification);
    });
  };

  Deno.test(`trust: a client refuses what a CRL revokes, and takes what it does not: ${version}`, () => {
    judged(good, [CRL, ROOT_CRL], [], "ok");
    judged(revoked, [CRL, ROOT_CRL], ["certificate_revoked"], "certificate revoked");
    judged(revoked, [], [], "ok");
  });

  Deno.test(`trust: with CRLs every issuer of the chain needs one: ${version}`, () => {
    judged(good, [CRL], ["unknown_ca"], "unable to get certificate CRL");
    judged(good, [ROOT_CRL], ["unknown_ca"], "unable to get certificate CRL");
  });

  Deno.test(`trust: a CRL that is out of date is none: ${version}`, async () => {
    const day = 86_400_000;
    const old = await issuing.crl({ thisUpdate: now - 2 * day, nextUpdate: now - day });
    judged(good, [old, ROOT_CRL], ["certificate_expired"], "CRL has expired");
  });

  Deno.test(`trust: a server refuses a client that a CRL revokes: ${version}`, () => {
    const trust = { anchors: [root.certificate], crls: [CRL, ROOT_CRL] };
    for (const [shown, alerts] of [[good, []], [revoked, ["certificate_revoked"]]] as const) {
      const server = { ...both, clientCertificate: "require", trust } as const;
      join({ client: { ...both, certificates: [shown!] }, server }, (joined) => {
        assert.deepEqual(joined.alerts("client").map(({ name }) => name), alerts);
      });
    }
  });

  Deno.test(`a client shows its certificate whatever issuers the server asks for: ${version}`, () => {
    const server = { ...both, clientCertificate: "require", clientAuthorities: [root.certificate] } as const;
    join({ client: { ...both, certificates: [CLIENT_EC] }, server }, (joined) => {
      assert.deepEqual(joined.server.peerChain(), CLIENT_EC.chain);
    });
  });
}
