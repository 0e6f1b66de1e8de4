/** One TLS connection over a stream: what carries octets to a socket above, and what a tester asks and does. */
import { LocalMisuseError } from "../../errors.ts";
import type { ByteStream, StreamHandlers } from "../byte_stream.ts";
import { formatEndpoint } from "../endpoint.ts";
import { codeOf } from "../socket_errors.ts";
import { connectionName } from "../stream_socket.ts";
import type { Clock, Endpoint, Flow, Tap, TapLayer } from "../types.ts";
import { soon } from "../within.ts";
import type { TlsAlert } from "./alerts.ts";
import type { TlsEngine, TlsEvent } from "./engine.ts";
import { TlsFacts } from "./facts.ts";
import type { Negotiated } from "./negotiated.ts";
import { concat, RecordLog } from "./records.ts";
import { type TlsConnection, type TlsEnd, TlsFailure } from "./types.ts";

export interface LinkGround {
  /** Fresh: nobody has started it. */
  readonly stream: ByteStream;
  /** The link disposes of it. */
  readonly engine: TlsEngine;
  readonly clock: Clock;
  readonly tap?: Tap | undefined;
  readonly keyLog?: ((line: string) => void) | undefined;
  /** Of the flows: that of the host. */
  readonly local: () => Endpoint;
  /** The first handshake is over: told before anything else of the connection. */
  readonly stands: (link: TlsLink) => void;
  readonly ended: (link: TlsLink, end: TlsEnd) => void;
}

type Cause = Pick<TlsEnd, "by" | "how" | "says"> & { readonly alert?: TlsAlert };

/** How TCP is closed in the end. */
type Farewell = "fin" | "now" | "reset" | "gone";

export class TlsLink implements ByteStream, TlsConnection {
  readonly id = connectionName("tls");
  readonly name = this.id;
  readonly security = `tls:${this.id.replace(/^tls-/, "")}`;
  readonly #ground: LinkGround;
  readonly #engine: TlsEngine;
  readonly #facts = new TlsFacts();
  readonly #log = new RecordLog();
  readonly #first = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<TlsEnd>();
  readonly #tcpGone = Promise.withResolvers<void>();
  /** Called after each handshake, and at the end. */
  readonly #waiting = new Set<() => void>();
  /** Data that came before somebody started to read. */
  #early: Uint8Array[] = [];
  #handlers: StreamHandlers | undefined;
  #end: TlsEnd | undefined;
  #leaving: Promise<void> | undefined;
  #change: Parameters<TlsConnection["tamperNext"]>[0] | undefined;

  constructor(ground: LinkGround) {
    this.#ground = ground;
    this.#engine = ground.engine;
    void this.#first.promise.catch(() => {});
    ground.stream.start({
      data: (bytes) => this.#arrived(bytes),
      closed: (error) => this.#lost(error),
    });
    this.#proceed();
  }

  /** Resolves when the first handshake is over. Rejects with TlsFailure. */
  async handshake(within: number): Promise<void> {
    const { clock } = this.#ground;
    await soon(clock, within, this.#first.promise);
    if (this.#facts.handshakes > 0 && !this.#end) return;
    const says = `the handshake was not over in ${within} ms`;
    this.#finish({ by: "us", how: "handshake-timeout", says }, "now");
    await this.#first.promise;
  }

  get role(): "client" | "server" {
    return this.#engine.role;
  }

  get flow(): Flow {
    const { id, remote, security } = this;
    return { transport: "tls", local: this.#ground.local(), remote, connection: id, security };
  }

  get local(): Endpoint {
    return this.#ground.stream.local;
  }

  get remote(): Endpoint {
    return this.#ground.stream.remote;
  }

  get open(): boolean {
    return this.#end === undefined && this.#facts.handshakes > 0;
  }

  get negotiated(): Negotiated {
    const { negotiated } = this.#facts;
    if (negotiated) return negotiated;
    throw new LocalMisuseError("Nothing is negotiated before the TLS handshake is over");
  }

  get peerChain(): readonly Uint8Array[] {
    return this.#facts.peerChain;
  }

  get certificateRequested(): boolean {
    return this.#facts.certificateRequested || (!this.#end && this.#engine.certificateRequested());
  }

  get handshakes(): number {
    return this.#facts.handshakes;
  }

  get finished(): { readonly own: Uint8Array; readonly peer: Uint8Array } {
    return this.#facts.finished;
  }

  get alerts(): readonly TlsAlert[] {
    return this.#facts.alerts;
  }

  get session(): string | undefined {
    return this.#facts.session;
  }

  get records(): RecordLog["kept"] {
    return this.#log.kept;
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    for (const bytes of this.#early.splice(0)) handlers.data(bytes);
    if (this.#end) handlers.closed();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#needsOpen();
    this.#proceed();
    this.#needsOpen();
    const now = this.#ground.clock.now();
    this.#engine.send(bytes, now);
    const records = concat(this.#engine.toSend(now));
    const change = this.#change;
    if (records.length > 0) this.#change = undefined;
    const changed = change && records.length > 0 ? change(records) : records;
    const sent = (changed instanceof Uint8Array ? [changed] : changed).map((each) => this.#send(each));
    this.#proceed();
    await Promise.all(sent);
  }

  pause(): void {
    this.#ground.stream.pause();
  }

  resume(): void {
    this.#ground.stream.resume();
  }

  destroy(): Promise<void> {
    return this.close();
  }

  exportKey(label: string, length: number, context?: Uint8Array): Uint8Array {
    this.#needsOpen();
    return this.#engine.exportKey(label, length, context);
  }

  async renegotiate(within: number): Promise<Negotiated | undefined> {
    this.#needsOpen();
    const before = this.handshakes;
    this.#engine.renegotiate(this.#ground.clock.now());
    this.#proceed();
    const negotiated = await this.#beyond(before, within);
    if (negotiated === undefined && this.#end) throw this.#failure("renegotiation");
    return negotiated;
  }

  renegotiated(within: number): Promise<Negotiated | undefined> {
    return this.#beyond(this.handshakes, within);
  }

  async updateKeys(): Promise<void> {
    this.#needsOpen();
    const now = this.#ground.clock.now();
    this.#engine.updateKeys(now);
    const sent = this.#engine.toSend(now).map((bytes) => this.#send(bytes));
    this.#proceed();
    await Promise.all(sent);
  }

  async inject(bytes: Uint8Array): Promise<void> {
    this.#needsOpen();
    this.#tell("out", "tls", bytes);
    await this.#ground.stream.write(bytes);
  }

  tamperNext(change: (records: Uint8Array) => Uint8Array | readonly Uint8Array[]): void {
    this.#needsOpen();
    this.#change = change;
  }

  close(how: "notify" | "fin" | "reset" = "notify"): Promise<void> {
    if (!this.#end) {
      const notified = how === "notify" && this.open;
      if (notified) this.#engine.close(this.#ground.clock.now());
      this.#finish({
        by: "us",
        how: how === "reset" ? "reset" : notified ? "close-notify" : "fin",
        says: how === "reset" ? "we reset the connection" : "we closed the connection",
      }, how === "reset" ? "reset" : this.open ? "fin" : "now");
    }
    return this.gone;
  }

  /** Nothing is left: no socket, no timer. */
  get gone(): Promise<void> {
    return this.#tcpGone.promise.then(() => this.#leaving);
  }

  ended(within: number): Promise<TlsEnd | undefined> {
    if (this.#end) return Promise.resolve(this.#end);
    return soon(this.#ground.clock, within, this.#over.promise);
  }

  async #beyond(count: number, within: number): Promise<Negotiated | undefined> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    if (this.handshakes <= count && !this.#end) await soon(this.#ground.clock, within, promise);
    this.#waiting.delete(resolve);
    return this.handshakes > count ? this.negotiated : undefined;
  }

  #arrived(bytes: Uint8Array): void {
    this.#tell("in", "tls", bytes);
    for (const { piece, record } of this.#log.cut("in", bytes)) {
      if (this.#end) return;
      const keeps = record !== undefined && this.handshakes > 0;
      this.#engine.receive(piece, this.#ground.clock.now());
      if (keeps) this.#log.keep("in", record);
      this.#proceed();
    }
  }

  /** Sends what OpenSSL wants sent, and acts upon what it tells. */
  #proceed(): void {
    if (this.#end) return;
    this.#flush();
    this.#tellKeys();
    for (let event = this.#engine.nextEvent(); event; event = this.#engine.nextEvent()) {
      this.#happened(event);
      // What is told may make others write or close.
      if (this.#end) return;
    }
  }

  #happened(event: TlsEvent): void {
    if (event.type === "data") return this.#data(event.bytes);
    if (event.type === "alert") return void this.#facts.alerts.push(event.alert);
    if (event.type === "ticket") return this.#facts.ticket(this.#engine);
    if (event.type === "closed") return this.#closedByPeer();
    if (event.type === "failed") return this.#finish(this.#causeOf(event.reasons));
    this.#facts.handshake(this.#engine, event.negotiated);
    if (this.handshakes === 1) this.#ground.stands(this);
    this.#first.resolve();
    this.#wake();
  }

  #data(bytes: Uint8Array): void {
    if (this.#handlers) this.#handlers.data(bytes);
    else this.#early.push(bytes);
  }

  /** RFC 8446 6.1: what the peer says afterwards is ignored; we close as well. */
  #closedByPeer(): void {
    this.#engine.close(this.#ground.clock.now());
    const alert = this.alerts.findLast(({ direction, code }) => direction === "received" && code === 0);
    const says = "the peer closed the connection with close_notify";
    this.#finish({ by: "peer", how: "close-notify", says, ...(alert ? { alert } : {}) });
  }

  #causeOf(reasons: readonly string[]): Cause {
    const alert = this.alerts.findLast(({ level }) => level === "fatal");
    const why = reasons.join("; ");
    if (!alert) return { by: "us", how: "protocol", says: `what came is no TLS: ${why}` };
    const name = `the fatal alert "${alert.name}" (${alert.code})`;
    return alert.direction === "received"
      ? { by: "peer", how: "alert", alert, says: `the peer sent ${name}` }
      : { by: "us", how: "alert", alert, says: `we sent ${name}: ${why}` };
  }

  /** TCP is gone. */
  #lost(error: Error | undefined): void {
    const reset = ["ECONNRESET", "EPIPE"].includes(codeOf(error));
    const says = reset
      ? "the peer reset the connection"
      : error
      ? error.message
      : "the peer closed TCP without close_notify";
    this.#finish({ by: "peer", how: reset ? "reset" : "fin", says }, "gone");
    const { by } = this.#end ?? { by: "peer" };
    this.#tell(by === "us" ? "out" : "in", "tcp", new Uint8Array(), this.#end?.says);
    this.#tcpGone.resolve();
  }

  /** The first cause counts. */
  #finish(cause: Cause, farewell: Farewell = "fin"): void {
    if (this.#end) return;
    if (farewell === "fin") this.#flush();
    const { local, remote } = this;
    const end: TlsEnd = { ...cause, local, remote, at: this.#ground.clock.now() };
    this.#end = end;
    this.#tellKeys();
    this.#facts.last(this.#engine);
    this.#engine[Symbol.dispose]();
    this.#leaving = this.#leave(farewell);
    this.#first.reject(this.#failure("handshake"));
    this.#over.resolve(end);
    this.#wake();
    this.#handlers?.closed(end.how === "reset" && end.by === "peer" ? RESET : undefined);
    this.#ground.ended(this, end);
  }

  /** FIN, and for a while the peer may end its side as well: then everybody has heard everything. */
  async #leave(farewell: Farewell): Promise<void> {
    const { stream, clock } = this.#ground;
    if (farewell === "gone") return;
    if (farewell === "reset" && stream.reset) return await stream.reset();
    if (farewell === "fin" && stream.end) {
      stream.resume();
      stream.end();
      await soon(clock, LINGER, this.#tcpGone.promise);
    }
    await stream.destroy();
  }

  #failure(of: string): TlsFailure {
    const end = this.#end;
    if (!end) throw new LocalMisuseError("A TLS connection that is open has not failed");
    const message = `The TLS ${of} with "${formatEndpoint(this.remote)}" failed: ${end.says}`;
    return new TlsFailure(message, end, this.peerChain);
  }

  #flush(): void {
    for (const bytes of this.#engine.toSend(this.#ground.clock.now())) {
      // Where it cannot be sent, the stream tells that it closed.
      this.#send(bytes).catch(() => {});
    }
  }

  #send(bytes: Uint8Array): Promise<void> {
    this.#tell("out", "tls", bytes);
    for (const { record } of this.#log.cut("out", bytes)) {
      if (record && this.handshakes > 0) this.#log.keep("out", record);
    }
    return this.#ground.stream.write(bytes);
  }

  #tellKeys(): void {
    for (const line of this.#facts.newKeys(this.#engine)) this.#ground.keyLog?.(line);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #needsOpen(): void {
    if (this.open) return;
    const why = this.#end?.says ?? "its handshake goes on";
    throw new LocalMisuseError(`Nothing can be done with this TLS connection: ${why}`);
  }

  #tell(direction: "out" | "in", layer: TapLayer, bytes: Uint8Array, note?: string): void {
    const { tap, clock } = this.#ground;
    const { id: connection, local, remote } = this;
    tap?.({
      at: clock.now(),
      direction,
      layer,
      transport: "tls",
      local,
      remote,
      bytes,
      connection,
      ...(note === undefined ? {} : { note }),
    });
  }
}

const RESET = Object.assign(new Error("the peer reset the connection"), { code: "ECONNRESET" });
/** Milliseconds that the peer has to end its side, once we have ended ours. */
const LINGER = 250;
