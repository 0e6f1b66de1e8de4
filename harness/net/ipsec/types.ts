/**
 * IPsec in user space, as its users see it: a host that carries packets, and the policy that its user hands in. The
 * host knows packets and SAs' arithmetic and no rule of TS 33.203: which SA a packet takes, which ports it may have
 * and how long an SA lives is the policy's, and the tester's and the reference core's policies share nothing.
 */
import type { EspFailure, EspOverrides, EspSa } from "../../wire/esp.ts";
import type { TcpFields } from "../../wire/mod.ts";
import type { Clock, Endpoint, Framer, MessageSocket, Net, StreamLimits, Tap } from "../types.ts";

/**
 * What ESP packets travel in: "raw" is IP protocol 50 and needs CAP_NET_RAW; "udp" is UDP (RFC 3948) and needs
 * nothing.
 */
export type EspCarrierName = "raw" | "udp";

/** Transport mode protects a UDP datagram or TCP segment, tunnel mode a whole IP packet (RFC 4303 3.1). */
export type EspMode = "transport" | "tunnel";

export interface IpsecOptions {
  /** Local address, an IP literal of this machine: what the outermost IP header names. */
  readonly address: string;
  /** What to open; at least one. The UDP port is 4500 by default, 0 takes any. */
  readonly carriers: { readonly raw?: boolean; readonly udp?: UdpCarrierOptions };
  readonly policy: EspPolicy;
  readonly clock: Clock;
  /** Gives that many octets: ports and initial sequence numbers come from it. */
  readonly random: (octets: number) => Uint8Array;
  readonly tap?: Tap;
  /** Octets of an IP packet that the path takes whole, for the segment size of TCP. Default 1400. */
  readonly mtu?: number;
  /** Called with the outermost address before anything is sent to it; throws where it must not be sent to. */
  readonly allow?: (address: string) => void;
}

export interface UdpCarrierOptions {
  readonly port?: number;
  /** Opens its socket in place of this machine: a NAT that somebody plays. */
  readonly through?: Pick<Net, "open">;
}

/**
 * Whose rules they are: the UE's or the P-CSCF's. Called for every packet, TCP segments without payload included;
 * it must be quick and must not throw.
 */
export interface EspPolicy {
  /**
   * How this packet goes out. "clear": without ESP, from the port of the same number of this machine; "drop": not at
   * all. A TCP connection whose segment may not go inside ESP fails at once; `copies: 0` is the way to lose a packet.
   */
  outbound(packet: OutboundPacket): EspSa | EspWay | "clear" | "drop";
  /**
   * Whether a message over TCP goes on a connection in the clear, as a whole; default "esp". Asked before each
   * message whose `Flow.connection` names none that is open in the clear.
   */
  connects?(packet: OutboundPacket): "esp" | "clear";
  /** The SA with this SPI, undefined if there is none. `from` has the port 0 where the carrier is raw. */
  inbound(spi: number, from: Endpoint, carrier: EspCarrierName): EspSa | undefined;
  /**
   * Told of every ESP packet that came, whatever became of it. One that was opened is taken unless "drop" is
   * answered: whether its addresses and ports are those of its SA is for the policy to say.
   */
  opened?(arrival: EspArrival): "take" | "drop" | void;
}

/** A datagram or segment about to go out. The endpoints are those of the inner packet. */
export interface OutboundPacket {
  readonly transport: "udp" | "tcp";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The SA that the sender asked for (`Flow.security`): "spi:0x1234abcd". */
  readonly security?: string;
}

/** An SA and what else there is to say of one packet. */
export interface EspWay {
  readonly sa: EspSa;
  /** Default: the one that is open; "raw" where both are. */
  readonly carrier?: EspCarrierName;
  /** Default: "transport" in raw IP, "tunnel" in UDP. */
  readonly mode?: EspMode;
  /**
   * Where the ESP packet goes: the public endpoint of a UE behind a NAT. Default: the inner packet's remote address,
   * and port 4500. The port means nothing where the carrier is raw.
   */
  readonly outer?: Endpoint;
  /** SPI, sequence number, IV, padding, keys, ICV: what to do otherwise than right. */
  readonly overrides?: EspOverrides;
  /** In place of the right one: 59 makes a dummy packet. */
  readonly nextHeader?: number;
  /** Source address of the outermost IP header; raw only. No answer comes back from an address of someone else. */
  readonly sourceAddress?: string;
  /** How often the same octets are sent; default 1. 0 makes the packet and loses it. */
  readonly copies?: number;
}

/** An ESP packet that came. */
export interface EspArrival {
  readonly carrier: EspCarrierName;
  /** Of the outermost header; ports are 0 where the carrier is raw. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Undefined where the packet is too short to have them. */
  readonly spi: number | undefined;
  readonly sequence: number | undefined;
  /** The ESP packet from SPI to ICV. */
  readonly packet: Uint8Array;
  readonly sa: EspSa | undefined;
  readonly result: EspResult;
  /** Present where `result` is "opened". */
  readonly inner?: InnerPacket;
}

/**
 * What became of an ESP packet. "unknown-spi": the policy has no SA; "dummy": next header 59; "not-ip": no whole IP
 * packet came out of a tunnel; "protocol": neither UDP nor TCP; "malformed": a UDP or TCP header or checksum is wrong.
 */
export type EspResult =
  | "opened"
  | "unknown-spi"
  | "dummy"
  | "spi"
  | "replay"
  | "stale"
  | "not-ip"
  | "protocol"
  | "malformed"
  | EspFailure;

export interface InnerPacket {
  readonly mode: EspMode;
  readonly transport: "udp" | "tcp";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Of the datagram or segment. */
  readonly payload: Uint8Array;
}

export interface IpsecSocketOptions {
  /** A port of `reserve()` or any other; 0 takes a free one. */
  readonly port: number;
  /** Address of the inner packets, default the host's: a UE behind a NAT uses its public one (TS 33.203 M.7.1). */
  readonly address?: string;
  /** Needed for "tcp". */
  readonly framer?: () => Framer;
  /** "tcp": also accept connections. Default true. Without it connections are opened from this very port. */
  readonly listen?: boolean;
  /**
   * Also take what comes to this port in the clear, and be able to send in the clear; such flows have no `security`.
   * Default true. The port of the machine is held for UDP in any case, so that no other program gets it.
   */
  readonly clear?: boolean;
  readonly limits?: Partial<StreamLimits>;
}

/** One packet said on purpose. What is left out is as the policy has it. */
export interface PacketToSend extends Partial<EspWay> {
  /** Of the inner packet: any address, any port, whether or not a socket is open there. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly payload: Uint8Array;
  /** Makes it a TCP segment on no connection of ours; without it a UDP datagram. */
  readonly tcp?: Omit<TcpFields, "sourcePort" | "destinationPort" | "payload">;
  /** Without ESP: as plain UDP or TCP in IP. Raw carrier only; to be in the clear from an open socket needs none. */
  readonly clear?: boolean;
}

export interface EspDestination {
  readonly to: Endpoint;
  readonly carrier?: EspCarrierName;
  /** As in EspWay. */
  readonly sourceAddress?: string;
}

/** One local address that speaks IPsec. */
export interface IpsecHost {
  readonly address: string;
  /** Where the UDP carrier is bound, undefined without one. */
  readonly encapsulation: Endpoint | undefined;
  /**
   * Finds free ports from 1024 up, at random, and holds them until close(): port_uc and port_us, port_ps and port_pc.
   * Rejects with EnvironmentError when there are none.
   */
  reserve(count: number): Promise<number[]>;
  /**
   * A socket whose messages travel as the policy says. `Flow.security` of what arrives names the SA it came in on,
   * absent where it came in the clear; of what is sent it is handed to the policy. Over TCP there is a user-space TCP
   * inside ESP; a message's SA is that of the segment that completed it. What the policy drops is sent nowhere and
   * told to the tap.
   */
  open(transport: "udp" | "tcp", options: IpsecSocketOptions): Promise<MessageSocket>;
  /** Sends one packet as told and gives the ESP packet (the IP packet where it is clear) for replays. */
  sendPacket(packet: PacketToSend): Promise<Uint8Array>;
  /** Sends these octets as an ESP packet: a replay, or anything at all. */
  sendEsp(packet: Uint8Array, destination: EspDestination): Promise<void>;
  /** Sends one NAT keep-alive (RFC 3948 2.3) and then one after every `everyMs`, until `stop()` or close(). */
  keepAlive(to: Endpoint, everyMs?: number): { stop(): void };
  /** Closes the sockets as well; TCP connections that are still open are reset. Idempotent. */
  close(): Promise<void>;
}
