/** The whole lab: everything started in order and ready, ended again, and what of it runs. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EnvironmentError } from "../harness/errors.ts";
import { type Endpoint, formatEndpoint, systemClock, systemNet } from "../harness/net/mod.ts";
import { whyNot } from "../_tools/foreign_program.ts";
import { type LabAddresses, type Listening, places, PORTS } from "./addresses.ts";
import type { Break } from "./breaks.ts";
import { writeCertificate } from "./certificates.ts";
import { clearFolder, makeFolder, write } from "./configuration.ts";
import { startCore, stopCore, whyNoKamailio } from "./kamailio.ts";
import { allStarted, logOf, start, type Started, started, stop } from "./processes.ts";
import { proxyConfiguration } from "./proxy.ts";
import { turnConfiguration } from "./turn.ts";

export interface LabOptions {
  readonly addresses: LabAddresses;
  /** An absolute path; everything is in it, and nothing elsewhere. */
  readonly folder: string;
  readonly broken?: readonly Break[];
}

/** What the lab is made of, as apt-get knows it. */
export const PACKAGES = [
  "kamailio",
  "kamailio-ims-modules",
  "kamailio-tls-modules",
  "kamailio-websocket-modules",
  "kamailio-presence-modules",
  "kamailio-outbound-modules",
  "coturn",
  "tinyproxy",
  "util-linux",
];

/** What is missing on this machine, in words; empty where the lab can come up. */
export async function missing(): Promise<string[]> {
  const reasons = [
    await whyNoKamailio(),
    await whyNot("turnserver", ["--version"]),
    await whyNot("tinyproxy", ["-v"]),
    await whyNot("setpriv", ["--version"]),
  ];
  return reasons.filter((reason) => reason !== undefined);
}

/** Where something listens already on the addresses of this lab, as "udp 127.20.0.1:5060": found by listening there. */
export function taken(addresses: LabAddresses): string[] {
  return places(addresses).filter((place) => !isFree(place)).map((place) =>
    `${place.transport} ${formatEndpoint(place)}`
  );
}

function isFree({ transport, address: hostname, port }: Listening): boolean {
  try {
    if (transport === "tcp") Deno.listen({ hostname, port }).close();
    else Deno.listenDatagram({ hostname, port, transport }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/**
 * Starts everything and waits until it is ready. Throws EnvironmentError where something does not come up; what was
 * started by then still runs.
 */
export async function up({ addresses, folder, broken = [] }: LabOptions): Promise<void> {
  const { of } = addresses;
  makeFolder(folder);
  await writeCertificate(folder, "turn", "turn");
  write(folder, "turnserver.conf", turnConfiguration(addresses, folder));
  write(folder, "tinyproxy.conf", proxyConfiguration(addresses));
  start(folder, { name: "hss", command: hssCommand(addresses), cwd: ROOT });
  start(folder, {
    name: "turn",
    command: ["turnserver", "-c", join(folder, "turnserver.conf")],
    cwd: folder,
  });
  start(folder, { name: "proxy", command: ["tinyproxy", "-d", "-c", join(folder, "tinyproxy.conf")] });
  await startCore({ addresses, folder }, broken);
  await ready(folder, "turn", { address: of.turn, port: PORTS.turn });
  await ready(folder, "proxy", { address: of.proxy, port: PORTS.proxy });
  await ready(folder, "hss", { address: of.hss, port: PORTS.operator });
  await diameterReady(folder, addresses);
}

/** Ends all that the folder knows of, and takes away what they were given; the logs stay. Gives those that ran. */
export async function down(folder: string): Promise<Started[]> {
  const found = allStarted(folder);
  await Promise.all([stopCore(folder), stop(folder, "turn"), stop(folder, "proxy")]);
  // Last: those who ask it take their leave.
  await stop(folder, "hss");
  clearFolder(folder);
  return found.filter(({ running }) => running);
}

export { allStarted as status };

/** Diameter nodes that the HSS knows, by their names; undefined where it does not answer. */
export async function diameterNodes({ of }: LabAddresses): Promise<string[] | undefined> {
  try {
    const response = await fetch(`http://${of.hss}:${PORTS.operator}/`);
    return (await response.json() as { nodes: string[] }).nodes;
  } catch {
    return undefined;
  }
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function hssCommand({ block }: LabAddresses): [string, ...string[]] {
  return [
    Deno.execPath(),
    ..."run --frozen --no-prompt --allow-read=. --allow-net=127.0.0.0/8 --allow-env".split(" "),
    "lab/hss_process.ts",
    block,
  ];
}

const READY_MS = 15_000;

/** Resolves when something listens there. */
async function ready(folder: string, name: string, remote: Endpoint): Promise<void> {
  await until(folder, name, () => listens(remote));
}

async function listens(remote: Endpoint): Promise<boolean> {
  try {
    const local = { address: remote.address, port: 0 };
    await (await systemNet.stream!({ clock: systemClock, local, remote })).destroy();
    return true;
  } catch (error) {
    if (error instanceof EnvironmentError) return false;
    throw error;
  }
}

/** I- and S-CSCF have exchanged capabilities with the HSS. */
async function diameterReady(folder: string, addresses: LabAddresses): Promise<void> {
  await until(folder, "hss", async () => ((await diameterNodes(addresses))?.length ?? 0) >= 2);
}

async function until(folder: string, name: string, is: () => Promise<boolean>): Promise<void> {
  const end = systemClock.now() + READY_MS;
  while (!await is()) {
    if (!started(folder, name)?.running || systemClock.now() > end) {
      throw new EnvironmentError(`"${name}" of the lab does not come up`, `see ${logOf(folder, name)}`);
    }
    await systemClock.wait(systemClock.now() + 50);
  }
}
