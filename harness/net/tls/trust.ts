/** Path validation by OpenSSL, for those who must refuse a peer with the alert that its certificate calls for. */
import { LocalMisuseError } from "../../errors.ts";
import { parsed } from "./bio.ts";
import { c, errors, type Native, type Openssl } from "./library.ts";
import type { TlsTrust } from "./options.ts";

/** @throws LocalMisuseError for what is no certificate or CRL */
export function installTrust(
  ssl: Openssl,
  context: Native,
  { anchors, crls = [], name, at }: TlsTrust,
): void {
  const store = ssl.SSL_CTX_get_cert_store(context);
  for (const der of anchors) {
    const x509 = parsed(ssl, der, (bio) => ssl.d2i_X509_bio(bio, null));
    if (x509 === null) {
      throw new LocalMisuseError(`A trust anchor is no certificate: ${errors(ssl).join("; ")}`);
    }
    ssl.X509_STORE_add_cert(store, x509);
    ssl.X509_free(x509);
  }
  for (const der of crls) {
    const crl = parsed(ssl, der, (bio) => ssl.d2i_X509_CRL_bio(bio, null));
    if (crl === null) throw new LocalMisuseError(`A CRL cannot be read: ${errors(ssl).join("; ")}`);
    ssl.X509_STORE_add_crl(store, crl);
    ssl.X509_CRL_free(crl);
  }
  if (crls.length > 0) ssl.X509_STORE_set_flags(store, CRL_CHECK | CRL_CHECK_ALL);
  const parameters = ssl.X509_STORE_get0_param(store);
  if (at !== undefined) ssl.X509_VERIFY_PARAM_set_time(parameters, BigInt(Math.floor(at / 1000)));
  if (name !== undefined) ssl.X509_VERIFY_PARAM_set1_host(parameters, c(name), 0n);
}

/** X509_V_FLAG_CRL_CHECK, X509_V_FLAG_CRL_CHECK_ALL */
const CRL_CHECK = 0x4n;
const CRL_CHECK_ALL = 0x8n;
