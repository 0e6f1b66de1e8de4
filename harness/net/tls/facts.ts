/** What is known of one TLS connection, for as long as anybody asks: OpenSSL's memory of it goes with its end. */
import type { TlsAlert } from "./alerts.ts";
import type { TlsEngine } from "./engine.ts";
import type { Negotiated } from "./negotiated.ts";

export class TlsFacts {
  readonly alerts: TlsAlert[] = [];
  negotiated: Negotiated | undefined;
  peerChain: readonly Uint8Array[] = [];
  certificateRequested = false;
  handshakes = 0;
  finished: { readonly own: Uint8Array; readonly peer: Uint8Array } = NOTHING;
  session: string | undefined;
  #keyLines = 0;

  /** The handshake that ended just now. */
  handshake(engine: TlsEngine, negotiated: Negotiated): void {
    this.handshakes++;
    this.negotiated = negotiated;
    this.finished = engine.finished();
    this.peerChain = engine.peerChain();
    this.certificateRequested ||= engine.certificateRequested();
    this.ticket(engine);
  }

  /** A session that can be resumed has come, perhaps. */
  ticket(engine: TlsEngine): void {
    this.session = engine.session() ?? this.session;
  }

  /** The last that the engine can tell, alerts that nobody has taken among it. */
  last(engine: TlsEngine): void {
    for (let event = engine.nextEvent(); event; event = engine.nextEvent()) {
      if (event.type === "alert") this.alerts.push(event.alert);
    }
    this.certificateRequested ||= engine.certificateRequested();
    const chain = engine.peerChain();
    if (chain.length > 0) this.peerChain = chain;
  }

  /** Lines of the key log since the last call. */
  newKeys(engine: TlsEngine): readonly string[] {
    const lines = engine.keyLog().slice(this.#keyLines);
    this.#keyLines += lines.length;
    return lines;
  }
}

const NOTHING = { own: new Uint8Array(), peer: new Uint8Array() };
