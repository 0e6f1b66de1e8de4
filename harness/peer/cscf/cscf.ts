/** A CSCF of ours on Cx: one Diameter connection to the HSS under test. */
import { CX, DiameterConnection, type DiameterNode, resultOf, sessionOf } from "../../diameter/mod.ts";
import { EnvironmentError } from "../../errors.ts";
import type { Clock, Net, Tap } from "../../net/types.ts";
import {
  APPLICATION,
  ASSIGNMENT,
  type Avp,
  avp,
  COMMAND,
  type DiameterMessage,
  RESULT,
  valueOf,
} from "../../wire/diameter/mod.ts";
import { WireSyntaxError } from "../../wire/mod.ts";
import type { Profile } from "../../../profiles/types.ts";
import type { CxCommand } from "../hss/types.ts";
import { NoAnswer, quiet } from "../no_answer.ts";
import { Inbox } from "../ue/inbox.ts";
import type { Random } from "../ue/types.ts";
import type { Cscf, CscfOptions, CxAnswer, CxOrder } from "./types.ts";

/** Everything `createCscf()` needs; the runner hands it in. */
export interface CscfSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly profile: Profile;
  /** Address of ours that it stands on. */
  readonly address: string;
  readonly options?: CscfOptions;
  readonly random: Random;
  readonly tap?: Tap;
}

/**
 * Rejects with EnvironmentError where the profile has no entry point "hss" for TCP, and with NoAnswer where the HSS does
 * not let us in: no connection, or no exchange of capabilities.
 */
export async function createCscf(setup: CscfSetup): Promise<Cscf> {
  const { net, clock, profile, address, random, tap, options = {} } = setup;
  const { domain } = profile.home;
  const target = profile.entry["hss"]?.tcp;
  if (!target || !net.stream) {
    throw new EnvironmentError(
      `The profile "${profile.name}" has no entry point "hss" for the transport "tcp"`,
      'Give "entry: hss: tcp:" an address and a port, or select cases that do not need it',
    );
  }
  const host = options.host ?? `scscf.tester.${domain}`;
  const self = { host, realm: domain, addresses: [address], product: "imspeer", applications: [CX] };
  const cscf: { live?: LiveCscf } = {};
  const since = clock.now();
  try {
    const stream = await net.stream({ clock, local: { address, port: 0 }, remote: target });
    const connection = new DiameterConnection(stream, {
      role: "initiator",
      ...{ self, clock },
      random: () => new DataView(random.bytes(4).buffer).getUint32(0),
      answerMs: profile.timers.answer,
      ...(tap ? { tap } : {}),
      onRequest: (request, on) => cscf.live?.ordered(request, on),
    });
    const hss = await connection.opened;
    return cscf.live = new LiveCscf(setup, self, hss, connection);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new NoAnswer("capabilities of the HSS", clock.now() - since, { instead: `"${error.message}"` });
  }
}

class LiveCscf implements Cscf {
  readonly orders: CxOrder[] = [];
  readonly #setup: CscfSetup;
  readonly #connection: DiameterConnection;
  readonly #inbox: Inbox<CxOrder>;
  /** What an HSS keeps us for since it was asked for vectors: AVPs of each pair of identities. */
  readonly #begun = new Map<string, readonly Avp[]>();
  #closed: Promise<void> | undefined;

  constructor(
    setup: CscfSetup,
    readonly self: DiameterNode,
    readonly hss: DiameterNode,
    connection: DiameterConnection,
  ) {
    this.#setup = setup;
    this.#connection = connection;
    this.#inbox = new Inbox(setup.clock);
  }

  ask(command: CxCommand, avps: readonly Avp[]): Promise<CxAnswer> {
    const { random } = this.#setup;
    return quiet(this.#ask(command, [
      avp("Session-Id", `${this.self.host};${random.integer(2 ** 31)};${random.integer(2 ** 31)}`),
      ...this.#head(),
      avp("Destination-Realm", this.hss.realm),
      ...avps,
    ]));
  }

  authenticate(
    { impi, impu }: { readonly impi?: string; readonly impu?: string },
    scheme: string,
    more: readonly Avp[] = [],
  ): Promise<CxAnswer> {
    const { serverName = `sip:${this.self.host}` } = this.#setup.options ?? {};
    const who = [
      ...(impi === undefined ? [] : [avp("User-Name", impi)]),
      ...(impu === undefined ? [] : [avp("Public-Identity", impu)]),
    ];
    this.#begun.set(`${impi} ${impu}`, [...who, avp("Server-Name", serverName)]);
    return this.ask("Multimedia-Auth", [
      ...who,
      avp("SIP-Number-Auth-Items", 1),
      avp("SIP-Auth-Data-Item", [avp("SIP-Authentication-Scheme", scheme)]),
      avp("Server-Name", serverName),
      ...more,
    ]);
  }

  next(command?: CxOrder["command"], within = this.#setup.profile.timers.answer): Promise<CxOrder> {
    const fits = (order: CxOrder) => command === undefined || order.command === command;
    return this.#inbox.take({ what: `an order "${command ?? "of any kind"}" of the HSS`, fits }, within);
  }

  close(): Promise<void> {
    this.#inbox.close();
    return this.#closed ??= this.#leave();
  }

  /** TS 29.228 6.1.2.1: an authentication that came to nothing, so that the HSS names us to nobody. */
  async #leave(): Promise<void> {
    const type = [
      avp("Server-Assignment-Type", ASSIGNMENT.AUTHENTICATION_TIMEOUT),
      avp("User-Data-Already-Available", 0),
    ];
    const told = [...this.#begun.values()].map((who) => this.ask("Server-Assignment", [...who, ...type]));
    await Promise.allSettled(told);
    await this.#connection.close();
  }

  /** RTR and PPR: an S-CSCF does as it is told. */
  ordered(request: DiameterMessage, connection: DiameterConnection): void {
    const command = ORDERS.find((name) => COMMAND[name] === request.command);
    const answer = [...sessionOf(request), ...this.#head()];
    if (!command) {
      const result = avp("Result-Code", RESULT.DIAMETER_COMMAND_UNSUPPORTED);
      return connection.answer(request, [...answer, result], true);
    }
    connection.answer(request, [...answer, avp("Result-Code", RESULT.DIAMETER_SUCCESS)]);
    const order = { command, impi: readable(() => valueOf(request.avps, "User-Name")), avps: request.avps };
    this.orders.push(order);
    this.#inbox.put(order);
  }

  async #ask(command: CxCommand, avps: readonly Avp[]): Promise<CxAnswer> {
    const { clock } = this.#setup;
    const since = clock.now();
    try {
      return read(await this.#connection.request(command, APPLICATION.cx, avps));
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      throw new NoAnswer(`an answer to Cx "${command}"`, clock.now() - since);
    }
  }

  #head(): Avp[] {
    const { host, realm } = this.self;
    return [
      avp("Vendor-Specific-Application-Id", [avp("Vendor-Id", CX.vendor), avp("Auth-Application-Id", CX.id)]),
      avp("Auth-Session-State", 1),
      avp("Origin-Host", host),
      avp("Origin-Realm", realm),
    ];
  }
}

const ORDERS = ["Registration-Termination", "Push-Profile"] as const;

function read(answer: DiameterMessage): CxAnswer {
  const { avps } = answer;
  const { code, experimental = false } = readable(() => resultOf(answer)) ?? {};
  return { avps, code, experimental, item: readable(() => valueOf(avps, "SIP-Auth-Data-Item")) ?? [] };
}

/** Undefined where the AVP is malformed: the case has the AVPs themselves to judge. */
function readable<T>(value: () => T): T | undefined {
  try {
    return value();
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}
