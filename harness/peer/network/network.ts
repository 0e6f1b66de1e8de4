/** A partner network: opens its sockets and puts the parts together that connect, call and listen. */
import { type SipRequest, type SipResponse, StreamFramer } from "sip-codec";
import { EnvironmentError } from "../../errors.ts";
import type { Located, SipAddress } from "../../net/dns/mod.ts";
import type { ConnectOptions, TlsOptions, TlsTrust } from "../../net/tls/options.ts";
import type { TlsConnection, TlsEnd, TlsHost } from "../../net/tls/types.ts";
import type { MessageSocket } from "../../net/types.ts";
import { certificatesFromPem, type PathFailure, validatePath } from "../../crypto/pki/mod.ts";
import type { EntryPoint, Partner } from "../../../profiles/types.ts";
import { begin, NoAnswer } from "../no_answer.ts";
import { Front } from "../node/front.ts";
import { NodeRequests } from "../node/requests.ts";
import { createTlsProbe, type TlsProbe } from "../tls_probe/mod.ts";
import * as build from "../ue/build.ts";
import { Calls } from "../ue/calls.ts";
import { Inbox } from "../ue/inbox.ts";
import { Station } from "../ue/station.ts";
import { isTlsFailure } from "../ue/tls/mod.ts";
import type {
  AcceptOptions,
  Call,
  Exchange,
  IncomingCall,
  IncomingRequest,
  InviteOptions,
  RequestOptions,
} from "../ue/types.ts";
import { Certificates } from "./certificates.ts";
import { Trunk } from "./trunk.ts";
import type * as t from "./types.ts";

/**
 * @throws EnvironmentError if the profile has no border or no CA, if there is no TLS on this machine, or if the
 * partner's addresses are not this machine's
 */
export async function createNetwork(setup: t.NetworkSetup): Promise<t.Network> {
  const { profile, partner, clock } = setup;
  const entry = profile.entry["ibcf"] ?? {};
  const border = entry.tls;
  if (!border) {
    throw new EnvironmentError(
      `The profile "${profile.name}" has no entry point "ibcf" for the transport "tls"`,
      'Give "entry: ibcf: tls:" an address and a port, or select cases that do not need it',
    );
  }
  const certificates = new Certificates(profile, partner.domain, clock.now());
  const host = await openHost(setup, border, certificates);
  const opened: MessageSocket[] = [host];
  try {
    for (const transport of ["udp", "tcp"] as const) opened.push(await openClear(setup, transport));
  } catch (error) {
    await Promise.all(opened.map((socket) => socket.close()));
    throw error;
  }
  const [, udp, tcp] = opened as [TlsHost, MessageSocket, MessageSocket];
  const alias = setup.options?.alias ?? false;
  return new PartnerNetwork(
    setup,
    host,
    new Trunk({ host, udp, tcp, partner, entry, border, alias }),
    certificates,
  );
}

class PartnerNetwork implements t.Network {
  readonly partner: Partner;
  readonly uri: string;
  readonly #setup: t.NetworkSetup;
  readonly #host: TlsHost;
  readonly #trunk: Trunk;
  readonly #certificates: Certificates;
  readonly #station: Station;
  readonly #requests: NodeRequests;
  readonly #calls: Calls;
  readonly #front: Front;
  readonly #probes: TlsProbe[] = [];
  readonly #accepted: Inbox<TlsConnection>;
  readonly #failures: Inbox<TlsEnd>;

  constructor(setup: t.NetworkSetup, host: TlsHost, trunk: Trunk, certificates: Certificates) {
    const { partner, profile: { timers }, clock, drive, random } = setup;
    this.#setup = setup;
    this.#host = host;
    this.#trunk = trunk;
    this.#certificates = certificates;
    this.partner = partner;
    this.uri = `sip:${partner.user}@${partner.domain}`;
    this.#accepted = new Inbox(clock);
    this.#failures = new Inbox(clock);
    host.onAccepted = (connection) => this.#accepted.put(connection);
    host.onRefused = (end) => this.#failures.put(end);
    host.onEnded = (connection, end) => trunk.ended(connection, end.says);
    const contact = `<sip:${partner.user}@${build.hostPort(partner.listen)};transport=tls>`;
    this.#station = new Station({
      ...{ protection: trunk, clock, drive, timers, random },
      contact: () => contact,
      accessNetworkInfo: undefined,
    }, (arrived) => {
      if (arrived.request.method === "OPTIONS") arrived.respondAutomatically(200);
    });
    const sender = { protection: trunk, random, accessNetworkInfo: undefined };
    this.#requests = new NodeRequests({
      ...{ station: this.#station, sender },
      uri: () => this.uri,
      contact: () => contact,
    });
    this.#calls = new Calls(this.#requests, clock, timers);
    this.#front = new Front(this.#station, this.#calls, timers);
  }

  get border(): EntryPoint {
    return this.#setup.profile.entry["ibcf"]!.tls!;
  }

  get trust(): TlsTrust {
    const { pki, home } = this.#setup.profile;
    const anchors = (pki?.trust ?? []).flatMap((pem) => certificatesFromPem(pem));
    return { anchors, name: home.domain };
  }

  get connections(): readonly TlsConnection[] {
    return this.#host.connections;
  }

  get refused(): readonly TlsEnd[] {
    return this.#host.refused;
  }

  get received(): readonly t.Received[] {
    return this.#trunk.arrivals;
  }

  async connect(options?: t.NetworkConnect): Promise<TlsConnection> {
    const client = await clientOptions(
      options ?? this.#setup.options?.client,
      this.#setup,
      this.border,
      this.#certificates,
    );
    const { address, port } = options?.to ?? this.border;
    return await this.#host.connect({ address, port }, client);
  }

  async attempt(options: t.NetworkAttempt = {}): Promise<t.Attempted> {
    const { method = "OPTIONS", target = `sip:${this.#setup.profile.home.domain}` } = options;
    const { clock, profile: { timers } } = this.#setup;
    let connection: TlsConnection;
    try {
      connection = await this.connect(options);
    } catch (error) {
      if (!isTlsFailure(error)) throw error;
      return { connection: undefined, end: error.end, answer: undefined, outcome: inWords(error.end) };
    }
    const until = clock.now() + timers.answer;
    const ended = connection.ended(timers.answer);
    let trying: SipResponse | undefined;
    const said = await begin(() =>
      this.#requests.start(method, target, { ...options.request, way: connection })
    )
      .then(async (exchange) => {
        for (;;) {
          const response = await Promise.race([exchange.next(), ended.then(() => undefined)]);
          if (response?.status !== 100) return response;
          trying = response;
        }
      })
      .catch((error) => {
        // The end of the connection is told below.
        if (error instanceof NoAnswer || error instanceof EnvironmentError) return undefined;
        throw error;
      });
    const end = said ? undefined : await connection.ended(Math.max(0, until - clock.now()));
    // 100 says that the next hop has it, and not what becomes of it (RFC 3261 8.2.6.1): it counts if it is all.
    const answer = said ?? (end ? undefined : trying);
    const outcome = answer
      ? `${answer.status} ${answer.reason}`
      : end
      ? inWords(end)
      : "neither answer nor end";
    return { connection, end, answer, outcome };
  }

  async judge({ peerChain: chain, role }: TlsConnection): Promise<readonly PathFailure[]> {
    const { clock, profile: { home } } = this.#setup;
    const { failures } = await validatePath({
      ...{ chain, anchors: this.trust.anchors, now: clock.now() },
      // The device is what we are not.
      purpose: role === "client" ? "server" : "client",
      ...{ name: home.domain, nameStyle: "sip-domain" },
    });
    return failures;
  }

  probe(): TlsProbe {
    const { net, clock, profile, random, partner, tap, keyLog } = this.#setup;
    const probe = createTlsProbe({
      ...{ net, clock, profile, random, entry: "ibcf", local: partner.listen.address },
      tap: tap ?? (() => {}),
      ...(keyLog ? { keyLog } : {}),
    });
    this.#probes.push(probe);
    return probe;
  }

  accepted(within: number = this.#timers.answer): Promise<TlsConnection> {
    return this.#accepted.take({ what: "a TLS connection from the device", fits: () => true }, within);
  }

  failure(within: number = this.#timers.answer): Promise<TlsEnd> {
    return this.#failures.take({ what: "a TLS handshake that fails", fits: () => true }, within);
  }

  request(method: string, target: string, options: RequestOptions = {}): Promise<Exchange> {
    return begin(() => this.#requests.start(method, target, options));
  }

  invite(target: string, options?: InviteOptions): Promise<Call> {
    return begin(() => this.#calls.invite(target, options));
  }

  incoming(method?: string, within?: number): Promise<IncomingRequest> {
    return this.#front.incoming(method, within);
  }

  acceptCall(options?: AcceptOptions): Promise<IncomingCall> {
    return this.#front.acceptCall(options);
  }

  silent(method?: string, within?: number): Promise<boolean> {
    return this.#front.silent(method, within);
  }

  carried(message: SipRequest | SipResponse): TlsConnection | undefined {
    return this.#trunk.carried(message);
  }

  locate(uri?: SipAddress): Promise<Located> {
    const { net, clock, profile, random, partner, tap } = this.#setup;
    const resolver = profile.dns?.resolver;
    if (!resolver || !net.locate) {
      return Promise.reject(
        new EnvironmentError(
          `The profile "${profile.name}" names no resolver`,
          'Give "dns: resolver:" an address and port',
        ),
      );
    }
    const local = { address: partner.listen.address, port: 0 };
    return net.locate(uri ?? { scheme: "sips", host: profile.home.domain }, {
      ...{ resolver, clock, random, local },
      ...(tap ? { tap } : {}),
    });
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#accepted.close();
    this.#failures.close();
    await Promise.all([this.#station.close(), ...this.#probes.map((probe) => probe.close())]);
  }

  get #timers() {
    return this.#setup.profile.timers;
  }
}

async function openHost(
  setup: t.NetworkSetup,
  border: EntryPoint,
  certificates: Certificates,
): Promise<TlsHost> {
  const { net, clock, profile, partner: { listen }, options = {}, tap, keyLog } = setup;
  if (!net.tls) {
    throw new EnvironmentError(
      "There is no TLS on this machine",
      "Run `imspeer doctor`, it says what to install.",
    );
  }
  const { server, client } = options;
  const serves: TlsOptions = {
    clientCertificate: "require",
    ...server?.tls,
    certificates: await certificates.choose(server?.certificate ?? "partner"),
  };
  return await net.tls({
    clock,
    framer: () => new StreamFramer(),
    client: await clientOptions(client, setup, border, certificates),
    handshakeMs: Math.max(5000, profile.timers.answer),
    ...(options.listen === false
      ? { local: { address: listen.address, port: 0 } }
      : { local: listen, server: serves }),
    ...(tap ? { tap } : {}),
    ...(keyLog ? { keyLog } : {}),
  });
}

async function clientOptions(
  { certificate = "partner", tls }: t.NetworkTls = {},
  { profile }: t.NetworkSetup,
  border: EntryPoint,
  certificates: Certificates,
): Promise<TlsOptions & ConnectOptions> {
  return {
    // RFC 5922 4: the domain we want to reach.
    serverName: border.name ?? profile.home.domain,
    ...tls,
    certificates: await certificates.choose(certificate),
  };
}

async function openClear(
  { net, clock, partner, options, tap }: t.NetworkSetup,
  transport: "udp" | "tcp",
): Promise<MessageSocket> {
  const listen = options?.listen ?? true;
  return await net.open(transport, {
    clock,
    local: listen ? partner.clear : { address: partner.clear.address, port: 0 },
    listen,
    framer: () => new StreamFramer(),
    ...(tap ? { tap } : {}),
  });
}

function inWords({ by, alert, says }: TlsEnd): string {
  if (alert) return `alert ${alert.name}${alert.direction === "sent" ? " (ours)" : ""}`;
  return by === "peer" ? `closed by the device: ${says}` : says;
}
