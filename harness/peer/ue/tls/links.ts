/** The connections of a UE by what they are for: those it makes itself, and those that a case hands in. */
import type { ConnectOptions, TlsOptions } from "../../../net/tls/options.ts";
import type { TlsConnection, TlsHost } from "../../../net/tls/types.ts";
import type { Endpoint, Flow } from "../../../net/types.ts";
import { Link } from "./link.ts";

export interface LinksParts {
  readonly host: TlsHost;
  readonly remote: Endpoint;
  /** What a connection offers. */
  readonly client: TlsOptions & ConnectOptions;
}

export class Links {
  readonly #parts: LinksParts;
  readonly #known = new Map<string, Link>();
  readonly #ending = new Set<Promise<void>>();
  /** Of the registration under way. */
  #pending: Link | undefined;

  constructor(parts: LinksParts) {
    this.#parts = parts;
  }

  of(connection: TlsConnection): Link {
    const known = this.#known.get(connection.id);
    if (known) return known;
    const link = Link.of(connection);
    this.#known.set(connection.id, link);
    return link;
  }

  /** Undefined for a flow that is none of TLS. */
  at({ transport, connection = "" }: Flow): Link | undefined {
    if (transport !== "tls") return undefined;
    const known = this.#known.get(connection);
    if (known) return known;
    const other = this.#parts.host.connection(connection);
    return other && this.of(other);
  }

  /** Stands when something is to be sent on it. One for a registration ends that of an incomplete one (O.4.1). */
  make(use: "registration" | "apart"): Link {
    const { host, remote, client } = this.#parts;
    const link: Link = new Link(async () => {
      const connection = await host.connect(remote, client);
      this.#known.set(connection.id, link);
      return connection;
    });
    if (use === "registration") {
      if (this.#pending) this.end(this.#pending);
      this.#pending = link;
    }
    return link;
  }

  /** The registration is complete. */
  completed(link: Link | undefined): void {
    if (link === this.#pending) this.#pending = undefined;
  }

  end(link: Link): void {
    const ended = link.close().finally(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** Those that end have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#ending);
  }
}
