/**
 * Every suite there is, in the order in which they are listed and run. A new suite: its folder, its `mod.ts` with a
 * default export, one line here.
 */
import type { Suite } from "../harness/runner/case.ts";
import aka from "./aka/mod.ts";
import coexistence from "./coexistence/mod.ts";
import digest from "./digest/mod.ts";
import giba from "./giba/mod.ts";
import interconnect from "./interconnect/mod.ts";
import ipsec from "./ipsec/mod.ts";
import ipsecNat from "./ipsec-nat/mod.ts";
import nba from "./nba/mod.ts";
import privacy from "./privacy/mod.ts";
import secAgree from "./sec-agree/mod.ts";
import tls from "./tls/mod.ts";
import tna from "./tna/mod.ts";

export { catalogue } from "./requirements/mod.ts";

export const suites: readonly Suite[] = [
  aka,
  digest,
  privacy,
  coexistence,
  giba,
  nba,
  tna,
  secAgree,
  ipsec,
  ipsecNat,
  tls,
  interconnect,
];
