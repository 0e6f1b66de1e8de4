/** The ways between a partner network and the device's border: TLS connections, and the clear beside them. */
import type { SipRequest, SipResponse } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import type { Endpoint, Flow, MessageSocket } from "../../net/types.ts";
import type { TlsConnection, TlsHost } from "../../net/tls/types.ts";
import type { EntryPoint, Partner, Profile } from "../../../profiles/types.ts";
import { hostPort } from "../ue/build.ts";
import type { Loss, Protection, Sending } from "../ue/protection.ts";
import { unknownWay } from "../ue/sending.ts";
import type { Received } from "./types.ts";

export interface TrunkParts {
  readonly host: TlsHost;
  readonly udp: MessageSocket;
  readonly tcp: MessageSocket;
  readonly partner: Partner;
  readonly entry: NonNullable<Profile["entry"][string]>;
  readonly border: EntryPoint;
  readonly alias: boolean;
}

export class Trunk implements Protection {
  readonly transport = "tls";
  readonly arrivals: Received[] = [];
  onLost?: (loss: Loss) => void;
  readonly #parts: TrunkParts;
  readonly #flows = new WeakMap<SipRequest | SipResponse, Flow>();
  /** Requests of ours by the connection that they were meant for. */
  readonly #sent = new WeakMap<SipRequest, string>();

  constructor(parts: TrunkParts) {
    this.#parts = parts;
  }

  get sockets(): readonly MessageSocket[] {
    const { host, udp, tcp } = this.#parts;
    return [host, udp, tcp];
  }

  /** Where the device reaches us. */
  get local(): Endpoint {
    return this.#parts.partner.listen;
  }

  get contactAt(): Endpoint {
    return this.local;
  }

  get remote(): Endpoint {
    return this.#parts.border;
  }

  /** The last one that we opened and that is open. */
  get current(): TlsConnection | undefined {
    return this.#parts.host.connections.findLast(({ role, open }) => role === "client" && open);
  }

  /** What carried a message that came; undefined where it came in the clear. */
  carried(message: SipRequest | SipResponse): TlsConnection | undefined {
    const flow = this.#flows.get(message);
    if (!flow) {
      throw new LocalMisuseError("carried() is for a message that came to this network; this one did not");
    }
    return flow.connection === undefined ? undefined : this.#parts.host.connection(flow.connection);
  }

  /** Told when a connection has ended. */
  ended({ id }: TlsConnection, says: string): void {
    this.onLost?.({
      carried: (request) => this.#sent.get(request) === id,
      says: `an answer on the TLS connection "${id}", which ended: ${says}`,
    });
  }

  sentBy(): Endpoint {
    return this.local;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  dress(request: SipRequest, sending: Sending): void {
    const [top = "", ...others] = request.values("Via");
    if (sending.way === "clear") {
      const { over = "udp" } = sending;
      const at = hostPort(this.#parts.partner.clear);
      const rport = over === "udp" ? ";rport" : "";
      request.set("Via", [
        top.replace(/^SIP\/2\.0\/TLS [^;]*/, `SIP/2.0/${over.toUpperCase()} ${at}`) + rport,
        ...others,
      ]);
    } else if (this.#parts.alias) {
      // RFC 5923 5: the connection of this request may be used for requests to us.
      request.set("Via", [`${top};alias`, ...others]);
    }
  }

  flow({ way, over = "udp" }: Sending, request?: SipRequest): Flow {
    if (way === "clear") return this.#clear(over);
    const connection = this.#connection(way);
    if (request && typeof connection === "object") this.#sent.set(request, connection.id);
    if (typeof connection === "object") return connection.flow;
    const { host, border } = this.#parts;
    return {
      transport: "tls",
      local: host.local,
      remote: { address: border.address, port: border.port },
      ...(connection === "connect" ? { connection: "new" } : {}),
    };
  }

  answeredOn(): void {}

  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.#flows.set(message, flow);
    this.arrivals.push({ message, connection: this.carried(message) });
  }

  challenged(): Promise<void> {
    return Promise.resolve();
  }

  concluded(): Promise<void> {
    return Promise.resolve();
  }

  #connection(way: Sending["way"]): TlsConnection | "connect" | undefined {
    if (way === undefined) return this.current;
    if (way === "connect") return way;
    if (typeof way === "object" && "negotiated" in way) return way;
    throw unknownWay(way, "a network's trunk", '"connect", "clear" and its TLS connections');
  }

  #clear(transport: "udp" | "tcp"): Flow {
    const { entry, udp, tcp } = this.#parts;
    const remote = entry[transport];
    if (remote) {
      const { local } = transport === "udp" ? udp : tcp;
      return { transport, local, remote: { address: remote.address, port: remote.port } };
    }
    throw new LocalMisuseError(
      `The profile has no entry "ibcf" for ${transport}; the case needs "entry.ibcf.${transport}"`,
    );
  }
}
