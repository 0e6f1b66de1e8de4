/**
 * Loopback nets that no other test has at the same time. Test files run side by side, in threads of one process or in
 * several, and numbers drawn at random meet sooner or later; so a file claims its nets and keeps them until it ends.
 * To be called while the file is loaded: what a test itself opens, it must close.
 */

/** Outside the range from which Linux gives ports, so that nobody has it by chance. */
const CLAIM_PORT = 65_001;
/** With the test file's module they end. */
const claims: Deno.Listener[] = [];

export interface ClaimedNets {
  /** Address `n`, 1 to 254, of the first net or the `net`-th after it. */
  address(n: number, net?: number): string;
  /** 1, 2 … 250 of the first net, and again from 1. */
  next(): string;
}

export interface ClaimOptions {
  /** The third octets that may be taken: from this one, default 0 … */
  readonly from?: number;
  /** … so many, default 250. */
  readonly size?: number;
  /** Nets that belong together, default 1. */
  readonly width?: number;
}

/** `width` nets 127.SECOND.x that nobody else has now. */
export function claimNet(
  second: number,
  { from = 0, size = 250, width = 1 }: ClaimOptions = {},
): ClaimedNets {
  const places = Math.floor(size / width);
  const [start = 0] = crypto.getRandomValues(new Uint8Array(1));
  for (let step = 0; step < places; step++) {
    const third = from + (start + step) % places * width;
    if (!claim(`127.${second}.${third}.255`)) continue;
    let last = 0;
    const address = (n: number, net = 0) => `127.${second}.${third + net}.${n}`;
    return { address, next: () => address(last = last % 250 + 1) };
  }
  throw new Error(
    `127.${second}.${from} to .${from + size - 1}: each net is claimed by a test that is running`,
  );
}

/** A block 127.x, 64 to 95, that nobody else has now, as "127.64": for a lab of many boxes. */
export function claimBlock(): string {
  const [start = 0] = crypto.getRandomValues(new Uint8Array(1));
  for (let step = 0; step < 32; step++) {
    const block = `127.${64 + (start + step) % 32}`;
    if (claim(`${block}.0.255`)) return block;
  }
  throw new Error("127.64 to 127.95: each block is claimed by a test that is running");
}

function claim(hostname: string): boolean {
  try {
    claims.push(Deno.listen({ hostname, port: CLAIM_PORT }));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
