/** What the border shows to partners: certificates for the home domain, one per kind of key (RFC 5922 7.1). */
import {
  type Authority,
  type CertificateOptions,
  generateKeys,
  type KeyPair,
} from "../../harness/crypto/pki/mod.ts";
import type { FaultSet } from "../faults.ts";
import type { BorderIdentity } from "./tls_profile.ts";

/** The root that has issued them is the one whose certificates partners are believed by. */
export function borderIdentity(root: Authority, domain: string, faults: FaultSet): Promise<BorderIdentity> {
  if (faults.has("ibcf/expired-certificate")) {
    return issue(root, domain, { notBefore: root.now - 90 * DAY, notAfter: root.now - DAY });
  }
  const known = issued.get(root);
  if (known?.domain === domain) return known.identity;
  const identity = issue(root, domain);
  issued.set(root, { domain, identity });
  return identity;
}

const DAY = 86_400_000;

async function issue(
  root: Authority,
  domain: string,
  validity: Pick<CertificateOptions, "notBefore" | "notAfter"> = {},
): Promise<BorderIdentity> {
  const names = [domain, `ibcf.${domain}`];
  const options: CertificateOptions = {
    commonNames: [`ibcf.${domain}`],
    uris: names.map((name) => `sip:${name}`),
    dnsNames: names,
    ...validity,
  };
  rsa ??= generateKeys("RSA-2048");
  const certificates = await Promise.all([root.issue(options), root.issue({ ...options, key: await rsa })]);
  return {
    certificates: certificates.map(({ chain, key }) => ({ chain, key })),
    anchors: [root.root ?? root.certificate],
  };
}

/** RSA takes its time; which key it is says nothing. */
let rsa: Promise<KeyPair> | undefined;
const issued = new WeakMap<
  Authority,
  { readonly domain: string; readonly identity: Promise<BorderIdentity> }
>();
