/**
 * What a case can do. Stimulus comes from peers, judgement from `check`, preconditions from `given`.
 */
import type { ClfView } from "../peer/clf/types.ts";
import type { Cscf, CscfOptions } from "../peer/cscf/types.ts";
import type { Ggsn, GgsnOptions } from "../peer/ggsn/types.ts";
import type { HomeNetwork, HomeNetworkOptions } from "../peer/home_network/types.ts";
import type { HssView } from "../peer/hss/types.ts";
import type { Network, NetworkOptions } from "../peer/network/types.ts";
import type { TlsProbe } from "../peer/tls_probe/mod.ts";
import type { TrustedNode, TrustedNodeOptions } from "../peer/trusted_node/types.ts";
import type { Random, Ue, UeOptions } from "../peer/ue/types.ts";
import type { Profile, Subscriber } from "../../profiles/mod.ts";
import type { CheckFunction } from "./check.ts";

export type { Random } from "../peer/ue/types.ts";

export interface CaseContext {
  /**
   * A UE on a socket of its own for the next leased subscriber (in the order of `leases`), or as `options` say:
   * `{ as: 1 }` the second lease, `{ like: alice }` another terminal with alice's identities and keys.
   * It stands on the next free local address of its access. De-registered and closed by the runner when the case ends.
   */
  ue(options?: UeOptions): Promise<Ue>;
  /** Who is leased, in the order of `leases`: for cases that need identities and keys, and no UE. */
  readonly subscribers: readonly Subscriber[];
  /**
   * The partner network that a case with peer "peer-network" has to itself (peer/network/types.ts), on its addresses.
   * Closed by the runner when the case ends.
   */
  network(options?: NetworkOptions): Promise<Network>;
  /**
   * Asks the TLS port of an entry point (default "p-cscf"), from the address a UE of the first lease would have. Closed
   * by the runner when the case ends.
   */
  tlsProbe(entry?: string): Promise<TlsProbe>;
  /**
   * A node of the core network, trusted or not, that speaks to the CSCFs on Mw for a leased subscriber: an MSC server
   * enhanced for ICS, or a P-CSCF (peer/trusted_node/types.ts). De-registered and closed by the runner when the case ends.
   */
  trustedNode(options?: TrustedNodeOptions): Promise<TrustedNode>;
  /**
   * The home network of roaming UEs behind the P-CSCF under test (peer/home_network/types.ts), on the seat that the case
   * has to itself: `seats: ["homeNetwork"]`. Its UEs are `ue({ home })`. Closed by the runner when the case ends.
   */
  homeNetwork(options?: HomeNetworkOptions): Promise<HomeNetwork>;
  /**
   * Our HSS, which the device asks over Cx: as far as it is about the leased subscribers (peer/hss/types.ts). What a case
   * has scripted is forgotten when it ends. Rejects with EnvironmentError where it could not be opened.
   */
  hss(): Promise<HssView>;
  /** Our CLF, which the P-CSCF asks over e2, for the addresses that the case places (peer/clf/types.ts). */
  clf(): Promise<ClfView>;
  /** A GGSN that tells the HSS of addresses by RADIUS. What it has started it stops when the case ends. */
  ggsn(options?: GgsnOptions): Promise<Ggsn>;
  /**
   * A CSCF of ours that asks the HSS under test over Cx (peer/cscf/types.ts), at the profile's entry point "hss". Closed
   * by the runner when the case ends.
   */
  cscf(options?: CscfOptions): Promise<Cscf>;
  /** A judged statement, tied to a requirement; nothing is recorded before one of its verbs is called. */
  check: CheckFunction;
  /**
   * A precondition: if it rejects or gives false, the case ends `inconclusive` with this name as reason.
   * Returns what the promise gives. Things of ours that go wrong in it (LocalMisuseError) stay errors.
   */
  given<T>(name: string, what: T | Promise<T> | (() => T | Promise<T>)): Promise<T>;
  /** Something worth knowing that is no judgement; goes into the trace and the report. */
  note(text: string): void;
  /**
   * Asks the operator interface of the profile: "reauthenticate", "deregister", "change-password"…
   * A case that uses it says so with `needs: { "operator.reauthenticate": true }`.
   */
  operator(action: string, parameters: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Something the operator is asked for when the case ends, however it ends: what the case changed, put back.
   * Done before the UEs are de-registered.
   */
  operatorAtEnd(action: string, parameters: Readonly<Record<string, string>>): void;
  /** The target's numbers: windows, expiries, T1 (ms). */
  readonly profile: Profile;
  readonly timers: Profile["timers"];
  /** Random octets and tokens of the run's seed and this case's id. */
  readonly random: Random;
  /** Resolves after `ms` of the run's clock: only for waiting out a timer the profile names. */
  wait(ms: number): Promise<void>;
}
