/**
 * The peer `cscf`: an I- or S-CSCF of ours on Cx, which asks the HSS under test (TS 29.228, TS 29.229) from a host that it
 * trusts, or from one that it does not.
 */
import type { DiameterNode } from "../../diameter/mod.ts";
import type { Avp } from "../../wire/diameter/mod.ts";
import type { CxCommand } from "../hss/types.ts";

export interface CscfOptions {
  /** "trusted" (default): a host of profile.trustedNode; "outside": an access address; or a local address as it is. */
  readonly local?: "trusted" | "outside" | (string & Record<never, never>);
  /** Origin-Host. Default: "scscf.tester." and the home domain. */
  readonly host?: string;
  /** Server-Name in what an S-CSCF asks. Default: "sip:" and the host. */
  readonly serverName?: string;
}

export interface CxAnswer {
  /** All of them. */
  readonly avps: readonly Avp[];
  /** Result-Code or Experimental-Result-Code; undefined where there is neither. */
  readonly code: number | undefined;
  readonly experimental: boolean;
  /** What is in the first SIP-Auth-Data-Item; empty where there is none. */
  readonly item: readonly Avp[];
}

/** RTR or PPR, which we have answered with success. */
export interface CxOrder {
  readonly command: "Registration-Termination" | "Push-Profile";
  /** User-Name */
  readonly impi: string | undefined;
  readonly avps: readonly Avp[];
}

export interface Cscf {
  /** Who we say we are, and who the HSS says it is. */
  readonly self: DiameterNode;
  readonly hss: DiameterNode;
  /**
   * Asks with these AVPs after Session-Id, application, Auth-Session-State, origin and Destination-Realm. Rejects with
   * NoAnswer where none comes within timers.answer.
   */
  ask(command: CxCommand, avps: readonly Avp[]): Promise<CxAnswer>;
  /** MAR for one item of this scheme: "Unknown", "Digest-AKAv1-MD5", "SIP Digest", "NASS-Bundled", "Early-IMS-Security"… */
  authenticate(
    who: { readonly impi?: string; readonly impu?: string },
    scheme: string,
    more?: readonly Avp[],
  ): Promise<CxAnswer>;
  /** What the HSS has ordered so far. */
  readonly orders: readonly CxOrder[];
  /** The next order not yet taken. Rejects with NoAnswer (default: timers.answer). */
  next(command?: CxOrder["command"], within?: number): Promise<CxOrder>;
  /** Takes leave. Idempotent. */
  close(): Promise<void>;
}
