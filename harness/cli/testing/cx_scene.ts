/** Our HSS, and the reference core's Cx client that asks it, over the machine's own sockets. */
import { systemClock, systemNet } from "../../net/mod.ts";
import type { Endpoint, Tap } from "../../net/types.ts";
import { HssServer } from "../../peer/hss/mod.ts";
import { seededRandom } from "../../runner/mod.ts";
import { DiameterCx } from "../../../refcore/cx_diameter/mod.ts";
import type { Subscriber } from "../../../profiles/mod.ts";

const REALM = "ims.example";
const NOBODY = { barred: [], otherSet: [], traits: [] } as const;

export const ALICE: Subscriber = {
  ...NOBODY,
  name: "alice",
  impi: "alice@ims.example",
  impus: ["sip:alice@ims.example"],
  implicitSet: ["tel:+15550100"],
  // K and OPc: test set 1 of TS 35.208 4.3.
  aka: {
    algorithm: "milenage",
    k: Uint8Array.fromHex("465b5ce8b199b49faa5f0a2ee238a6bc"),
    opc: Uint8Array.fromHex("cd63cb71954a9f4e48a5994e37a02baf"),
    amf: new Uint8Array(2),
    sqn: 32n,
    ind: 5,
    digest: "AKAv1-MD5",
  },
};

export const DORA: Subscriber = {
  ...NOBODY,
  name: "dora",
  impi: "dora@ims.example",
  impus: ["sip:dora@ims.example"],
  implicitSet: [],
  digest: { password: "open sesame", algorithm: "MD5" },
};

export const NELL: Subscriber = {
  ...NOBODY,
  name: "nell",
  impi: "nell@ims.example",
  impus: ["sip:nell@ims.example"],
  implicitSet: [],
  nba: { line: "dsl-701.east-3" },
};

export interface CxScene {
  readonly hss: HssServer;
  readonly cx: DiameterCx;
  /** What went wrong inside the client. */
  readonly problems: unknown[];
}

/** @param at where the HSS listens; the client comes from the same address */
export async function withCx(
  at: Endpoint,
  act: (scene: CxScene) => Promise<void>,
  tap?: Tap,
): Promise<void> {
  const random = (length: number) => seededRandom("cx").bytes(length);
  const hss = await HssServer.open({
    self: { host: `hss.${REALM}`, realm: REALM, addresses: [at.address], product: "imspeer" },
    subscribers: [ALICE, DORA, NELL],
    clock: systemClock,
    random,
    timers: { answer: 2000, silence: 50 },
    listen: (accept) => systemNet.listen!(at, accept),
    ...(tap ? { tap } : {}),
  });
  const problems: unknown[] = [];
  const cx = new DiameterCx({
    net: systemNet,
    clock: systemClock,
    address: at.address,
    hss: hss.local,
    self: { host: `scscf.${REALM}`, realm: REALM },
    random,
    problem: (error) => void problems.push(error),
  });
  try {
    await act({ hss, cx, problems });
  } finally {
    await cx.close();
    await hss.close();
  }
}
