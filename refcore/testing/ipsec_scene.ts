/** A core with IPsec and UEs behind NATs, or with native ESP where this machine lets us, closed together. */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { EnvironmentError } from "../../harness/errors.ts";
import { type EspPolicy, systemNet } from "../../harness/net/mod.ts";
import { claimNet } from "../../harness/net/testing/claim.ts";
import type { Subscriber } from "../../profiles/types.ts";
import { type Core, type CoreOptions, type Policy, startCore } from "../mod.ts";
import { IpsecUe, type IpsecUeOptions } from "./ipsec_ue.ts";
import { TIMERS } from "./scene.ts";
import { DOMAIN } from "./subscribers.ts";

/** Test files run side by side, and each has cores and UEs of its own. */
const CORES = claimNet(13);
const UES = claimNet(0, { from: 64, size: 64 });

/** The n-th UE's address, 1 to 254; all are on the access that needs protection. */
export function ueAddress(n: number): string {
  return UES.address(n);
}

export interface IpsecScene {
  readonly core: Core;
  ue(subscriber: Subscriber, options?: Partial<IpsecUeOptions>): Promise<IpsecUe>;
  operator(order: Record<string, string>): Promise<number>;
  /** Lets so many ms pass. */
  pass(ms: number): Promise<void>;
}

export interface IpsecSceneOptions {
  readonly faults?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly timers?: Partial<CoreOptions["timers"]>;
  /** Opens protocol 50 as well; default false. */
  readonly raw?: boolean;
  /** Puts a NAT in front, with these public addresses. */
  readonly nat?: CoreOptions["nat"];
}

export async function ipsecScene(
  subscribers: readonly Subscriber[],
  run: (scene: IpsecScene) => Promise<void>,
  options: IpsecSceneOptions = {},
): Promise<void> {
  const { raw = false, faults = [], policy = {}, timers, nat } = options;
  const core = await startCore({
    net: systemNet,
    bind: CORES.next(),
    subscribers,
    home: { domain: DOMAIN, mcc: "001", mnc: "01" },
    timers: { ...TIMERS, t1: 50, ...timers },
    faults: new Set(faults),
    policy,
    access: { "3gpp": ["127.0.64.0/18", "127.0.4.0/24"] },
    ipsec: { raw },
    ...(nat ? { nat } : {}),
    random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
  });
  const ues: IpsecUe[] = [];
  const passing = new AbortController();
  try {
    await run({
      core,
      ue: async (subscriber, more = {}) => {
        const ue = await IpsecUe.open(core, { address: ueAddress(ues.length + 1), subscriber, ...more });
        ues.push(ue);
        return ue;
      },
      operator: async (order) => {
        const response = await fetch(core.operatorUrl, { method: "POST", body: JSON.stringify(order) });
        await response.text();
        return response.status;
      },
      pass: (ms) => systemNet.clock.wait(systemNet.clock.now() + ms, passing.signal),
    });
    assert.deepEqual(core.problems, []);
  } finally {
    await Promise.all(ues.map((ue) => ue.close()));
    await core.close();
  }
}

/** Whether this machine lets us speak protocol 50. */
export async function hasRawIp(): Promise<boolean> {
  const nobody: EspPolicy = { outbound: () => "drop", inbound: () => undefined };
  try {
    const host = await systemNet.ipsec!({
      address: ueAddress(1),
      carriers: { raw: true },
      policy: nobody,
      clock: systemNet.clock,
      random: (octets) => new Uint8Array(octets),
    });
    await host.close();
    return true;
  } catch (error) {
    if (error instanceof EnvironmentError) return false;
    throw error;
  }
}
