/**
 * OpenSSL 3 by FFI: its functions and where to find them. No pointer is looked into from here, and no function of ours
 * is called by it unless a hook asks for that (hooks.ts): so that Deno's permission for the directories of libraries
 * is enough. What OpenSSL must tell us while it runs, it puts down itself (sinks.ts).
 */
import { EnvironmentError } from "../../errors.ts";
import { SYMBOLS } from "./symbols.ts";

export type Openssl = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** A pointer that OpenSSL gave. */
export type Native = NonNullable<Deno.PointerValue>;

/** The library for one user; each user gives it back once, and the last one closes it. */
export interface LibraryUse {
  readonly ssl: Openssl;
  release(): void;
}

/** @throws EnvironmentError where OpenSSL 3 is absent or may not be used */
export function useLibrary(): LibraryUse {
  opened ??= openLibrary();
  users++;
  let released = false;
  return {
    ssl: opened.symbols,
    release() {
      if (released) return;
      released = true;
      if (--users > 0) return;
      opened?.close();
      opened = undefined;
    },
  };
}

/**
 * The version of the library, for `doctor`: "OpenSSL 3.0.19 27 Jan 2026".
 * @throws EnvironmentError with the remedy where TLS cannot be spoken
 */
export function checkTls(): string {
  const { ssl, release } = useLibrary();
  try {
    return text(ssl, ssl.OpenSSL_version(0)) ?? "";
  } finally {
    release();
  }
}

/** A string for C. */
export function c(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}

/** The string at a pointer, undefined at none. */
export function text(ssl: Openssl, at: Deno.PointerValue): string | undefined {
  if (at === null) return undefined;
  return new TextDecoder().decode(bytesAt(ssl, at, Number(ssl.strlen(at))));
}

/** A copy of the octets at a pointer. */
export function bytesAt(ssl: Openssl, at: Deno.PointerValue, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (at !== null && length > 0) ssl.memcpy(bytes, at, BigInt(length));
  return bytes;
}

/** What OpenSSL says went wrong, the cause first; empties its list. */
export function errors(ssl: Openssl): string[] {
  const found: string[] = [];
  for (let code = ssl.ERR_get_error(); code !== 0n; code = ssl.ERR_get_error()) {
    found.push(text(ssl, ssl.ERR_reason_error_string(code)) ?? `error ${code.toString(16)}`);
  }
  return found;
}

let opened: Deno.DynamicLibrary<typeof SYMBOLS> | undefined;
let users = 0;

/** OPENSSL_INIT_NO_LOAD_CONFIG: what the distribution forbids by its configuration, a tester must be able to say. */
const NO_LOAD_CONFIG = 0x80n;
const INSTALL = 'Install OpenSSL 3: on Debian "apt-get install libssl3" (from Debian 13 on: "libssl3t64").';

/** The first of these files that is there. @throws EnvironmentError as useLibrary() does */
export function openLibrary(paths: readonly string[] = PATHS): Deno.DynamicLibrary<typeof SYMBOLS> {
  let refused = false;
  let unfit: unknown;
  for (const path of paths) {
    try {
      const library = Deno.dlopen(path, SYMBOLS);
      library.symbols.OPENSSL_init_crypto(NO_LOAD_CONFIG, null);
      return library;
    } catch (error) {
      refused ||= error instanceof Error && error.name === "NotCapable";
      if (error instanceof Error && /symbol/.test(error.message)) unfit ??= error;
    }
  }
  if (refused) {
    throw new EnvironmentError(
      "Cannot speak TLS: Deno's permissions do not allow foreign functions",
      "Run with --allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64.",
    );
  }
  const what = unfit === undefined
    ? 'there is no library "libssl.so.3"'
    : 'the library "libssl.so.3" is unfit';
  throw new EnvironmentError(`Cannot speak TLS: ${what}`, INSTALL, { cause: unfit });
}

/** With a path first, so that permission for the directories is enough. */
const PATHS = [
  `/lib/${Deno.build.arch}-linux-gnu/libssl.so.3`,
  `/usr/lib/${Deno.build.arch}-linux-gnu/libssl.so.3`,
  "/lib64/libssl.so.3",
  "/usr/lib64/libssl.so.3",
  "/usr/lib/libssl.so.3",
  "/lib/libssl.so.3",
];
