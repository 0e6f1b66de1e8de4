/** Two connections joined by a network that does to segments what it is told, under a clock of its own. */
import { buildTcp, parseTcp, type TcpFields, type TcpSegment } from "../../../wire/mod.ts";
import type { Endpoint } from "../../types.ts";
import { TcpConnection, type TcpEvent, type TcpOptions } from "../connection.ts";

export const A: Endpoint = { address: "192.0.2.1", port: 5062 };
export const B: Endpoint = { address: "192.0.2.2", port: 5063 };

export type Side = "a" | "b";

/** Milliseconds after which copies arrive; none: lost. */
export type Fate = (from: Side, segment: TcpSegment, n: number) => readonly number[];

interface Travelling {
  readonly at: number;
  readonly to: Side;
  readonly segment: TcpSegment;
}

export class Wire {
  now = 0;
  readonly a: TcpConnection;
  readonly b: TcpConnection;
  /** Every segment sent, in order. */
  readonly sent: { readonly from: Side; readonly segment: TcpSegment; readonly at: number }[] = [];
  fate: Fate = () => [1];
  #travelling: Travelling[] = [];

  constructor(a: Partial<TcpOptions> = {}, b: Partial<TcpOptions> = {}) {
    this.a = new TcpConnection({ local: A, remote: B, isn: 1000, mss: 100, ...a });
    this.b = new TcpConnection({ local: B, remote: A, isn: 5000, mss: 100, ...b });
  }

  connection(side: Side): TcpConnection {
    return side === "a" ? this.a : this.b;
  }

  /** Three-way handshake from a; afterwards both are open and their "open" events are taken. */
  handshake(): this {
    this.a.open();
    const [syn] = this.a.toSend(this.now);
    this.b.accept(asSegment(syn as TcpFields, "a"));
    this.run(10);
    for (const side of [this.a, this.b]) {
      if (side.state !== "established" || side.nextEvent()?.type !== "open") throw new Error("no handshake");
    }
    return this;
  }

  /** Puts a segment of nobody's on the way, as if `from` had sent it. */
  forge(from: Side, fields: Partial<TcpFields>, after = 0): void {
    const ports = from === "a"
      ? { sourcePort: A.port, destinationPort: B.port }
      : { sourcePort: B.port, destinationPort: A.port };
    const segment = asSegment({ ...ports, sequence: 0, flags: 0, ...fields }, from);
    this.#travelling.push({ at: this.now + after, to: other(from), segment });
  }

  /** Lets both send what they have. */
  flush(): void {
    for (const side of ["a", "b"] as const) {
      for (const fields of this.connection(side).toSend(this.now)) {
        const segment = asSegment(fields, side);
        const n = this.sent.length;
        this.sent.push({ from: side, segment, at: this.now });
        for (const delay of this.fate(side, segment, n)) {
          this.#travelling.push({ at: this.now + delay, to: other(side), segment });
        }
      }
    }
  }

  /** The next thing to happen; false when nothing will. */
  step(): boolean {
    this.flush();
    const times = [
      ...this.#travelling.map(({ at }) => at),
      ...[this.a.deadline(), this.b.deadline()].filter((at) => at !== undefined),
    ];
    if (times.length === 0) return false;
    this.now = Math.max(this.now, Math.min(...times));
    const index = this.#travelling.findIndex(({ at }) => at <= this.now);
    if (index >= 0) {
      const [arrived] = this.#travelling.splice(index, 1);
      if (arrived) this.connection(arrived.to).receive(arrived.segment, this.now);
    } else {
      for (const side of [this.a, this.b]) side.expire(this.now);
    }
    this.flush();
    return true;
  }

  /** Lets `ms` pass. */
  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      this.flush();
      const next = [
        ...this.#travelling.map(({ at }) => at),
        ...[this.a.deadline(), this.b.deadline()].filter((at) => at !== undefined),
      ];
      if (next.length === 0 || Math.min(...next) > end) break;
      this.step();
    }
    this.now = end;
    this.flush();
  }
}

/** All events there are. */
export function events(connection: TcpConnection): TcpEvent[] {
  const all: TcpEvent[] = [];
  for (let event = connection.nextEvent(); event; event = connection.nextEvent()) all.push(event);
  return all;
}

/** The events by type, data as text. */
export function told(connection: TcpConnection): string[] {
  return events(connection).map((event) =>
    event.type === "data"
      ? new TextDecoder().decode(event.bytes)
      : event.type === "closed"
      ? `closed: ${event.how}`
      : event.type
  );
}

/** Through octets and back, as on a real wire. */
export function asSegment(fields: TcpFields, from: Side): TcpSegment {
  const [source, destination] = from === "a" ? [A.address, B.address] : [B.address, A.address];
  const addresses = { source, destination };
  return parseTcp(buildTcp(fields, addresses), addresses);
}

function other(side: Side): Side {
  return side === "a" ? "b" : "a";
}
