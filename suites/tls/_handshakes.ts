/** Whole handshakes that may come to nothing. */
import type { TlsProbe } from "../../harness/peer/tls_probe/mod.ts";

type Connection = Awaited<ReturnType<TlsProbe["connect"]>>;

/** The connection, or in words why there is none. */
export async function handshake(
  probe: TlsProbe,
  options: Parameters<TlsProbe["connect"]>[0] = {},
): Promise<Connection | string> {
  return await unlessRefused(() => probe.connect(options));
}

/** What `open` gives, or in words why TLS did not come about. Other errors pass through. */
export async function unlessRefused<T>(open: () => Promise<T>): Promise<T | string> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Error && error.name === "TlsFailure") return error.message;
    throw error;
  }
}
