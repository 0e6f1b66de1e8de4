/** What the system says of a raw socket, as an EnvironmentError with what to do about it. */
import { EnvironmentError } from "../errors.ts";

/** `what`: "open a raw socket", "send ESP to …"; `code` the system's name of the error. */
export function rawError(what: string, code: string): EnvironmentError {
  const [reason, remedy] = REASONS[code] ??
    [code, "See whether this machine can speak raw IP to the target."];
  return new EnvironmentError(`Cannot ${what} (IP protocol 50): ${reason}`, remedy);
}

const NO_PRIVILEGE = [
  "this process lacks the capability CAP_NET_RAW",
  "Run as root, or grant CAP_NET_RAW (setcap cap_net_raw+ep on the deno program); " +
  "UDP-encapsulated ESP works without it.",
] as const;
const FULL = ["the system's queue is full", "Send more slowly (lower --jobs or --rate)."] as const;

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EPERM: NO_PRIVILEGE,
  EACCES: NO_PRIVILEGE,
  EAFNOSUPPORT: [
    "this machine lacks that address family",
    "Enable IPv6, or use IPv4 addresses in the profile.",
  ],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n), or lower --jobs."],
  EADDRNOTAVAIL: [
    "this machine does not have the address",
    "List only addresses of this machine (ip address shows them) under `access` in the profile.",
  ],
  EINVAL: [
    "this pair of addresses cannot talk",
    "See whether the local address can reach the target: a loopback address reaches only this machine.",
  ],
  EMSGSIZE: ["the packet is too long", "Send less, or send it over TCP."],
  ENETUNREACH: ["there is no route to the network", "Give this machine a route to the target (ip route)."],
  EHOSTUNREACH: ["there is no way to the host", "See whether the target is up, and the route to it."],
  EAGAIN: FULL,
  ENOBUFS: FULL,
};
