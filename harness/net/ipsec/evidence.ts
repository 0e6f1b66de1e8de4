/** What a host tells the tap: packets as on the wire, and the clear view of what was in them. */
import type { Clock, Endpoint, Tap, TapRecord } from "../types.ts";
import type { Seen } from "./carrier.ts";

type Direction = TapRecord["direction"];

export class Evidence {
  readonly #tap: Tap | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock, tap: Tap | undefined) {
    this.#clock = clock;
    this.#tap = tap;
  }

  wire(direction: Direction, seen: Seen, note?: string): void {
    this.#tap?.({ at: this.#clock.now(), direction, ...seen, ...(note === undefined ? {} : { note }) });
  }

  /** A SIP message in a datagram. `security` is absent where it is in the clear. */
  message(direction: Direction, ends: Ends, bytes: Uint8Array, security: string | undefined): void {
    const { local, remote } = ends;
    const inside = security === undefined ? {} : { security };
    const what = { direction, layer: "sip", transport: "udp", local, remote, bytes, ...inside } as const;
    this.#tap?.({ at: this.#clock.now(), ...what });
  }

  /** Something that is worth knowing and is no packet. */
  note(direction: Direction, { local, remote }: Ends, note: string): void {
    const what = { direction, layer: "esp", transport: "ip", local, remote, bytes: NOTHING } as const;
    this.#tap?.({ at: this.#clock.now(), ...what, note });
  }
}

const NOTHING = new Uint8Array(0);

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}
