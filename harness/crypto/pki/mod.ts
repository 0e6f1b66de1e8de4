export {
  Authority,
  type AuthorityOptions,
  createAuthority,
  importAuthority,
  type IssuedCertificate,
} from "./issue/authority.ts";
export { type CrlOptions } from "./issue/crl.ts";
export { type ExtraExtension, type NameConstraintOptions, type NameSubtrees } from "./issue/extensions.ts";
export { generateKeys, importKeys, type KeyPair, type KeyType } from "./issue/keys.ts";
export { type ExtendedKeyUsage, type KeyUsage } from "./oids.ts";
export { certificatesFromPem, fromPem, type PemBlock, toPem } from "./pem.ts";
export { PkiSyntaxError } from "./pki_syntax_error.ts";
export { type SignatureHash } from "./rsa.ts";
export { type NameAttribute, type NameEncoding } from "./issue/subject.ts";
export {
  BAD_CERTIFICATES,
  type BadCertificate,
  type BadCertificateKind,
  type BadCertificateResult,
  issueBad,
} from "./issue/bad_certificates.ts";
export { parseCertificate, type ParsedCertificate } from "./read/certificate.ts";
export { type CertificateDescription, describeCertificate } from "./read/describe_certificate.ts";
export { isFqdn, type NameStyle } from "./judge/host_name.ts";
export { type PathFailure, type PathResult, type PathRule } from "./judge/path_result.ts";
export { checkProfile, type ProfileOptions, type ProfileRule, type Violation } from "./judge/profile.ts";
export { type ValidateOptions, validatePath } from "./judge/validate_path.ts";
export { type CertificateOptions } from "./issue/build_certificate.ts";
