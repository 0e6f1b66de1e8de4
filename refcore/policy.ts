/** What the specifications leave to the operator, as data. */
import type { AccessType } from "./pcscf/access.ts";
import { DEFAULT_SECURITY, type SecurityPolicy } from "./pcscf/ipsec/security_policy.ts";
import type { Variants } from "./pcscf/variants.ts";

export interface Policy {
  /** Access networks whose UEs must use security agreement and IPsec (TS 33.203 clause 7); elsewhere it is not used. */
  readonly protectedAccess: readonly AccessType[];
  /** CIDRs of nodes that belong to the network domain: Mw and Cx of the core answer them alone. */
  readonly trusted: readonly string[];
  /** Addresses of P-CSCFs outside this core that are known to be PANI-aware ones of the home network (P.5). */
  readonly paniAware: readonly string[];
  /** Networks beside the home network that a trusted node may name in P-Visited-Network-ID (U.1). */
  readonly visitedNetworks: readonly string[];
  /** Algorithms, confidentiality and NAT traversal of IPsec. */
  readonly security: SecurityPolicy;
  /** Which variants of IMS there are on access networks of 3GPP: full security, GIBA (TS 33.203 T.7). Orders go before. */
  readonly variants: Variants;
  /** Access networks whose UEs may use security agreement and IPsec, if they ask for it (TS 33.203 P.3, R.3). */
  readonly optionalAccess: readonly AccessType[];
  /** The P-CSCF is a PANI-aware one (TS 33.203 P.3). */
  readonly providesAccessInfo: boolean;
  /** UEs of access networks other than 3GPP ones must use TLS with SIP Digest (TS 33.203 O.1.1); orders go before. */
  readonly tlsMandatory: boolean;
  /**
   * Serve AKA subscribers without Security-Client. TS 33.203 knows AKA only inside IPsec or TLS; for access without
   * either, as in labs, the address check of Annex N.2.1.2 stands in for the SA table. Off: they get 403.
   */
  readonly akaWithoutSecAgree: boolean;
  /** Let a re-REGISTER from an associated source pass without a challenge (TS 24.229 5.4.1.2.2E). */
  readonly trustIpAssociation: boolean;
  /** Let a re-REGISTER on the user's own TLS connection pass without a challenge (TS 33.203 O.4.3). */
  readonly trustTls: boolean;
  /** Challenge an IMPU of another implicit set although the IMPI is registered (TS 33.203 6.1.0, N.1). */
  readonly authenticateFurtherImpus: boolean;
  /** IMPIs whose requests are challenged although no HSS says so: Cx has no word for it (TS 33.203 N.2.1.2). */
  readonly proxyAuthentication: readonly string[];
  /** What a wrong Proxy-Authorization gets: a new challenge, or 403 (TS 33.203 N.2.1.2). */
  readonly proxyAuthFailure: "challenge" | "reject";
  /** Authentication-Info names the next nonce (RFC 2617 3.2.3). */
  readonly nextNonce: boolean;
  /** Resynchronisations in a row before AKA is given up (TS 33.203 6.1.3 sets no number). */
  readonly maxResynchronisations: number;
  /** How long an old H(A1) is kept beside a new one that is not used yet (TS 33.203 N.2.5 note 5), ms. */
  readonly oldPasswordLifetime: number;
  /** Flow-Timer of RFC 5626 4.4, seconds. */
  readonly flowTimer: number;
  /** Longest registration granted, seconds. */
  readonly maxExpires: number;
  /** Granted where the UE asks for none, seconds (TS 24.229 5.1.1.2: UEs ask for 600000). */
  readonly defaultExpires: number;
}

export const DEFAULT_POLICY: Policy = {
  protectedAccess: ["3gpp"],
  trusted: [],
  paniAware: [],
  visitedNetworks: [],
  security: DEFAULT_SECURITY,
  variants: "both",
  optionalAccess: ["nass"],
  providesAccessInfo: true,
  tlsMandatory: false,
  akaWithoutSecAgree: true,
  trustIpAssociation: false,
  trustTls: true,
  authenticateFurtherImpus: true,
  proxyAuthentication: [],
  proxyAuthFailure: "challenge",
  nextNonce: false,
  maxResynchronisations: 2,
  oldPasswordLifetime: 180_000,
  flowTimer: 120,
  maxExpires: 600_000,
  defaultExpires: 600_000,
};
