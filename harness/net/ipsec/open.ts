/** Brings an IPsec host to life on the sockets of a net. */
import { LocalMisuseError } from "../../errors.ts";
import { UDP_ENCAPSULATION_PORT } from "../../wire/esp.ts";
import type { Net } from "../types.ts";
import { openRawCarrier, type RawOpener, UdpCarrier } from "./carrier.ts";
import { UserSpaceHost } from "./host.ts";
import type { IpsecHost, IpsecOptions } from "./types.ts";

/** What a host stands on: sockets for what is in the clear and for encapsulation, and raw IP. */
export interface IpsecGround {
  readonly net: Pick<Net, "open">;
  readonly raw: RawOpener;
}

/**
 * Rejects with EnvironmentError where a carrier cannot be opened: no CAP_NET_RAW, the UDP port taken, an address that
 * is not this machine's.
 */
export async function openIpsec(options: IpsecOptions, { net, raw }: IpsecGround): Promise<IpsecHost> {
  const { address, carriers, clock } = options;
  if (!carriers.raw && !carriers.udp) {
    throw new LocalMisuseError('An IPsec host needs a carrier: "raw", "udp" or both');
  }
  const host = new UserSpaceHost(options, net);
  const { handlers } = host;
  const rawCarrier = carriers.raw ? await openRawCarrier(host.address, raw, handlers) : undefined;
  try {
    const port = carriers.udp?.port ?? UDP_ENCAPSULATION_PORT;
    const udpCarrier = carriers.udp
      ? new UdpCarrier(
        await (carriers.udp.through ?? net).open("udp", { local: { address, port }, clock }),
        handlers,
      )
      : undefined;
    host.use({ raw: rawCarrier, udp: udpCarrier });
    return host;
  } catch (error) {
    await rawCarrier?.close();
    throw error;
  }
}
