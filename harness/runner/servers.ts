/**
 * Servers that the device connects to for as long as a run lasts: our HSS and our CLF. They listen from the run's
 * start, since a device tries again only after a while; what keeps one from it is told to the case that wants it.
 */
import { EnvironmentError } from "../errors.ts";
import type { Net } from "../net/types.ts";
import type { ClfServer } from "../peer/clf/mod.ts";
import type { HssServer } from "../peer/hss/mod.ts";
import type { DiameterServer, Profile } from "../../profiles/mod.ts";
import type { PeerFactory } from "./peers.ts";
import { seededRandom } from "./random.ts";

export interface ServersParts {
  readonly profile: Profile;
  readonly net: Net;
  readonly peers: PeerFactory;
  readonly seed: string;
}

/** What a case gets at; the servers themselves stay the run's. */
export interface RunServers {
  /** Rejects with EnvironmentError where the profile has no `hss`, or it cannot listen there. */
  hss(): Promise<HssServer>;
  /** The same for `clf`. */
  clf(): Promise<ClfServer>;
}

export class Servers implements RunServers {
  readonly #parts: ServersParts;
  #hss: Promise<HssServer> | undefined;
  #clf: Promise<ClfServer> | undefined;

  constructor(parts: ServersParts) {
    this.#parts = parts;
  }

  /** Opens those that the profile has. Never throws. */
  start(): void {
    const { profile } = this.#parts;
    if (profile.hss) this.hss().catch(() => {});
    if (profile.clf) this.clf().catch(() => {});
  }

  /**
   * Where the device has no other HSS than ours it can do nothing before it has found us: resolves when it has, or has
   * had the time to. Never rejects.
   */
  async found(signal: AbortSignal): Promise<void> {
    const { profile: { entry } } = this.#parts;
    if (!this.#hss || !samePlaces(entry["i-cscf"], entry["i-cscf-hss"])) return;
    const hss = await this.#hss.catch(() => undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([promise, hss?.met(DEVICE_RETRIES)]);
  }

  hss(): Promise<HssServer> {
    return this.#hss ??= this.#openHss();
  }

  clf(): Promise<ClfServer> {
    return this.#clf ??= this.#openClf();
  }

  async close(): Promise<void> {
    const open = [this.#hss, this.#clf];
    await Promise.all(open.map(async (server) => (await server?.catch(() => undefined))?.close()));
  }

  async #openHss(): Promise<HssServer> {
    const { profile, peers } = this.#parts;
    if (!peers.openHss) throw new EnvironmentError("There is no HSS of ours", "use peers that have one");
    const common = this.#common("hss", profile.hss);
    return await peers.openHss({
      ...common,
      digestRealm: profile.home.domain,
      subscribers: profile.subscribers,
    });
  }

  async #openClf(): Promise<ClfServer> {
    const { profile, peers } = this.#parts;
    if (!peers.openClf) throw new EnvironmentError("There is no CLF of ours", "use peers that have one");
    return await peers.openClf(this.#common("clf", profile.clf));
  }

  #common(name: "hss" | "clf", server: DiameterServer | undefined) {
    const { net, profile, seed } = this.#parts;
    if (!server || !net.listen) {
      throw new EnvironmentError(
        `The profile "${profile.name}" does not say where our ${name.toUpperCase()} is to listen`,
        `give it "${name}:" with listen, host and realm`,
      );
    }
    const { listen, host, realm } = server;
    const random = seededRandom(seed, name);
    return {
      self: { host, realm, addresses: [listen.address], product: "imspeer" },
      clock: net.clock,
      timers: profile.timers,
      random: (length: number) => random.bytes(length),
      listen: (accept: Parameters<NonNullable<Net["listen"]>>[1]) => net.listen!(listen, accept),
    };
  }
}

/** RFC 6733 2.1: who cannot connect tries again after Tc, 30 s where nothing else is said. Milliseconds. */
const DEVICE_RETRIES = 35_000;

function samePlaces(
  one: Profile["entry"][string] | undefined,
  other: Profile["entry"][string] | undefined,
): boolean {
  if (!one || !other) return false;
  return (["udp", "tcp"] as const).some((transport) => {
    const [a, b] = [one[transport], other[transport]];
    return a !== undefined && a.address === b?.address && a.port === b.port;
  });
}
