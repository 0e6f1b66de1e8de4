/** The HSS of the lab: imspeer's peer `hss`, with the subscribers of the profile. */
import { systemClock, systemNet } from "../harness/net/mod.ts";
import { HssServer } from "../harness/peer/hss/mod.ts";
import type { Profile } from "../profiles/mod.ts";
import { HOME, type LabAddresses, PORTS } from "./addresses.ts";

/** Its Origin-Host is its address: cdp connects to the name of a peer, and the lab has no name server. */
export function openLabHss(profile: Profile, { of }: LabAddresses): Promise<HssServer> {
  const listen = { address: of.hss, port: PORTS.diameter };
  return HssServer.open({
    self: { host: of.hss, realm: HOME, addresses: [of.hss], product: "imspeer" },
    digestRealm: profile.home.domain,
    subscribers: profile.subscribers,
    clock: systemClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timers: profile.timers,
    listen: (accept) => systemNet.listen!(listen, accept),
  });
}

/** Resolves when so many Diameter nodes have exchanged capabilities. Rejects after `within` ms. */
export async function connected(hss: HssServer, peers: number, within = 10_000): Promise<void> {
  const until = systemClock.now() + within;
  while (hss.peers.length < peers) {
    if (systemClock.now() > until) throw new Error(`${hss.peers.length} of ${peers} nodes asked our HSS`);
    await systemClock.wait(systemClock.now() + 50);
  }
}
