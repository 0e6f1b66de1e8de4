/**
 * The peer `hss`: our end of Cx (TS 29.228, TS 29.229). One server for a whole run; a case sees the part of it that is
 * about its own subscribers, and says what to answer otherwise than right.
 */
import type { Avp, CommandName } from "../../wire/diameter/mod.ts";
import type { DiameterNode } from "../../diameter/mod.ts";

/** What the CSCFs ask. */
export type CxCommand = Extract<
  CommandName,
  "User-Authorization" | "Multimedia-Auth" | "Server-Assignment" | "Location-Info"
>;

/** One question of the device under test, and what we said. */
export interface CxRequest {
  readonly command: CxCommand;
  /** User-Name */
  readonly impi: string | undefined;
  /** Public-Identity, the first. */
  readonly impu: string | undefined;
  readonly avps: readonly Avp[];
  readonly from: DiameterNode | undefined;
  /** Milliseconds of the run's clock. */
  readonly at: number;
  /** AVPs after Session-Id, Origin-Host and Origin-Realm; "silent" where nothing was said. */
  readonly answer: CxReply;
}

export type CxReply = readonly Avp[] | "silent";

/** Given the right answer, gives another one. */
export type CxScript = (request: Omit<CxRequest, "answer">, right: readonly Avp[]) => CxReply;

/** What a case sees of the HSS: questions about its subscribers. */
export interface HssView {
  /** All so far, in order. */
  readonly requests: readonly CxRequest[];
  /** The next one of this command not yet taken. Rejects with NoAnswer after `within` ms (default: timers.answer). */
  next(command?: CxCommand, within?: number): Promise<CxRequest>;
  /** True when none of this command (any, if absent) came within the window (default: timers.silence). */
  silent(command?: CxCommand, within?: number): Promise<boolean>;
  /** From now on until the case ends (or `times` have been answered) such questions are answered so. */
  script(command: CxCommand, script: CxScript, times?: number): void;
  /** GIBA: the address that the HSS has for this subscriber; undefined for none (TS 33.203 T.3). */
  bind(impi: string, binding: { readonly address?: string; readonly prefix?: string } | undefined): void;
  /** NBA: the line that the HSS has for this subscriber, in place of the profile's (TS 33.203 R.3); undefined for none. */
  line(impi: string, line: string | undefined): void;
  /** Registration-Termination-Request to the S-CSCF that serves the user; gives its Result-Code. */
  terminate(
    impi: string,
    reason?: { readonly code: number; readonly info?: string },
  ): Promise<number | undefined>;
  /** Push-Profile-Request with these AVPs; gives its Result-Code. */
  push(impi: string, avps: readonly Avp[]): Promise<number | undefined>;
  /**
   * A SIP-Auth-Data-Item as a right answer has it, for scripts and pushes: another AKA vector with each call, H(A1) of
   * another password if one is given. LocalMisuseError where the subscriber has nothing for this scheme.
   */
  item(
    impi: string,
    scheme: "Digest-AKAv1-MD5" | "SIP Digest" | "NASS-Bundled" | "Early-IMS-Security",
    options?: { readonly number?: number; readonly password?: string },
  ): Avp;
  /** What the HSS knows of a registration; undefined where there is no such subscriber. */
  registration(
    impi: string,
  ): { readonly state: RegistrationState; readonly serverName: string | undefined } | undefined;
}

/** TS 29.228 8.1 */
export type RegistrationState = "not-registered" | "pending" | "registered" | "unregistered";
