/**
 * One TLS or DTLS connection without its socket: octets go in and come out, and events tell what happened.
 *
 *     using context = new TlsContext({ versions: ["TLSv1.2", "TLSv1.2"] });
 *     using tls = context.connect({ serverName: "pcscf.example" });
 *     for (const bytes of tls.toSend(now)) …          // then receive(), nextEvent() until "handshake"
 */
import { LocalMisuseError } from "../../errors.ts";
import type { TlsAlert } from "./alerts.ts";
import { drainBio, memoryBio, neverEnds, writeBio } from "./bio.ts";
import { datagrams, DtlsTimer } from "./dtls.ts";
import { c, errors, type Native, type Openssl, text } from "./library.ts";
import { finishedValues, type Negotiated, negotiated, peerChain, sessionIdOf } from "./negotiated.ts";
import type { ConnectOptions, TlsOptions } from "./options.ts";
import { resume, sessionOf } from "./session.ts";
import { Sinks } from "./sinks.ts";

export type TlsEvent =
  /** A handshake is over: the first one, or a renegotiation. */
  | { readonly type: "handshake"; readonly negotiated: Negotiated; readonly renegotiated: boolean }
  | { readonly type: "alert"; readonly alert: TlsAlert }
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** TLS 1.3: one or more tickets came; `session()` gives the last to resume by. */
  | { readonly type: "ticket" }
  /** The peer closed with close_notify. */
  | { readonly type: "closed" }
  /** Nothing more can be said; `reasons` in OpenSSL's words, the cause first. An alert was told before. */
  | { readonly type: "failed"; readonly reasons: readonly string[] };

/** What context.ts makes one of. */
export interface EngineGround {
  readonly ssl: Openssl;
  readonly context: Native;
  readonly role: "client" | "server";
  readonly datagram: boolean;
  readonly options: TlsOptions;
  readonly connect: ConnectOptions;
  released(): void;
}

export class TlsEngine implements Disposable {
  readonly role: "client" | "server";
  readonly #ssl: Openssl;
  readonly #session: Native;
  readonly #in: Native;
  readonly #out: Native;
  readonly #sinks: Sinks;
  readonly #timer: DtlsTimer | undefined;
  readonly #mtu: number | undefined;
  readonly #released: () => void;
  readonly #events: TlsEvent[] = [];
  /** Application data that wait for the handshake that is going on. */
  readonly #waiting: Uint8Array<ArrayBuffer>[] = [];
  #state: "new" | "handshaking" | "open" | "ended" | "disposed" = "new";
  #peerClosed = false;
  /** Of the last handshake; undefined until there was one. */
  #lastFinished: string | undefined;
  /** The id of the session whose ticket was told last: in TLS 1.3 made of the ticket. */
  #ticketOf = "";
  #deadline: number | undefined;

  /** By TlsContext only. @throws LocalMisuseError where the session to resume cannot be used */
  constructor({ ssl, context, role, datagram, options, connect, released }: EngineGround) {
    this.role = role;
    this.#ssl = ssl;
    this.#released = released;
    const session = ssl.SSL_new(context);
    if (session === null) throw new Error(`OpenSSL makes no connection: ${errors(ssl).join("; ")}`);
    this.#session = session;
    [this.#in, this.#out] = [memoryBio(ssl), memoryBio(ssl)];
    for (const bio of [this.#in, this.#out]) neverEnds(ssl, bio);
    ssl.SSL_set_bio(session, this.#in, this.#out);
    this.#sinks = new Sinks(ssl, session);
    if (datagram) {
      this.#mtu = options.dtls?.mtu ?? 1400;
      ssl.SSL_ctrl(session, CTRL.SET_MTU, BigInt(this.#mtu), null);
      this.#timer = new DtlsTimer(ssl, session, options.dtls?.retransmitMs ?? 1000);
    }
    if (role === "client") this.#begin(options, connect);
    else {
      ssl.SSL_set_accept_state(session);
      // Without it no session of a client with a certificate is resumed. At a client it would forbid PSK in TLS 1.3.
      ssl.SSL_set_session_id_context(session, new TextEncoder().encode("imspeer"), 7);
      ssl.SSL_set_verify(session, askMode(options), null);
    }
  }

  #begin(options: TlsOptions, connect: ConnectOptions): void {
    const [ssl, session] = [this.#ssl, this.#session];
    ssl.SSL_set_connect_state(session);
    ssl.SSL_set_verify(session, options.trust === undefined ? 0 : VERIFY_PEER, null);
    if (connect.serverName !== undefined) {
      ssl.SSL_ctrl(session, CTRL.SET_TLSEXT_HOSTNAME, 0n, c(connect.serverName));
    }
    if (connect.resume === undefined) return;
    try {
      resume(ssl, session, connect.resume, connect.sessionId);
    } catch (error) {
      ssl.SSL_free(session);
      throw error;
    }
  }

  /** Octets of the stream as they come, or one datagram. Nothing happens after the end. */
  receive(bytes: Uint8Array, now: number): void {
    this.#live();
    if (this.#state === "ended") return;
    writeBio(this.#ssl, this.#in, bytes);
    this.#proceed(now);
  }

  /** What must be sent, in order: pieces of the stream, or datagrams. A client begins with the first call. */
  toSend(now: number): Uint8Array[] {
    this.#live();
    if (this.#state === "new" && this.role === "client") this.#proceed(now);
    const bytes = drainBio(this.#ssl, this.#out);
    if (bytes.length === 0) return [];
    return this.#mtu === undefined ? [bytes] : datagrams(bytes, this.#mtu);
  }

  nextEvent(): TlsEvent | undefined {
    return this.#events.shift();
  }

  /** When expire() is due: DTLS only. */
  deadline(): number | undefined {
    return this.#deadline;
  }

  /** Sends the last flight of DTLS again. OpenSSL's clock decides whether it is time: see deadline() after it. */
  expire(now: number): void {
    this.#live();
    if (this.#timer === undefined || this.#state === "ended") return;
    const result = this.#timer.expire();
    if (result < 0) this.#fail();
    this.#note(now);
  }

  /** Application data. They wait while a renegotiation goes on. @throws LocalMisuseError before the handshake */
  send(bytes: Uint8Array, now: number): void {
    this.#live();
    if (this.#state !== "open") {
      throw new LocalMisuseError(`TLS data cannot be sent: connection ${this.#state}`);
    }
    this.#waiting.push(new Uint8Array(bytes));
    this.#proceed(now);
  }

  /**
   * Asks for a new handshake (TLS 1.2 and before): a client sends a ClientHello, a server a HelloRequest. With
   * `abbreviated` a client offers the session it has. An event "handshake" tells its end.
   * @throws LocalMisuseError before the first handshake, in TLS 1.3, or where the options refuse it
   */
  renegotiate(now: number, { abbreviated = false }: { readonly abbreviated?: boolean } = {}): void {
    this.#live();
    const ssl = this.#ssl;
    ssl.ERR_clear_error();
    const asked = this.#state !== "open"
      ? 0
      : abbreviated
      ? ssl.SSL_renegotiate_abbreviated(this.#session)
      : ssl.SSL_renegotiate(this.#session);
    if (asked !== 1) {
      throw new LocalMisuseError(`TLS cannot renegotiate: ${this.#state}, ${errors(ssl).join("; ")}`);
    }
    this.#step(() => ssl.SSL_do_handshake(this.#session));
    this.#proceed(now);
  }

  /** New traffic keys, and the peer asked for new ones too if `both` (TLS 1.3 only, RFC 8446 4.6.3). */
  updateKeys(now: number, both = true): void {
    this.#live();
    this.#ssl.ERR_clear_error();
    if (this.#state !== "open" || this.#ssl.SSL_key_update(this.#session, both ? 1 : 0) !== 1) {
      const why = errors(this.#ssl).join("; ");
      throw new LocalMisuseError(`TLS keys cannot be updated: ${this.#state}, ${why}`);
    }
    this.#step(() => this.#ssl.SSL_do_handshake(this.#session));
    this.#proceed(now);
  }

  /** Sends close_notify; what the peer still sends is told. Dispose of it when the peer's close came or was waited for. */
  close(now: number): void {
    this.#live();
    if (this.#state !== "open") return;
    this.#ssl.ERR_clear_error();
    this.#ssl.SSL_shutdown(this.#session);
    this.#note(now);
  }

  /** @throws LocalMisuseError before the first handshake is over */
  negotiated(): Negotiated {
    this.#live();
    this.#needsHandshake();
    return negotiated(this.#ssl, this.#session);
  }

  /** The peer's certificates, DER, its own first; as far as they have come. */
  peerChain(): Uint8Array[] {
    this.#live();
    return peerChain(this.#ssl, this.#session);
  }

  /** With `trust`: what OpenSSL says of the peer's chain, "ok" if nothing. */
  verification(): string {
    this.#live();
    const ssl = this.#ssl;
    return text(ssl, ssl.X509_verify_cert_error_string(ssl.SSL_get_verify_result(this.#session))) ?? "";
  }

  /** As a client: the server has asked for a certificate. */
  certificateRequested(): boolean {
    this.#live();
    return this.role === "client" && this.#sinks.certificateAsked;
  }

  /** verify_data of the Finished messages of the last handshake. */
  finished(): { readonly own: Uint8Array; readonly peer: Uint8Array } {
    this.#live();
    return finishedValues(this.#ssl, this.#session);
  }

  /** Keying material (RFC 5705, RFC 8446 7.5). @throws LocalMisuseError before the handshake is over */
  exportKey(label: string, length: number, context?: Uint8Array): Uint8Array {
    this.#live();
    this.#needsHandshake();
    const out = new Uint8Array(length);
    const name = new TextEncoder().encode(label);
    const given = new Uint8Array(context ?? []);
    const sizes = [length, name.length, given.length].map(BigInt) as [bigint, bigint, bigint];
    const used = context === undefined ? 0 : 1;
    const made = this.#ssl.SSL_export_keying_material(
      this.#session,
      out,
      sizes[0],
      name,
      sizes[1],
      given,
      sizes[2],
      used,
    );
    if (made === 1) return out;
    throw new LocalMisuseError(`TLS exports no key "${label}": ${errors(this.#ssl).join("; ")}`);
  }

  /** Lines of the NSS key log, without line ends: secrets, for captures that are kept under lock. */
  keyLog(): readonly string[] {
    this.#live();
    return [...this.#sinks.keyLog];
  }

  /** A session to resume, PEM; undefined where there is none. */
  session(): string | undefined {
    this.#live();
    return sessionOf(this.#ssl, this.#session);
  }

  /** Says nothing to the peer: see close(). Idempotent. */
  [Symbol.dispose](): void {
    if (this.#state === "disposed") return;
    this.#state = "disposed";
    this.#deadline = undefined;
    this.#ssl.SSL_free(this.#session); // and its BIOs
    this.#ssl.ERR_clear_error();
    this.#released();
  }

  #proceed(now: number): void {
    if (this.#state === "new") this.#state = "handshaking";
    if (this.#state === "handshaking") this.#step(() => this.#ssl.SSL_do_handshake(this.#session));
    this.#note(now);
    if (this.#state === "open") {
      this.#read(now);
      this.#write();
      this.#note(now);
    }
  }

  #read(now: number): void {
    const buffer = new Uint8Array(RECORD);
    while (this.#state === "open" && !this.#peerClosed) {
      const length = this.#step(() => this.#ssl.SSL_read(this.#session, buffer, RECORD));
      this.#note(now);
      if (length <= 0) return;
      this.#events.push({ type: "data", bytes: buffer.slice(0, length) });
    }
  }

  #write(): void {
    for (
      let bytes = this.#waiting[0];
      bytes !== undefined && this.#state === "open";
      bytes = this.#waiting[0]
    ) {
      const rest = bytes;
      const written = rest.length === 0
        ? 0
        : this.#step(() => this.#ssl.SSL_write(this.#session, rest, rest.length));
      if (written <= 0 && rest.length > 0) return;
      if (written === rest.length) this.#waiting.shift();
      else this.#waiting[0] = rest.slice(written);
    }
  }

  /** A call that may take the connection further, or end it. */
  #step(call: () => number): number {
    this.#ssl.ERR_clear_error();
    const result = call();
    if (result > 0) return result;
    const error = this.#ssl.SSL_get_error(this.#session, result);
    if (error !== WANT_READ && error !== WANT_WRITE && error !== ZERO_RETURN) this.#fail();
    return result;
  }

  #fail(): void {
    const reasons = errors(this.#ssl);
    this.#tellAlerts();
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#events.push({ type: "failed", reasons });
  }

  /** Tells what OpenSSL has put down meanwhile. */
  #note(now: number): void {
    this.#tellAlerts();
    if (this.#sinks.handshakeDone()) this.#tellHandshake();
    this.#tellTicket();
    if (!this.#peerClosed && this.#ssl.SSL_get_shutdown(this.#session) & RECEIVED_SHUTDOWN) {
      this.#peerClosed = true;
      if (this.#state !== "ended") this.#events.push({ type: "closed" });
    }
    const remaining = this.#state === "ended" ? undefined : this.#timer?.remaining();
    this.#deadline = remaining === undefined ? undefined : now + remaining;
  }

  #tellAlerts(): void {
    for (const alert of this.#sinks.alerts()) this.#events.push({ type: "alert", alert });
  }

  #tellHandshake(): void {
    if (this.#ssl.SSL_is_init_finished(this.#session) !== 1 || this.#state === "ended") return;
    const agreed = negotiated(this.#ssl, this.#session);
    const renegotiated = this.#state === "open";
    // For OpenSSL a HelloRequest, or a ticket of TLS 1.3, counts as a handshake of its own: without a Finished.
    const finished = finishedValues(this.#ssl, this.#session).own.toHex();
    if (finished === this.#lastFinished) return;
    this.#lastFinished = finished;
    this.#state = "open";
    this.#events.push({ type: "handshake", negotiated: agreed, renegotiated });
  }

  #tellTicket(): void {
    if (this.#state !== "open" || this.role !== "client") return;
    if (this.#ssl.SSL_version(this.#session) !== TLS13) return;
    const current = sessionIdOf(this.#ssl, this.#session).toHex();
    if (current === this.#ticketOf || sessionOf(this.#ssl, this.#session) === undefined) return;
    this.#ticketOf = current;
    this.#events.push({ type: "ticket" });
  }

  #needsHandshake(): void {
    if (this.#lastFinished !== undefined) return;
    throw new LocalMisuseError("Nothing is negotiated before the TLS handshake is over");
  }

  #live(): void {
    if (this.#state === "disposed") throw new LocalMisuseError("This TLS connection is disposed of");
  }
}

/** SSL_VERIFY_PEER asks a client for its certificate, SSL_VERIFY_FAIL_IF_NO_PEER_CERT insists. */
function askMode({ clientCertificate = "none" }: TlsOptions): number {
  if (clientCertificate === "none") return 0;
  return clientCertificate === "require" ? VERIFY_PEER | VERIFY_INSISTS : VERIFY_PEER;
}

const VERIFY_PEER = 1;
const VERIFY_INSISTS = 2;
/** The most that a record carries (RFC 5246 6.2.1). */
const RECORD = 0x4000;
const TLS13 = 0x0304;
/** SSL_ERROR_…, SSL_RECEIVED_SHUTDOWN, SSL_CTRL_… of openssl/ssl.h */
const [WANT_READ, WANT_WRITE, ZERO_RETURN] = [2, 3, 6];
const RECEIVED_SHUTDOWN = 2;
const CTRL = { SET_MTU: 17, SET_TLSEXT_HOSTNAME: 55 } as const;
