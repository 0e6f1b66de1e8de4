/** The clock of the machine. */
import type { Clock } from "./types.ts";

/** Longest delay of a platform timer. */
const LONGEST_MS = 0x7fff_ffff;

/** Later than this, a timer says that the program was held up. */
const LATE_MS = 20;
/** What a wait is prolonged by at most, each time it ends late, and how often. */
const GRACE_MS = 2000;
const GRACES = 5;

/**
 * Epoch milliseconds that never jump: the wall clock at the start, and what has passed since.
 *
 * A wait that ends late is prolonged by as much: the program was held up, and what came meanwhile still has to be read
 * before anybody says that nothing came.
 */
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
      let [due, graces] = [until, 0];
      const sleep = () => {
        timer = setTimeout(wake, Math.min(Math.ceil(due - systemClock.now()), LONGEST_MS));
      };
      const wake = () => {
        const now = systemClock.now();
        if (now < due) return sleep();
        if (now - due <= LATE_MS || graces++ === GRACES) return done();
        due = now + Math.min(now - due, GRACE_MS);
        sleep();
      };
      if (signal?.aborted || until <= systemClock.now()) return resolve();
      signal?.addEventListener("abort", done);
      sleep();
    });
  },
};
