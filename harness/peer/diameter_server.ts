/**
 * A Diameter server of ours: takes connections for as long as a run lasts, answers by a handler, and tells each case's
 * evidence the messages that are about it.
 */
import { DiameterConnection, type DiameterNode } from "../diameter/mod.ts";
import type { ByteStream, StreamListener } from "../net/byte_stream.ts";
import type { Clock, Endpoint, Tap, TapRecord } from "../net/types.ts";
import { type DiameterMessage, parseDiameter } from "../wire/diameter/mod.ts";
import { WireSyntaxError } from "../wire/mod.ts";
import { quiet } from "./no_answer.ts";
import { Inbox } from "./ue/inbox.ts";

/** What a server of any application is told. */
export interface ServerOptions {
  readonly self: Omit<DiameterNode, "applications">;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly timers: { readonly answer: number; readonly silence: number };
  /** Opens the listener; accepted connections are handed to `accept`. */
  readonly listen: (accept: (stream: ByteStream) => void) => Promise<StreamListener>;
  /** Sees everything, of the base protocol too. */
  readonly tap?: Tap;
  /** Milliseconds of silence until a watchdog is sent. Default: as RFC 3539 has it, 30 s. */
  readonly watchdogMs?: number;
}

/** What a server does. */
export interface ServerParts {
  readonly application: { readonly id: number; readonly vendor: number };
  /** Answers by `connection.answer()`, now or later. */
  readonly answer: (request: DiameterMessage, connection: DiameterConnection) => void;
  /** The taps of those who want to see this request, of either side, and its answer. */
  readonly concerned: (request: DiameterMessage) => readonly Tap[];
}

export class DiameterServer {
  readonly local: Endpoint;
  /** Octets that came and were no Diameter, or AVPs that could not be read. */
  readonly malformed: { readonly bytes: Uint8Array; readonly error: SyntaxError }[] = [];
  readonly #options: ServerOptions;
  readonly #parts: ServerParts;
  readonly #listener: StreamListener;
  readonly #connections = new Set<DiameterConnection>();
  readonly #nodes: Inbox<DiameterNode>;

  /** Rejects with EnvironmentError where the address is not this machine's or the port is taken. */
  static async open(options: ServerOptions, parts: ServerParts): Promise<DiameterServer> {
    // The listener may hand over a connection before it is returned.
    const early: ByteStream[] = [];
    const opened: { server?: DiameterServer } = {};
    const listener = await options.listen((stream) => {
      if (opened.server) opened.server.#accept(stream);
      else early.push(stream);
    });
    const server = opened.server = new DiameterServer(options, parts, listener);
    for (const stream of early) server.#accept(stream);
    return server;
  }

  private constructor(options: ServerOptions, parts: ServerParts, listener: StreamListener) {
    this.#options = options;
    this.#parts = parts;
    this.#listener = listener;
    this.#nodes = new Inbox(options.clock);
    this.local = listener.local;
  }

  /** Open ones and those that are yet to exchange capabilities. */
  get connections(): readonly DiameterConnection[] {
    return [...this.#connections];
  }

  /** True as soon as a node has exchanged capabilities with us, now or before; false when none has within so many ms. */
  met(within: number): Promise<boolean> {
    const anybody = { what: "a Diameter node", fits: () => true };
    return quiet(this.#nodes.look(anybody, within).then(() => true, () => false));
  }

  async close(): Promise<void> {
    this.#nodes.close();
    // The listener is closed when nobody is connected any more.
    await Promise.all([this.#listener.close(), ...this.connections.map((connection) => connection.close())]);
  }

  #accept(stream: ByteStream): void {
    const { self, clock, random, tap, watchdogMs } = this.#options;
    const { application, answer, concerned } = this.#parts;
    const evidence = new Evidence(concerned);
    const connection = new DiameterConnection(stream, {
      role: "responder",
      self: { ...self, applications: [application] },
      random: () => new DataView(random(4).buffer).getUint32(0),
      clock,
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
      tap: (record) => {
        tap?.(record);
        evidence.tell(record);
      },
      onOpen: (peer) => this.#nodes.put(peer),
      onRequest: (request) => answer(request, connection),
      onMalformed: (bytes, error) => void this.malformed.push({ bytes, error }),
      onClosed: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }
}

/** Hands the messages of one connection to those whom they concern; an answer goes where its request went. */
class Evidence {
  readonly #concerned: ServerParts["concerned"];
  readonly #asked = new Map<string, readonly Tap[]>();

  constructor(concerned: ServerParts["concerned"]) {
    this.#concerned = concerned;
  }

  tell(record: TapRecord): void {
    const message = read(record.bytes);
    // The base protocol is about nobody.
    if (!message || message.application === 0) return;
    const { request, hopByHop } = message;
    // Both ends count their own requests.
    const asker = (record.direction === "in") === request ? "peer" : "we";
    const key = `${asker} ${hopByHop}`;
    const taps = request ? this.#concerned(message) : this.#asked.get(key) ?? [];
    if (request) this.#asked.set(key, taps);
    else this.#asked.delete(key);
    for (const tap of taps) tap(record);
  }
}

function read(bytes: Uint8Array): DiameterMessage | undefined {
  try {
    return parseDiameter(bytes);
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}
