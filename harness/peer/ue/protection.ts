/**
 * How the UE reaches its entry point and what protects the way: the one place where the flow of a message is
 * chosen. Cleartext is here; mechanisms of sec-agree (TS 33.203 clause 7, Annex O) are further implementations.
 */
import type { SipRequest } from "sip-codec";
import type { Endpoint, Flow, MessageSocket, TransportName } from "../../net/types.ts";
import type { ReceivedChallenge, Registered } from "./types.ts";

/** SM1, SM7, or anything but a REGISTER: what decides which protection applies (TS 33.203 7.4). */
export type Step = "register" | "answer" | "request";

export interface Protection {
  readonly transport: TransportName;
  /** Where the UE is; what `ue.local` tells. */
  readonly local: Endpoint;
  /** What Contact names: where the network's requests are awaited (port_us with IPsec, TS 33.203 7.1). */
  readonly contactAt: Endpoint;
  /** What Route names at the moment. */
  readonly remote: Endpoint;
  readonly sockets: readonly MessageSocket[];
  /** sent-by of Via. */
  sentBy(step: Step): Endpoint;
  flow(step: Step): Flow;
  /** Adds what the mechanism needs to a request that is otherwise finished (Security-Client, Require…). */
  dress(request: SipRequest, step: Step): void;
  /** A response came on this flow: later messages go the same way where the transport has connections. */
  answeredOn(flow: Flow): void;
  /** SM6 has come; security associations begin here. */
  challenged(challenge: ReceivedChallenge): Promise<void>;
  /** The final answer to SM7, or to SM1 where no challenge came. */
  concluded(registered: Registered): Promise<void>;
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

  flow(_step: Step): Flow {
    const { transport, local, remote } = this;
    const connection = this.#connection;
    return connection === undefined ? { transport, local, remote } : { transport, local, remote, connection };
  }

  dress(_request: SipRequest, _step: Step): void {}

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
}
