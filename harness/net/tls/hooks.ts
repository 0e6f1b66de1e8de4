/**
 * Decisions that OpenSSL asks for in the middle of a handshake. They are functions of ours that it calls, for which Deno
 * wants the permission for all foreign functions: `--allow-ffi` without a list. All else does without (sinks.ts).
 */
import { EnvironmentError } from "../../errors.ts";
import { bytesAt, c, type Native, type Openssl, text } from "./library.ts";
import type { TlsOptions } from "./options.ts";

/** Those that the options need. Dispose it after the SSL_CTX and all that was made of it. */
export class Hooks implements Disposable {
  readonly #ssl: Openssl;
  readonly #callbacks: { close(): void }[] = [];

  /** @throws EnvironmentError where one is needed and Deno does not permit it */
  constructor(ssl: Openssl, context: Native, options: TlsOptions) {
    this.#ssl = ssl;
    try {
      if (options.psk) this.#psk(context, options.psk);
      if (options.alpn) this.#alpn(context, options.alpn);
      if (options.sessionIds) this.#sessionIds(context, options.sessionIds);
      if (options.dtls?.cookie) this.#cookie(context, options.dtls.cookie);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const callback of this.#callbacks.splice(0)) callback.close();
  }

  #psk(context: Native, { identity, key, lookup, hint }: NonNullable<TlsOptions["psk"]>): void {
    const ssl = this.#ssl;
    const put = (at: Deno.PointerValue, bytes: Uint8Array, room: number): number => {
      if (bytes.length > room) return 0;
      ssl.memcpy_into(at, new Uint8Array(bytes), BigInt(bytes.length));
      return bytes.length;
    };
    const client = callback(CLIENT_PSK, (_ssl, _hint, identityAt, identityRoom, keyAt, keyRoom) => {
      return put(identityAt, c(identity), identityRoom + 1) === 0 ? 0 : put(keyAt, key, keyRoom);
    });
    const server = callback(SERVER_PSK, (_ssl, identityAt, keyAt, keyRoom) => {
      const asked = text(ssl, identityAt) ?? "";
      const found = lookup ? guarded(() => lookup(asked)) : asked === identity ? key : undefined;
      return found === undefined ? 0 : put(keyAt, found, keyRoom);
    });
    ssl.SSL_CTX_set_psk_client_callback(context, this.#keep(client).pointer);
    ssl.SSL_CTX_set_psk_server_callback(context, this.#keep(server).pointer);
    if (hint !== undefined) ssl.SSL_CTX_use_psk_identity_hint(context, c(hint));
  }

  /** Where it is not permitted a server leaves ALPN out; a client needs no hook for it. */
  #alpn(context: Native, protocols: readonly string[]): void {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return;
    const ssl = this.#ssl;
    const select = callback(SELECT_ALPN, (_ssl, out, outLength, offered, length) => {
      const names = bytesAt(ssl, offered, length);
      const at = protocols.map((name) => position(names, name)).find((found) => found !== undefined);
      if (at === undefined) return ALERT_FATAL;
      const address = BigInt(Deno.UnsafePointer.value(offered)) + BigInt(at) + 1n;
      ssl.memcpy_into(out, new Uint8Array(BigUint64Array.of(address).buffer), 8n);
      ssl.memcpy_into(outLength, Uint8Array.of(names[at] ?? 0), 1n);
      return 0;
    });
    ssl.SSL_CTX_set_alpn_select_cb(context, this.#keep(select).pointer, null);
  }

  #sessionIds(context: Native, next: () => Uint8Array): void {
    const generate = callback(
      OUT_AND_LENGTH,
      (_ssl, at, lengthAt) => this.#give(guarded(next), 32, at, lengthAt),
    );
    this.#ssl.SSL_CTX_set_generate_session_id(context, this.#keep(generate).pointer);
  }

  #cookie(context: Native, cookie: Uint8Array): void {
    const generate = callback(OUT_AND_LENGTH, (_ssl, at, lengthAt) => this.#give(cookie, 255, at, lengthAt));
    const verify = callback(VERIFY_COOKIE, (_ssl, at, length) => {
      return bytesAt(this.#ssl, at, length).every((octet, i) => octet === cookie[i]) &&
          length === cookie.length
        ? 1
        : 0;
    });
    this.#ssl.SSL_CTX_set_cookie_generate_cb(context, this.#keep(generate).pointer);
    this.#ssl.SSL_CTX_set_cookie_verify_cb(context, this.#keep(verify).pointer);
  }

  #give(
    bytes: Uint8Array | undefined,
    most: number,
    at: Deno.PointerValue,
    lengthAt: Deno.PointerValue,
  ): number {
    if (bytes === undefined || bytes.length === 0 || bytes.length > most) return 0;
    this.#ssl.memcpy_into(at, new Uint8Array(bytes), BigInt(bytes.length));
    this.#ssl.memcpy_into(lengthAt, new Uint8Array(Uint32Array.of(bytes.length).buffer), 4n);
    return 1;
  }

  #keep<Callback extends { close(): void }>(callback: Callback): Callback {
    this.#callbacks.push(callback);
    return callback;
  }
}

const P = "pointer";
const CLIENT_PSK = { parameters: [P, P, P, "u32", P, "u32"], result: "u32" } as const;
const SERVER_PSK = { parameters: [P, P, P, "u32"], result: "u32" } as const;
const SELECT_ALPN = { parameters: [P, P, P, P, "u32", P], result: "i32" } as const;
const OUT_AND_LENGTH = { parameters: [P, P, P], result: "i32" } as const;
const VERIFY_COOKIE = { parameters: [P, P, "u32"], result: "i32" } as const;
/** SSL_TLSEXT_ERR_ALERT_FATAL: no_application_protocol (RFC 7301 3.2) */
const ALERT_FATAL = 2;

/** Where a name stands, with its length before it, among those that are offered. */
function position(names: Uint8Array, wanted: string): number | undefined {
  for (let at = 0; at < names.length; at += 1 + (names[at] ?? 0)) {
    const name = names.subarray(at + 1, at + 1 + (names[at] ?? 0));
    if (new TextDecoder().decode(name) === wanted) return at;
  }
  return undefined;
}

/** What throws has a bug, which is told as one; it must not cut through OpenSSL, so the handshake fails for us. */
function guarded(decide: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return decide();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}

function callback<const Definition extends Deno.UnsafeCallbackDefinition>(
  definition: Definition,
  call: Deno.UnsafeCallback<Definition>["callback"],
): Deno.UnsafeCallback<Definition> {
  try {
    return new Deno.UnsafeCallback(definition, call);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new EnvironmentError(
      "Cannot use pre-shared keys, session ids of one's own or cookies in TLS: Deno's permissions do not allow it",
      "Run with --allow-ffi (without a list of directories).",
      { cause: error },
    );
  }
}
