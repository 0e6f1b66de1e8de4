/** SIP Digest with TLS, and TLS between networks: Annex O and clause 6.5 of TS 33.203, RFC 5626. */
import { suite } from "../../harness/runner/case.ts";

export default suite("tls", "TLS (TS 33.203 Annex O and clause 6.5)", [], { lease: "digest" });
