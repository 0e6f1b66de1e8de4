/** The TLS probes of one attempt at a case: opened for it, and closed when it ends. */
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { accessOf } from "../peer/ue/access.ts";
import type { TlsProbe } from "../peer/tls_probe/mod.ts";
import type { ContextParts } from "./open_context.ts";

export class TlsProbes {
  readonly #parts: ContextParts;
  readonly #open: { readonly probe: TlsProbe; readonly release: () => void }[] = [];

  constructor(parts: ContextParts) {
    this.#parts = parts;
  }

  /** From the address that a UE of the first lease would have. */
  open(entry: string): TlsProbe {
    const { peers, net, clock, profile, random, evidence, addresses, subscribers, signal } = this.#parts;
    if (signal.aborted) throw new LocalMisuseError("The case is over and asks for a TLS probe");
    if (!peers.createTlsProbe) {
      throw new EnvironmentError("There are no TLS probes", "use peers that have them");
    }
    const [subscriber] = subscribers;
    const access = subscriber && accessOf(profile, subscriber, {});
    const { address, release } = addresses.take(access, profile.entry[entry]?.tls?.address);
    try {
      const probe = peers.createTlsProbe({
        ...{ net, clock, profile, entry, random },
        local: address,
        tap: evidence.tap(`tls-probe:${entry}`),
        keyLog: (line) => evidence.tlsKeyLog?.(line),
      });
      this.#open.push({ probe, release });
      return probe;
    } catch (error) {
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map(({ probe, release }) => probe.close().finally(release)));
  }
}
