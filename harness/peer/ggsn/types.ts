/**
 * The peer `ggsn`: tells the HSS under test by RADIUS accounting which address a PDP context was given (TS 33.203 T.3).
 */
import type { ContextAccounting } from "../../wire/radius.ts";

export interface GgsnOptions {
  /** "trusted" (default): a host of profile.trustedNode; "outside": an access address; or a local address as it is. */
  readonly local?: "trusted" | "outside" | (string & Record<never, never>);
}

/** A PDP context: whose it is and what address it has. */
export type PdpContext = Omit<ContextAccounting, "status" | "sessionId">;

export interface Ggsn {
  /** Accounting-Request Start; resolves with the session's id when it was answered. Rejects with NoAnswer. */
  start(context: PdpContext): Promise<string>;
  /** Interim-Update: the context as it is now. */
  update(sessionId: string, context: PdpContext): Promise<void>;
  /** Accounting-Request Stop. */
  stop(sessionId: string): Promise<void>;
  /** Contexts that are open, by session id. */
  readonly contexts: ReadonlyMap<string, PdpContext>;
  /**
   * A request as it is told, signed with another secret if one is given; gives whether it was answered within the
   * window (default: timers.silence).
   */
  say(
    status: ContextAccounting["status"],
    context: PdpContext,
    options?: { readonly sessionId?: string; readonly secret?: string; readonly within?: number },
  ): Promise<boolean>;
  /** Stops what is open. Idempotent. */
  close(): Promise<void>;
}
