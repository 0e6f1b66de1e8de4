/**
 * What a case can do with a UE that speaks IPsec (TS 33.203 clause 7, Annexes H and M): choose what it offers, see
 * which SA carried what, and break each rule in one line.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { EspOverrides } from "../../../wire/esp.ts";

/** `security` of UeOptions: how the UE protects what it sends. */
export interface IpsecOptions {
  readonly mechanism: "ipsec-3gpp";
  /** "trans" (clause 7), or "UDP-enc-tun" through a NAT (Annex M). Default "trans"; several are offered in order. */
  readonly modes?: readonly IpsecMode[];
  /** Algorithm pairs in order of preference; default: all the profile claims. */
  readonly offers?: readonly { readonly alg: string; readonly ealg: string }[];
  /** Transport of protected messages; the UE's `transport` is that of SM1. Default: the same. */
  readonly transport?: "udp" | "tcp";
  /** SPIs and ports to offer in place of random ones. */
  readonly spiUc?: number;
  readonly spiUs?: number;
  readonly portUc?: number;
  readonly portUs?: number;
}

export type IpsecMode = "trans" | "UDP-enc-tun";

/**
 * The way of one message, where the rules of clause 7.4.1a are not to choose it: "clear" from the unprotected port to
 * the unprotected port; "clear-to-protected" in the clear to port_ps; "old", "new" (of the registration under way) or
 * "current" SAs; or an SA set by its name.
 */
export type Way = "clear" | "clear-to-protected" | "current" | "old" | "new" | { readonly set: string };

/** One packet said otherwise than right: wrong ICV, another SPI, a sequence number, next header 59, another source. */
export interface EspTamper extends EspOverrides {
  readonly nextHeader?: number;
  /** Source address of the IP header; must be one of this machine, and in scope. */
  readonly sourceAddress?: string;
  /** How often the same octets are sent; 2 is a replay. */
  readonly copies?: number;
}

/** Additions to RegisterOptions, AnswerOptions and RequestOptions. */
export interface IpsecSending {
  readonly way?: Way;
  readonly esp?: EspTamper;
}

/** Four SAs of one registration. */
export interface SaSet {
  /** "set 1", "set 2"… in the order of the registrations. */
  readonly name: string;
  /** From SM6 to SM12 "new"; then "current"; "old" once another has become current, until it is deleted. */
  readonly state: "new" | "current" | "old" | "deleted";
  readonly mode: IpsecMode;
  readonly alg: string;
  readonly ealg: string;
  readonly spiUc: number;
  readonly spiUs: number;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portUc: number;
  readonly portUs: number;
  readonly portPc: number;
  readonly portPs: number;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
}

/** How a message came: in the clear, or under which SA ("port-uc": inbound to port_uc, "port-us": to port_us). */
export type Carried =
  | { readonly protected: false }
  | {
    readonly protected: true;
    readonly set: SaSet;
    readonly at: "port-uc" | "port-us";
    readonly spi: number;
  };

/** An ESP packet that came and became no message. */
export interface StrayEsp {
  readonly spi: number | undefined;
  readonly result: string;
  readonly at: number;
}

/** `ue.ipsec`; undefined for a UE without `security`. */
export interface IpsecView {
  /** The Security-Client field values of the latest SM1. */
  readonly client: readonly string[];
  /** The Security-Server field values of the latest SM6, as they came. */
  readonly server: readonly string[];
  readonly sets: readonly SaSet[];
  readonly current: SaSet | undefined;
  readonly old: SaSet | undefined;
  /** Of the registration under way. */
  readonly new: SaSet | undefined;
  /** How this message came to us. */
  carried(message: SipRequest | SipResponse): Carried;
  /** ESP packets that came and could not be taken: wrong ICV, unknown SPI, dummy… */
  readonly strays: readonly StrayEsp[];
  /** All sequence numbers seen per inbound SPI, in the order of arrival. */
  sequences(spi: number): readonly number[];
  /** Every ESP packet sent so far, from SPI to ICV, for replays: `again(n)` sends the n-th once more (negative: from the end). */
  readonly sent: number;
  again(n: number, from?: { readonly sourceAddress?: string }): Promise<void>;
  /** Forgets an SA set without telling the network, as a UE does that lost its state. */
  forget(set?: SaSet): void;
  /** Sends octets under an SA as the payload of a datagram from and to any ports (a raw SIP message, or nonsense). */
  send(
    payload: Uint8Array,
    options?: IpsecSending & { readonly fromPort?: number; readonly toPort?: number },
  ): Promise<void>;
  /** Opens a TCP connection in the SA from port_uc (or as told) and says whether the other side accepted it. */
  connects(options?: { readonly from?: "port-uc" | "port-us"; readonly way?: Way }): Promise<boolean>;
  /** Annex M: sends NAT keep-alives, and moves the UE to another public port as a NAT that forgot its binding does. */
  readonly nat: { keepAlive(): Promise<void>; rebind(): Promise<void> } | undefined;
}
