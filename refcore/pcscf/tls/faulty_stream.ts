/** One TCP connection to the port of TLS, under a fault (faulty_tcp.ts). */
import type { StreamFramer } from "sip-codec";
import { toHex } from "../../../harness/crypto/mod.ts";
import type { ByteStream, StreamHandlers } from "../../../harness/net/byte_stream.ts";
import type { Endpoint } from "../../../harness/net/types.ts";
import type { FaultyTcp } from "./faulty_tcp.ts";
import {
  offeredSuites,
  onlyNullSuites,
  withCompression,
  withOtherSessionId,
  withoutSentinel,
  withUnofferedSuite,
} from "./hellos.ts";

export class FaultyStream implements ByteStream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Of the flow where there is no TLS. */
  readonly clearName: string;
  /** The latest record of application data that TLS was given, in hexadecimal digits. */
  lastRecord: string | undefined;
  readonly #sent = new Set<string>();
  #began = false;
  #clear = false;
  /** What came first. */
  #hello: Uint8Array = new Uint8Array();
  /** The record that is not yet whole. */
  #pending: Uint8Array = new Uint8Array();

  constructor(readonly tcp: FaultyTcp, readonly stream: ByteStream, readonly framer: StreamFramer) {
    this.local = stream.local;
    this.remote = stream.remote;
    this.clearName = `clear ${stream.remote.address}:${stream.remote.port}`;
  }

  start(handlers: StreamHandlers): void {
    this.stream.start({
      data: (bytes) => this.#data(bytes, handlers),
      closed: (error) => handlers.closed(error),
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#changed(bytes);
    for (const record of recordsIn(written).whole) this.#sent.add(toHex(record));
    return this.stream.write(written);
  }

  #changed(bytes: Uint8Array): Uint8Array {
    const { faults } = this.tcp;
    if (faults.has("pcscf/tls-unoffered-suite")) return withUnofferedSuite(bytes, offeredSuites(this.#hello));
    if (faults.has("pcscf/tls-compresses")) return withCompression(bytes, this.#hello);
    if (faults.has("pcscf/tls-other-session-id")) return withOtherSessionId(bytes);
    return faults.has("pcscf/tls-hides-downgrade") ? withoutSentinel(bytes) : bytes;
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  destroy(): Promise<void> {
    return this.stream.destroy();
  }

  end(): void {
    this.stream.end?.();
  }

  reset(): Promise<void> {
    return this.stream.reset?.() ?? this.stream.destroy();
  }

  #data(bytes: Uint8Array, handlers: StreamHandlers): void {
    const { faults } = this.tcp;
    const tls = bytes[0] !== undefined && bytes[0] >= 20 && bytes[0] <= 23;
    if (!this.#began) this.#begin(bytes, tls);
    if (bytes[0] === ALERT && faults.has("pcscf/tls-open-after-alert")) return;
    const injected = !tls && this.#pending.length === 0 && faults.has("pcscf/tls-reads-injected-sip");
    if (this.#clear || injected) return this.#sip(bytes);
    const { whole, rest } = recordsIn(concat(this.#pending, bytes));
    this.#pending = rest;
    if (!faults.has("pcscf/tls-takes-replayed-record")) return handlers.data(bytes);
    for (const record of whole) this.#record(record, handlers);
  }

  #begin(bytes: Uint8Array, tls: boolean): void {
    const { faults } = this.tcp;
    this.#began = true;
    this.#clear = !tls && faults.has("pcscf/tls-clear-sip-on-tls-port");
    if (!tls && faults.has("pcscf/tls-deaf-after-clear-sip")) this.tcp.deaf = true;
    this.#hello = bytes.slice();
    if (faults.has("pcscf/tls-deaf-after-null-hello")) this.tcp.deaf ||= onlyNullSuites(offeredSuites(bytes));
  }

  #sip(bytes: Uint8Array): void {
    try {
      for (const message of this.framer.push(bytes)) this.tcp.deliver(message, this);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      void this.stream.destroy();
    }
  }

  #record(record: Uint8Array, handlers: StreamHandlers): void {
    const key = toHex(record);
    const before = this.tcp.messages.get(key);
    if (before) return this.tcp.deliver(before, this);
    // Our own records, sent back.
    if (this.#sent.has(key)) return;
    if (record[0] === APPLICATION_DATA) this.lastRecord = key;
    handlers.data(record);
  }
}

const [ALERT, APPLICATION_DATA] = [21, 23];

/** RFC 5246 6.2.1: five octets of header, the last two the length. */
function recordsIn(bytes: Uint8Array): { readonly whole: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const whole: Uint8Array[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    const end = at + 5 + (bytes[at + 3]! << 8 | bytes[at + 4]!);
    if (end > bytes.length) break;
    whole.push(bytes.slice(at, end));
    at = end;
  }
  return { whole, rest: bytes.slice(at) };
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
