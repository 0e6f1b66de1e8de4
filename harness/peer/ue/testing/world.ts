/** What a UE needs around it in a test: a network in memory, a clock that stands still, a profile, subscribers. */
import { fromHex } from "../../../crypto/mod.ts";
import { drive, FakeClock, type Link, MemoryNet } from "../../../net/mod.ts";
import { seededRandom } from "../../../runner/random.ts";
import type { Profile, Subscriber } from "../../../../profiles/types.ts";
import type { Net, TapRecord, TransportName } from "../../../net/types.ts";
import { createUe, newMemory } from "../ue.ts";
import type { Ue, UeMemory, UeOptions } from "../types.ts";
import { ScriptedNetwork } from "./scripted_network.ts";
import { withMemoryTls } from "./memory_tls.ts";
import { ScriptedPcscf } from "./scripted_pcscf.ts";
import { TlsPcscf, type TlsPcscfOptions } from "./tls_pcscf.ts";

export const TIMERS: Profile["timers"] = {
  t1: 500,
  t2: 4000,
  t4: 5000,
  answer: 4000,
  silence: 1000,
  regAwaitAuth: 240_000,
  minExpires: 60,
  expiryMargin: 5000,
  nonceLifetime: 30_000,
};

const NOBODY = { implicitSet: [], barred: [], otherSet: [], traits: [] } as const;

export const ALICE: Subscriber = {
  ...NOBODY,
  name: "alice",
  impi: "alice@home1.example",
  impus: ["sip:alice@home1.example", "sip:+15550001@home1.example"],
  // K and OPc: test set 1 of TS 35.208 4.3.
  aka: {
    algorithm: "milenage",
    k: fromHex("465b5ce8b199b49faa5f0a2ee238a6bc"),
    opc: fromHex("cd63cb71954a9f4e48a5994e37a02baf"),
    amf: fromHex("8000"),
    sqn: 0n,
    ind: 5,
    digest: "AKAv1-MD5",
  },
};

export const DORA: Subscriber = {
  ...NOBODY,
  name: "dora",
  impi: "dora@home1.example",
  impus: ["sip:dora@home1.example"],
  digest: { password: "open sesame", algorithm: "MD5" },
};

export const PROFILE: Profile = {
  name: "test",
  device: null,
  scope: ["10.0.0.0/8"],
  home: { domain: "home1.example", mcc: "001", mnc: "01" },
  entry: {
    "p-cscf": {
      udp: { address: "10.0.0.1", port: 5060 },
      tcp: { address: "10.0.0.1", port: 5060 },
      tls: { address: "10.0.0.1", port: 5061, name: "pcscf.ims.example" },
    },
  },
  access: { "3gpp": ["10.1.0.1", "10.1.0.2"], "fixed": ["10.2.0.1", "10.2.0.2"] },
  capabilities: {},
  subscribers: [ALICE, DORA],
  operator: null,
  timers: TIMERS,
  waivers: [],
  secrets: [],
};

export class World {
  readonly clock = new FakeClock();
  readonly net: MemoryNet;
  readonly network: ScriptedNetwork;
  readonly tapped: TapRecord[] = [];
  readonly memory: UeMemory = newMemory();
  readonly #ues: Ue[] = [];
  readonly #secure: Net;
  #pcscf: ScriptedPcscf | undefined;
  #tls: TlsPcscf | undefined;
  #made = 0;

  private constructor(net: (clock: FakeClock) => MemoryNet, open: (world: World) => ScriptedNetwork) {
    this.net = net(this.clock);
    this.#secure = withMemoryTls(this.net);
    this.network = open(this);
  }

  static async open(transport: TransportName = "udp", link?: Link): Promise<World> {
    const world = new World(
      (clock) => new MemoryNet(clock, link),
      ({ net, clock }) => new ScriptedNetwork(net, clock, transport),
    );
    await world.network.open();
    return world;
  }

  /** The network speaks IPsec from now on. */
  readonly pcscf = async (): Promise<ScriptedPcscf> => {
    this.#pcscf = await new ScriptedPcscf(this.network, this.net, this.clock).open();
    return this.#pcscf;
  };

  /** The network speaks TLS from now on. */
  readonly tls = async (options?: TlsPcscfOptions): Promise<TlsPcscf> => {
    const at = PROFILE.entry["p-cscf"]!.tls!;
    this.#tls = await new TlsPcscf(this.network, this.#secure, this.clock, at).open(options);
    return this.#tls;
  };

  readonly ue = async (subscriber: Subscriber, options: UeOptions = {}): Promise<Ue> => {
    const ue = await createUe({
      net: this.#secure,
      clock: this.clock,
      drive,
      profile: PROFILE,
      subscriber,
      options: { transport: this.network.transport, ...options },
      random: seededRandom("peer test", ++this.#made),
      tap: (record) => void this.tapped.push(record),
      remember: this.memory,
    });
    this.#ues.push(ue);
    return ue;
  };

  /** Lets time pass until the promise settles. */
  readonly run = <T>(promise: Promise<T>): Promise<T> => this.clock.run(promise);

  /** Closes everything, and lets time pass so that nothing is left waiting for the clock. */
  async close(): Promise<void> {
    await this.run(Promise.all(this.#ues.map((ue) => ue.close())));
    await this.#pcscf?.close();
    await (this.#tls && this.run(this.#tls.close()));
    await this.network.close();
  }
}

/** Runs a test in a world of its own, and cleans up whatever happens. */
export async function inWorld(
  act: (world: World) => Promise<void>,
  transport?: TransportName,
  link?: Link,
): Promise<void> {
  const world = await World.open(transport, link);
  try {
    await act(world);
  } finally {
    await world.close();
  }
}
