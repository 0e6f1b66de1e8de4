/**
 * What a case can do with a UE that speaks IPsec (TS 33.203 clause 7, Annexes H and M): choose what it offers, see
 * which SA carried what, and break each rule in one line.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { EspArrival, EspCarrierName, EspMode } from "../../../net/ipsec/types.ts";
import type { Flow } from "../../../net/types.ts";
import type { EspKeys, EspOverrides } from "../../../wire/esp.ts";
import type { SendingOptions } from "../sending.ts";

/** `security` of UeOptions: how the UE protects what it sends. */
export interface IpsecOptions extends IpsecOffer {
  readonly mechanism: "ipsec-3gpp";
  /** Transport of protected messages; the UE's `transport` is that of SM1. Default: the same. */
  readonly transport?: "udp" | "tcp";
  /**
   * What ESP is carried in. Default: "raw" (protocol 50, needs CAP_NET_RAW) for "trans", "udp" for "UDP-enc-tun", and
   * "udp" alone behind a NAT. Another one besides is for packets that go the wrong way on purpose.
   */
  readonly carriers?: readonly EspCarrierName[];
  /**
   * What becomes of a message that came under another SA than clause 7.4.1a has it, or in the clear. "discard"
   * (default) is what the clause says: nobody sees it but `ipsec.discarded`, and the exchange it would have answered
   * (`Exchange.discarded`, and its `unanswered()` says false). "take" hands it on: `ipsec.carried()` tells how it came.
   */
  readonly wrongSa?: "discard" | "take";
  /** The UE sits behind a NAT that we play (Annex M). */
  readonly nat?: boolean | NatOptions;
}

/**
 * A NAT in user space. The UE's local address is the public one, what it says of itself before it knows better is a
 * private one, and the ports of the two differ.
 */
export interface NatOptions {
  /** The address the UE believes to have: in Via and Contact of SM1. Default: one of 192.168.0.0/16. */
  readonly privateAddress?: string;
  /** What it makes of the source port of ESP in UDP until `rebind()`; 4500 translates addresses alone. Default: any. */
  readonly publicPort?: number;
}

/** What a Security-Client says. What is left out is as the UE has it. */
export interface IpsecOffer {
  /** "trans" (clause 7), or "UDP-enc-tun" through a NAT (Annex M). Default "trans", both behind a NAT; in this order. */
  readonly modes?: readonly IpsecMode[];
  /** Algorithm pairs in order of preference; default: all the profile claims. Any token may be offered. */
  readonly offers?: readonly AlgorithmPair[];
  /** SPIs and ports to offer in place of random ones. Client ports change with every SM1, the server port does not. */
  readonly spiUc?: number;
  readonly spiUs?: number;
  readonly portUc?: number;
  readonly portUs?: number;
}

/** By the names of Annex H. */
export interface AlgorithmPair {
  readonly alg: string;
  readonly ealg: string;
}

export type IpsecMode = "trans" | "UDP-enc-tun";

/**
 * The way of one message, where the rules of clause 7.4.1a are not to choose it: "clear" from the unprotected port to
 * the unprotected port; "clear-to-protected" from there to port_ps; "current" SAs, those of the registration under
 * way ("new"), or those that the current ones replaced ("old", whether or not they are deleted by now); or an SA set by
 * its name, deleted ones too.
 */
export type IpsecWay = "clear" | "clear-to-protected" | "current" | "old" | "new" | { readonly set: string };

/**
 * One packet said otherwise than right: wrong ICV, wrong keys, another SPI, a sequence number, next header 59, another
 * source. Over TCP every segment of the connection is, from this message to the next one that is sent on it.
 */
export interface EspTamper extends EspOverrides {
  readonly nextHeader?: number;
  /** Source address of the outermost IP header; must be one of this machine, and in scope. Protocol 50 only. */
  readonly sourceAddress?: string;
  /** How often the same octets are sent; 2 is a replay. 0 makes the packet and loses it (UDP messages only). */
  readonly copies?: number;
  /** Protocol 50 ("raw") or UDP, and transport or tunnel mode, in place of what was agreed. */
  readonly carrier?: EspCarrierName;
  readonly mode?: EspMode;
  /** Where the ESP packet goes in place of the P-CSCF's address, and port 4500 where the carrier is UDP. */
  readonly outer?: { readonly address?: string; readonly port?: number };
  /** Addresses of the inner packet, in tunnel mode. UDP messages only. */
  readonly innerSource?: string;
  readonly innerDestination?: string;
  /** Last word on the packet, from SPI to ICV: bits flipped, the end cut off. UDP messages only. */
  readonly packet?: (esp: Uint8Array) => Uint8Array;
}

/** By what packets find their SA (clause 7.1): SPIs and protected ports of both ends. */
export interface SaNumbers {
  readonly spiUc: number;
  readonly spiUs: number;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portUc: number;
  readonly portUs: number;
  readonly portPc: number;
  readonly portPs: number;
}

/** Four SAs of one registration. */
export interface SaSet extends SaNumbers {
  /** "set 1", "set 2"… in the order in which they were made. */
  readonly name: string;
  /** From SM6 to SM12 "new"; then "current"; "old" once another has become current, until it is deleted. */
  readonly state: SaState;
  readonly mode: IpsecMode;
  readonly alg: string;
  readonly ealg: string;
  /** When the UE deletes it (clause 7.4.1a), milliseconds of the run's clock. */
  readonly expiresAt: number;
  /** Not enumerable, like `keys`: they shall not get into a report. */
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  /** What Annex I makes of them, the same for all four SAs. */
  readonly keys: EspKeys;
}

export type SaState = "new" | "current" | "old" | "deleted";

/** How a message came: in the clear, or under which SA ("port-uc": inbound to port_uc, "port-us": to port_us). */
export type Carried =
  | { readonly protected: false }
  | {
    readonly protected: true;
    readonly set: SaSet;
    readonly at: "port-uc" | "port-us";
    readonly spi: number;
  };

/** A message that came by a way that clause 7.4.1a does not have for it. */
export interface Discarded {
  readonly message: SipRequest | SipResponse;
  readonly carried: Carried;
  readonly flow: Flow;
  /** In words, with what was found and what was needed. */
  readonly why: string;
  readonly at: number;
}

/**
 * An ESP packet that came and became no message. `result`: as the host has it (net/ipsec), "selector" where addresses
 * or ports are not those of its SA, "deleted" where the SA was one of a deleted set.
 */
export interface StrayEsp {
  readonly spi: number | undefined;
  readonly result: EspArrival["result"] | "selector" | "deleted";
  readonly at: number;
  readonly arrival: EspArrival;
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
  /** How this message came to us. LocalMisuseError for one that did not. */
  carried(message: SipRequest | SipResponse): Carried;
  /** What came by a wrong way, whether or not it was handed on all the same (`wrongSa`). */
  readonly discarded: readonly Discarded[];
  /** The next of them that was not taken yet; undefined if none came (default: timers.silence). */
  nextDiscarded(within?: number): Promise<Discarded | undefined>;
  /** ESP packets that came and could not be taken: wrong ICV, unknown SPI, dummy… */
  readonly strays: readonly StrayEsp[];
  /** Every ESP packet that came, in order: with its octets, outer and inner addresses. */
  readonly arrivals: readonly (EspArrival & { readonly at: number })[];
  /** All sequence numbers seen per inbound SPI, in the order of arrival. */
  sequences(spi: number): readonly number[];
  /**
   * How many ESP packets were sent so far, those that `copies: 0` lost too, for replays: `again(n)` sends the n-th once
   * more (from 0; negative: from the end).
   */
  readonly sent: number;
  again(n: number, from?: ElsewhereOptions): Promise<void>;
  /** A copy of the n-th of them, from SPI to ICV: to be changed and handed to `sendOctets()`. */
  packet(n: number): Uint8Array;
  /** All of them. */
  readonly packets: readonly Uint8Array[];
  /** Sends octets where ESP packets go: anything in place of an ESP packet. */
  sendOctets(bytes: Uint8Array, from?: ElsewhereOptions): Promise<void>;
  /** Forgets an SA set (default: all) without telling the network, as a UE does that lost its state. */
  forget(set?: SaSet): void;
  /** Sends octets under an SA as the payload of a datagram from and to any ports (a raw SIP message, or nonsense). */
  send(
    payload: Uint8Array,
    options?: SendingOptions & { readonly fromPort?: number; readonly toPort?: number },
  ): Promise<void>;
  /** Opens a TCP connection in the SA from port_uc (or as told) and says whether the other side accepted it. */
  connects(options?: { readonly from?: "port-uc" | "port-us"; readonly way?: IpsecWay }): Promise<boolean>;
  /**
   * The ESP keys of any pair: of these CK and IK, in place of which the latest set's stand. For `esp: { keys }`: a
   * wrong key, another pair, the keys of an earlier registration.
   */
  keys(
    pair: AlgorithmPair,
    from?: { readonly ck?: Uint8Array; readonly ik?: Uint8Array },
  ): EspKeys;
  /** Lines of Wireshark's table `esp_sa` for all SAs that there were, keys and all; none for aes-gmac, which it lacks. */
  readonly espSa: readonly string[];
  /** Annex M: sends NAT keep-alives, and moves the UE to another public port as a NAT that forgot its binding does. */
  readonly nat: NatView | undefined;
}

/** Where `again()` and `sendOctets()` send from and to, where not as the UE does. */
export interface ElsewhereOptions {
  /** Protocol 50 only. */
  readonly sourceAddress?: string;
  /** "udp" from another port of the same address: what an attacker behind the same NAT does. */
  readonly otherPort?: boolean;
  readonly carrier?: EspCarrierName;
  /** Default 4500. */
  readonly toPort?: number;
}

export interface NatView {
  /** What the UE writes before SM6. */
  readonly privateAddress: string;
  /** What the network sees: of ESP in UDP. */
  readonly public: { readonly address: string; readonly port: number };
  /** The same of what goes in the clear from the unprotected port. */
  readonly publicClear: { readonly address: string; readonly port: number };
  keepAlive(): Promise<void>;
  rebind(): Promise<void>;
}
