/** Brings the IPsec side of a UE to life: its host, its unprotected socket, its table. */
import { StreamFramer } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../../../errors.ts";
import type { EspCarrierName } from "../../../net/ipsec/types.ts";
import type { Endpoint, MessageSocket, Net, Tap } from "../../../net/types.ts";
import type { Protection } from "../protection.ts";
import type { UeSetup } from "../types.ts";
import { canonical } from "./canonical.ts";
import { Ipsec } from "./ipsec.ts";
import { Nat, privateAddress } from "./nat.ts";
import { claimedPairs } from "./offer.ts";
import { SaTable } from "./sa_table.ts";
import { ENCAPSULATION_PORT, Traffic } from "./traffic.ts";
import type { IpsecMode, IpsecOptions } from "./types.ts";

/** What `security: "ipsec-3gpp"` stands for. */
export const PLAIN_IPSEC: IpsecOptions = { mechanism: "ipsec-3gpp" };

/**
 * @param at the unprotected entry point and its transport
 * @throws EnvironmentError where this machine cannot speak IPsec: protocol 50 needs CAP_NET_RAW
 */
export async function openIpsecProtection(
  setup: UeSetup,
  local: Endpoint,
  at: { readonly transport: string; readonly remote: Endpoint },
  options: IpsecOptions,
): Promise<Protection> {
  const { net, clock, profile, random, tap } = setup;
  const timers = setup.timers ?? profile.timers;
  const nat = natOf(net, local, options, setup);
  const modes = options.modes ?? (nat ? BOTH : ["trans"]);
  const carriers = options.carriers ?? carriersFor(modes, nat !== undefined);
  const table = new SaTable();
  const traffic = new Traffic(table, () => clock.now(), canonical(at.remote.address));
  const told: Tap = (record) => {
    traffic.tapped(record);
    if (traffic.concerns(record)) tap?.(record);
  };
  const through = nat ? { port: ENCAPSULATION_PORT, through: { open: nat.open } } : {};
  const host = await open(net)({
    address: local.address,
    carriers: {
      ...(carriers.includes("raw") ? { raw: true } : {}),
      ...(carriers.includes("udp") ? { udp: through } : {}),
    },
    policy: traffic,
    clock,
    random: (octets) => random.bytes(octets),
    tap: told,
  });
  const framer = () => new StreamFramer();
  let clear: MessageSocket | undefined;
  try {
    const transport = sipTransport(at.transport);
    const opener = nat ?? net;
    clear = await opener.open(transport, { local, clock, framer, ...(tap ? { tap } : {}) });
    const ipsec = new Ipsec({
      host,
      table,
      traffic,
      clear,
      remote: at.remote,
      transport: options.transport ?? transport,
      modes,
      pairs: options.offers ?? claimedPairs(profile),
      first: options,
      carried: (mode) => carriers.includes(mode === "trans" ? "raw" : "udp"),
      wrongSa: options.wrongSa ?? "discard",
      nat: nat && {
        publicOf: (port) => nat.publicOf(port) ?? local,
        rebind: () => nat.rebind(),
      },
      elsewhere: (transport) => openElsewhere(transport, local.address, setup),
      framer,
      clock,
      timers,
      random,
    });
    return await ipsec.open();
  } catch (error) {
    await clear?.close();
    await host.close();
    throw error;
  }
}

const BOTH: readonly IpsecMode[] = ["trans", "UDP-enc-tun"];

/** Behind a NAT protocol 50 leads nowhere: such a UE needs no privilege, though it offers "trans" too. */
function carriersFor(modes: readonly IpsecMode[], behindNat: boolean): readonly EspCarrierName[] {
  if (behindNat) return ["udp"];
  return modes.map((mode) => mode === "trans" ? "raw" : "udp");
}

function natOf(net: Net, local: Endpoint, { nat }: IpsecOptions, { random }: UeSetup): Nat | undefined {
  if (!nat) return undefined;
  const told = nat === true ? {} : nat;
  return new Nat({
    net,
    publicAddress: local.address,
    privateAddress: told.privateAddress ?? privateAddress(random, local.address),
    ...(told.publicPort === undefined ? {} : { ports: new Map([[ENCAPSULATION_PORT, told.publicPort]]) }),
  });
}

function open(net: Net): NonNullable<Net["ipsec"]> {
  if (net.ipsec) return (options) => net.ipsec!(options);
  throw new EnvironmentError(
    "This machine cannot speak IPsec: its network has no host for it",
    "Leave out cases that need it, or run them on Linux.",
  );
}

/** SM1 goes over UDP or TCP: TLS is a mechanism of its own. */
function sipTransport(transport: string): "udp" | "tcp" {
  if (transport === "udp" || transport === "tcp") return transport;
  throw new LocalMisuseError(`The transport of a UE with ipsec-3gpp is "${transport}", needs "udp" or "tcp"`);
}

/** What has nothing to do with the UE's own sockets: an attacker behind the same NAT has such a port. */
function openElsewhere(
  transport: "udp" | "tcp",
  address: string,
  { net, clock, tap }: UeSetup,
): Promise<MessageSocket> {
  const told: Tap = (record) => tap?.({ ...record, layer: transport });
  const framer = () => new StreamFramer();
  return net.open(transport, { local: { address, port: 0 }, clock, framer, listen: false, tap: told });
}
