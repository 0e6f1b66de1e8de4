/** Raw sockets, one at a time: bound to an address for ESP, or for packets with a header of our own. */
import { buildIp, IP_PROTOCOL, parseIp, WireSyntaxError } from "../wire/mod.ts";
import { rawError } from "./raw_ip_errors.ts";
import { addressIn6, C, errnoOf, type Libc, SOCKADDR_IN6, socketAddress } from "./raw_ip_libc.ts";

/** An ESP packet in its IP packet. Over IPv6 the header is rebuilt, for the kernel keeps it. */
export interface RawPacket {
  readonly source: string;
  readonly destination: string;
  /** The ESP packet. */
  readonly payload: Uint8Array;
  /** The whole IP packet. */
  readonly packet: Uint8Array;
}

/** What the kernel may keep for us; asked for, not always given. */
const BUFFER = 8 << 20;

/** ESP to and from one address of this machine. The kernel writes IP headers, fragments, and puts together again. */
export class EspSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #address: string;
  readonly #buffer = new Uint8Array(0x10000);
  readonly #from = new Uint8Array(SOCKADDR_IN6);

  /** @throws EnvironmentError without CAP_NET_RAW, or where the address is not this machine's */
  constructor(libc: Libc, address: string) {
    this.#libc = libc;
    this.#address = address;
    this.fd = openSocket(libc, address, IP_PROTOCOL.esp);
    this.#configure();
    const name = socketAddress(address);
    if (libc.symbols.bind(this.fd, name, name.length) === 0) return;
    const error = rawError(`open a raw socket on "${address}"`, errnoOf(libc));
    this.close();
    throw error;
  }

  /** @throws EnvironmentError where the kernel does not take the packet */
  send(payload: Uint8Array, destination: string): void {
    sendTo(this.#libc, this.fd, payload, destination, `send ESP from "${this.#address}" to "${destination}"`);
  }

  /** "nothing" when none waits; undefined for what is no whole packet. */
  receive(): RawPacket | "nothing" | undefined {
    const size = Uint32Array.of(this.#from.length);
    const read = this.#libc.symbols.recvfrom(
      this.fd,
      this.#buffer,
      BigInt(this.#buffer.length),
      C.MSG_DONTWAIT | C.MSG_TRUNC,
      this.#from,
      new Uint8Array(size.buffer),
    );
    const length = Number(read);
    if (length < 0) return "nothing";
    if (length > this.#buffer.length) return undefined;
    const bytes = this.#buffer.slice(0, length);
    return this.#address.includes(":") ? this.#v6Packet(bytes) : v4Packet(bytes);
  }

  close(): void {
    this.#libc.symbols.close(this.fd);
  }

  #configure(): void {
    const set = (level: number, option: number, value: number) =>
      this.#libc.symbols.setsockopt(
        this.fd,
        level,
        option,
        new Uint8Array(Int32Array.of(value).buffer),
        4,
      ) === 0;
    // Force needs CAP_NET_ADMIN; without it the system's limit holds.
    if (!set(C.SOL_SOCKET, C.SO_RCVBUFFORCE, BUFFER)) set(C.SOL_SOCKET, C.SO_RCVBUF, BUFFER);
    set(C.SOL_SOCKET, C.SO_SNDBUF, BUFFER);
    // ESP packets may be fragmented (RFC 4303 3.3.4); an error from a router on the way helps nobody here.
    if (this.#address.includes(":")) set(C.SOL_IPV6, C.IPV6_MTU_DISCOVER, C.PMTUDISC_DONT);
    else set(C.SOL_IP, C.IP_MTU_DISCOVER, C.PMTUDISC_DONT);
  }

  #v6Packet(payload: Uint8Array): RawPacket | undefined {
    const addresses = { source: addressIn6(this.#from), destination: this.#address };
    if (payload.length > 0xffff) return undefined;
    return { ...addresses, payload, packet: buildIp({ ...addresses, protocol: IP_PROTOCOL.esp, payload }) };
  }
}

/** Sends whole IP packets, whatever their headers say; receives nothing. */
export class HeaderSocket {
  readonly #fd: number;
  readonly #libc: Libc;

  /** Of the family that `address` has. */
  constructor(libc: Libc, address: string) {
    this.#libc = libc;
    this.#fd = openSocket(libc, address, C.IPPROTO_RAW);
  }

  /** @throws EnvironmentError where the kernel does not take the packet: it must fit into the MTU of the link */
  send(packet: Uint8Array, destination: string): void {
    sendTo(this.#libc, this.#fd, packet, destination, `send a packet to "${destination}"`);
  }

  close(): void {
    this.#libc.symbols.close(this.#fd);
  }
}

function openSocket(libc: Libc, address: string, protocol: number): number {
  const family = address.includes(":") ? C.AF_INET6 : C.AF_INET;
  const fd = libc.symbols.socket(family, C.SOCK_RAW | C.SOCK_CLOEXEC, protocol);
  if (fd < 0) throw rawError("open a raw socket", errnoOf(libc));
  return fd;
}

function sendTo(libc: Libc, fd: number, bytes: Uint8Array, destination: string, what: string): void {
  const name = socketAddress(destination);
  const octets = new Uint8Array(bytes); // of its own: the call wants a plain buffer
  const sent = libc.symbols.sendto(fd, octets, BigInt(octets.length), C.MSG_DONTWAIT, name, name.length);
  if (sent < 0) throw rawError(what, errnoOf(libc));
}

function v4Packet(packet: Uint8Array): RawPacket | undefined {
  try {
    const { source, destination, payload } = parseIp(packet);
    return { source, destination, payload, packet };
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}
