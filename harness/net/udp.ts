/**
 * SIP over UDP: one datagram, one message (RFC 3261 18).
 *
 * What ICMP says of a datagram is not surfaced by the platform: a dead target shows as silence, never as an error.
 */
import { LocalMisuseError } from "../errors.ts";
import { openError, sendError } from "./socket_errors.ts";
import type { Endpoint, Flow, Incoming, MessageSocket, SocketOptions } from "./types.ts";

/** Longest datagram there is. */
const LARGEST = 65_535;

/** @throws EnvironmentError where the address is not this machine's or the port is taken */
export function openUdp(options: SocketOptions): Promise<MessageSocket> {
  const { address, port } = options.local;
  try {
    const connection = Deno.listenDatagram({ transport: "udp", hostname: address, port });
    return Promise.resolve(new UdpSocket(connection, options));
  } catch (error) {
    return Promise.reject(openError("udp", options.local, error));
  }
}

class UdpSocket implements MessageSocket {
  readonly transport = "udp";
  readonly local: Endpoint;
  readonly #connection: Deno.DatagramConn;
  readonly #options: SocketOptions;
  readonly #buffer = new Uint8Array(LARGEST);
  #reading: Promise<Incoming | undefined> | undefined;
  #closed = false;

  constructor(connection: Deno.DatagramConn, options: SocketOptions) {
    this.#connection = connection;
    this.#options = options;
    this.local = { address: options.local.address, port: (connection.addr as Deno.NetAddr).port };
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    if (this.#closed) throw new LocalMisuseError("A UDP socket was closed before the last message was sent");
    const { address: hostname, port } = to.remote;
    this.#tell("out", to.remote, bytes);
    try {
      await this.#connection.send(bytes, { transport: "udp", hostname, port });
    } catch (error) {
      if (this.#closed) return;
      const failure = sendError("udp", this.local, to.remote, error);
      this.#tell("out", to.remote, new Uint8Array(), failure.message);
      throw failure;
    }
  }

  receive(): Promise<Incoming | undefined> {
    if (this.#reading) {
      throw new LocalMisuseError("Two read from one UDP socket at a time; it needs a single reader");
    }
    this.#reading = this.#read().finally(() => void (this.#reading = undefined));
    return this.#reading;
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#connection.close();
    }
    // The pending read ends with the socket; whoever closes may rely on nothing being left.
    await this.#reading?.catch(() => {});
  }

  async #read(): Promise<Incoming | undefined> {
    while (!this.#closed) {
      try {
        const [view, from] = await this.#connection.receive(this.#buffer);
        const { hostname: address, port } = from as Deno.NetAddr;
        return this.#arrived(view.slice(), { address, port });
      } catch (error) {
        if (this.#closed) return undefined;
        // Some kernels report an earlier datagram's ICMP here; the socket is as good as before.
        if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
          continue;
        }
        throw openError("udp", this.local, error);
      }
    }
    return undefined;
  }

  #arrived(bytes: Uint8Array, remote: Endpoint): Incoming {
    const at = this.#options.clock.now();
    this.#tell("in", remote, bytes);
    return { bytes, at, flow: { transport: "udp", local: this.local, remote } };
  }

  #tell(direction: "in" | "out", remote: Endpoint, bytes: Uint8Array, note?: string): void {
    this.#options.tap?.({
      at: this.#options.clock.now(),
      direction,
      layer: "sip",
      transport: "udp",
      local: this.local,
      remote,
      bytes,
      ...(note === undefined ? {} : { note }),
    });
  }
}
