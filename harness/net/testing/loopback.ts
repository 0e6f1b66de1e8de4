/** Loopback addresses that no other test of this machine is likely to have at the same time. */

const [SECOND = 0, THIRD = 0] = crypto.getRandomValues(new Uint8Array(2));

/** Address `n` (1 to 254) of the net `net` (0 to 9) of this process. */
export function loopback(n: number, net = 0): string {
  return `127.${20 + SECOND % 220}.${(10 * THIRD + net) % 250}.${n}`;
}
