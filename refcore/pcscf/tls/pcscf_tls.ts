/** TLS in the P-CSCF: what the SIP side asks, and what joins it to the connections (TS 33.203 Annex O, Q.1). */
import { parseMessage, type SipMessage } from "sip-codec";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { TlsConnection } from "../../../harness/net/mod.ts";
import type { Endpoint, Flow } from "../../../harness/net/types.ts";
import type { BoxContext } from "../../types.ts";
import type { AccessType } from "../access.ts";
import type { UeBindings } from "../bindings.ts";
import { Agreements, serverLine } from "./agreements.ts";
import type { TlsEnd } from "./end.ts";
import { TlsOrders } from "./orders.ts";
import { type Association, TlsSession } from "./session.ts";

export interface PcscfTlsOptions {
  readonly bindings: UeBindings;
  readonly accessOf: (address: string) => AccessType;
}

export class PcscfTls {
  readonly agreements: Agreements;
  readonly orders: TlsOrders;
  readonly #sessions = new Map<string, TlsSession>();
  /** Where each IMPI was registered first; for "pcscf/tls-keeps-dead-connection" alone. */
  readonly firstFlows = new Map<string, Flow>();
  /** Associations whose connection is lost; only a fault makes use of them. */
  readonly #lost: { readonly address: string; readonly ids: readonly string[]; readonly of: Association }[] =
    [];
  /** Addresses that nothing is taken from any more; only a fault has any. */
  readonly #blocked = new Set<string>();

  constructor(readonly context: BoxContext, readonly end: TlsEnd, readonly options: PcscfTlsOptions) {
    this.agreements = new Agreements(context);
    this.orders = new TlsOrders(context.policy.tlsMandatory);
    end.host.onAccepted = (connection) => this.#accepted(connection);
    end.host.onEnded = ({ id }) => this.#ended(id);
  }

  get local(): Endpoint {
    return this.end.host.local;
  }

  get sessions(): Iterable<TlsSession> {
    return this.#sessions.values();
  }

  /** The connection that something came by. */
  session({ transport, connection }: Flow): TlsSession | undefined {
    return transport === "tls" ? this.#sessions.get(connection ?? "") : undefined;
  }

  /** Where the user is registered over TLS, if she is. */
  sessionOf(impi: string): TlsSession | undefined {
    for (const session of this.sessions) if (session.association?.impi === impi) return session;
    return undefined;
  }

  /** Some UE at this address is registered over TLS. */
  associatedAt(address: string): TlsSession | undefined {
    for (const session of this.sessions) {
      if (session.association && session.address === address) return session;
    }
    return undefined;
  }

  /** A client at this address has ended a handshake by an alert (O.3.1.2). */
  refusedUs(address: string): boolean {
    return this.end.host.refused.some(({ remote, by, alert }) =>
      remote.address === address && by === "peer" && alert !== undefined
    );
  }

  /** An association whose connection is lost, by the session it had or by the address. */
  lost(wanted: { readonly ids: readonly string[] } | { readonly address: string }): Association | undefined {
    return this.#lost.findLast(({ address, ids }) =>
      "ids" in wanted ? wanted.ids.some((id) => ids.includes(id)) : address === wanted.address
    )?.of;
  }

  /** Header fields that tell a UE what there is (RFC 3329 2.3.1). */
  listing(): Record<string, string> {
    return { "Require": "sec-agree", "Security-Server": serverLine(this.context.faults) };
  }

  /** Whether what came may be taken. O.1.3: a transaction lives on one connection. */
  admits(bytes: Uint8Array, flow: Flow): boolean {
    if (this.#blocked.has(flow.remote.address)) return false;
    const session = this.session(flow);
    if (flow.transport === "tls" && !session) return false;
    if (!session && this.#sessions.size === 0) return true;
    const message = readMessage(bytes);
    if (!message) return true;
    try {
      session?.noteId();
      const tied = message.kind === "response" || message.method === "ACK" || message.method === "CANCEL";
      const owner = tied ? [...this.sessions].find((one) => one.holds(message)) : undefined;
      if (owner && owner !== session) return false;
      if (message.kind === "request") session?.note(message);
      return true;
    } catch (error) {
      if (error instanceof SyntaxError) return true; // who answers will find it, too
      throw error;
    }
  }

  /** To the UE on the connection that the flow names, and never on another one (O.2.1, RFC 5626 5.3). */
  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    const message = readMessage(bytes);
    const session = this.#rerouted(message, this.session(to));
    if (!session?.connection.open) {
      throw new EnvironmentError("The UE's TLS connection is gone", "The UE has to register anew.");
    }
    if (message?.kind === "request") session.note(message);
    const last = session.closing;
    session.closing = false;
    await this.end.host.send(bytes, session.connection.flow);
    if (last) await session.connection.close();
  }

  /** SM11: from now on the connection is the user's, and no other is (O.2.2, O.2.3, Q.1). */
  associate(session: TlsSession, association: Association): void {
    const { faults, scheduler, timers } = this.context;
    const { bindings } = this.options;
    const before = session.association;
    if (before && before.impi !== association.impi) {
      const [old, young] = [bindings.byToken(before.token), bindings.byToken(association.token)];
      if (old && young && faults.has("pcscf/tls-mixes-users")) {
        const until = scheduler.now() + 600_000;
        for (const { impus } of young.sets.values()) bindings.add(old, impus, until);
        return;
      }
      if (old && !faults.has("pcscf/tls-asserts-former-user")) bindings.remove(old);
    }
    session.idle.set(undefined);
    session.association = association;
    const flow = session.connection.flow;
    if (!this.firstFlows.has(association.impi)) this.firstFlows.set(association.impi, flow);
    if (!faults.has("pcscf/tls-keeps-old-association")) this.#replaceOthers(session, association);
    if (faults.has("pcscf/tls-drops-idle-session")) {
      scheduler.at(scheduler.now() + timers.minExpires / 2, () => void session.connection.close());
    }
    if (faults.has("pcscf/tls-clear-hello-request")) this.#hello(session);
  }

  /** A binding is gone, and with it whose the connection was. */
  released(token: string): void {
    for (const session of this.sessions) {
      if (session.association?.token !== token) continue;
      session.association = undefined;
      this.#watch(session);
    }
  }

  /** O.4.2: a HelloRequest in the connection of this user, or where TLS 1.3 knows none, new keys. */
  askToRenegotiate(impi: string): boolean {
    const session = this.sessionOf(impi);
    if (!session?.connection.open) return false;
    this.#renegotiate(session).catch(() => {}); // the end of the connection is told elsewhere
    return true;
  }

  reset(): void {
    for (const session of [...this.sessions]) {
      session.association = undefined;
      this.#watch(session);
    }
    this.agreements.clear();
    this.orders.clear();
    this.firstFlows.clear();
    this.#blocked.clear();
    this.#lost.length = 0;
  }

  #accepted(connection: TlsConnection): void {
    const session = new TlsSession(connection, (run) => this.context.scheduler.alarm(run));
    this.#sessions.set(connection.id, session);
    if (this.#blocked.has(session.address)) return void connection.close("fin");
    this.#watch(session);
    if (!this.context.faults.has("pcscf/tls-new-connection-inherits")) return;
    const association = this.lost({ address: session.address });
    const binding = association && this.options.bindings.byToken(association.token);
    if (!binding) return;
    session.association = association;
    binding.flow = connection.flow;
  }

  /** O.4.1: whoever loses the connection has to register anew. */
  #ended(id: string): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    session.idle.set(undefined);
    this.#sessions.delete(id);
    const { faults } = this.context;
    const { association, address, ids } = session;
    if (association && faults.size > 0) this.#lost.push({ address, ids, of: association });
    const kept = faults.has("pcscf/tls-new-connection-inherits") ||
      faults.has("pcscf/tls-keeps-dead-connection") || faults.has("pcscf/tls-serves-resumed-session") ||
      faults.has("pcscf/tls-dials-contact");
    if (kept) return;
    const { bindings } = this.options;
    for (const binding of [...bindings.all]) {
      if (binding.overTls && binding.flow.connection === id) bindings.remove(binding);
    }
  }

  /** O.4.2: handshakes are for those who register. */
  #watch(session: TlsSession): void {
    const { scheduler, timers } = this.context;
    session.idle.set(scheduler.now() + 64 * timers.t1);
  }

  /** The user is where she registered last (O.4.3): what was there before gives no service any more. */
  #replaceOthers(session: TlsSession, { impi, terminal, token }: Association): void {
    const { bindings } = this.options;
    for (const other of this.sessions) {
      const { association } = other;
      if (other === session || association?.impi !== impi || association.terminal !== terminal) continue;
      other.association = undefined;
      this.#watch(other);
      const binding = bindings.byToken(association.token);
      if (binding && association.token !== token) bindings.remove(binding);
    }
    for (const binding of [...bindings.all]) {
      const clear = !binding.overTls && !binding.secured && binding.token !== token;
      if (clear && binding.impi === impi && binding.flow.remote.address === session.address) {
        bindings.remove(binding);
      }
    }
  }

  #rerouted(message: SipMessage | undefined, session: TlsSession | undefined): TlsSession | undefined {
    if (!session || !this.context.faults.has("pcscf/tls-answers-elsewhere")) return session;
    if (message?.kind !== "response" || message.status !== 200 || message.cseq?.method !== "REGISTER") {
      return session;
    }
    const other = [...this.sessions].find((one) =>
      one !== session && one.asked === session.asked && one.connection.open
    );
    return other ?? session;
  }

  async #renegotiate({ connection, address }: TlsSession): Promise<void> {
    if (connection.negotiated.version === "TLSv1.3") return await connection.updateKeys();
    const done = await connection.renegotiate(this.context.timers.regAwaitAuth).catch(() => undefined);
    // By our policy the communication goes on without it.
    if (!done && this.context.faults.has("pcscf/tls-blocks-after-no-renegotiation")) this.#block(address);
  }

  #block(address: string): void {
    this.#blocked.add(address);
    for (const session of this.sessions) {
      if (session.address === address) void session.connection.close("fin");
    }
  }

  #hello({ connection }: TlsSession): void {
    // Handshake record, TLS 1.2, with a HelloRequest (RFC 5246 7.4.1.1).
    const octets = Uint8Array.of(22, 3, 3, 0, 4, 0, 0, 0, 0);
    const { scheduler, timers } = this.context;
    scheduler.at(scheduler.now() + timers.t1, () => {
      if (connection.open) connection.inject(octets).catch(() => {});
    });
  }
}

/** Undefined for what is no SIP message: keep-alives, and octets that the stack will refuse. */
function readMessage(bytes: Uint8Array): SipMessage | undefined {
  try {
    return parseMessage(bytes, "stream");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
