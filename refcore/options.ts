/** What a core is started with. */
import type { Authority } from "../harness/crypto/pki/mod.ts";
import type { Clock, Endpoint, Net, Tap } from "../harness/net/types.ts";
import type { Profile, Subscriber } from "../profiles/types.ts";
import type { DialectId } from "./dialects/mod.ts";
import type { FaultSet } from "./faults.ts";
import type { BorderOptions } from "./ibcf/mod.ts";
import type { HomeNetwork } from "./mw/mod.ts";
import type { EndOptions } from "./pcscf/ipsec/mod.ts";
import type { AccessRanges } from "./pcscf/mod.ts";
import type { Policy } from "./policy.ts";
import type { CoreTimers, Random } from "./types.ts";

export interface CoreOptions {
  readonly net: Net;
  /** Default: the net's. */
  readonly clock?: Clock;
  /** Address of the P-CSCF and, where it is a loopback address, of the operator interface. */
  readonly bind: string;
  readonly ports?: {
    /** Gm, for UDP and TCP. Default 5060. */
    readonly gm?: number;
    /** TLS with UEs. Default: one above Gm, as 5061 is above 5060; any where Gm's may be any. */
    readonly tls?: number;
    /** Default 0: any. */
    readonly operator?: number;
    /**
     * The first of five in a row, each for UDP and TCP: I-CSCF, S-CSCF, the same of the pair that asks another HSS, and
     * the P-CSCF. Default: ten above Gm; any where Gm's may be any.
     */
    readonly mw?: number;
    /** Diameter (Cx) and RADIUS accounting of the HSS. Default 3868 and 1813; any where Gm's may be any. */
    readonly cx?: number;
    readonly radius?: number;
  };
  readonly subscribers: readonly Subscriber[];
  readonly home: Profile["home"];
  readonly timers: CoreTimers;
  readonly faults?: FaultSet;
  /** A lawful way of saying things that is not the core's own. */
  readonly dialect?: DialectId;
  readonly random: Random;
  readonly policy?: Partial<Policy>;
  /** Which source addresses belong to which access network; the rest is "fixed". */
  readonly access?: AccessRanges;
  /** Sees every octet on Gm. */
  readonly tap?: Tap;
  /**
   * Opens IPsec on the address of the P-CSCF, for the access networks that the policy wants it for. Without the
   * privilege for raw IP there is UDP-encapsulated ESP alone. Default: none.
   */
  readonly ipsec?: Pick<EndOptions, "encapsulationPort" | "raw">;
  /**
   * Opens TLS on the address of the P-CSCF, with certificates that this CA issues: a root, whose certificate is what
   * UEs trust. Needs OpenSSL on this machine. Default: none.
   */
  readonly tls?: { readonly authority: Authority };
  /**
   * A NAT in front of the core (TS 33.203 Annex M): UEs that send to `Core.nat` seem to be at the first of these
   * addresses. `lifetime`: ms until a binding without traffic is forgotten. Needs `ipsec`. Default: none.
   */
  readonly nat?: { readonly addresses: readonly [string, ...string[]]; readonly lifetime?: number };
  /** The border to partner networks, with the home network's DNS. Default: none; foreign domains are nowhere. */
  readonly interconnect?: BorderOptions;
  /**
   * Opens Mw on the address of the P-CSCF. I-CSCF and S-CSCF answer whom the policy trusts, the P-CSCF those networks
   * whose users roam to it. Default: the boxes talk to each other alone.
   */
  readonly mw?: {
    readonly homeNetworks?: readonly HomeNetwork[];
    /** Opens a second pair of I-CSCF and S-CSCF, which asks the HSS there (Cx over Diameter). */
    readonly hss?: Endpoint;
  };
  /** Lets the HSS answer Cx over Diameter, for whom the policy trusts, as "hss.<domain>". Default: false. */
  readonly cx?: boolean;
  /** Lets the HSS take accounting from GGSNs that the policy trusts and that know the secret. Default: it does not. */
  readonly radius?: { readonly secret: string };
  /** The CLF that the P-CSCF asks for the lines of UEs on a NASS (e2 over Diameter). Default: none, and no NBA. */
  readonly clf?: { readonly listen: Endpoint; readonly realm: string };
}
