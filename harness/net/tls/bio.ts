/** Memory BIOs: how octets go into OpenSSL and come out. */
import type { Native, Openssl } from "./library.ts";

/** Where the caller owns it: free it with BIO_free, or give it to an SSL. */
export function memoryBio(ssl: Openssl, bytes?: Uint8Array): Native {
  const bio = ssl.BIO_new(ssl.BIO_s_mem());
  if (bio === null) throw new Error("OpenSSL has no memory for a BIO");
  if (bytes !== undefined) writeBio(ssl, bio, bytes);
  return bio;
}

export function writeBio(ssl: Openssl, bio: Native, bytes: Uint8Array): void {
  if (bytes.length > 0) ssl.BIO_write(bio, new Uint8Array(bytes), bytes.length);
}

/** Everything that waits in it. */
export function drainBio(ssl: Openssl, bio: Native): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Number(ssl.BIO_ctrl_pending(bio)));
  if (bytes.length > 0) ssl.BIO_read(bio, bytes, bytes.length);
  return bytes;
}

/** An empty BIO says "try again" instead of "end". */
export function neverEnds(ssl: Openssl, bio: Native): void {
  ssl.BIO_ctrl(bio, SET_MEM_EOF_RETURN, -1n, null);
}

/** What `write` puts into a BIO. */
export function collected(ssl: Openssl, write: (bio: Native) => unknown): Uint8Array<ArrayBuffer> {
  const bio = memoryBio(ssl);
  try {
    write(bio);
    return drainBio(ssl, bio);
  } finally {
    ssl.BIO_free(bio);
  }
}

/** What `read` makes of these octets: null if it cannot. */
export function parsed(
  ssl: Openssl,
  bytes: Uint8Array,
  read: (bio: Native) => Deno.PointerValue,
): Native | null {
  const bio = memoryBio(ssl, bytes);
  try {
    return read(bio);
  } finally {
    ssl.BIO_free(bio);
  }
}

/** BIO_C_SET_BUF_MEM_EOF_RETURN */
const SET_MEM_EOF_RETURN = 130;
