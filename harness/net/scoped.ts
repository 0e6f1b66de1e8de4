/** The promise of a profile: nothing is ever sent outside its scope (DESIGN 6). */
import { EnvironmentError } from "../errors.ts";
import { AddressSyntaxError, type Cidr, contains, parseCidr } from "./cidr.ts";
import type { Flow, MessageSocket, Net } from "./types.ts";

/**
 * The same net, whose sockets refuse to send to an address outside `cidrs` with EnvironmentError: a device may name
 * any address in a Contact or a Record-Route.
 * @throws AddressSyntaxError for a range that is none
 */
export function scoped(net: Net, cidrs: readonly string[]): Net {
  const check = scopeCheck(cidrs);
  return {
    clock: net.clock,
    open: async (transport, options) => scopedSocket(await net.open(transport, options), check),
    ...scopedIpsec(net, check),
    ...scopedTls(net, check),
    ...scopedStream(net, check),
    ...scopedListen(net, check),
    ...scopedLocate(net, check),
  };
}

/** Throws EnvironmentError for an address outside `cidrs`, naming both. */
export function scopeCheck(cidrs: readonly string[]): (address: string) => void {
  const ranges = cidrs.map(parseCidr);
  return (address) => {
    if (inside(ranges, address)) return;
    const scope = cidrs.map((cidr) => `"${cidr}"`).join(", ") || "empty";
    throw new EnvironmentError(
      `Nothing is sent to "${address}": it is outside the profile's scope (${scope})`,
      "If the address belongs to the lab, add it to `scope` in the profile; otherwise see why the device names it.",
    );
  };
}

/** ESP packets, and what goes in the clear beside them. */
function scopedIpsec(net: Net, check: (address: string) => void): Pick<Net, "ipsec"> {
  if (!net.ipsec) return {};
  const open = net.ipsec.bind(net);
  return {
    ipsec: (options) => {
      const allow = (address: string) => {
        check(address);
        options.allow?.(address);
      };
      return open({ ...options, allow });
    },
  };
}

function scopedTls(net: Net, check: (address: string) => void): Pick<Net, "tls"> {
  if (!net.tls) return {};
  const open = net.tls.bind(net);
  return {
    tls: (options) => {
      const allow = (address: string) => {
        check(address);
        options.allow?.(address);
      };
      return open({ ...options, allow });
    },
  };
}

function scopedStream(net: Net, check: (address: string) => void): Pick<Net, "stream"> {
  if (!net.stream) return {};
  const open = net.stream.bind(net);
  return {
    async stream(options) {
      check(options.remote.address);
      return await open(options);
    },
  };
}

/** Who comes from outside is hung up on. */
function scopedListen(net: Net, check: (address: string) => void): Pick<Net, "listen"> {
  if (!net.listen) return {};
  const listen = net.listen.bind(net);
  return {
    listen: (local, accept) =>
      listen(local, (stream) => {
        try {
          check(stream.remote.address);
        } catch {
          return void stream.destroy();
        }
        accept(stream);
      }),
  };
}

/** Neither is a resolver asked that is outside, nor does it lead there. */
function scopedLocate(net: Net, check: (address: string) => void): Pick<Net, "locate"> {
  if (!net.locate) return {};
  const locate = net.locate.bind(net);
  return {
    async locate(uri, options) {
      check(options.resolver.address);
      const located = await locate(uri, options);
      for (const { address } of located.targets) check(address);
      return located;
    },
  };
}

function inside(ranges: readonly Cidr[], address: string): boolean {
  try {
    return ranges.some((range) => contains(range, address));
  } catch (error) {
    // A name instead of an address: it could lead anywhere.
    if (error instanceof AddressSyntaxError) return false;
    throw error;
  }
}

function scopedSocket(socket: MessageSocket, check: (address: string) => void): MessageSocket {
  return {
    transport: socket.transport,
    get local() {
      return socket.local;
    },
    async send(bytes: Uint8Array, to: Flow) {
      check(to.remote.address);
      await socket.send(bytes, to);
    },
    receive: () => socket.receive(),
    get onLost() {
      return socket.onLost;
    },
    set onLost(told) {
      socket.onLost = told;
    },
    close: () => socket.close(),
  };
}
