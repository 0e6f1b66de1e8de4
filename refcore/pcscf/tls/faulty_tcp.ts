/**
 * TCP under a P-CSCF that takes from it what TLS would not let in, or changes what TLS has said: for faults alone,
 * which OpenSSL does not lend itself to.
 */
import { StreamFramer } from "sip-codec";
import type { StreamTransport } from "../../../harness/net/byte_stream.ts";
import type { TlsHost } from "../../../harness/net/mod.ts";
import { tcpTransport } from "../../../harness/net/tcp.ts";
import type { Endpoint, Flow, TapRecord } from "../../../harness/net/types.ts";
import type { FaultSet } from "../../faults.ts";
import { FaultyStream } from "./faulty_stream.ts";

const FAULTS = [
  "pcscf/tls-unoffered-suite",
  "pcscf/tls-compresses",
  "pcscf/tls-other-session-id",
  "pcscf/tls-hides-downgrade",
  "pcscf/tls-reads-injected-sip",
  "pcscf/tls-takes-replayed-record",
  "pcscf/tls-deaf-after-null-hello",
  "pcscf/tls-clear-sip-on-tls-port",
  "pcscf/tls-deaf-after-clear-sip",
  "pcscf/tls-open-after-alert",
] as const;

export function needsFaultyTcp(faults: FaultSet): boolean {
  return FAULTS.some((fault) => faults.has(fault));
}

export class FaultyTcp {
  /** Gets the messages that came past TLS. */
  take: (bytes: Uint8Array, flow: Flow) => void = () => {};
  /** Set when it is open. */
  host: TlsHost | undefined;
  /** TLS is not answered any more. */
  deaf = false;
  /** Records of application data that came, and the message that each brought. */
  readonly messages = new Map<string, Uint8Array>();
  readonly #streams = new Set<FaultyStream>();

  constructor(readonly faults: FaultSet) {}

  get transport(): StreamTransport {
    return {
      ...tcpTransport,
      listen: (local, accept) =>
        tcpTransport.listen(local, (stream) => {
          if (this.deaf) return void stream.destroy();
          const faulty = new FaultyStream(this, stream, new StreamFramer());
          this.#streams.add(faulty);
          accept(faulty);
        }),
    };
  }

  /** Told of everything that comes, as a tap is: which record brought which message. */
  heard({ direction, layer, bytes, remote }: TapRecord): void {
    if (direction !== "in" || layer !== "sip") return;
    const record = this.#find((stream) => sameEndpoint(stream.remote, remote))?.lastRecord;
    if (record !== undefined) this.messages.set(record, bytes);
  }

  /** Whether this flow is one of SIP in the clear on the TLS port. */
  holds(flow: Flow): boolean {
    return this.#clear(flow) !== undefined;
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    await this.#clear(to)?.stream.write(bytes);
  }

  /** Hands up a message as if TLS had brought it, or where there is no TLS as one in the clear. */
  deliver(bytes: Uint8Array, { local, remote, clearName }: FaultyStream): void {
    const connection = this.host?.connections.find((one) => one.open && sameEndpoint(one.remote, remote));
    this.take(bytes, connection?.flow ?? { transport: "tcp", local, remote, connection: clearName });
  }

  #clear({ connection }: Flow): FaultyStream | undefined {
    return this.#find((stream) => stream.clearName === connection);
  }

  #find(wanted: (stream: FaultyStream) => boolean): FaultyStream | undefined {
    return [...this.#streams].findLast(wanted);
  }
}

function sameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}
