/**
 * What a case can do with a UE that speaks TLS (TS 33.203 Annex O): choose what it offers, see which connection
 * carried what, and break each rule in one line.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Flow } from "../../../net/types.ts";
import type { ConnectOptions, TlsOptions } from "../../../net/tls/options.ts";
import type { TlsConnection } from "../../../net/tls/types.ts";

/** `security` of UeOptions: how the UE protects what it sends. "tls" is short for `{ mechanism: "tls" }`. */
export interface UeTlsOptions {
  readonly mechanism: "tls";
  /**
   * True: with security agreement, SM1 in the clear and SM7 in TLS (O.2.2). False: TLS before SM1, no security
   * agreement (O.2.3). Default true, unless the profile's capability "tls.agreement" is false.
   */
  readonly agreement?: boolean;
  /** What the UE's connections offer. Default: TLS 1.2 and 1.3 with the suites of TS 33.310 Annex E, SNI the P-CSCF's name. */
  readonly client?: TlsOptions & ConnectOptions;
  /**
   * What becomes of a message that came by another way than the registered connection. "discard" (default): nobody
   * sees it but `ue.tls.discarded` and `Exchange.discarded`; "take" hands it on.
   */
  readonly wrongWay?: "discard" | "take";
  /** Transport of what goes in the clear (SM1 with agreement). Default: that of the UE, else "udp" where the entry has it. */
  readonly clear?: "udp" | "tcp";
  /**
   * What the UE does with the connection of an initial registration that was refused: "close" it, as O.3.1.1 has it
   * (default), or "keep" it, so that a case sees the network close it.
   */
  readonly afterFailure?: "close" | "keep";
}

/**
 * The way of one message where the rules of Annex O are not to choose it: "clear": outside TLS, to the entry point of
 * `over` (default: of SM1); "clear-to-tls-port": outside TLS, over TCP unless `over` says "udp"; "current": the
 * connection of the registration; "connect": a new connection, not the registered one; or that very connection. A
 * REGISTER that is granted makes the connection it went on the current one, whoever chose that.
 */
export type TlsWay = "clear" | "clear-to-tls-port" | "current" | "connect" | TlsConnection;

/** `ue.tls` */
export interface UeTlsView {
  /** The connection that carries the registration; undefined while none does, or when it is lost. */
  readonly current: TlsConnection | undefined;
  /** All connections so far. */
  readonly connections: readonly TlsConnection[];
  /**
   * A further connection; not used for anything until a case says so by `way` or `use()`. Rejects with TlsFailure
   * where the handshake fails.
   */
  connect(options?: TlsOptions & ConnectOptions): Promise<TlsConnection>;
  /** From now on the registration goes by this connection. */
  use(connection: TlsConnection): void;
  /** How this message came; undefined where it came in the clear. */
  carried(message: SipRequest | SipResponse): TlsConnection | undefined;
  /** What came by a way that Annex O does not have for it, whether or not it was handed on all the same (`wrongWay`). */
  readonly discarded: readonly UeTlsDiscarded[];
  /** The next of them that was not taken yet; undefined if none came (default: timers.silence). */
  nextDiscarded(within?: number): Promise<UeTlsDiscarded | undefined>;
  /** The connection is lost that carried a registration, which the network may hold still. */
  readonly stranded: boolean;
  /** Connections that came to the UE's Contact from the network (O.2.1: there must be none), TCP and TLS. */
  readonly accepted: readonly { readonly from: { address: string; port: number }; readonly at: number }[];
}

/** A message that came by a way that Annex O does not have for it. */
export interface UeTlsDiscarded {
  readonly message: SipRequest | SipResponse;
  readonly flow: Flow;
  /** In words, with what was found and what was needed. */
  readonly why: string;
  readonly at: number;
}
