/** The ports of a core's boxes on Mw. */
import type { Endpoint } from "../../harness/net/types.ts";
import type { CoreOptions } from "../options.ts";
import type { BoxContext } from "../types.ts";
import { MwPort } from "./port.ts";

export interface CscfPorts {
  readonly icscf: MwPort;
  readonly scscf: MwPort;
}

export interface MwEnds {
  readonly pcscf: MwPort;
  readonly own: CscfPorts;
  /** Of the pair that asks an HSS outside this core. */
  readonly asking: CscfPorts | undefined;
  close(): Promise<void>;
}

/** Rejects with EnvironmentError where a port is taken. */
export async function openMw(
  { problem }: BoxContext,
  { net, clock = net.clock, mw, ports, tap }: CoreOptions,
  gm: Endpoint,
): Promise<MwEnds | undefined> {
  if (!mw) return undefined;
  const first = ports?.mw ?? (ports?.gm === 0 ? 0 : gm.port + 10);
  const open: MwPort[] = [];
  const close = async () => void await Promise.all(open.map((port) => port.close()));
  const next = async () => {
    const local = { address: gm.address, port: first === 0 ? 0 : first + open.length };
    const port = await MwPort.open({ net, clock, local, problem, ...(tap ? { tap } : {}) });
    open.push(port);
    return port;
  };
  try {
    const own = { icscf: await next(), scscf: await next() };
    const asking = mw.hss && { icscf: await next(), scscf: await next() };
    return { own, asking, pcscf: await next(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
