/** All raw sockets of this process and the one reader that waits for them. */
import { EspSocket, HeaderSocket, type RawPacket } from "./raw_ip_socket.ts";
import { C, descriptors, EPOLL_EVENT, epollEvent, type Libc, openLibc } from "./raw_ip_libc.ts";
import { rawError } from "./raw_ip_errors.ts";

export type Taker = (packet: RawPacket) => void;

interface Place {
  readonly address: string;
  readonly socket: EspSocket;
  readonly takers: Set<Taker>;
}

/** Events taken from the system at a time, and packets from a socket before others have their turn. */
const EVENTS = 64;
const BURST = 256;

export class RawIpHub {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #wake: number;
  readonly #places = new Map<string, Place>();
  readonly #byDescriptor = new Map<number, Place>();
  readonly #headers = new Map<boolean, HeaderSocket>();
  readonly #reading: Promise<void>;
  #closed = false;

  /** @throws EnvironmentError where foreign functions cannot be called */
  constructor() {
    this.#libc = openLibc();
    const { symbols } = this.#libc;
    this.#epoll = symbols.epoll_create1(C.EPOLL_CLOEXEC);
    this.#wake = symbols.eventfd(0, C.EFD_CLOEXEC);
    if (this.#epoll < 0 || this.#wake < 0) {
      for (const fd of [this.#epoll, this.#wake]) if (fd >= 0) symbols.close(fd);
      this.#libc.close();
      throw rawError("open a raw socket", "EMFILE");
    }
    symbols.epoll_ctl(this.#epoll, C.EPOLL_CTL_ADD, this.#wake, epollEvent(this.#wake));
    this.#reading = this.#read();
  }

  /** Nobody uses it any more. */
  get idle(): boolean {
    return this.#places.size === 0;
  }

  /** @throws EnvironmentError without CAP_NET_RAW, or where the address is not this machine's */
  add(address: string, take: Taker): EspSocket {
    const place = this.#places.get(address) ?? this.#open(address);
    place.takers.add(take);
    return place.socket;
  }

  remove(address: string, take: Taker): void {
    const place = this.#places.get(address);
    place?.takers.delete(take);
    if (!place || place.takers.size > 0) return;
    const { fd } = place.socket;
    this.#places.delete(address);
    this.#byDescriptor.delete(fd);
    this.#libc.symbols.epoll_ctl(this.#epoll, C.EPOLL_CTL_DEL, fd, epollEvent(fd));
    place.socket.close();
  }

  /** For packets with a header of our own, in the family of `address`. */
  header(address: string): HeaderSocket {
    const v6 = address.includes(":");
    const socket = this.#headers.get(v6) ?? new HeaderSocket(this.#libc, address);
    this.#headers.set(v6, socket);
    return socket;
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    if (this.#closed) return await this.#reading;
    this.#closed = true;
    const { symbols } = this.#libc;
    symbols.write(this.#wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8n);
    await this.#reading;
    for (const { socket } of this.#places.values()) socket.close();
    for (const socket of this.#headers.values()) socket.close();
    for (const fd of [this.#epoll, this.#wake]) symbols.close(fd);
    this.#libc.close();
  }

  #open(address: string): Place {
    const place = { address, socket: new EspSocket(this.#libc, address), takers: new Set<Taker>() };
    const { fd } = place.socket;
    this.#places.set(address, place);
    this.#byDescriptor.set(fd, place);
    this.#libc.symbols.epoll_ctl(this.#epoll, C.EPOLL_CTL_ADD, fd, epollEvent(fd));
    return place;
  }

  /** Waits in a thread of the runtime until a packet comes or close() wakes it. */
  async #read(): Promise<void> {
    const events = new Uint8Array(EVENTS * EPOLL_EVENT);
    while (!this.#closed) {
      const count = await this.#libc.symbols.epoll_wait(this.#epoll, events, EVENTS, -1);
      for (const fd of descriptors(events, Math.max(0, count))) this.#drain(fd);
    }
  }

  #drain(fd: number): void {
    for (let i = 0; i < BURST && !this.#closed; i++) {
      // Looked up each time: a taker may close the socket.
      const place = this.#byDescriptor.get(fd);
      const packet = place?.socket.receive() ?? "nothing";
      if (!place || packet === "nothing") return;
      for (const take of [...place.takers]) give(packet, take);
    }
  }
}

/** A taker that throws has a bug, which is told as one; the others go on. */
function give(packet: RawPacket, take: Taker): void {
  try {
    take(packet);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
