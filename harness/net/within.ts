/** Work that must not go on for ever. */
import type { Clock } from "./types.ts";

/**
 * Runs something abortable for at most `ms`, and not beyond `closing`: it is told by its signal, with an error whose
 * code is ETIMEDOUT, or with the reason of `closing`. Resolves and rejects as it does.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  closing: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const over = new AbortController();
  const stop = () => limit.abort(closing.reason);
  if (closing.aborted) stop();
  closing.addEventListener("abort", stop);
  const timer = clock.wait(clock.now() + ms, over.signal).then(() => {
    if (!over.signal.aborted) {
      limit.abort(Object.assign(new Error(`no answer in ${ms} ms`), { code: "ETIMEDOUT" }));
    }
  });
  try {
    return await run(limit.signal);
  } finally {
    over.abort();
    closing.removeEventListener("abort", stop);
    await timer;
  }
}

/** What a promise gives within `ms`; undefined where it has not come by then. */
export async function soon<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const timer = clock.wait(clock.now() + ms, over.signal).then(() => undefined);
  try {
    return await Promise.race([promise, timer]);
  } finally {
    over.abort();
    await timer;
  }
}
