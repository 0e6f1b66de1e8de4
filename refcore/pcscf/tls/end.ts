/** The P-CSCF's end of TLS: one port where UEs come (TS 33.203 O.2.1). */
import { StreamFramer } from "sip-codec";
import type { Authority } from "../../../harness/crypto/pki/mod.ts";
import { LocalMisuseError } from "../../../harness/errors.ts";
import { openTls, type TlsHost } from "../../../harness/net/mod.ts";
import type { Clock, Endpoint, MessageSocket, Net, Tap } from "../../../harness/net/types.ts";
import type { FaultSet } from "../../faults.ts";
import { certificatesFor, revocationLists } from "./certificates.ts";
import { FaultyTcp, needsFaultyTcp } from "./faulty_tcp.ts";
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
  private constructor(
    readonly host: TlsHost,
    readonly name: string,
    /** Of the CAs of its certificates, DER. */
    readonly crls: readonly Uint8Array[],
    /** Present where a fault needs it. */
    readonly faultyTcp: FaultyTcp | undefined,
  ) {
    if (faultyTcp) faultyTcp.host = host;
  }

  /** Rejects with EnvironmentError where OpenSSL is absent, or the port cannot be had. */
  static async open(options: TlsEndOptions): Promise<TlsEnd> {
    const { net, clock, local, authority, name, faults, tap } = options;
    if (!net.tls) throw new LocalMisuseError("TLS was asked for on a net that has none");
    const certificates = await certificatesFor(authority, name, faults);
    const crls = await revocationLists(authority, certificates, faults);
    const common = {
      local,
      clock,
      framer: () => new StreamFramer(),
      server: serverOptions(certificates, faults),
    };
    if (!needsFaultyTcp(faults)) {
      return new TlsEnd(await net.tls({ ...common, ...(tap ? { tap } : {}) }), name, crls, undefined);
    }
    const tcp = new FaultyTcp(faults);
    const heard: Tap = (record) => {
      tap?.(record);
      tcp.heard(record);
    };
    return new TlsEnd(await openTls({ ...common, tap: heard }, tcp.transport), name, crls, tcp);
  }

  get sockets(): readonly MessageSocket[] {
    return [this.host];
  }

  async close(): Promise<void> {
    await this.host.close();
  }
}
