/** The access network a UE sits in: where its address comes from and what it says of it (TS 24.229 7.2A.4). */
import { EnvironmentError } from "../../errors.ts";
import type { Endpoint, TransportName } from "../../net/types.ts";
import type { EntryPoint, Profile, Subscriber } from "../../../profiles/types.ts";
import type { UeOptions } from "./types.ts";

/** How a UE protects what it sends: as told, else as its subscriber does. */
export function securityOf(
  subscriber: Subscriber,
  { security }: UeOptions,
): NonNullable<UeOptions["security"]> {
  return security ?? subscriber.security ?? "none";
}

/** Who is known by an address alone: GIBA and nothing else (TS 33.203 Annex T). */
export function isBundled({ giba, aka, digest }: Subscriber): boolean {
  return giba !== undefined && aka === undefined && digest === undefined;
}

/** Name of the profile's access the UE is on. */
export function accessOf(profile: Profile, subscriber: Subscriber, options: UeOptions): string | undefined {
  if (options.access !== undefined) return options.access;
  const names = Object.keys(profile.access);
  const address = options.local?.address;
  // TS 33.203 N.1: SIP Digest is not for accesses that 3GPP defines; AKA is made for them. Where the device speaks
  // IPsec it may want it there (6.2), so a UE without it goes elsewhere if it can.
  const { ipsec, "ipsec.udp-enc": throughNat } = profile.capabilities;
  const security = securityOf(subscriber, options);
  // O.1.1: nor is TLS.
  const tls = security === "tls" || typeof security === "object" && security.mechanism === "tls";
  // T.1: GIBA is for the packet domain of 3GPP alone. Who has keys besides goes where those with keys go.
  const wants3gpp = !tls &&
    (security !== "none" || isBundled(subscriber) ||
      subscriber.aka !== undefined && ipsec !== true && throughNat !== true);
  const fitting = wants3gpp ? ["3gpp"] : ["fixed", "wlan", "nass"];
  const inOrder = [...names].sort((a, b) => Number(fitting.includes(b)) - Number(fitting.includes(a)));
  if (address === undefined) return inOrder[0];
  return inOrder.find((name) => profile.access[name]?.includes(address));
}

export function localEndpoint(profile: Profile, access: string | undefined, options: UeOptions): Endpoint {
  const address = options.local?.address ?? profile.access[access ?? ""]?.[0];
  if (address !== undefined) return { address, port: options.local?.port ?? 0 };
  throw new EnvironmentError(
    `The profile "${profile.name}" names no local address for the access "${access ?? "any"}"`,
    `Give "access: ${access ?? "3gpp"}:" a list of addresses of this machine`,
  );
}

/** Where the UE sends to, and by which transport: as told, else the first one the entry point has. */
export function entryPoint(
  profile: Profile,
  { entry = "p-cscf", transport }: UeOptions,
): { readonly transport: TransportName; readonly remote: EntryPoint } {
  const offered = profile.entry[entry] ?? {};
  const chosen = transport ?? (Object.keys(offered)[0] as TransportName | undefined) ?? "udp";
  const remote = offered[chosen];
  if (remote) return { transport: chosen, remote };
  throw new EnvironmentError(
    `The profile "${profile.name}" has no entry point "${entry}" for the transport "${chosen}"`,
    `Give "entry: ${entry}: ${chosen}:" an address and a port, or select cases that do not need it`,
  );
}

/** P-Access-Network-Info as this access has it; undefined for one we know no value for. */
export function accessNetworkInfo(profile: Profile, access: string | undefined): string | undefined {
  const { mcc, mnc } = profile.home;
  switch (access) {
    case "3gpp":
      // MCC, MNC, tracking area code, cell identity.
      return `3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=${mcc}${mnc}00010000001`;
    case "fixed":
      return "IEEE-802.3";
    case "nass":
      return "ADSL";
    case "wlan":
      return "IEEE-802.11";
  }
  return undefined;
}
