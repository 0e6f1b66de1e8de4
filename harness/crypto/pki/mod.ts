export {
  Authority,
  type AuthorityOptions,
  type CertificateOptions,
  createAuthority,
  importAuthority,
  type IssuedCertificate,
} from "./authority.ts";
export { type CrlOptions } from "./crl.ts";
export { type ExtraExtension, type NameConstraintOptions, type NameSubtrees } from "./extensions.ts";
export { generateKeys, importKeys, type KeyPair, type KeyType } from "./keys.ts";
export { type ExtendedKeyUsage, type KeyUsage } from "./oids.ts";
export { certificatesFromPem, fromPem, type PemBlock, toPem } from "./pem.ts";
export { PkiSyntaxError } from "./pki_syntax_error.ts";
export { type SignatureHash } from "./signing.ts";
export { type NameAttribute, type NameEncoding } from "./subject.ts";
