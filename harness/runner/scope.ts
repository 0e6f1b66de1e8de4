/** Nothing outside the profile's scope is ever sent to (DESIGN 6), whatever a device's Contact or Via says. */
import { EnvironmentError } from "../errors.ts";
import { contains, parseCidr } from "../net/cidr.ts";
import type { MessageSocket, Net } from "../net/types.ts";

/** The same net, whose sockets refuse to send to an address outside these ranges. */
export function scopedNet(net: Net, scope: readonly string[]): Net {
  const ranges = scope.map(parseCidr);
  const check = (address: string) => {
    if (ranges.some((range) => contains(range, address))) return;
    throw new EnvironmentError(
      `"${address}" is outside the scope of the profile (${scope.join(", ") || "which is empty"})`,
      `add it under "scope:" if it belongs to the lab`,
    );
  };
  return {
    clock: net.clock,
    open: async (transport, options) => guarded(await net.open(transport, options), check),
  };
}

function guarded(socket: MessageSocket, check: (address: string) => void): MessageSocket {
  return {
    transport: socket.transport,
    local: socket.local,
    // deno-lint-ignore require-await -- what check() throws becomes a rejection
    send: async (bytes, to) => {
      check(to.remote.address);
      return socket.send(bytes, to);
    },
    receive: () => socket.receive(),
    close: () => socket.close(),
  };
}
