/** The clock of the machine. */
import type { Clock } from "./types.ts";

/** Longest delay of a platform timer. */
const LONGEST_MS = 0x7fff_ffff;

/** Epoch milliseconds that never jump: the wall clock at the start, and what has passed since. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  wait(until, signal) {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const sleep = () => {
        const left = until - systemClock.now();
        if (left <= 0) return done();
        timer = setTimeout(sleep, Math.min(Math.ceil(left), LONGEST_MS));
      };
      if (signal?.aborted) return resolve();
      signal?.addEventListener("abort", done);
      sleep();
    });
  },
};
