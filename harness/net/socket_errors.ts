/** What the operating system says of a socket, as an EnvironmentError with what to do about it. */
import { EnvironmentError } from "../errors.ts";
import { formatEndpoint } from "./endpoint.ts";
import type { Endpoint, TransportName } from "./types.ts";

/** The error of opening a socket on `local`. */
export function openError(transport: TransportName, local: Endpoint, cause: unknown): EnvironmentError {
  const what = `${transport.toUpperCase()} socket on "${formatEndpoint(local)}"`;
  const [reason, remedy] = OPEN[codeOf(cause)] ??
    [textOf(cause), "See whether this machine may open such a socket."];
  return new EnvironmentError(`Cannot open a ${what}: ${reason}`, remedy, { cause });
}

/** The error of sending from `local` to `remote`. */
export function sendError(
  transport: TransportName,
  local: Endpoint,
  remote: Endpoint,
  cause: unknown,
): EnvironmentError {
  const way = `${transport.toUpperCase()} from "${formatEndpoint(local)}" to "${formatEndpoint(remote)}"`;
  const [reason, remedy] = SEND[codeOf(cause)] ??
    [textOf(cause), "See whether the target can be reached from this machine."];
  return new EnvironmentError(`Cannot send over ${way}: ${reason}`, remedy, { cause });
}

/** The system's name of an error, "ECONNREFUSED"; "" where it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (typeof code === "string") return code;
  return error instanceof Error && error.name === "NotCapable" ? "NotCapable" : "";
}

type Told = readonly [reason: string, remedy: string];

const PERMISSION: Told = [
  "Deno's permissions do not allow it",
  "Run with --allow-net for the addresses of the profile (its scope, its access and the embedded core's).",
];

const OPEN: Readonly<Record<string, Told>> = {
  EADDRINUSE: [
    "the port is taken",
    "Choose another port, or 0 for any, or end the program that holds it (ss -lunpt shows it).",
  ],
  EADDRNOTAVAIL: [
    "this machine does not have the address",
    "List only addresses of this machine (ip address shows them) under `access` in the profile.",
  ],
  // What Deno makes of a TCP socket on an address that is elsewhere.
  EINVAL: [
    "this machine does not have the address",
    "List only addresses of this machine (ip address shows them) under `access` in the profile.",
  ],
  EACCES: ["it is not permitted", "Choose a port above 1023, or grant CAP_NET_BIND_SERVICE."],
  EAFNOSUPPORT: [
    "this machine lacks that address family",
    "Enable IPv6, or use IPv4 addresses in the profile.",
  ],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n), or lower --jobs."],
  NotCapable: PERMISSION,
};

const SEND: Readonly<Record<string, Told>> = {
  ECONNREFUSED: [
    "the target refused the connection",
    "See whether the device listens on that port and transport, and whether a firewall stands between.",
  ],
  ECONNRESET: ["the target reset the connection", "See the device's log: it closed a connection in use."],
  EPIPE: ["the target closed the connection", "See the device's log: it closed a connection in use."],
  ETIMEDOUT: [
    "the target does not answer",
    "See whether the target is up, and the route and firewalls on the way.",
  ],
  EHOSTUNREACH: ["there is no way to the host", "See whether the target is up, and the route to it."],
  ENETUNREACH: ["there is no route to the network", "Give this machine a route to the target (ip route)."],
  EAFNOSUPPORT: [
    "the local address is of another family",
    "Give the profile's `access` a local address of the target's family (IPv4 or IPv6).",
  ],
  EINVAL: [
    "this pair of addresses cannot talk",
    "See whether this machine has the local address, and whether that can reach the target: a loopback address " +
    "reaches only this machine.",
  ],
  EADDRNOTAVAIL: [
    "this machine does not have the local address, or has no free port on it",
    "List only addresses of this machine (ip address shows them) under `access` in the profile.",
  ],
  EMSGSIZE: ["the message is too long for a datagram", "Send it over TCP."],
  EPERM: ["it is not permitted", "See whether a firewall of this machine (iptables, nft) drops it."],
  EACCES: [
    "it is not permitted",
    "See whether the target is a broadcast address, and this machine's firewall.",
  ],
  NotCapable: PERMISSION,
};

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
