/** The CLF of a run: a Diameter server for e2. */
import { type DiameterConnection, type DiameterNode, E2, sessionOf } from "../../diameter/mod.ts";
import { LocalMisuseError } from "../../errors.ts";
import type { Endpoint, Tap } from "../../net/types.ts";
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
import { formatAddress, parseAddress, utf8, WireSyntaxError } from "../../wire/mod.ts";
import { DiameterServer, type ServerOptions } from "../diameter_server.ts";
import { orSilence, quiet } from "../no_answer.ts";
import { Inbox } from "../ue/inbox.ts";
import type { ClfView, Location, LocationQuery } from "./types.ts";

export type ClfOptions = ServerOptions;

export class ClfServer {
  readonly #options: ClfOptions;
  readonly #views = new Set<LiveView>();
  #server!: DiameterServer;

  /** Rejects with EnvironmentError where the address is not this machine's or the port is taken. */
  static async open(options: ClfOptions): Promise<ClfServer> {
    const clf = new ClfServer(options);
    clf.#server = await DiameterServer.open(options, {
      application: E2,
      answer: (request, connection) => clf.#answer(request, connection),
      concerned: (request) => clf.#viewOf(queryOf(request, 0)?.address)?.tap ?? [],
    });
    return clf;
  }

  private constructor(options: ClfOptions) {
    this.#options = options;
  }

  get local(): Endpoint {
    return this.#server.local;
  }

  /** Octets that came and were no Diameter, or AVPs that could not be read. */
  get malformed(): DiameterServer["malformed"] {
    return this.#server.malformed;
  }

  /** Diameter nodes whose capabilities were exchanged. */
  get peers(): readonly DiameterNode[] {
    return this.#server.connections.flatMap(({ peer }) => peer ?? []);
  }

  /** A case's part of it; close it when the case ends. `tap` sees the octets of questions about its addresses. */
  view(tap?: Tap): ClfView & { close(): void } {
    const view = new LiveView(this.#options, tap, () => void this.#views.delete(view));
    this.#views.add(view);
    return view;
  }

  async close(): Promise<void> {
    for (const view of [...this.#views]) view.close();
    await this.#server.close();
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
    const view = this.#viewOf(query.address);
    const location = view?.asked(query) ?? "unknown";
    if (location !== "silent") connection.answer(request, [...head, ...answerOf(location)]);
  }

  /** Of two cases that place the same address, the one that came last. */
  #viewOf(address: string | undefined): LiveView | undefined {
    return [...this.#views].findLast(({ places }) => address !== undefined && places.has(address));
  }
}

class LiveView implements ClfView {
  /** Sees the octets of what is about the addresses that were placed. */
  readonly tap: readonly Tap[];
  readonly queries: LocationQuery[] = [];
  readonly places = new Map<string, Location>();
  readonly #inbox: Inbox<LocationQuery>;
  readonly #timers: ClfOptions["timers"];
  readonly #closed: () => void;

  constructor({ clock, timers }: ClfOptions, tap: Tap | undefined, closed: () => void) {
    this.tap = tap ? [tap] : [];
    this.#inbox = new Inbox(clock);
    this.#timers = timers;
    this.#closed = closed;
  }

  place(address: string, location: Location): void {
    this.places.set(canonical(address), location);
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
    return quiet(this.#inbox.look(ANY, within).then(() => false, orSilence(true)));
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

/** A prefix by its address, as queries tell it. Throws LocalMisuseError for what is no address. */
function canonical(text: string): string {
  try {
    return formatAddress(parseAddress(text.replace(/\/\d+$/, "")));
  } catch (error) {
    if (!(error instanceof WireSyntaxError)) throw error;
    throw new LocalMisuseError(`place() needs an address or an IPv6 prefix, found "${text}"`);
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
