/** SIP Digest with TLS, and TLS between networks: Annex O and clause 6.5 of TS 33.203, RFC 5626. */
import { suite } from "../../harness/runner/case.ts";
import { agreement } from "./agreement.ts";
import { association } from "./association.ts";
import { authentication } from "./authentication.ts";
import { beforeRegistration } from "./before_registration.ts";
import { certificates } from "./certificate.ts";
import { cipherSuites } from "./cipher_suites.ts";
import { delivery } from "./delivery.ts";
import { handshakes } from "./handshake.ts";
import { home } from "./home.ts";
import { interworking } from "./interworking.ts";
import { mw } from "./mw.ts";
import { records } from "./records.ts";
import { renegotiation } from "./renegotiation.ts";
import { reregistration } from "./reregistration.ts";
import { serverHellos } from "./server_hello.ts";

export default suite("tls", "TLS (TS 33.203 Annex O and clause 6.5)", [
  ...authentication,
  ...agreement,
  ...beforeRegistration,
  ...association,
  ...delivery,
  ...records,
  ...reregistration,
  ...renegotiation,
  ...handshakes,
  ...serverHellos,
  ...cipherSuites,
  ...certificates,
  ...interworking,
  ...home,
  ...mw,
], { lease: "digest" });
