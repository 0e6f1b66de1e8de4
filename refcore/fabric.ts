/**
 * What joins the boxes inside one core (Mw): each has an address, real octets go from one to the other, nothing is
 * lost or changes order. A box that stands alone has a socket in its place.
 */
import type { Uri } from "sip-codec";
import type { Endpoint, Flow } from "../harness/net/types.ts";
import type { SentBy } from "../harness/sip/mod.ts";

/** How a box reaches the others: `flowTo` finds the next hop, `send` takes octets to it. */
export interface Link {
  readonly local: Endpoint;
  /** Where elements outside this core reach the box; undefined for one that has no socket. */
  readonly outside?: Endpoint;
  /** The way to the element that a Route or Request-URI names; undefined if there is none. */
  flowTo(uri: Uri): Flow | undefined;
  /** A rejected promise is a transport error. */
  send(bytes: Uint8Array, to: Flow): void | Promise<void>;
}

/** Whether the other end of a flow is a box of this core. */
export function isInside({ connection }: Flow): boolean {
  return connection?.startsWith(FABRIC) === true;
}

/** What a box calls itself in Via: its name inside, where names are found, and its address outside. */
export function sentByOn(name: string): (to: Flow) => SentBy {
  return (to) => isInside(to) ? { host: name } : { host: hostOf(to.local), port: to.local.port };
}

/** An address as the host of a URI. */
export function hostOf({ address }: Endpoint): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Whether a URI names the box: by its name, or by where it is reached from outside. */
export function namesBox({ host, port = 5060 }: Uri, name: string, { outside }: Link): boolean {
  if (host.toLowerCase() === name) return true;
  return outside !== undefined && port === outside.port && host === hostOf(outside);
}

export type Receiver = (bytes: Uint8Array, flow: Flow) => void;

export class Fabric {
  readonly #ends = new Map<string, { readonly local: Endpoint; readonly receive: Receiver }>();
  readonly #names = new Map<string, Endpoint>();
  #closed = false;

  /**
   * Puts a box at an address; it is found under each of `names`, which are "host" or "host:port" as they stand in
   * its URIs.
   */
  attach(local: Endpoint, names: readonly string[], receive: Receiver): Link {
    this.#ends.set(key(local), { local, receive });
    for (const name of names) this.#names.set(name.toLowerCase(), local);
    return {
      local,
      flowTo: (uri) => {
        const remote = this.#names.get(uri.hostPort.toLowerCase());
        return remote && flowBetween(local, remote);
      },
      send: (bytes, to) => this.#deliver(bytes, to),
    };
  }

  close(): void {
    this.#closed = true;
    this.#ends.clear();
  }

  /** By connection, as on a stream: the port in a response's Via may be another. */
  #deliver(bytes: Uint8Array, { local, connection }: Flow): void {
    queueMicrotask(() => {
      const [, one, other] = connection?.split(" ") ?? [];
      const target = one === key(local) ? other : one;
      const end = this.#ends.get(target ?? "");
      if (!this.#closed && end) end.receive(bytes, flowBetween(end.local, local));
    });
  }
}

/** The fabric loses nothing, as a stream does not: transactions over it need no retransmission. */
function flowBetween(local: Endpoint, remote: Endpoint): Flow {
  const ends = [key(local), key(remote)].sort();
  return { transport: "tcp", local, remote, connection: `${FABRIC}${ends.join(" ")}` };
}

/** What the connections of the fabric begin with. */
const FABRIC = "fabric ";

function key({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}
