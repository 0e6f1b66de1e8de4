/** TLS alerts as connections tell them (RFC 8446 6, RFC 5246 7.2). */
import { alertName } from "../../wire/tls/mod.ts";

export { alertName };

export interface TlsAlert {
  readonly direction: "sent" | "received";
  readonly level: "warning" | "fatal";
  /** The octet on the wire. */
  readonly code: number;
  /** As the registry writes it: "handshake_failure"; "alert 200" for what is not there. */
  readonly name: string;
}

/** From level and description as on the wire, level in the high octet. */
export function alertOf(direction: TlsAlert["direction"], levelAndCode: number): TlsAlert {
  const code = levelAndCode & 0xff;
  return { direction, level: levelAndCode >> 8 === 1 ? "warning" : "fatal", code, name: alertName(code) };
}
