export { type AkaFunctions, type AkaOutputs, allFunctions } from "./aka_functions.ts";
export {
  AuthenticationCentre,
  type AuthenticationCentreOptions,
  type AuthVector,
  type Resynchronisation,
} from "./authentication_centre.ts";
export {
  bigintToBytes,
  bytesToBigint,
  concat,
  equalBytes,
  fromHex,
  toHex,
  utf8,
  xor,
} from "../wire/bytes.ts";
export {
  type DigestFields,
  digestResponse,
  type DigestSecret,
  formatNonceCount,
  ha1,
  type Password,
  type Qop,
  rspauth,
} from "./digest.ts";
export {
  type AkaNonce,
  akaPassword,
  AkaSyntaxError,
  akaV2SessionKeys,
  AUTS_PASSWORD,
  buildAkaNonce,
  formatAuts,
  parseAkaNonce,
  parseAuts,
} from "./digest_aka.ts";
export { type DigestAlgorithm, type DigestHash, parseDigestAlgorithm } from "./digest_algorithm.ts";
export { ts33220Kdf } from "./kdf.ts";
export { milenage, milenageFunctions, type MilenageKeys, opcFrom } from "./milenage.ts";
export {
  DEFAULT_DELTA,
  DEFAULT_IND_BITS,
  joinSqn,
  splitSqn,
  SqnArray,
  sqnFromBytes,
  type SqnParts,
  type SqnPolicy,
  sqnToBytes,
} from "./sqn.ts";
export { tlsPrf } from "./tls_prf.ts";
export { topcFrom, tuak, tuakFunctions, type TuakKeys, type TuakLengths } from "./tuak.ts";
export {
  type AkaInspection,
  type AkaVerdict,
  AUTS_AMF,
  buildAutn,
  buildAuts,
  openAuts,
  Usim,
  type UsimOptions,
} from "./usim.ts";
export {
  type AuthenticationInfo,
  type DigestAnswer,
  type DigestChallenge,
  DigestClient,
  type DigestClientOptions,
  type DigestRequest,
} from "./digest_client.ts";
export { expandEspKeys } from "./ipsec_keys.ts";
