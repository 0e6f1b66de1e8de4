/** A core and its UEs for one test, closed together. Every UE has an address of its own. */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { systemNet } from "../../harness/net/mod.ts";
import type { Subscriber } from "../../profiles/types.ts";
import { type Core, type CoreOptions, type Policy, startCore } from "../mod.ts";
import { coreAuthority } from "../pcscf/tls/mod.ts";
import { DOMAIN } from "./subscribers.ts";
import { TestUe, type TestUeOptions } from "./ue.ts";

export const TIMERS = {
  t1: 500,
  t2: 4000,
  t4: 5000,
  regAwaitAuth: 240_000,
  minExpires: 2000,
  expiryMargin: 2000,
  nonceLifetime: 60_000,
};

export interface Scene {
  readonly core: Core;
  /** DER. */
  readonly anchor: Uint8Array;
  ue(subscriber: Subscriber, options?: Partial<TestUeOptions>): Promise<TestUe>;
  operator(order: Record<string, string>): Promise<number>;
}

export interface SceneOptions {
  readonly interconnect?: CoreOptions["interconnect"];
  readonly mw?: CoreOptions["mw"];
  readonly access?: CoreOptions["access"];
  /** What else of the network a core may have. */
  readonly ends?: Pick<CoreOptions, "cx" | "radius" | "clf">;
  /** The core speaks TLS; `Scene.anchor` is what its UEs trust. */
  readonly tls?: boolean;
  readonly faults?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly timers?: Partial<CoreOptions["timers"]>;
  /** The core may trip over itself: a fault makes it. */
  readonly problems?: boolean;
}

/** Runs a test in a scene; afterwards the core must not have noticed anything wrong inside it. */
export async function scene(
  subscribers: readonly Subscriber[],
  run: (scene: Scene) => Promise<void>,
  options: SceneOptions = {},
): Promise<void> {
  const authority = options.tls ? await (root ??= coreAuthority(systemNet.clock.now())) : undefined;
  const core = await startCore({
    net: systemNet,
    bind: "127.0.0.1",
    ports: { gm: 0 },
    subscribers,
    home: { domain: DOMAIN, mcc: "001", mnc: "01" },
    timers: { ...TIMERS, ...options.timers },
    faults: new Set(options.faults),
    policy: options.policy ?? {},
    ...(authority ? { tls: { authority } } : {}),
    ...(options.interconnect ? { interconnect: options.interconnect } : {}),
    ...(options.mw ? { mw: options.mw } : {}),
    ...(options.access ? { access: options.access } : {}),
    ...options.ends,
    random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
  });
  const ues: TestUe[] = [];
  try {
    await run({
      core,
      anchor: authority?.certificate ?? new Uint8Array(),
      ue: async (subscriber, more = {}) => {
        const ue = await TestUe.open(core, { address: `127.0.1.${ues.length + 1}`, subscriber, ...more });
        ues.push(ue);
        return ue;
      },
      operator: async (order) => {
        const response = await fetch(core.operatorUrl, { method: "POST", body: JSON.stringify(order) });
        await response.text();
        return response.status;
      },
    });
    if (!options.problems) assert.deepEqual(core.problems, []);
  } finally {
    await Promise.all(ues.map((ue) => ue.close()));
    await core.close();
  }
}

/** One for all scenes of a test file. */
let root: ReturnType<typeof coreAuthority> | undefined;
