/** Where the HSS meets the network: Cx over Diameter, and RADIUS accounting. */
import type { Endpoint } from "../../harness/net/types.ts";
import type { ContextAccounting } from "../../harness/wire/radius.ts";
import { TrustDomain } from "../mw/mod.ts";
import type { CoreOptions } from "../options.ts";
import type { BoxContext } from "../types.ts";
import { AccountingServer } from "./accounting.ts";
import { CxServer } from "./diameter/mod.ts";
import type { Hss } from "./hss.ts";

export interface HssEnds {
  readonly cx: CxServer | undefined;
  readonly radius: AccountingServer | undefined;
  close(): Promise<void>;
}

/** Rejects with EnvironmentError where a port is taken. */
export async function openHssEnds(
  context: BoxContext,
  options: CoreOptions,
  address: string,
): Promise<HssEnds> {
  const { net, clock = net.clock, ports, cx, radius, tap } = options;
  const trust = new TrustDomain(context.policy);
  const anyWill = ports?.gm === 0;
  const common = {
    ...{ net, clock, problem: context.problem },
    admits: (remote: string) => trust.holds(remote),
  };
  const at = (wanted: number | undefined, usual: number): Endpoint => ({
    address,
    port: wanted ?? (anyWill ? 0 : usual),
  });
  const { domain } = context.home;
  const diameter = cx
    ? await CxServer.open({
      ...common,
      local: at(ports?.cx, 3868),
      self: { host: `hss.${domain}`, realm: domain },
      random: (length) => context.random.bytes(length),
    })
    : undefined;
  try {
    const accounting = radius && await AccountingServer.open({
      ...{ ...common, ...radius, faults: context.faults },
      local: at(ports?.radius, 1813),
      ...(tap ? { tap } : {}),
    });
    const close = async () => void await Promise.all([diameter?.close(), accounting?.close()]);
    return { cx: diameter, radius: accounting, close };
  } catch (error) {
    await diameter?.close();
    throw error;
  }
}

export function serveHss({ cx, radius }: HssEnds, hss: Hss): void {
  cx?.serve(hss);
  radius?.serve({
    context: (context, ggsn) => recorded(hss, context, ggsn),
    restart: (ggsn) => hss.unbindAll(ggsn),
  });
}

/** TS 33.203 T.4: the address goes to the subscription of the IMSI. False where there is none, or nothing to bind. */
function recorded(
  hss: Hss,
  { status, imsi, sessionId: session, address, prefix }: ContextAccounting,
  ggsn: string,
): boolean {
  if (imsi === undefined) return false;
  if (status === "stop") return hss.unbind({ imsi, session });
  if (address === undefined && prefix === undefined) return false;
  return hss.bind({
    ...{ imsi, session, ggsn },
    ...(address === undefined ? {} : { address }),
    ...(prefix === undefined ? {} : { prefix }),
  });
}
