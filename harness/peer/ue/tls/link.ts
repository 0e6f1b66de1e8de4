/** A TLS connection of the UE from the moment it is wanted: messages may be meant for it before it stands. */
import { LocalMisuseError, PeerViolation } from "../../../errors.ts";
import type { TlsConnection, TlsEnd, TlsFailure } from "../../../net/tls/types.ts";
import { NoAnswer } from "../../no_answer.ts";

export class Link {
  /** How it ended. */
  end: TlsEnd | undefined;
  readonly #dial: () => Promise<TlsConnection>;
  #dialled: Promise<TlsConnection> | undefined;
  #connection: TlsConnection | undefined;
  #failed = false;

  /** @param dial asked once, when something is to be sent */
  constructor(dial: () => Promise<TlsConnection>) {
    this.#dial = dial;
  }

  static of(connection: TlsConnection): Link {
    const link = new Link(() => Promise.resolve(connection));
    link.#connection = connection;
    return link;
  }

  /** Undefined before it stands. */
  get connection(): TlsConnection | undefined {
    return this.#connection;
  }

  get open(): boolean {
    return this.#connection?.open ?? false;
  }

  /** It was, or never came to be, and will not be any more. */
  get gone(): boolean {
    return this.#failed || this.#connection?.open === false;
  }

  /**
   * The connection, to send on. Rejects with PeerViolation (its `cause` the TlsFailure) where the handshake fails,
   * EnvironmentError where TCP does, NoAnswer where the network has ended the connection, LocalMisuseError where we have.
   */
  async ready(): Promise<TlsConnection> {
    if (this.#connection?.open === false) throw this.#ended();
    this.#dialled ??= this.#dial();
    try {
      this.#connection = await this.#dialled;
      return this.#connection;
    } catch (error) {
      this.#failed = true;
      throw isTlsFailure(error) ? violation(error) : error;
    }
  }

  /** Why something that was sent on it did not get through; `error` where it is none of the connection's. */
  failure(error: unknown): unknown {
    return this.#connection?.open === false ? this.#ended() : error;
  }

  /** Idempotent; also where it stands only later. */
  async close(): Promise<void> {
    try {
      await (await this.#dialled ?? this.#connection)?.close();
    } catch {
      // It never stood.
    }
  }

  #ended(): Error {
    const name = `the TLS connection "${this.#connection?.id}"`;
    if (this.end?.by === "us" && OURS.has(this.end.how)) {
      return new LocalMisuseError(`Nothing can be sent on ${name}: we have closed it`);
    }
    return new NoAnswer(`an answer on ${name}`, 0, { instead: endOf(this.end) });
  }
}

/** What we do because we want to, and not because of what came. */
const OURS: ReadonlySet<TlsEnd["how"]> = new Set(["close-notify", "fin", "reset"]);

/** As a noun. */
export function endOf(end: TlsEnd | undefined): string {
  return `the end of the connection (${end?.says ?? "lost"})`;
}

/** By name: peers know of sockets nothing but their types. */
export function isTlsFailure(error: unknown): error is TlsFailure {
  return error instanceof Error && error.name === "TlsFailure";
}

function violation(failure: TlsFailure): PeerViolation {
  const refusal = `There is no TLS connection to the P-CSCF: ${failure.message}`;
  return Object.assign(new PeerViolation(refusal), { cause: failure });
}
