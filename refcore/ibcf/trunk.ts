/**
 * The TLS connections to partner networks: who is at the other end of one, and which of them a request goes on. Either
 * side may have opened it, and it carries as many dialogs as come (TS 33.203 6.5).
 */
import { EnvironmentError } from "../../harness/errors.ts";
import type { TlsConnection, TlsHost } from "../../harness/net/tls/types.ts";
import type { Endpoint, Flow } from "../../harness/net/types.ts";
import type { BoxContext } from "../types.ts";
import type { Partner, Partners } from "./partners.ts";
import { type BorderIdentity, clientOptions } from "./tls_profile.ts";

/** The `connection` of a flow that names a partner, and no connection yet: it is found or made on sending. */
export function partnerFlow(domain: string): string {
  return `${TO}${domain}`;
}

export function domainOfFlow({ connection }: Flow): string | undefined {
  return connection?.startsWith(TO) ? connection.slice(TO.length) : undefined;
}

const TO = "to ";

export class Trunk {
  readonly #context: BoxContext;
  readonly #host: TlsHost;
  readonly #partners: Partners;
  readonly #identity: BorderIdentity;
  /** Whose connection it is, or was, by its id; nobody's are closed. */
  readonly #owners = new Map<string, Partner>();
  /** Connections that partners have opened and let us use (RFC 5923 5.1), by id. */
  readonly #aliased = new Set<string>();
  /** Ours, by partner and endpoint: open, or on their way. */
  readonly #dialled = new Map<string, Promise<TlsConnection>>();
  readonly #sending = new Set<Promise<void>>();

  constructor(context: BoxContext, host: TlsHost, partners: Partners, identity: BorderIdentity) {
    this.#context = context;
    this.#host = host;
    this.#partners = partners;
    this.#identity = identity;
    host.onAccepted = (connection) => void this.#ownerOf(connection);
    host.onEnded = ({ id }) => void this.#aliased.delete(id);
  }

  /** Who sent what came on this flow; undefined where nobody may have, and the connection is being closed. */
  partnerOf({ connection }: Flow): Partner | undefined {
    const found = connection === undefined ? undefined : this.#host.connection(connection);
    return found && this.#ownerOf(found);
  }

  /** The partner lets us send requests on the connection that it has opened. */
  alias({ connection }: Flow): void {
    if (connection !== undefined) this.#aliased.add(connection);
  }

  /** Rejects where the partner is not reached, or somebody else is there: then nothing has been sent. */
  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    const sending = this.#connectionFor(to).then(({ flow }) => this.#host.send(bytes, flow));
    this.#sending.add(sending);
    try {
      await sending;
    } finally {
      this.#sending.delete(sending);
    }
  }

  /** Ends a connection, or all with a partner, when what is being sent has gone. */
  async hangUp(which: { readonly connection?: string; readonly partner: Partner }): Promise<void> {
    await Promise.allSettled(this.#sending);
    for (const connection of this.#openWith(which.partner)) {
      if (which.connection === undefined || which.connection === connection.id) await connection.close();
    }
  }

  #ownerOf(connection: TlsConnection): Partner | undefined {
    const known = this.#owners.get(connection.id);
    if (known || connection.role === "client") return known;
    const { peerChain, remote } = connection;
    const owner = this.#partners.ofClient(peerChain, remote, this.#context.scheduler.now());
    if (owner) this.#owners.set(connection.id, owner);
    else connection.close().catch((error) => this.#context.problem(error));
    return owner;
  }

  async #connectionFor(to: Flow): Promise<TlsConnection> {
    const { connection = "", remote } = to;
    const domain = domainOfFlow(to);
    if (domain !== undefined) {
      const partner = this.#partners.byDomain(domain);
      if (!partner) throw new EnvironmentError(`No partner "${domain}"`, "Name it in the table of partners.");
      return await this.#connectionWith(partner, remote);
    }
    const named = this.#host.connection(connection);
    if (named?.open) return named;
    const owner = this.#owners.get(connection);
    // RFC 3261 18.2.2: an answer whose connection has gone goes to where the client listens.
    if (!owner) throw new EnvironmentError("The connection has gone", "");
    return await this.#connectionWith(owner, owner.listen);
  }

  async #connectionWith(partner: Partner, remote: Endpoint): Promise<TlsConnection> {
    const { faults } = this.#context;
    const passive = faults.has("ibcf/never-opens");
    const theirs = this.#openWith(partner).find(({ id, role }) =>
      role === "server" && (passive || this.#aliased.has(id))
    );
    if (theirs) return theirs;
    if (passive) throw new EnvironmentError(`"${partner.domain}" has no connection open`, "");
    const key = `${partner.domain} ${remote.address}:${remote.port}`;
    const before = this.#dialled.get(key);
    if (before) {
      const connection = await before.catch(() => undefined);
      if (connection?.open) return connection;
      // Somebody else who waited for it dials already.
      if (this.#dialled.get(key) !== before) return await this.#connectionWith(partner, remote);
    }
    const dialling = this.#dial(partner, remote);
    this.#dialled.set(key, dialling);
    return await dialling;
  }

  /** 6.5: the name on the certificate is verified before anything is said. */
  async #dial(partner: Partner, remote: Endpoint): Promise<TlsConnection> {
    const { faults, scheduler } = this.#context;
    const options = clientOptions(this.#identity, faults, partner.domain);
    const connection = await this.#host.connect(remote, options);
    if (!this.#partners.isServerOf(partner, connection.peerChain, scheduler.now())) {
      await connection.close();
      throw new EnvironmentError(`The server at "${partner.domain}" has a certificate for another name`, "");
    }
    this.#owners.set(connection.id, partner);
    return connection;
  }

  #openWith({ domain }: Partner): TlsConnection[] {
    return this.#host.connections.filter(({ id, open }) => open && this.#owners.get(id)?.domain === domain);
  }
}
