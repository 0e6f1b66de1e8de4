/** SIP Digest without TLS: Annexes N and Q of TS 33.203. */
import { suite } from "../../harness/runner/case.ts";
import { addressCheck } from "./address_check.ts";
import { challenge } from "./challenge.ts";
import { failures } from "./failures.ts";
import { home } from "./home.ts";
import { hss } from "./hss.ts";
import { identityAssertion } from "./identity_assertion.ts";
import { mw } from "./mw.ts";
import { nat } from "./nat.ts";
import { operatorInitiated } from "./operator.ts";
import { proxyAuthentication } from "./proxy_authentication.ts";
import { response } from "./response.ts";

export default suite("digest", "SIP Digest (TS 33.203 Annexes N and Q)", [
  ...challenge,
  ...response,
  ...addressCheck,
  ...identityAssertion,
  ...nat,
  ...proxyAuthentication,
  ...failures,
  ...operatorInitiated,
  ...mw,
  ...home,
  ...hss,
]);
