/** The HSS of a run: a Diameter server that answers Cx, rightly unless a case says otherwise. */
import { CX, type DiameterConnection, type DiameterNode, resultOf, sessionOf } from "../../diameter/mod.ts";
import { EnvironmentError } from "../../errors.ts";
import type { Endpoint, Tap } from "../../net/types.ts";
import {
  APPLICATION,
  type Avp,
  avp,
  COMMAND,
  type DiameterMessage,
  RESULT,
  valueOf,
  VENDOR,
} from "../../wire/diameter/mod.ts";
import { WireSyntaxError } from "../../wire/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { DiameterServer, type ServerOptions } from "../diameter_server.ts";
import type { UeMemory } from "../ue/types.ts";
import { rightAnswer } from "./cx_answers.ts";
import { HssSubscription } from "./subscription.ts";
import type { CxCommand, CxRequest, HssView } from "./types.ts";
import { LiveHssView } from "./view.ts";

export interface HssOptions extends ServerOptions {
  /** Realm of SIP Digest; default: that of `self`. */
  readonly digestRealm?: string;
  readonly subscribers: readonly Subscriber[];
  /** Where the ISIMs are that answer our challenges. Default: nowhere. */
  readonly cards?: readonly UeMemory[];
}

export class HssServer {
  readonly #options: HssOptions;
  readonly #subscriptions: readonly HssSubscription[];
  readonly #views = new Set<LiveHssView>();
  #server!: DiameterServer;
  #sessions = 0;

  /** Rejects with EnvironmentError where the address is not this machine's or the port is taken. */
  static async open(options: HssOptions): Promise<HssServer> {
    const hss = new HssServer(options);
    hss.#server = await DiameterServer.open(options, {
      application: CX,
      answer: (request, connection) => hss.#answer(request, connection),
      concerned: ({ avps }) => hss.#concerned(avps),
    });
    return hss;
  }

  private constructor(options: HssOptions) {
    this.#options = options;
    const realm = options.digestRealm ?? options.self.realm;
    this.#subscriptions = options.subscribers.map((subscriber) =>
      new HssSubscription(subscriber, realm, options.cards)
    );
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

  /** True as soon as a CSCF has exchanged capabilities with us; false when none has within so many milliseconds. */
  met(within: number): Promise<boolean> {
    return this.#server.met(within);
  }

  /** What a case sees of these subscribers; close it when the case ends. */
  view(subscribers: readonly Subscriber[], tap?: Tap): HssView & { forget(): void; close(): void } {
    const impis = new Set(subscribers.map(({ impi }) => impi));
    const view = new LiveHssView({
      clock: this.#options.clock,
      timers: this.#options.timers,
      subscriptions: this.#subscriptions.filter(({ subscriber }) => impis.has(subscriber.impi)),
      random: this.#options.random,
      order: (subscription, command, avps) => this.#order(subscription, command, avps),
      closed: () => void this.#views.delete(view),
      ...(tap ? { tap } : {}),
    });
    this.#views.add(view);
    return view;
  }

  async close(): Promise<void> {
    for (const view of [...this.#views]) view.close();
    await this.#server.close();
  }

  /** Evidence of the cases that have leased who a request is about. */
  #concerned(avps: readonly Avp[]): readonly Tap[] {
    try {
      const who = { impi: valueOf(avps, "User-Name"), impu: valueOf(avps, "Public-Identity") };
      return [...this.#views].flatMap((view) => view.concerns(who) ? view.tap ?? [] : []);
    } catch (error) {
      if (error instanceof WireSyntaxError) return [];
      throw error;
    }
  }

  #answer(request: DiameterMessage, connection: DiameterConnection): void {
    const command = COMMANDS.find((name) => COMMAND[name] === request.command);
    const head = [...sessionOf(request), ...this.#origin(), avp("Auth-Session-State", NO_STATE_MAINTAINED)];
    if (!command) {
      const result = avp("Result-Code", RESULT.DIAMETER_COMMAND_UNSUPPORTED);
      return connection.answer(request, [...head, result], true);
    }
    try {
      const question = this.#question(command, request, connection);
      const right = rightAnswer(question, {
        byImpi: (impi) => this.#subscriptions.find(({ subscriber }) => subscriber.impi === impi),
        byImpu: (impu) => this.#subscriptions.find((one) => one.has(impu)),
        random: this.#options.random,
      });
      const view = [...this.#views].find((one) => one.concerns(question));
      const reply = view ? view.reply(question, right) : right;
      if (reply !== "silent") connection.answer(request, [...head, ...application(), ...reply]);
    } catch (error) {
      if (!(error instanceof WireSyntaxError)) throw error;
      this.malformed.push({ bytes: new Uint8Array(), error });
      connection.answer(request, [...head, avp("Result-Code", RESULT.DIAMETER_INVALID_AVP_VALUE)]);
    }
  }

  #question(
    command: CxCommand,
    { avps }: DiameterMessage,
    { peer: from }: DiameterConnection,
  ): Omit<CxRequest, "answer"> {
    const at = this.#options.clock.now();
    return {
      command,
      impi: valueOf(avps, "User-Name"),
      impu: valueOf(avps, "Public-Identity"),
      avps,
      from,
      at,
    };
  }

  /** RTR and PPR, to where the last request about the user came from. */
  async #order(
    { subscriber, serverHost }: HssSubscription,
    command: "Registration-Termination" | "Push-Profile",
    avps: readonly Avp[],
  ): Promise<number | undefined> {
    const connection = this.#server.connections.find(({ peer }) => peer?.host === serverHost);
    if (!connection?.peer || serverHost === undefined) {
      throw new EnvironmentError(
        `No S-CSCF of "${subscriber.impi}" is connected to our HSS`,
        "See `hss` in the profile, and the device's Cx configuration.",
      );
    }
    const { host, realm } = this.#options.self;
    const answer = await connection.request(command, APPLICATION.cx, [
      avp("Session-Id", `${host};${Math.floor(this.#options.clock.now() / 1000)};${++this.#sessions}`),
      ...application(),
      avp("Auth-Session-State", NO_STATE_MAINTAINED),
      avp("Origin-Host", host),
      avp("Origin-Realm", realm),
      avp("Destination-Host", connection.peer.host),
      avp("Destination-Realm", connection.peer.realm),
      avp("User-Name", subscriber.impi),
      ...avps,
    ]);
    return resultOf(answer)?.code;
  }

  #origin(): Avp[] {
    const { host, realm } = this.#options.self;
    return [avp("Origin-Host", host), avp("Origin-Realm", realm)];
  }
}

function application(): Avp[] {
  return [avp("Vendor-Specific-Application-Id", [
    avp("Vendor-Id", VENDOR.tgpp),
    avp("Auth-Application-Id", APPLICATION.cx),
  ])];
}

const COMMANDS: readonly CxCommand[] = [
  "User-Authorization",
  "Multimedia-Auth",
  "Server-Assignment",
  "Location-Info",
];

/** Auth-Session-State: Cx keeps no sessions (TS 29.229 5.3). */
const NO_STATE_MAINTAINED = 1;
