/**
 * The C library's sockets by FFI: only what raw IP needs, with the layouts and numbers of 64-bit Linux
 * (bits/socket.h, linux/in.h, linux/in6.h, sys/epoll.h). No pointer is ever looked into, so that Deno's permission for
 * the directories of libraries is enough.
 */
import { EnvironmentError } from "../errors.ts";
import { addressVersion, formatAddress, parseAddress } from "../wire/mod.ts";

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  recvfrom: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"], result: "isize" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32", nonblocking: true },
  __errno_location: { parameters: [], result: "pointer" },
  memcpy: { parameters: ["buffer", "pointer", "usize"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>;

/** @throws EnvironmentError where there is no such library or it may not be used */
export function openLibc(): Libc {
  let refused = false;
  for (const path of PATHS) {
    try {
      return Deno.dlopen(path, SYMBOLS);
    } catch (error) {
      refused ||= error instanceof Error && error.name === "NotCapable";
    }
  }
  if (refused) {
    throw new EnvironmentError(
      "Cannot open a raw socket: Deno's permissions do not allow foreign functions",
      "Run with --allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64.",
    );
  }
  throw new EnvironmentError(
    'Cannot open a raw socket: there is no C library "libc.so.6"',
    "Run on 64-bit Linux with the GNU C library; UDP-encapsulated ESP works everywhere.",
  );
}

/** With a path first, so that permission for the directories is enough. */
const PATHS = [
  `/lib/${Deno.build.arch}-linux-gnu/libc.so.6`,
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
  "/lib/libc.so.6",
  "libc.so.6",
];

/** The system's name of what went wrong in the last call. */
export function errnoOf({ symbols }: Libc): string {
  const at = symbols.__errno_location();
  const value = new Int32Array(1);
  if (at !== null) symbols.memcpy(new Uint8Array(value.buffer), at, 4n);
  const errno = value[0] ?? 0;
  return ERRNO[errno] ?? `errno ${errno}`;
}

const ERRNO: Readonly<Record<number, string>> = {
  1: "EPERM",
  11: "EAGAIN",
  13: "EACCES",
  22: "EINVAL",
  24: "EMFILE",
  90: "EMSGSIZE",
  97: "EAFNOSUPPORT",
  99: "EADDRNOTAVAIL",
  101: "ENETUNREACH",
  105: "ENOBUFS",
  113: "EHOSTUNREACH",
};

export const C = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_RAW: 3,
  SOCK_CLOEXEC: 0o2000000,
  IPPROTO_RAW: 255,
  SOL_SOCKET: 1,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_RCVBUFFORCE: 33,
  SOL_IP: 0,
  IP_MTU_DISCOVER: 10,
  SOL_IPV6: 41,
  IPV6_MTU_DISCOVER: 23,
  PMTUDISC_DONT: 0,
  MSG_DONTWAIT: 0x40,
  MSG_TRUNC: 0x20,
  EFD_CLOEXEC: 0o2000000,
  EPOLL_CLOEXEC: 0o2000000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLLIN: 1,
} as const;

/** struct sockaddr_in, struct sockaddr_in6. Raw sockets have no port. */
export function socketAddress(address: string): Uint8Array<ArrayBuffer> {
  const v6 = addressVersion(address) === 6;
  const name = new Uint8Array(v6 ? SOCKADDR_IN6 : SOCKADDR_IN);
  new DataView(name.buffer).setUint16(0, v6 ? C.AF_INET6 : C.AF_INET, true);
  name.set(parseAddress(address), v6 ? 8 : 4);
  return name;
}

/** The address in a struct sockaddr_in6. */
export function addressIn6(name: Uint8Array): string {
  return formatAddress(name.subarray(8, 24));
}

export const SOCKADDR_IN = 16;
export const SOCKADDR_IN6 = 28;

/** struct epoll_event: packed on x86-64 only. */
const EPOLL_DATA = Deno.build.arch === "x86_64" ? 4 : 8;
export const EPOLL_EVENT = EPOLL_DATA + 8;

export function epollEvent(fd: number): Uint8Array<ArrayBuffer> {
  const event = new Uint8Array(EPOLL_EVENT);
  const view = new DataView(event.buffer);
  view.setUint32(0, C.EPOLLIN, true);
  view.setInt32(EPOLL_DATA, fd, true);
  return event;
}

/** The descriptors of so many events. */
export function descriptors(events: Uint8Array<ArrayBuffer>, count: number): number[] {
  const view = new DataView(events.buffer);
  return Array.from({ length: count }, (_, i) => view.getInt32(i * EPOLL_EVENT + EPOLL_DATA, true));
}
