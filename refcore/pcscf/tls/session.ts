/** A TLS connection of a UE, and whose it is: TS 33.203 O.2.1 to O.2.3, Q.1. */
import type { SipMessage } from "sip-codec";
import { toHex } from "../../../harness/crypto/mod.ts";
import type { TlsConnection } from "../../../harness/net/mod.ts";
import type { Alarm } from "../../scheduler.ts";

/** How the registration came to TLS: by security agreement (O.2.2), or TLS came first (O.2.3). */
export type TlsVariant = "agreement" | "first";

/** What SM11 ties together with the connection, whose endpoint and session are the connection's own. */
export interface Association {
  readonly impi: string;
  /** Tells terminals of one IMPI apart. */
  readonly terminal: string;
  readonly variant: TlsVariant;
  /** Of the binding, with the IMPUs. */
  readonly token: string;
}

/** Transactions remembered per connection. */
const MOST_BRANCHES = 200;

export class TlsSession {
  /** Whose the connection is since SM11; undefined: it gives no service. */
  association: Association | undefined;
  /** The IMPI of the last REGISTER that came. */
  asked: string | undefined;
  /** SM7 has confirmed what SM1 and SM6 agreed upon. */
  agreed = false;
  /** Who was registered here before all others; for "pcscf/tls-asserts-former-user" alone. */
  first: { readonly impi: string; readonly impus: readonly string[] } | undefined;
  /** Set where the next message is the last one. */
  closing = false;
  /** Ends a connection on which nobody registers. */
  readonly idle: Alarm;
  /** Session IDs that the connection had, the latest last; those of renegotiations as well. */
  readonly ids: string[] = [];
  readonly #branches = new Set<string>();

  constructor(readonly connection: TlsConnection, alarm: (run: () => void) => Alarm) {
    this.idle = alarm(() => void connection.close());
    this.noteId();
  }

  get address(): string {
    return this.connection.remote.address;
  }

  /** O.4.2: the new Session ID takes the place of the old one. */
  noteId(): void {
    const id = toHex(this.connection.negotiated.sessionId);
    if (id !== "" && this.ids.at(-1) !== id) this.ids.push(id);
  }

  /** The transaction of this message is one of this connection. */
  note(message: SipMessage): void {
    const branch = message.via?.branch;
    if (branch === undefined) return;
    this.#branches.add(branch);
    if (this.#branches.size <= MOST_BRANCHES) return;
    for (const oldest of this.#branches) return void this.#branches.delete(oldest);
  }

  holds(message: SipMessage): boolean {
    return this.#branches.has(message.via?.branch ?? "");
  }
}
