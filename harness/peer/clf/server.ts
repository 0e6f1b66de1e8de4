/** The CLF of a run: a Diameter server for e2. */
import { DiameterConnection, type DiameterNode, E2, sessionOf } from "../../diameter/mod.ts";
import type { ByteStream, StreamListener } from "../../net/byte_stream.ts";
import type { Clock, Endpoint, Tap } from "../../net/types.ts";
import {
  type Avp,
  avp,
  COMMAND,
  type DiameterMessage,
  EXPERIMENTAL_RESULT,
  RESULT,
  valueOf,
  VENDOR,
} from "../../wire/diameter/mod.ts";
import { formatAddress, utf8, WireSyntaxError } from "../../wire/mod.ts";
import { orSilence } from "../no_answer.ts";
import { Inbox } from "../ue/inbox.ts";
import type { ClfView, Location, LocationQuery } from "./types.ts";

export interface ClfOptions {
  readonly self: Omit<DiameterNode, "applications">;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly timers: { readonly answer: number; readonly silence: number };
  readonly listen: (accept: (stream: ByteStream) => void) => Promise<StreamListener>;
  readonly tap?: Tap;
}

export class ClfServer {
  readonly local: Endpoint;
  readonly #options: ClfOptions;
  readonly #listener: StreamListener;
  readonly #connections = new Set<DiameterConnection>();
  readonly #views = new Set<LiveView>();

  /** Rejects with EnvironmentError where the address is not this machine's or the port is taken. */
  static async open(options: ClfOptions): Promise<ClfServer> {
    const early: ByteStream[] = [];
    const opened: { server?: ClfServer } = {};
    const accept = (stream: ByteStream) => {
      if (opened.server) opened.server.#accept(stream);
      else early.push(stream);
    };
    const server = opened.server = new ClfServer(options, await options.listen(accept));
    for (const stream of early) server.#accept(stream);
    return server;
  }

  private constructor(options: ClfOptions, listener: StreamListener) {
    this.#options = options;
    this.#listener = listener;
    this.local = listener.local;
  }

  /** A case's part of it; close it when the case ends. `tap` sees the octets of all questions. */
  view(tap?: Tap): ClfView & { close(): void } {
    const view = new LiveView(this.#options, tap, () => void this.#views.delete(view));
    this.#views.add(view);
    return view;
  }

  async close(): Promise<void> {
    for (const view of [...this.#views]) view.close();
    await this.#listener.close();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  #accept(stream: ByteStream): void {
    const { self, clock, random, tap } = this.#options;
    const connection = new DiameterConnection(stream, {
      role: "responder",
      self: { ...self, applications: [E2] },
      random: () => new DataView(random(4).buffer).getUint32(0),
      clock,
      tap: (record) => {
        tap?.(record);
        for (const view of this.#views) view.tap?.(record);
      },
      onRequest: (request) => this.#answer(request, connection),
      onClosed: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #answer(request: DiameterMessage, connection: DiameterConnection): void {
    const { host, realm } = this.#options.self;
    const head = [
      ...sessionOf(request),
      avp("Origin-Host", host),
      avp("Origin-Realm", realm),
      avp("Auth-Session-State", 1),
      avp("Vendor-Specific-Application-Id", [avp("Vendor-Id", E2.vendor), avp("Auth-Application-Id", E2.id)]),
    ];
    if (request.command !== COMMAND["User-Data"]) {
      const result = avp("Result-Code", RESULT.DIAMETER_COMMAND_UNSUPPORTED);
      return connection.answer(request, [...head, result], true);
    }
    const query = queryOf(request, this.#options.clock.now());
    if (!query) {
      return connection.answer(request, [...head, avp("Result-Code", RESULT.DIAMETER_INVALID_AVP_VALUE)]);
    }
    const view = [...this.#views].find((one) => one.places.has(query.address));
    const location = view?.asked(query) ?? "unknown";
    if (location !== "silent") connection.answer(request, [...head, ...answerOf(location)]);
  }
}

class LiveView implements ClfView {
  readonly queries: LocationQuery[] = [];
  readonly places = new Map<string, Location>();
  readonly #inbox: Inbox<LocationQuery>;
  readonly #timers: ClfOptions["timers"];
  readonly #closed: () => void;

  constructor({ clock, timers }: ClfOptions, readonly tap: Tap | undefined, closed: () => void) {
    this.#inbox = new Inbox(clock);
    this.#timers = timers;
    this.#closed = closed;
  }

  place(address: string, location: Location): void {
    this.places.set(address, location);
  }

  asked(query: LocationQuery): Location {
    this.queries.push(query);
    this.#inbox.put(query);
    return this.places.get(query.address) ?? "unknown";
  }

  next(within = this.#timers.answer): Promise<LocationQuery> {
    return this.#inbox.take(ANY, within);
  }

  silent(within = this.#timers.silence): Promise<boolean> {
    return this.#inbox.look(ANY, within).then(() => false, orSilence(true));
  }

  close(): void {
    this.#inbox.close();
    this.#closed();
  }
}

const ANY = { what: "a location query over e2", fits: () => true };

/** Undefined where it names no address, or cannot be read. */
function queryOf({ avps }: DiameterMessage, at: number): LocationQuery | undefined {
  try {
    const unique = valueOf(avps, "Globally-Unique-Address") ?? [];
    const address = valueOf(unique, "Framed-IP-Address");
    const prefix = valueOf(unique, "Framed-IPv6-Prefix");
    const realm = valueOf(unique, "Address-Realm");
    if (!address && !prefix) return undefined;
    return {
      address: formatAddress(address ?? padded(prefix!.subarray(2))),
      realm: realm && new TextDecoder().decode(realm),
      avps,
      at,
    };
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

function padded(octets: Uint8Array): Uint8Array {
  const whole = new Uint8Array(16);
  whole.set(octets.subarray(0, 16));
  return whole;
}

function answerOf(location: Exclude<Location, "silent">): Avp[] {
  if (location === "error") return [avp("Result-Code", RESULT.DIAMETER_UNABLE_TO_COMPLY)];
  if (location === "unknown") {
    return [avp("Experimental-Result", [
      avp("Vendor-Id", VENDOR.etsi),
      avp("Experimental-Result-Code", EXPERIMENTAL_RESULT.DIAMETER_ERROR_USER_UNKNOWN),
    ])];
  }
  const line = utf8(location.line);
  return [
    avp("Result-Code", RESULT.DIAMETER_SUCCESS),
    avp("Logical-Access-ID", line),
    avp("Location-Information", [avp("Line-Identifier", line)]),
  ];
}
