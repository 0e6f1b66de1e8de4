/** TLS as what other transports are built on: streams of a client, each a TLS connection over TCP. */
import { EnvironmentError } from "../../errors.ts";
import type { ByteStream, StreamTransport } from "../byte_stream.ts";
import { sendError } from "../socket_errors.ts";
import { tcpTransport } from "../tcp.ts";
import type { Clock, Tap } from "../types.ts";
import { TlsContext } from "./context.ts";
import { TlsLink } from "./link.ts";
import type { ConnectOptions, TlsOptions } from "./options.ts";
import { TlsFailure } from "./types.ts";

export interface TlsTransportOptions {
  readonly clock: Clock;
  readonly tap?: Tap;
  readonly keyLog?: (line: string) => void;
  /** Default: TLS 1.2 and 1.3, any chain will do. */
  readonly client?: TlsOptions & ConnectOptions;
  /** Milliseconds. Default 5000. */
  readonly handshakeMs?: number;
}

/** Only dials. `release()` when no connection is made any more; those that stand go on. */
export function tlsDialer(
  options: TlsTransportOptions,
): { readonly dial: StreamTransport["dial"]; release(): void } {
  const { clock, tap, keyLog, client = {}, handshakeMs = 5000 } = options;
  const context = new TlsContext(client);
  return {
    release: () => context[Symbol.dispose](),
    dial: async (local, remote, signal): Promise<ByteStream> => {
      const stream = await tcpTransport.dial(local, remote, signal);
      const link = new TlsLink({
        ...{ stream, engine: context.connect(client), clock, tap, keyLog },
        local: () => stream.local,
        stands: () => {},
        ended: () => {},
      });
      const stop = () => void link.close("fin");
      signal.addEventListener("abort", stop);
      try {
        await link.handshake(handshakeMs);
        return link;
      } catch (error) {
        if (!(error instanceof TlsFailure)) throw error;
        const { message } = sendError("tls", stream.local, stream.remote, new Error(error.end.says));
        throw new EnvironmentError(message, "See what the device's log says of the handshake.", {
          cause: error,
        });
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
