/** Sessions to resume: text in the form that "openssl sess_id" reads, and s_client with -sess_in. */
import { LocalMisuseError } from "../../errors.ts";
import { collected, parsed } from "./bio.ts";
import { errors, type Native, type Openssl } from "./library.ts";

/** The session of a connection; undefined where it cannot be resumed (yet: TLS 1.3 needs a ticket). */
export function sessionOf(ssl: Openssl, session: Native): string | undefined {
  const kept = ssl.SSL_get1_session(session);
  if (kept === null) return undefined;
  const resumable = ssl.SSL_SESSION_is_resumable(kept) === 1;
  const pem = collected(ssl, (bio) => resumable && ssl.PEM_write_bio_SSL_SESSION(bio, kept));
  ssl.SSL_SESSION_free(kept);
  return resumable ? new TextDecoder().decode(pem) : undefined;
}

/** @throws LocalMisuseError for what is no session, or an id of more than 32 octets */
export function resume(ssl: Openssl, session: Native, pem: string, sessionId: Uint8Array | undefined): void {
  const bytes = new TextEncoder().encode(pem);
  const kept = parsed(ssl, bytes, (bio) => ssl.PEM_read_bio_SSL_SESSION(bio, null, null, null));
  if (kept === null) throw new LocalMisuseError(`The session cannot be read: ${errors(ssl).join("; ")}`);
  const named = sessionId === undefined ||
    ssl.SSL_SESSION_set1_id(kept, new Uint8Array(sessionId), sessionId.length) === 1;
  const taken = named && ssl.SSL_set_session(session, kept) === 1;
  ssl.SSL_SESSION_free(kept);
  if (!taken) throw new LocalMisuseError(`The session cannot be used here: ${errors(ssl).join("; ")}`);
}
