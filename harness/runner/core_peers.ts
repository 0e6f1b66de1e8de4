/**
 * What a case plays on the network's side, for one attempt: trusted nodes, a home network, a GGSN, a CSCF on Cx; and its part of the
 * run's HSS and CLF. Opened for it, and closed when it ends.
 */
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { drive } from "../net/driver.ts";
import type { ClfView } from "../peer/clf/types.ts";
import type { Cscf, CscfOptions } from "../peer/cscf/types.ts";
import type { Ggsn, GgsnOptions } from "../peer/ggsn/types.ts";
import type { HomeNetwork, HomeNetworkOptions } from "../peer/home_network/types.ts";
import type { HssView } from "../peer/hss/types.ts";
import type { TrustedNode, TrustedNodeOptions } from "../peer/trusted_node/types.ts";
import type { Profile } from "../../profiles/mod.ts";
import { describe } from "./describe.ts";
import type { ContextParts } from "./open_context.ts";
import { soon } from "./tidy.ts";

/** What is made for an attempt, and what goes with it. */
interface Made<T> {
  readonly peer: T;
  readonly release: () => void;
}

export class CorePeers {
  readonly #parts: ContextParts;
  readonly #nodes: Made<TrustedNode>[] = [];
  readonly #homes: Made<HomeNetwork>[] = [];
  readonly #ggsns: Made<Ggsn>[] = [];
  readonly #cscfs: Made<Cscf>[] = [];
  #hss: Promise<HssView & { forget(): void; close(): void }> | undefined;
  #clf: Promise<ClfView & { close(): void }> | undefined;

  constructor(parts: ContextParts) {
    this.#parts = parts;
  }

  async trustedNode(options: TrustedNodeOptions): Promise<TrustedNode> {
    const { peers, subscribers, net, clock, profile, random, evidence } = this.#parts;
    const { as = 0, entry = "i-cscf", local = "trusted" } = options;
    const subscriber = subscribers[as];
    if (!subscriber) {
      throw new LocalMisuseError(
        `The case leases ${subscribers.length} subscriber(s), its trusted node needs number ${as}`,
      );
    }
    const create = there(peers.createTrustedNode, "trusted nodes");
    const place = this.#placeFor(local, Object.values(profile.entry[entry] ?? {})[0]?.address);
    const nth = this.#nodes.length > 0 ? `#${this.#nodes.length + 1}` : "";
    return await this.#keep(
      "a trusted node",
      this.#nodes,
      place.release,
      create({
        ...{ net, clock, drive, profile, subscriber, options, random, address: place.address },
        tap: evidence.tap(`trusted-node:${subscriber.name}${nth}`),
      }),
    );
  }

  async homeNetwork(options: HomeNetworkOptions): Promise<HomeNetwork> {
    const { peers, homeNetwork: seat, net, clock, profile, random, evidence } = this.#parts;
    if (!seat) throw new LocalMisuseError('homeNetwork() needs a seat: seats: ["homeNetwork"]');
    const create = there(peers.createHomeNetwork, "home networks");
    return await this.#keep(
      "a home network",
      this.#homes,
      () => {},
      create({
        ...{ net, clock, drive, profile, seat, options, random },
        tap: evidence.tap(`home-network:${seat.domain}`),
      }),
    );
  }

  async ggsn({ local: place = "trusted" }: GgsnOptions = {}): Promise<Ggsn> {
    const { peers, net, clock, profile, random, evidence } = this.#parts;
    const { radius, timers } = profile;
    if (!radius) {
      throw new EnvironmentError(
        `The profile "${profile.name}" does not say where the HSS takes accounting`,
        'give "radius:" a target and a secret',
      );
    }
    const create = there(peers.createGgsn, "GGSNs");
    const { target, secret } = radius;
    const { address, release } = this.#placeFor(place, target.address);
    const local = { address, port: 0 };
    return await this.#keep(
      "a GGSN",
      this.#ggsns,
      release,
      create({ ...{ net, clock, local, target, secret, timers, random }, tap: evidence.tap("ggsn") }),
    );
  }

  async cscf(options: CscfOptions): Promise<Cscf> {
    const { peers, net, clock, profile, random, evidence } = this.#parts;
    const create = there(peers.createCscf, "CSCFs");
    const place = this.#placeFor(options.local ?? "trusted", profile.entry["hss"]?.tcp?.address);
    const { address } = place;
    return await this.#keep(
      "a CSCF",
      this.#cscfs,
      place.release,
      create({ ...{ net, clock, profile, options, random, address }, tap: evidence.tap("cscf") }),
    );
  }

  hss(): Promise<HssView> {
    this.#refuseWhenOver("its HSS");
    const { servers, subscribers, evidence } = this.#parts;
    return this.#hss ??= (servers?.hss() ?? noServer("HSS")).then(async (server) => {
      await this.#whoAsks(server);
      return server.view(subscribers, evidence.tap("hss"));
    });
  }

  /**
   * Early in a run the CSCFs may not have come to our HSS yet: resolves when they have, or have had the time to. A core
   * of one host, as the embedded one is, comes when it has something to ask.
   */
  async #whoAsks(server: { readonly peers: readonly unknown[] }): Promise<void> {
    const { clock, profile: { entry, timers } } = this.#parts;
    const hosts = ["i-cscf-hss", "s-cscf-hss"].flatMap((name) => Object.values(entry[name] ?? {}));
    const wanted = new Set(hosts.map(({ address }) => address)).size;
    if (wanted < 2) return;
    const until = clock.now() + timers.answer;
    while (server.peers.length < wanted && clock.now() < until) await clock.wait(clock.now() + LOOK_AGAIN);
  }

  clf(): Promise<ClfView> {
    this.#refuseWhenOver("its CLF");
    const { servers, evidence } = this.#parts;
    return this.#clf ??= (servers?.clf() ?? noServer("CLF")).then((server) =>
      server.view(evidence.tap("clf"))
    );
  }

  /** All answer rightly from now on, whatever the case has told them: who is registered can take leave. */
  async settle(): Promise<void> {
    for (const { peer } of this.#homes) peer.settle();
    (await this.#hss?.catch(() => undefined))?.forget();
  }

  async closeNodes(): Promise<void> {
    const { clock } = this.#parts;
    await this.#closeAll(this.#nodes, async (node) => {
      // So that the next case with this subscriber does not meet the contacts of this one.
      if (node.registered) await soon(clock, node.deregister());
      await node.close();
    });
  }

  /** After UEs and nodes, which take their leave of them. */
  async close(): Promise<void> {
    await this.#closeAll(this.#homes, (home) => home.close());
    await this.#closeAll(this.#cscfs, (cscf) => soon(this.#parts.clock, cscf.close()));
    await this.#closeAll(this.#ggsns, (ggsn) => soon(this.#parts.clock, ggsn.close()));
    (await this.#hss?.catch(() => undefined))?.close();
    (await this.#clf?.catch(() => undefined))?.close();
  }

  #placeFor(local: string, towards: string | undefined): { readonly address: string; release(): void } {
    const { addresses, profile } = this.#parts;
    if (local === "trusted") return addresses.take("trusted-node", towards);
    if (local === "pani-aware") return addresses.take("pani-aware", towards);
    if (local === "outside") return addresses.take(accessName(profile), towards);
    return { address: local, release() {} };
  }

  /** Remembers what comes up, or closes it where the case was cut off meanwhile. */
  async #keep<T extends { close(): Promise<void> }>(
    what: string,
    all: Made<T>[],
    release: () => void,
    coming: Promise<T>,
  ): Promise<T> {
    try {
      const peer = await coming;
      if (!this.#parts.signal.aborted) {
        all.push({ peer, release });
        return peer;
      }
      await peer.close();
      throw new LocalMisuseError(`The case is over and asks for ${what}`);
    } catch (error) {
      release();
      throw error;
    }
  }

  async #closeAll<T>(all: readonly Made<T>[], close: (peer: T) => Promise<void>): Promise<void> {
    await Promise.all(all.map(async ({ peer, release }) => {
      try {
        await close(peer);
      } catch (error) {
        this.#parts.evidence.note(`closing a peer failed: ${describe(error)}`);
      } finally {
        release();
      }
    }));
  }

  #refuseWhenOver(what: string): void {
    if (this.#parts.signal.aborted) throw new LocalMisuseError(`The case is over and asks for ${what}`);
  }
}

/** An access network that is none of the core's hosts; "fixed" where there is one. */
function accessName({ access }: Profile): string | undefined {
  return access["fixed"] ? "fixed" : Object.keys(access)[0];
}

/** Milliseconds. */
const LOOK_AGAIN = 50;

function there<T>(create: T | undefined, what: string): T {
  if (create) return create;
  throw new EnvironmentError(`There are no ${what}`, "use peers that have them");
}

function noServer(name: string): Promise<never> {
  return Promise.reject(
    new EnvironmentError(`There is no ${name} of ours in this run`, "use a run with servers"),
  );
}
