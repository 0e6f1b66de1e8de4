/**
 * What a peer was waiting for and did not get. The runner judges it: a case that asked for an answer as a
 * precondition is inconclusive, one that judged a statement after it is not fulfilled has failed.
 */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** True when the peer was closed before the window had passed: nothing can be concluded from it. */
  readonly closed: boolean;

  /**
   * @param awaited what should have come, as a noun: `a final response to "INVITE"`
   * @param waitedMs how long it was waited for, in milliseconds of the run's clock
   * @param why what ended the waiting, where it was not the end of the window
   */
  constructor(
    readonly awaited: string,
    readonly waitedMs: number,
    why: { readonly closed?: boolean; readonly instead?: string } = {},
  ) {
    const end = why.closed
      ? "and stopped because the peer was closed"
      : why.instead === undefined
      ? "and none came"
      : `and ${why.instead} came instead`;
    super(`Waited ${Math.round(waitedMs)} ms for ${awaited}, ${end}`);
    this.closed = why.closed ?? false;
  }
}

/**
 * Marks a promise as one that nobody need look at: a case that ends early leaves some behind, and a rejection
 * without a reader would end the whole run. Whoever awaits it still sees the rejection.
 */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Runs at once; what it throws is a rejection, and a quiet one. */
export function begin<T>(act: () => T): Promise<T> {
  return quiet(new Promise((resolve) => resolve(act())));
}

/** For `catch()`: a window that passed with nothing in it gives this value. Being closed, or unable, is none. */
export function orSilence<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof NoAnswer && !error.closed) return value;
    throw error;
  };
}
