/** UDP and TCP on one port, as a SIP element has them (RFC 3261 18.2.1). */
import type { MessageSocket, Net, SocketOptions } from "./types.ts";

/** Since UDP's port may be another's in TCP. */
const TRIES = 8;

export interface SocketPair {
  readonly udp: MessageSocket;
  readonly tcp: MessageSocket;
}

/** With port 0 on one that is free for both. `framer` is needed, as for TCP alone. Rejects as `net.open` does. */
export async function openPair(net: Net, options: SocketOptions): Promise<SocketPair> {
  const { framer: _, ...datagrams } = options;
  for (let left = options.local.port === 0 ? TRIES : 1;; left--) {
    const udp = await net.open("udp", datagrams);
    try {
      return { udp, tcp: await net.open("tcp", { ...options, local: udp.local }) };
    } catch (error) {
      await udp.close();
      if (left === 1) throw error;
    }
  }
}
