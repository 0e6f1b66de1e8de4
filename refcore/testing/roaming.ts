/**
 * A P-CSCF between two sides, for one test: its UEs belong to another core, which is their home network, and every request
 * that it forwards there is written down. Closed together.
 */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { parseMessage, type SipRequest } from "sip-codec";
import { systemNet } from "../../harness/net/mod.ts";
import { type ClaimedNets, claimNet } from "../../harness/net/testing/claim.ts";
import type { Tap } from "../../harness/net/types.ts";
import type { Subscriber } from "../../profiles/types.ts";
import { type Core, type CoreOptions, startCore } from "../mod.ts";
import { coreAuthority } from "../pcscf/tls/mod.ts";
import type { Policy } from "../policy.ts";
import { IpsecUe, type IpsecUeOptions } from "./ipsec_ue.ts";
import { TIMERS } from "./scene.ts";
import { DOMAIN } from "./subscribers.ts";
import { TestUe, type TestUeOptions } from "./ue.ts";

export interface Roaming {
  readonly visited: Core;
  readonly home: Core;
  /** DER: what UEs of the visited network trust. */
  readonly anchor: Uint8Array;
  /** Requests of this method that have reached the home network, oldest first, since the last look. */
  forwarded(method?: string): SipRequest[];
  /** `access`: "3gpp", "nass", "wlan" or, by default, "fixed". */
  ue(
    subscriber: Subscriber,
    options?: Partial<TestUeOptions> & { access?: keyof typeof ACCESS },
  ): Promise<TestUe>;
  /** On 3GPP access. */
  ipsecUe(subscriber: Subscriber, options?: Partial<IpsecUeOptions>): Promise<IpsecUe>;
  operator(order: Record<string, string>, of?: "visited" | "home"): Promise<number>;
}

export interface RoamingOptions {
  /** Of the P-CSCF. */
  readonly faults?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly tls?: boolean;
  readonly ipsec?: CoreOptions["ipsec"];
}

/** Third octets, 60 nets each; test files run side by side, and each has cores and UEs of its own. */
const ACCESS = { fixed: 0, "3gpp": 64, nass: 128, wlan: 192 } as const;
const CORES = claimNet(14);
const UES = Object.fromEntries(
  Object.entries(ACCESS).map((
    [name, from],
  ) => [name, claimNet(name === "fixed" ? 16 : 15, { from, size: 60 })]),
) as Record<keyof typeof ACCESS, ClaimedNets>;

export async function roaming(
  subscribers: readonly Subscriber[],
  run: (stage: Roaming) => Promise<void>,
  { faults = [], policy = {}, tls = false, ipsec }: RoamingOptions = {},
): Promise<void> {
  const requests: SipRequest[] = [];
  const tap: Tap = ({ direction, bytes }) => {
    const message = direction === "in" ? parseMessage(bytes) : undefined;
    if (message?.kind === "request") requests.push(message);
  };
  const authority = tls ? await coreAuthority(systemNet.clock.now()) : undefined;
  const common = {
    net: systemNet,
    ports: { gm: 0 },
    timers: { ...TIMERS, t1: 50 },
    random: { bytes: (length: number) => new Uint8Array(randomBytes(length)) },
  };
  const network = (domain: string) => ({ domain, mcc: "001", mnc: "01" });
  const home = await startCore({
    ...common,
    bind: "127.0.0.1",
    subscribers,
    home: network(DOMAIN),
    policy: { trusted: ["127.14.0.0/16"] },
    mw: {},
    tap,
  });
  const visited = await startCore({
    ...common,
    bind: CORES.next(),
    subscribers: [],
    home: network("visited.example.net"),
    faults: new Set(faults),
    policy,
    access: Object.fromEntries(
      Object.entries(ACCESS).map(([name, net]) => [name, [`127.1${name === "fixed" ? 6 : 5}.${net}.0/18`]]),
    ),
    mw: { homeNetworks: [{ domain: DOMAIN, listen: home.entry["i-cscf"]!.udp }] },
    ...(authority ? { tls: { authority } } : {}),
    ...(ipsec ? { ipsec } : {}),
  });
  const ues: { close(): Promise<void> }[] = [];
  const addressOn = (access: keyof typeof ACCESS) => UES[access].address(ues.length + 1);
  try {
    await run({
      visited,
      home,
      anchor: authority?.certificate ?? new Uint8Array(),
      forwarded: (method = "REGISTER") => requests.splice(0).filter((request) => request.method === method),
      ue: async (subscriber, { access = "fixed", ...more } = {}) => {
        const ue = await TestUe.open(visited, { address: addressOn(access), subscriber, ...more });
        ues.push(ue);
        return ue;
      },
      ipsecUe: async (subscriber, more = {}) => {
        const ue = await IpsecUe.open(visited, { address: addressOn("3gpp"), subscriber, ...more });
        ues.push(ue);
        return ue;
      },
      operator: async (order, of = "visited") => {
        const { operatorUrl } = of === "home" ? home : visited;
        const response = await fetch(operatorUrl, { method: "POST", body: JSON.stringify(order) });
        await response.text();
        return response.status;
      },
    });
    assert.deepEqual([...visited.problems, ...home.problems], []);
  } finally {
    await Promise.all(ues.map((ue) => ue.close()));
    await Promise.all([visited.close(), home.close()]);
  }
}

export interface RoamingEffect extends Omit<RoamingOptions, "faults"> {
  readonly subscribers: readonly Subscriber[];
  readonly ignore?: boolean;
  /** What is to be seen, as text. */
  readonly observe: (stage: Roaming) => Promise<string>;
  readonly honest: string;
  readonly broken: Readonly<Record<string, string>>;
}

/** As effect() in effects.ts: one test per fault, and one for the honest P-CSCF. */
export function roamingEffect(
  name: string,
  { subscribers, observe, honest, broken, ignore = false, ...options }: RoamingEffect,
): void {
  const see = async (faults: readonly string[]) => {
    let seen = "";
    await roaming(subscribers, async (stage) => void (seen = await observe(stage)), { ...options, faults });
    return seen;
  };
  const test = (title: string, faults: readonly string[], expected: string) =>
    Deno.test({ name: title, ignore, fn: async () => assert.equal(await see(faults), expected) });
  test(`${name}: "${honest}" of an honest P-CSCF`, [], honest);
  for (const [fault, expected] of Object.entries(broken)) {
    test(`${name}: "${expected}" with ${fault}`, [fault], expected);
  }
}
