/**
 * Where everything of the lab is: loopback addresses of a block of its own, so that nothing else of the machine is
 * touched, and two labs of different blocks stand side by side.
 */

/** What the lab plays, and runs as a process. */
export type Box = Cscf | "hss" | "turn" | "proxy";

/** Kamailio's. The second pair asks the HSS that a run of imspeer brings along, and is for cases alone. */
export type Cscf = "p-cscf" | "i-cscf" | "s-cscf" | "i-cscf-hss" | "s-cscf-hss";

export interface LabAddresses {
  /** The first two octets, "127.20". */
  readonly block: string;
  /** One address for each box. */
  readonly of: Readonly<Record<Box, string>>;
  /** The HSS of a run: not the lab's, but of the profile. */
  readonly runHss: string;
  /** The first three octets of nodes that the CSCFs trust (Mw). */
  readonly trusted: string;
}

/** The home network of profiles/kamailio-ims.yaml. */
export const HOME = "ims.mnc001.mcc001.3gppnetwork.org";

export const DEFAULT_BLOCK = "127.20";

export const PORTS = {
  sip: 5060,
  sips: 5061,
  ws: 8088,
  wss: 8089,
  diameter: 3868,
  /** HTTP interface of the HSS. */
  operator: 8060,
  turn: 3478,
  turns: 5349,
  proxy: 8888,
} as const;

/** Where a process of the lab listens. */
export interface Listening {
  readonly transport: "udp" | "tcp";
  readonly address: string;
  readonly port: number;
}

/** Every place that the lab takes. */
export function places({ of }: LabAddresses): Listening[] {
  const both = ["udp", "tcp"] as const;
  const tcp = ["tcp"] as const;
  const taken: readonly (readonly [Box, number, readonly ("udp" | "tcp")[]])[] = [
    ...CSCFS.map((box) => [box, PORTS.sip, both] as const),
    ...[PORTS.sips, PORTS.ws, PORTS.wss].map((port) => ["p-cscf", port, tcp] as const),
    ["hss", PORTS.diameter, tcp],
    ["hss", PORTS.operator, tcp],
    ["turn", PORTS.turn, both],
    ["turn", PORTS.turns, tcp],
    ["proxy", PORTS.proxy, tcp],
  ];
  return taken.flatMap(([box, port, transports]) =>
    transports.map((transport) => ({ transport, address: of[box], port }))
  );
}

const CSCFS: readonly Cscf[] = ["p-cscf", "i-cscf", "s-cscf", "i-cscf-hss", "s-cscf-hss"];

export function labAddresses(block = DEFAULT_BLOCK): LabAddresses {
  return {
    block,
    of: {
      "p-cscf": `${block}.0.1`,
      "i-cscf": `${block}.0.2`,
      "s-cscf": `${block}.0.3`,
      hss: `${block}.0.4`,
      turn: `${block}.0.5`,
      proxy: `${block}.0.6`,
      "i-cscf-hss": `${block}.0.7`,
      "s-cscf-hss": `${block}.0.8`,
    },
    runHss: `${block}.0.9`,
    trusted: `${block}.3`,
  };
}

/** The name of a box, in the home domain. */
export function nameOf(box: Box): string {
  return `${box.replace("-", "")}.${HOME}`;
}
