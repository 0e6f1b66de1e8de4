/** `imspeer core --only`: one box of the reference core, with real equipment around it. */
import { BOX_NAMES, type BoxName, type BoxOptions, startBox } from "../../refcore/mod.ts";
import { parseCidr, parseEndpoint, type Profile } from "../../profiles/mod.ts";
import { systemNet } from "../net/mod.ts";
import { seededRandom } from "../runner/mod.ts";
import type { Args } from "./args.ts";
import type { OptionSpec } from "./command.ts";
import { usageError } from "./exit.ts";
import { type CoreWishes, pkiOf, type Target, tlsAuthority } from "./target.ts";

export const BOX_OPTIONS: readonly OptionSpec[] = [
  { name: "only", value: "BOX", help: `start this box alone: ${BOX_NAMES.join(", ")}`, group: "One box" },
  {
    name: "next-hop",
    value: "HOST:PORT",
    help: "where names lead: the home network of a p-cscf, the S-CSCF of an i-cscf, the I-CSCF of an s-cscf",
    group: "One box",
  },
  {
    name: "hss",
    value: "diameter:HOST:PORT",
    help: "the HSS that an i-cscf or s-cscf asks (Cx)",
    group: "One box",
  },
  {
    name: "trust",
    value: "CIDR",
    repeatable: true,
    help: "whom it answers on Mw and Cx",
    default: "everybody",
    group: "One box",
  },
  {
    name: "pani-aware",
    value: "CIDR",
    repeatable: true,
    help: "further P-CSCFs of which an s-cscf knows that they write P-Access-Network-Info (TS 33.203 P.5)",
    default: "those that the profile has",
    group: "One box",
  },
];

export type BoxWishes = Pick<BoxOptions, "only" | "nextHop"> & {
  readonly hss: BoxOptions["nextHop"];
  /** CIDRs */
  readonly trusted: readonly string[];
  readonly paniAware: readonly string[];
};

/** Undefined where the whole core is wanted. Throws CliError (64). */
export function boxWishes(args: Args): BoxWishes | undefined {
  const only = args.text("only");
  const others = ["next-hop", "hss", "trust", "pani-aware"].filter((name) => args.list(name).length > 0);
  if (only === undefined) {
    if (others[0] === undefined) return undefined;
    throw usageError(`"--${others[0]}" is for one box alone: add "--only ${BOX_NAMES.join("|")}"`);
  }
  const name = BOX_NAMES.find((known) => known === only);
  if (!name) throw usageError(`"--only" needs one of ${BOX_NAMES.join(", ")}, found "${only}"`);
  const nextHop = placeOf("next-hop", args.text("next-hop"), 5060);
  const hss = hssOf(args.text("hss"));
  checkTogether(name, { nextHop: nextHop !== undefined, hss: hss !== undefined });
  const paniAware = cidrsOf("pani-aware", args.list("pani-aware"));
  if (paniAware.length > 0 && name !== "s-cscf") throw usageError(`"--pani-aware" is for an s-cscf alone`);
  const trusted = cidrsOf("trust", args.list("trust"));
  return {
    ...{ only: name, hss, paniAware },
    ...(nextHop ? { nextHop } : {}),
    trusted: trusted.length > 0 ? trusted : ["0.0.0.0/0", "::/0"],
  };
}

/** The box as a target: its entry points, and nothing of an operator's. */
export async function openBox(
  profile: Profile,
  { hss, trusted, paniAware, ...box }: BoxWishes,
  { faults, seed, bind, ports }: CoreWishes,
): Promise<Target> {
  const { homeNetworks, clf, radius, trustedNode } = profile;
  const authority = box.only === "p-cscf" ? await tlsAuthority() : undefined;
  const opened = await startBox({
    ...{ ...box, bind, net: systemNet, faults: new Set(faults) },
    ...(ports ? { ports } : {}),
    ...{
      subscribers: profile.subscribers,
      home: profile.home,
      timers: profile.timers,
      access: profile.access,
    },
    policy: {
      trusted,
      paniAware: [...trustedNode?.paniAware ?? [], ...paniAware],
      visitedNetworks: trustedNode ? [trustedNode.visitedNetwork] : [],
    },
    mw: { ...(homeNetworks ? { homeNetworks } : {}), ...(hss ? { hss } : {}) },
    ...(clf ? { clf } : {}),
    ...(radius ? { radius: { secret: radius.secret } } : {}),
    ipsec: {},
    ...(authority ? { tls: { authority } } : {}),
    random: seededRandom(seed, "core"),
  });
  const { operator: _, interconnect: __, dns: ___, radius: ____, ...common } = profile;
  const played = playedAround(profile, { ...box, hss });
  return {
    profile: {
      ...{ ...common, entry: entryOf(opened.entry, played, box.nextHop), operator: null },
      ...(played.home ? { subscribers: [] } : {}),
      ...(authority ? { pki: pkiOf(authority, []) } : {}),
      ...(opened.radius && radius ? { radius: { ...radius, target: opened.radius } } : {}),
    },
    problems: opened.problems,
    close: () => opened.close(),
  };
}

interface Played {
  readonly hss: boolean;
  readonly nextHop: boolean;
  /** Behind a P-CSCF, so that nobody is registered but the users that we make up. */
  readonly home: boolean;
}

/** Which of the boxes around are the tester's own, by the profile. */
function playedAround(
  { hss, homeNetworks = [], trustedNode }: Profile,
  box: Pick<BoxWishes, "only" | "nextHop" | "hss">,
): Played {
  const same = (one: BoxWishes["hss"], other: BoxWishes["hss"]) =>
    one !== undefined && one.address === other?.address && one.port === other.port;
  const home = homeNetworks.some(({ listen }) => same(listen, box.nextHop));
  const node = trustedNode?.addresses.includes(box.nextHop?.address ?? "") ?? false;
  return { hss: same(hss?.listen, box.hss), nextHop: home || node, home: box.only === "p-cscf" && home };
}

/** What asks our HSS is found under "…-hss"; an I-CSCF that leads to nobody else is no way into a home network. */
function entryOf(
  entry: Profile["entry"],
  { hss, nextHop }: Played,
  given: BoxWishes["nextHop"],
): Profile["entry"] {
  const leads = given !== undefined && !nextHop;
  return Object.fromEntries(
    Object.entries(entry).filter(([name]) =>
      name.endsWith("-hss") ? hss : name !== "i-cscf" || leads || !hss
    ),
  );
}

function checkTogether(name: BoxName, given: { readonly nextHop: boolean; readonly hss: boolean }): void {
  const asks = name === "i-cscf" || name === "s-cscf";
  if (asks && !given.hss) throw usageError(`"--only ${name}" needs "--hss diameter:HOST:PORT"`);
  if (!asks && given.hss) throw usageError(`"--hss" is for an i-cscf or s-cscf, not for "${name}"`);
  if (name === "p-cscf" && !given.nextHop) throw usageError(`"--only p-cscf" needs "--next-hop HOST:PORT"`);
  if (name === "hss" && given.nextHop) throw usageError(`"--next-hop" is not for an HSS`);
}

function hssOf(text: string | undefined): BoxWishes["hss"] {
  if (text === undefined) return undefined;
  const place = text.match(/^diameter:(.*)$/)?.[1];
  if (place !== undefined) return placeOf("hss", place, 3868);
  throw usageError(`"--hss" needs "diameter:HOST:PORT", found "${text}"`);
}

function placeOf(option: string, text: string | undefined, port: number): BoxWishes["hss"] {
  if (text === undefined) return undefined;
  const place = parseEndpoint(text, port);
  if (place) return place;
  throw usageError(`"--${option}" needs an IP address and a port, like "192.0.2.1:${port}", found "${text}"`);
}

function cidrsOf(option: string, cidrs: readonly string[]): readonly string[] {
  const wrong = cidrs.find((cidr) => parseCidr(cidr) === undefined);
  if (wrong !== undefined) {
    throw usageError(`"--${option}" needs a CIDR block, like "192.0.2.0/24", found "${wrong}"`);
  }
  return cidrs;
}
