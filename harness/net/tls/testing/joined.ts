/** A client and a server joined in memory. */
import { type ConnectOptions, type TlsAlert, TlsContext, type TlsEngine, type TlsEvent } from "../mod.ts";
import type { TlsOptions } from "../mod.ts";
import { SERVER_EC, SERVER_RSA } from "./certificates.ts";

export class Joined implements Disposable {
  readonly client: TlsEngine;
  readonly server: TlsEngine;
  readonly events: Record<"client" | "server", TlsEvent[]> = { client: [], server: [] };

  /** Shakes hands at once, unless it shall be `silent` until pump(). */
  constructor(
    contexts: { client: TlsContext; server: TlsContext },
    { silent = false, ...connect }: ConnectOptions & { silent?: boolean } = {},
  ) {
    this.client = contexts.client.connect(connect);
    this.server = contexts.server.accept();
    if (!silent) this.pump();
  }

  /** Carries octets to and fro until both are silent; `lose` drops those for which it says so. */
  pump(now = 0, lose: (bytes: Uint8Array) => boolean = () => false): void {
    for (let busy = true; busy;) {
      const toServer = this.client.toSend(now);
      for (const bytes of toServer) if (!lose(bytes)) this.server.receive(bytes, now);
      const toClient = this.server.toSend(now);
      for (const bytes of toClient) if (!lose(bytes)) this.client.receive(bytes, now);
      busy = toServer.length + toClient.length > 0;
    }
    for (const side of ["client", "server"] as const) {
      for (let event = this[side].nextEvent(); event; event = this[side].nextEvent()) {
        this.events[side].push(event);
      }
    }
  }

  alerts(side: "client" | "server"): TlsAlert[] {
    return this.events[side].flatMap((event) => event.type === "alert" ? [event.alert] : []);
  }

  data(side: "client" | "server"): string {
    const pieces = this.events[side].flatMap((event) => event.type === "data" ? [...event.bytes] : []);
    return new TextDecoder().decode(new Uint8Array(pieces));
  }

  count(side: "client" | "server", type: TlsEvent["type"]): number {
    return this.events[side].filter((event) => event.type === type).length;
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
  }
}

/** Joins, lets `use` look, disposes of all. Client and server have `both` in common; the server has certificates. */
export function join(
  { both = {}, client = {}, server = {}, connect = {} }: {
    both?: TlsOptions;
    client?: TlsOptions;
    server?: TlsOptions;
    connect?: ConnectOptions;
  },
  use: (joined: Joined) => void,
): void {
  using clients = new TlsContext({ ...both, ...client });
  using servers = new TlsContext({ certificates: [SERVER_RSA, SERVER_EC], ...both, ...server });
  using joined = new Joined({ client: clients, server: servers }, connect);
  use(joined);
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
