/** What a server says to a ClientHello, as far as it can be read without keys. Sans-IO: octets in, a flight out. */
import { WireSyntaxError } from "../errors.ts";
import { alertName, CONTENT_TYPE, HANDSHAKE_TYPE } from "./codes.ts";
import { MAX_ENCRYPTED, RECORD_HEADER, type TlsRecord } from "./records.ts";
import {
  type CertificateRequest,
  parseCertificateRequest,
  parseCertificates,
  parseServerHello,
  parseServerKeyExchange,
  type ServerHello,
  type ServerKeyExchange,
} from "./server_messages.ts";

export interface ServerFlight {
  /** ServerHello or HelloRetryRequest, the first that came. */
  readonly hello?: ServerHello;
  /** DER; TLS 1.2 and before. */
  readonly certificates?: readonly Uint8Array[];
  readonly keyExchange?: ServerKeyExchange;
  /** TLS 1.2 and before; later it is encrypted. */
  readonly certificateRequest?: CertificateRequest;
  readonly alerts: readonly PlainAlert[];
  /** Handshake messages by number, in order, as far as they are in the clear. */
  readonly messages: readonly number[];
  /** Records of application_data or after ChangeCipherSpec: what they hold cannot be seen. */
  readonly encrypted: number;
  /** The server waits for us: ServerHelloDone, a HelloRetryRequest, or the encrypted part has begun. */
  readonly complete: boolean;
  /** Why nothing more of it can be read; what came before stands. */
  readonly malformed?: WireSyntaxError;
}

export interface PlainAlert {
  readonly level: "warning" | "fatal";
  readonly code: number;
  /** As the registry writes it: "handshake_failure". */
  readonly name: string;
}

/** What is taken at most: a server that goes on and on is cut off. */
export const MAX_FLIGHT = 0x100000;

/** Never throws: what cannot be read is told by `flight.malformed`. Time is linear in what is pushed. */
export class FlightReader {
  #hello: ServerHello | undefined;
  #certificates: readonly Uint8Array[] | undefined;
  #keyExchange: ServerKeyExchange | undefined;
  #certificateRequest: CertificateRequest | undefined;
  #malformed: WireSyntaxError | undefined;
  #complete = false;
  #encrypted = 0;
  #cipherChanged = false;
  readonly #alerts: PlainAlert[] = [];
  readonly #messages: number[] = [];
  readonly #stream = new Octets();
  readonly #handshake = new Octets();

  /** Takes octets in pieces of any size. */
  push(bytes: Uint8Array): void {
    if (this.#malformed) return;
    try {
      this.#stream.push(bytes);
      for (let record = this.#record(); record; record = this.#record()) this.#take(record);
    } catch (error) {
      if (!(error instanceof WireSyntaxError)) throw error;
      this.#malformed = error;
    }
  }

  /** Nothing more is to be waited for: complete, a fatal alert, or unreadable. */
  get over(): boolean {
    return this.#complete || this.#malformed !== undefined ||
      this.#alerts.some(({ level }) => level === "fatal");
  }

  get flight(): ServerFlight {
    return {
      ...(this.#hello ? { hello: this.#hello } : {}),
      ...(this.#certificates ? { certificates: this.#certificates } : {}),
      ...(this.#keyExchange ? { keyExchange: this.#keyExchange } : {}),
      ...(this.#certificateRequest ? { certificateRequest: this.#certificateRequest } : {}),
      ...(this.#malformed ? { malformed: this.#malformed } : {}),
      alerts: [...this.#alerts],
      messages: [...this.#messages],
      encrypted: this.#encrypted,
      complete: this.#complete,
    };
  }

  #record(): TlsRecord | undefined {
    const header = this.#stream.peek(RECORD_HEADER);
    // The first octets tell enough of what is no TLS.
    const type = this.#stream.peek(1)?.[0];
    const at = this.#stream.offset;
    if (type !== undefined && (type < CONTENT_TYPE.changeCipherSpec || type > CONTENT_TYPE.applicationData)) {
      throw new WireSyntaxError(`No TLS record: content type ${type}`, at);
    }
    if (!header) return undefined;
    const [, major = 0, minor = 0, high = 0, low = 0] = header;
    if (major !== 3) throw new WireSyntaxError(`No TLS record: version ${major}.${minor}`, at + 1);
    const length = high * 0x100 + low;
    if (length > MAX_ENCRYPTED) {
      throw new WireSyntaxError(`TLS record of ${length} octets, may have ${MAX_ENCRYPTED}`, at + 3);
    }
    if (at + length > MAX_FLIGHT) {
      throw new WireSyntaxError(`Server flight of more than ${MAX_FLIGHT} octets`, at);
    }
    const whole = this.#stream.take(RECORD_HEADER + length);
    return whole &&
      { type: type ?? 0, version: major * 0x100 + minor, payload: whole.subarray(RECORD_HEADER) };
  }

  #take({ type, payload }: TlsRecord): void {
    if (this.#cipherChanged || type === CONTENT_TYPE.applicationData) {
      this.#encrypted++;
      this.#complete = true;
      return;
    }
    switch (type) {
      case CONTENT_TYPE.alert:
        return this.#alert(payload);
      case CONTENT_TYPE.changeCipherSpec:
        // In TLS 1.3 it says nothing (RFC 8446 D.4); before, the server resumed a session.
        this.#cipherChanged = (this.#hello?.version ?? 0) < 0x0304;
        return;
      case CONTENT_TYPE.handshake:
        this.#handshake.push(payload);
        while (this.#message());
        return;
    }
  }

  #alert(payload: Uint8Array): void {
    const [level, code] = payload;
    if (payload.length !== 2 || level === undefined || code === undefined || level < 1 || level > 2) {
      throw new WireSyntaxError("Alert is not a level and a code", this.#stream.offset);
    }
    this.#alerts.push({ level: level === 2 ? "fatal" : "warning", code, name: alertName(code) });
  }

  /** Whether there was a whole one. */
  #message(): boolean {
    const header = this.#handshake.peek(4);
    if (!header) return false;
    const [type = 0, high = 0, middle = 0, low = 0] = header;
    const length = high * 0x10000 + middle * 0x100 + low;
    if (length > MAX_FLIGHT) {
      throw new WireSyntaxError(`Handshake message of ${length} octets`, this.#handshake.offset + 1);
    }
    const whole = this.#handshake.take(4 + length);
    if (!whole) return false;
    this.#messages.push(type);
    this.#read(type, whole.subarray(4), this.#handshake.offset - length);
    return true;
  }

  /** `base`: offset in the handshake messages, one after another. */
  #read(type: number, body: Uint8Array, base: number): void {
    const { serverHello, certificate, serverKeyExchange, certificateRequest, serverHelloDone } =
      HANDSHAKE_TYPE;
    if (type === serverHello) {
      this.#hello ??= parseServerHello(body, base);
      this.#complete ||= this.#hello.retry;
      return;
    }
    if (!this.#hello) throw new WireSyntaxError(`Handshake message ${type} before ServerHello`, base);
    switch (type) {
      case certificate:
        this.#certificates = parseCertificates(body, base);
        return;
      case serverKeyExchange:
        this.#keyExchange = parseServerKeyExchange(body, this.#hello, base);
        return;
      case certificateRequest:
        this.#certificateRequest = parseCertificateRequest(body, this.#hello.version, base);
        return;
      case serverHelloDone:
        this.#complete = true;
        return;
    }
  }
}

/** Octets that come in pieces and are taken in others. */
class Octets {
  #buffer = new Uint8Array(0x1000);
  #from = 0;
  #to = 0;
  #gone = 0;

  /** Of the next octet, from the beginning. */
  get offset(): number {
    return this.#gone + this.#from;
  }

  push(bytes: Uint8Array): void {
    if (this.#to + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** Undefined where there are not so many. */
  peek(length: number): Uint8Array | undefined {
    return this.#to - this.#from < length
      ? undefined
      : this.#buffer.subarray(this.#from, this.#from + length);
  }

  /** A copy; undefined where there are not so many. */
  take(length: number): Uint8Array | undefined {
    const taken = this.peek(length)?.slice();
    if (taken) this.#from += length;
    return taken;
  }

  /** Twice of what is needed each time, so that every octet is moved a few times at most. */
  #makeRoom(more: number): void {
    const kept = this.#buffer.subarray(this.#from, this.#to);
    const bigger = new Uint8Array(2 * (kept.length + more) + 0x1000);
    bigger.set(kept);
    this.#gone += this.#from;
    this.#buffer = bigger;
    this.#to = kept.length;
    this.#from = 0;
  }
}
