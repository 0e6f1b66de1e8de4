/** How the runner makes peers: real ones in harness/peer, other ones in tests. */
import type { Clock, Drive, Net, Tap } from "../net/types.ts";
import type { ClfOptions, ClfServer } from "../peer/clf/mod.ts";
import type { Cscf, CscfSetup } from "../peer/cscf/mod.ts";
import type { Ggsn, GgsnSetup } from "../peer/ggsn/mod.ts";
import type { HomeNetwork, HomeNetworkSetup } from "../peer/home_network/types.ts";
import type { HssOptions, HssServer } from "../peer/hss/mod.ts";
import type { Network, NetworkSetup } from "../peer/network/types.ts";
import type { TlsProbe, TlsProbeSetup } from "../peer/tls_probe/mod.ts";
import type { TrustedNode, TrustedNodeSetup } from "../peer/trusted_node/types.ts";
import type { Ue, UeOptions } from "../peer/ue/types.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { Random } from "./context.ts";

/**
 * What a UE is made of: a UeSetup without the memory that UEs of one device share. `options.local.address` is always
 * set by the runner.
 */
export interface UeParts {
  readonly net: Net;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly profile: Profile;
  readonly subscriber: Subscriber;
  readonly options: UeOptions;
  readonly random: Random;
  readonly tap: Tap;
  /** Told each line of the key log of TLS. */
  readonly keyLog: (line: string) => void;
}

export interface PeerFactory {
  createUe(parts: UeParts): Ue | Promise<Ue>;
  /** For cases with peer "peer-network". */
  createNetwork?(setup: NetworkSetup): Promise<Network>;
  createTlsProbe?(setup: TlsProbeSetup): TlsProbe;
  createTrustedNode?(setup: TrustedNodeSetup): Promise<TrustedNode>;
  createHomeNetwork?(setup: HomeNetworkSetup): Promise<HomeNetwork>;
  createGgsn?(setup: GgsnSetup): Promise<Ggsn>;
  createCscf?(setup: CscfSetup): Promise<Cscf>;
  /** Servers of a whole run (servers.ts). */
  openHss?(options: HssOptions): Promise<HssServer>;
  openClf?(options: ClfOptions): Promise<ClfServer>;
}

/** Asks the operator's side for something a UE cannot do; rejects with EnvironmentError when it is not done. */
export type Operator = (
  action: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<void>;
