/** The P-CSCF's end of TLS: one port where UEs come (TS 33.203 O.2.1). */
import { StreamFramer } from "sip-codec";
import type { Authority } from "../../../harness/crypto/pki/mod.ts";
import { LocalMisuseError } from "../../../harness/errors.ts";
import type { TlsHost } from "../../../harness/net/mod.ts";
import type { Clock, Endpoint, MessageSocket, Net, Tap } from "../../../harness/net/types.ts";
import type { FaultSet } from "../../faults.ts";
import { certificatesFor } from "./certificates.ts";
import { serverOptions } from "./server_options.ts";

export interface TlsEndOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly local: Endpoint;
  /** Who issues the P-CSCF's certificate: a root that UEs trust. */
  readonly authority: Authority;
  /** FQDN of the P-CSCF. */
  readonly name: string;
  readonly faults: FaultSet;
  readonly tap?: Tap;
}

export class TlsEnd {
  private constructor(readonly host: TlsHost, readonly name: string) {}

  /** Rejects with EnvironmentError where OpenSSL is absent, or the port cannot be had. */
  static async open(options: TlsEndOptions): Promise<TlsEnd> {
    const { net, clock, local, authority, name, faults, tap } = options;
    if (!net.tls) throw new LocalMisuseError("TLS was asked for on a net that has none");
    const certificates = await certificatesFor(authority, name, faults);
    const host = await net.tls({
      local,
      clock,
      framer: () => new StreamFramer(),
      server: serverOptions(certificates, faults),
      ...(tap ? { tap } : {}),
    });
    return new TlsEnd(host, name);
  }

  get sockets(): readonly MessageSocket[] {
    return [this.host];
  }

  async close(): Promise<void> {
    await this.host.close();
  }
}
