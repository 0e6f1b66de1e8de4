/** Where a core of which there are many has its surroundings: the tester's own addresses, each core's apart. */
import type { Profile } from "../../profiles/mod.ts";
import { seededRandom } from "../runner/mod.ts";

/** For a core of which there are many: what is played around it, on addresses and ports that nobody else uses. */
export function elsewhere(profile: Profile, bind: string, seed: string): Partial<Profile> {
  const { access, trustedNode, interconnect, homeNetworks, hss, clf } = profile;
  // 127.240 to 127.254: no core is there; below the ports that the system gives away.
  const [, second = 0, third = 0, fourth = 0] = bind.split(".").map(Number);
  const address = `127.${240 + second % 15}.${third}.${fourth}`;
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint8Array(2));
  let next = 10_000 + (high * 256 + low) % 500 * 40;
  const place = () => ({ address, port: next++ });
  const partners = interconnect?.partners.map((partner) => ({
    ...partner,
    clear: place(),
    listen: place(),
  }));
  const moved = ourNets(seed);
  return {
    access: Object.fromEntries(Object.entries(access).map(([name, all]) => [name, all.map(moved)])),
    ...(trustedNode
      ? {
        trustedNode: {
          ...trustedNode,
          addresses: trustedNode.addresses.map(moved),
          paniAware: trustedNode.paniAware.map(moved),
        },
      }
      : {}),
    ...(partners ? { interconnect: { partners } } : {}),
    ...(homeNetworks ? { homeNetworks: homeNetworks.map((seat) => ({ ...seat, listen: place() })) } : {}),
    // By this port Wireshark knows Diameter, so each has an address of its own.
    ...(hss ? { hss: { ...hss, listen: { address, port: DIAMETER } } } : {}),
    ...(clf ? { clf: { ...clf, listen: { address: nextOf(address), port: DIAMETER } } } : {}),
  };
}

/**
 * Where UEs and trusted nodes of one more core are: 127.0.1 to 127.0.8 moved to nets of their own, 127.1 to 127.11. Two
 * cores whose UEs had the same addresses would hear each other's ESP. The first core of a process is where the seed says,
 * so that a run can be repeated.
 */
function ourNets(seed: string): (address: string) => string {
  const [high = 0, low = 0] = seededRandom(seed, "nets").bytes(2);
  const place = (high * 256 + low + coresBefore++) % PLACES;
  const [second, base] = [1 + Math.floor(place / 28), place % 28 * 9];
  return (address) =>
    address.replace(/^127\.0\.([1-8])\./, (_, third: string) => `127.${second}.${base + Number(third)}.`);
}

const PLACES = 11 * 28;
let coresBefore = 0;

/** RFC 6733 2.1 */
const DIAMETER = 3868;

function nextOf(address: string): string {
  return address.replace(/\d+$/, (last) => String(Number(last) < 254 ? Number(last) + 1 : 1));
}
