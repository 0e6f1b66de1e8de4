/** Security agreement on ipsec-3gpp and tls: clauses 5.1.3, 7.1 to 7.4, Annexes H, O.2.2, P.3 and S.3 of TS 33.203. */
import { suite } from "../../harness/runner/case.ts";
import { algorithms } from "./algorithms.ts";
import { consistency } from "./consistency.ts";
import { parameters } from "./parameters.ts";
import { policy } from "./policy.ts";
import { setup } from "./setup.ts";
import { tls } from "./tls.ts";

export default suite("sec-agree", "Security agreement (TS 33.203 clause 7, Annex H; RFC 3329)", [
  ...setup,
  ...parameters,
  ...algorithms,
  ...policy,
  ...consistency,
  ...tls,
], { lease: "aka+!akav2" });
