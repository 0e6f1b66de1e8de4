/** Ten nets of loopback addresses for a test file, which no other test has at the same time. */
import { claimNet } from "./claim.ts";

const [second = 0] = crypto.getRandomValues(new Uint8Array(1));
const nets = claimNet(100 + second % 140, { width: 10 });

/** Address `n` (1 to 254) of the net `net` (0 to 9) of this file. */
export function loopback(n: number, net = 0): string {
  return nets.address(n, net);
}
