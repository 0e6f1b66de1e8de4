/**
 * How OpenSSL tells what happens inside without calling us: its callbacks are functions of its own that put down what
 * they are given where we read it afterwards. Functions of ours would need Deno's permission for all foreign functions.
 *
 * - key log line: SSL_add1_host(ssl, line) appends it to the list of host names, which nothing else reads: the
 *   parameters of the SSL are locked, so that path validation does not take them (trust.ts puts its name elsewhere).
 * - "a certificate is asked of the client": SSL_add1_host as well, with a word as its argument.
 * - alerts, end of handshake: SSL_set_ex_data(ssl, where, ret) stores `ret` at the index `where`.
 * - verdict on the peer's chain: X509_STORE_CTX_set_default(store, name) gives 1: any chain will do.
 * - DTLS retransmission timer: SSL_get_verify_depth(ssl) gives the microseconds that were set there.
 */
import { alertOf, type TlsAlert } from "./alerts.ts";
import { c, type Native, type Openssl, text } from "./library.ts";

/** Before any SSL is made of this SSL_CTX. */
export function installSinks(ssl: Openssl, context: Native, acceptAnyChain: boolean): void {
  ssl.SSL_CTX_set_keylog_callback(context, ssl.at_SSL_add1_host);
  ssl.SSL_CTX_set_info_callback(context, ssl.at_SSL_set_ex_data);
  // Strings of the library, for OpenSSL keeps the pointers.
  const word = ssl.X509_VERIFY_PARAM_get0_name(ssl.X509_VERIFY_PARAM_lookup(c(WORD)));
  if (acceptAnyChain) {
    ssl.SSL_CTX_set_cert_verify_callback(context, ssl.at_X509_STORE_CTX_set_default, word);
  }
  ssl.SSL_CTX_set_cert_cb(context, ssl.at_SSL_add1_host, word);
}

/** What one SSL has put down. */
export class Sinks {
  readonly #ssl: Openssl;
  readonly #session: Native;
  readonly #parameters: Deno.PointerValue;
  readonly #keyLog: string[] = [];
  #certificateCallbacks = 0;
  #read = 0;

  constructor(ssl: Openssl, session: Native) {
    this.#ssl = ssl;
    this.#session = session;
    this.#parameters = ssl.SSL_get0_param(session);
    ssl.X509_VERIFY_PARAM_set_inh_flags(this.#parameters, INHERIT_LOCKED);
  }

  /** Lines in NSS key log format, in order. */
  get keyLog(): readonly string[] {
    this.#readHosts();
    return this.#keyLog;
  }

  /** A client was asked for a certificate; a server is about to choose its own. */
  get certificateAsked(): boolean {
    this.#readHosts();
    return this.#certificateCallbacks > 0;
  }

  /** Alerts since the last call; of several in one direction the last one. */
  alerts(): TlsAlert[] {
    return ALERTS.flatMap(([direction, where]) => {
      const value = this.#take(where);
      return value === 0 ? [] : [alertOf(direction, value)];
    });
  }

  /** Whether a handshake ended since the last call. */
  handshakeDone(): boolean {
    return this.#take(HANDSHAKE_DONE) !== 0;
  }

  #take(where: number): number {
    const value = this.#ssl.SSL_get_ex_data(this.#session, where);
    if (value === 0n) return 0;
    this.#ssl.SSL_set_ex_data_number(this.#session, where, 0n);
    return Number(value & 0xffffn);
  }

  #readHosts(): void {
    for (;; this.#read++) {
      const line = text(this.#ssl, this.#ssl.X509_VERIFY_PARAM_get0_host(this.#parameters, this.#read));
      if (line === undefined) return;
      if (line === WORD) this.#certificateCallbacks++;
      else this.#keyLog.push(line);
    }
  }
}

/** A set of parameters that every libcrypto has. */
const WORD = "ssl_server";
/** X509_VP_FLAG_LOCKED */
const INHERIT_LOCKED = 0x8;
/** SSL_CB_HANDSHAKE_DONE */
const HANDSHAKE_DONE = 0x20;
/** SSL_CB_READ_ALERT, SSL_CB_WRITE_ALERT */
const ALERTS = [["received", 0x4004], ["sent", 0x4008]] as const;
