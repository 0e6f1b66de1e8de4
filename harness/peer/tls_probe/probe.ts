/** A probe of one TLS port: it counts what it opens and closes it. */
import { StreamFramer } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import type { TlsConnection, TlsHost } from "../../net/tls/types.ts";
import type { Clock, Net, Tap } from "../../net/types.ts";
import type { Profile } from "../../../profiles/types.ts";
import { ALERT, alertRecord, FlightReader, TLS_VERSION, type TlsVersionName } from "../../wire/tls/mod.ts";
import type { Random } from "../ue/types.ts";
import { breachesOf } from "./breaches.ts";
import { serverChains } from "./chains.ts";
import { Conversation } from "./conversation.ts";
import { helloRecords } from "./hello.ts";
import { judgeChain } from "./judge.ts";
import { legacyRenegotiation } from "./legacy_client.ts";
import { surveySuites, surveyVersion, VERSIONS } from "./surveys.ts";
import type {
  ClearAnswer,
  HelloOptions,
  LegacyAnswer,
  ServerAnswer,
  TlsProbe,
  VersionAnswer,
} from "./types.ts";
import { clearInWords, flightInWords } from "./words.ts";

export interface TlsProbeSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly profile: Profile;
  /** Name of the entry point. */
  readonly entry: string;
  /** Address of ours. */
  readonly local: string;
  readonly random: Random;
  readonly tap: Tap;
  readonly keyLog?: (line: string) => void;
}

/** A case that opens more has lost its way; a server may take it for an attack. */
const MOST_CONNECTIONS = 400;

/** @throws EnvironmentError where the profile has no such entry point */
export function createTlsProbe(setup: TlsProbeSetup): TlsProbe {
  const remote = setup.profile.entry[setup.entry]?.tls;
  if (remote) return new LiveProbe(setup, remote);
  throw new EnvironmentError(
    `The profile "${setup.profile.name}" has no entry point "${setup.entry}" for the transport "tls"`,
    `Give "entry: ${setup.entry}: tls:" an address and a port, or select cases that do not need it`,
  );
}

class LiveProbe implements TlsProbe {
  readonly target: TlsProbe["target"];
  readonly #setup: TlsProbeSetup;
  readonly #open = new Set<Conversation>();
  #host: Promise<TlsHost> | undefined;
  #connections = 0;
  #closed = false;

  constructor(setup: TlsProbeSetup, remote: { address: string; port: number; name?: string }) {
    this.#setup = setup;
    const { address, port, name } = remote;
    this.target = { entry: setup.entry, remote: { address, port }, ...(name === undefined ? {} : { name }) };
  }

  get connections(): number {
    return this.#connections;
  }

  async hello(options: HelloOptions = {}): Promise<ServerAnswer> {
    const { profile: { timers }, random } = this.#setup;
    const name = this.target.name;
    const { records, recordVersion, offer } = helloRecords(
      { ...(name === undefined ? {} : { serverName: name }), ...options },
      random,
    );
    return await this.#talk("tls", async (conversation) => {
      const reader = new FlightReader();
      await conversation.send(records);
      let received = await conversation.until((piece) => {
        reader.push(piece);
        return reader.over;
      }, timers.answer);
      if (options.alert !== undefined && received.ended === undefined) {
        // Records of TLS 1.3 bear the number of 1.2 (RFC 8446 5.1).
        const version = Math.min(reader.flight.hello?.version ?? recordVersion, TLS_VERSION["TLSv1.2"]);
        await conversation.send(alertRecord("fatal", ALERT[options.alert], version));
        received = await conversation.until(() => false, timers.answer);
      } else if (!reader.flight.hello && received.ended === undefined) {
        // An alert is followed by the end of the connection.
        received = await conversation.until(() => false, timers.silence);
      }
      const { ended } = received;
      const { flight } = reader;
      const says = flightInWords(flight, ended, received.bytes, timers.answer);
      return { ...flight, breaches: breachesOf(offer, flight), ...(ended ? { ended } : {}), says };
    });
  }

  version(version: TlsVersionName) {
    return surveyVersion((options) => this.hello(options), version);
  }

  async versions(): Promise<VersionAnswer[]> {
    const answers: VersionAnswer[] = [];
    for (const version of VERSIONS) answers.push(await this.version(version));
    return answers;
  }

  suites(...[version, among]: Parameters<TlsProbe["suites"]>) {
    return surveySuites((options) => this.hello(options), version, among);
  }

  chains() {
    return serverChains(this);
  }

  async legacyRenegotiation(): Promise<LegacyAnswer> {
    const { profile: { timers }, random } = this.#setup;
    const options = { random, serverName: this.target.name, within: timers.answer };
    return await this.#talk("tls", (conversation) => legacyRenegotiation(conversation, options));
  }

  async clear(bytes: Uint8Array): Promise<ClearAnswer> {
    const { timers } = this.#setup.profile;
    return await this.#talk("tcp", async (conversation) => {
      await conversation.send(bytes);
      const received = await conversation.until(() => false, timers.silence);
      return { ...received, says: clearInWords(received.bytes, received.ended, timers.silence) };
    });
  }

  async connect(options: Parameters<TlsProbe["connect"]>[0] = {}): Promise<TlsConnection> {
    const host = await (this.#host ??= this.#openHost());
    this.#count();
    const { name } = this.target;
    return await host.connect(this.target.remote, {
      ...(name === undefined ? {} : { serverName: name }),
      ...options,
    });
  }

  judge(chain: readonly Uint8Array[]) {
    return judgeChain(chain, this.#setup.profile, this.target, this.#setup.clock.now());
  }

  async close(): Promise<void> {
    this.#closed = true;
    const host = await this.#host?.catch(() => undefined);
    await Promise.all([...[...this.#open].map((conversation) => conversation.close()), host?.close()]);
  }

  async #talk<T>(layer: "tls" | "tcp", run: (conversation: Conversation) => Promise<T>): Promise<T> {
    const { net, clock, local, tap } = this.#setup;
    if (!net.stream) {
      throw new EnvironmentError("This net has no streams", "Give the peers a net with `stream`");
    }
    this.#count();
    const { remote } = this.target;
    const stream = await net.stream({ clock, local: { address: local, port: 0 }, remote, tap, layer });
    const conversation = new Conversation(stream, clock);
    this.#open.add(conversation);
    try {
      if (this.#closed) throw new LocalMisuseError("The case is over and its TLS probe still asks");
      return await run(conversation);
    } finally {
      this.#open.delete(conversation);
      await conversation.close();
    }
  }

  #count(): void {
    if (this.#closed) throw new LocalMisuseError("The case is over and asks its TLS probe");
    if (++this.#connections > MOST_CONNECTIONS) {
      throw new LocalMisuseError(`A TLS probe makes ${MOST_CONNECTIONS} connections at most`);
    }
  }

  async #openHost(): Promise<TlsHost> {
    const { net, clock, local, tap, keyLog } = this.#setup;
    if (!net.tls) throw new EnvironmentError("This net has no TLS", "Give the peers a net with `tls`");
    return await net.tls({
      local: { address: local, port: 0 },
      clock,
      tap,
      framer: () => new StreamFramer(),
      ...(keyLog ? { keyLog } : {}),
    });
  }
}
