/** What DTLS needs besides TLS: datagrams, and a timer. */
import type { Native, Openssl } from "./library.ts";

/** Records packed into datagrams of at most `mtu` octets, as they came out of OpenSSL. */
export function datagrams(records: Uint8Array, mtu: number): Uint8Array[] {
  const packed: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < records.length;) {
    const end = at + recordLength(records, at);
    if (end - start > mtu && at > start) {
      packed.push(records.slice(start, at));
      start = at;
    }
    at = end;
  }
  if (start < records.length) packed.push(records.slice(start));
  return packed;
}

/** OpenSSL's timer: it runs by the machine's clock. */
export class DtlsTimer {
  readonly #ssl: Openssl;
  readonly #session: Native;
  #milliseconds: number;

  constructor(ssl: Openssl, session: Native, firstMs: number) {
    this.#ssl = ssl;
    this.#session = session;
    this.#milliseconds = firstMs;
    ssl.DTLS_set_timer_cb(session, ssl.at_SSL_get_verify_depth);
    this.#set();
  }

  /** Milliseconds until something must be sent again; undefined while nothing must. */
  remaining(): number | undefined {
    const timeval = new BigInt64Array(2);
    const view = new Uint8Array(timeval.buffer);
    if (this.#ssl.SSL_ctrl(this.#session, GET_TIMEOUT, 0n, view) !== 1n) return undefined;
    return Number(timeval[0] ?? 0n) * 1000 + Math.ceil(Number(timeval[1] ?? 0n) / 1000);
  }

  /** Sends the last flight again if it is time; the next time comes after twice as long (RFC 6347 4.2.4.1). */
  expire(): number {
    if (this.remaining() !== 0) return 0;
    this.#milliseconds = Math.min(2 * this.#milliseconds, LONGEST);
    this.#set();
    return Number(this.#ssl.SSL_ctrl(this.#session, HANDLE_TIMEOUT, 0n, null));
  }

  #set(): void {
    this.#ssl.SSL_set_verify_depth_number(this.#session, this.#milliseconds * 1000);
  }
}

const HEADER = 13;
const LONGEST = 60_000;
/** DTLS_CTRL_GET_TIMEOUT, DTLS_CTRL_HANDLE_TIMEOUT */
const GET_TIMEOUT = 73;
const HANDLE_TIMEOUT = 74;

/** RFC 6347 4.1: type, version, epoch, sequence number, length. */
function recordLength(records: Uint8Array, at: number): number {
  return HEADER + ((records[at + 11] ?? 0) << 8 | (records[at + 12] ?? 0));
}
