/**
 * Whose fault? Three kinds of error, three verdicts (DESIGN 3).
 * Messages: active voice, quoted values, the value found and the value needed.
 */

/** We did something the protocol forbids without asking for it: a bug of ours, verdict `error`. */
export class LocalMisuseError extends Error {
  override readonly name = "LocalMisuseError";
}

/** The machine or the network cannot do it: verdict `inconclusive`. `remedy` says what to do about it. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  constructor(message: string, readonly remedy: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The device under test broke the protocol: verdict `fail`; never leaves a case. */
export class PeerViolation extends Error {
  override readonly name = "PeerViolation";
  /** `status`: of the response that it is about. */
  constructor(message: string, readonly requirement?: string, readonly status?: number) {
    super(message);
  }
}
