/**
 * How the UE reaches its entry point and what protects the way: the one place where the flow of a message is
 * chosen. Cleartext is here; mechanisms of sec-agree (TS 33.203 clause 7, Annex O) are further implementations.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Endpoint, Flow, MessageSocket, TransportName } from "../../net/types.ts";
import type { UeTlsView } from "./tls/types.ts";
import type { IpsecView } from "./ipsec/types.ts";
import { type SendingOptions, unknownWay } from "./sending.ts";
import type { AnswerOptions, ReceivedChallenge, Registered, RegisterOptions } from "./types.ts";

/**
 * SM1, SM7, an SM7 that reports a network authentication or synchronisation failure, or anything but a REGISTER: what
 * decides which protection applies (TS 33.203 7.4.1a).
 */
export type Step = "register" | "answer" | "failure" | "request";

/** One request about to be sent. */
export interface Sending extends SendingOptions {
  readonly step: Step;
  /** What SM7 answers. */
  readonly challenge?: ReceivedChallenge;
  readonly choose?: AnswerOptions["choose"];
  /** Of a request that is sent again with credentials: it goes as this one went, a connection of its own included. */
  readonly repeats?: SipRequest;
}

/** A connection is gone. */
export interface Loss {
  /** Whether this request went on it. */
  carried(request: SipRequest): boolean;
  /** As a noun, for who waits for an answer. */
  readonly says: string;
}

export interface Protection {
  readonly transport: TransportName;
  /** Where the UE is; what `ue.local` tells. */
  readonly local: Endpoint;
  /** What Contact names: where the network's requests are awaited (port_us with IPsec, TS 33.203 7.1). */
  readonly contactAt: Endpoint;
  /** What Route names at the moment. */
  readonly remote: Endpoint;
  readonly sockets: readonly MessageSocket[];
  /** `ue.ipsec` */
  readonly ipsec?: IpsecView;
  /** `ue.tls` */
  readonly tls?: UeTlsView;
  /** sent-by of Via, where nothing else was asked for. */
  sentBy(step: Step): Endpoint;
  /** Makes ready for a REGISTER that is about to be made; `offer` is for SM1. */
  prepare(sending: Sending, offer?: RegisterOptions["offer"]): Promise<void>;
  /**
   * Adds what the mechanism needs to a request that is otherwise finished (Security-Client, Require…), and sets its
   * Via right for the way it will take.
   */
  dress(request: SipRequest, sending: Sending): void;
  /**
   * The way of a request, asked for when it is sent; undefined `request`: of octets.
   * @throws LocalMisuseError where there is no such way, PeerViolation where the network left none
   */
  flow(sending: Sending, request?: SipRequest): Flow;
  /** Where responses to a request go, where not as RFC 3261 18.2.2 has it. */
  replyTo?(request: SipRequest, from: Flow): Flow;
  /** Responses to this request that are yet to come take another way. */
  redirect?(request: SipRequest, sending: Pick<SendingOptions, "way" | "esp">): void;
  /** A response came on this flow: later messages go the same way where the transport has connections. */
  answeredOn(flow: Flow): void;
  /** Told of each message that came and was let in. */
  received?(message: SipRequest | SipResponse, flow: Flow): void;
  /** To be told of each response that came and was not let in. */
  onDiscard?: (response: SipResponse) => void;
  /** To be told when what requests were sent on is gone. */
  onLost?: (loss: Loss) => void;
  /** False where the connection that carries the registration is gone (TS 33.203 O.4.1). */
  readonly alive?: boolean;
  /** SM6 has come; security associations begin here. */
  challenged(challenge: ReceivedChallenge): Promise<void>;
  /** Why SM6 is to be left unanswered; undefined where it is not (TS 33.203 7.3.2.2). */
  abandons?(challenge: ReceivedChallenge, options: AnswerOptions | undefined): string | undefined;
  /**
   * The final answer to SM7, or to SM1 where no challenge came.
   * @param left whether any IMPU is registered after it
   */
  concluded(registered: Registered, left: boolean): Promise<void>;
  /** After the sockets were closed. */
  close?(): Promise<void>;
}

/** No protection: what Digest without TLS, GIBA and the first light of this tester use. */
export class Cleartext implements Protection {
  readonly sockets: readonly MessageSocket[];
  readonly local: Endpoint;
  readonly transport: TransportName;
  #connection: string | undefined;

  constructor(socket: MessageSocket, readonly remote: Endpoint) {
    this.sockets = [socket];
    this.local = socket.local;
    this.transport = socket.transport;
  }

  get contactAt(): Endpoint {
    return this.local;
  }

  sentBy(_step: Step): Endpoint {
    return this.local;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  dress(_request: SipRequest, _sending: Sending): void {}

  flow({ way }: Sending): Flow {
    this.#know(way);
    const { transport, local, remote } = this;
    const connection = this.#connection;
    return connection === undefined ? { transport, local, remote } : { transport, local, remote, connection };
  }

  redirect(_request: SipRequest, { way }: Pick<SendingOptions, "way">): void {
    this.#know(way);
  }

  answeredOn(flow: Flow): void {
    const { address, port } = flow.remote;
    if (address === this.remote.address && port === this.remote.port) this.#connection = flow.connection;
  }

  challenged(_challenge: ReceivedChallenge): Promise<void> {
    return Promise.resolve();
  }

  concluded(_registered: Registered): Promise<void> {
    return Promise.resolve();
  }

  #know(way: SendingOptions["way"]): void {
    if (way !== undefined && way !== "clear") throw unknownWay(way, "no security", '"clear"');
  }
}
