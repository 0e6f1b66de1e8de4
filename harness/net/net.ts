/** The sockets of this machine, by transport. */
import { EnvironmentError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { locate } from "./dns/mod.ts";
import { openTcp } from "./tcp.ts";
import { openIpsec } from "./ipsec/open.ts";
import { openRawIp } from "./raw_ip.ts";
import { listenStreams, openStream } from "./stream.ts";
import { openTls, openTlsSocket } from "./tls/host.ts";
import type { Clock, MessageSocket, Net, SocketOptions, TransportName } from "./types.ts";
import { openUdp } from "./udp.ts";
import { openWs, openWss } from "./websocket.ts";

export type Opener = (options: SocketOptions) => Promise<MessageSocket>;

/** A Net of these transports. `open` rejects with EnvironmentError for any other. */
export function netOf(clock: Clock, transports: Readonly<Partial<Record<TransportName, Opener>>>): Net {
  return {
    clock,
    open(transport, options) {
      const opener = transports[transport];
      if (opener) return opener(options);
      const there = Object.keys(transports).map((name) => `"${name}"`).join(", ");
      return Promise.reject(
        new EnvironmentError(
          `There is no transport "${transport}" on this machine; there is ${there}`,
          "Choose one of those in the profile's `entry`.",
        ),
      );
    },
  };
}

const sockets = netOf(systemClock, {
  udp: openUdp,
  tcp: openTcp,
  tls: openTlsSocket,
  ws: openWs,
  wss: openWss,
});

export const systemNet: Net = {
  ...sockets,
  ipsec: (options) => openIpsec(options, { net: sockets, raw: openRawIp }),
  tls: (options) => openTls(options),
  stream: openStream,
  listen: listenStreams,
  locate: (uri, options) => locate({ ...sockets, stream: openStream }, uri, options),
};
