/** Cleaning up after a case: done if it can be, waited for as long as is reasonable. */
import type { Clock } from "../net/types.ts";

/** How long one thing may take, in milliseconds. */
export const TIDY_LIMIT = 3000;

/** Resolves when `work` is done, has failed, or has taken too long. */
export async function soon(clock: Clock, work: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  const done = work.then(() => {}, () => {});
  await Promise.race([done, clock.wait(clock.now() + TIDY_LIMIT, limit.signal)]);
  limit.abort();
}
