/** A checked document into the in-memory Profile, and the checks that need more than one place of it. */
import { inScope } from "./address.ts";
import type { Path } from "./document.ts";
import { formatPath } from "./check.ts";
import type { ProfileDocument, SubscriberDocument } from "./schema.ts";
import { secretForms } from "./secrets.ts";
import type { HomeNetworkSeat, Partner, Profile, Subscriber, TrustedNode } from "./types.ts";

/** Something wrong between places of the document; `path` is a path of the checked value. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
}

/** SIP timers of RFC 3261 table 4; the rest are what a lab core usually runs with (milliseconds). */
const TIMERS: Profile["timers"] = {
  t1: 500,
  t2: 4_000,
  t4: 5_000,
  answer: 4_000,
  silence: 2_000,
  regAwaitAuth: 240_000, // TS 24.229 clause 7.8 table: 4 minutes
  minExpires: 600_000,
  expiryMargin: 5_000,
  nonceLifetime: 60_000,
};

export function buildProfile(document: ProfileDocument): { profile: Profile; complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const complain = (path: Path, message: string) => complaints.push({ path, message });
  const timers = document.timers ?? {};
  const profile: Profile = {
    name: document.name,
    device: document.device ?? null,
    scope: document.scope,
    home: homeOf(document, complain),
    entry: definedOnly(document.entry) as Profile["entry"],
    access: definedOnly(document.access ?? {}) as Profile["access"],
    capabilities: definedOnly(document.capabilities) as Profile["capabilities"],
    subscribers: document.subscribers.map((entry, index) =>
      subscriberOf(entry, (path, message) => complain(["subscribers", index, ...path], message))
    ),
    operator: document.operator ?? null,
    timers: {
      t1: timers.t1 ?? TIMERS.t1,
      t2: timers.t2 ?? TIMERS.t2,
      t4: timers.t4 ?? TIMERS.t4,
      answer: timers.answer ?? TIMERS.answer,
      silence: timers.silence ?? TIMERS.silence,
      regAwaitAuth: timers["reg-await-auth"] ?? TIMERS.regAwaitAuth,
      minExpires: timers["min-expires"] ?? TIMERS.minExpires,
      expiryMargin: timers["expiry-margin"] ?? TIMERS.expiryMargin,
      nonceLifetime: timers["nonce-lifetime"] ?? TIMERS.nonceLifetime,
    },
    ...(document.peers ? { peers: document.peers } : {}),
    ...(document.pki
      ? {
        pki: {
          trust: document.pki.trust,
          client: document.pki.client ?? null,
          issuer: document.pki.issuer ?? null,
        },
      }
      : {}),
    ...(document.interconnect
      ? { interconnect: { partners: document.interconnect.partners.map(partnerOf) } }
      : {}),
    ...(document.dns ? { dns: document.dns } : {}),
    ...(document["home-networks"] ? { homeNetworks: document["home-networks"].map(homeNetworkOf) } : {}),
    ...(document.hss ? { hss: document.hss } : {}),
    ...(document.clf ? { clf: document.clf } : {}),
    ...(document["trusted-node"] ? { trustedNode: trustedNodeOf(document["trusted-node"]) } : {}),
    ...(document.radius ? { radius: document.radius } : {}),
    waivers: document.waivers.map((waiver) => ({
      case: waiver.case ?? "*",
      requirement: waiver.requirement ?? null,
      reason: waiver.reason,
      link: waiver.link ?? null,
      until: waiver.until ?? null,
    })),
    secrets: secretsOf(document),
  };
  checkEntry(profile, complain);
  checkTwice(profile, complain);
  checkPartners(profile, complain);
  return { profile, complaints };
}

type Complain = (path: Path, message: string) => void;

function homeOf({ home }: ProfileDocument, complain: Complain): Profile["home"] {
  // TS 23.003 clause 13.2: ims.mnc<three digits>.mcc<three digits>.3gppnetwork.org
  const named = home.domain.match(/\bmnc(\d{3})\.mcc(\d{3})\b/i);
  const mcc = home.mcc ?? named?.[2];
  const mnc = home.mnc ?? named?.[1];
  for (const [key, value] of [["mcc", mcc], ["mnc", mnc]] as const) {
    if (value === undefined) {
      complain(["home"], `"home.${key}" is missing: the domain "${home.domain}" does not tell it`);
    }
  }
  return { domain: home.domain, mcc: mcc ?? "", mnc: mnc ?? "" };
}

function partnerOf(entry: NonNullable<ProfileDocument["interconnect"]>["partners"][number]): Partner {
  const { domain, listen, user, trusted } = entry;
  const clear = entry.clear ?? { address: listen.address, port: listen.port - 1 };
  return { domain: domain.toLowerCase(), listen, clear, user, ...(trusted === false ? { trusted } : {}) };
}

function homeNetworkOf(
  { domain, listen }: NonNullable<ProfileDocument["home-networks"]>[number],
): HomeNetworkSeat {
  return { domain: domain.toLowerCase(), listen };
}

function trustedNodeOf(entry: NonNullable<ProfileDocument["trusted-node"]>): TrustedNode {
  return {
    addresses: entry.addresses,
    paniAware: entry["pani-aware"],
    visitedNetwork: entry["visited-network"],
  };
}

function subscriberOf(entry: SubscriberDocument, complain: Complain): Subscriber {
  const { aka, digest, nba, security } = entry;
  if (!aka && !digest && !entry.giba && !nba) {
    complain([], `The subscriber "${entry.impi}" needs "aka", "digest", "giba" or "nba"`);
  }
  const giba = entry.giba && gibaOf(entry, entry.giba, complain);
  if (aka) checkKeys(aka, complain);
  // TS 33.203 N.1: SIP Digest gives no keys for IPsec.
  if (security === "ipsec-3gpp" && !aka) {
    complain(["security"], `"ipsec-3gpp" needs "aka", whose keys it uses`);
  }
  // O.1.1: TLS goes with SIP Digest.
  if (security === "tls" && !digest) complain(["security"], `"tls" needs "digest"`);
  const implicitSet = entry["implicit-set"] ?? [];
  const barred = entry.barred ?? [];
  const otherSet = entry["other-set"] ?? [];
  const traits = [
    ...(entry.traits ?? []),
    ...(aka?.algorithm === "tuak" ? ["tuak"] : []),
    ...(aka && aka.digest !== "AKAv1-MD5" ? ["akav2"] : []),
    ...(digest?.algorithm === "SHA-256" ? ["sha-256"] : []),
    ...(implicitSet.length > 0 ? ["implicit-set"] : []),
    ...(barred.length > 0 ? ["barred"] : []),
    ...(otherSet.length > 0 ? ["other-set"] : []),
    ...([...entry.impu, ...implicitSet].some((impu) => impu.startsWith("tel:")) ? ["tel"] : []),
    ...(security === "ipsec-3gpp" ? ["ipsec"] : []),
    ...(security === "tls" ? ["tls"] : []),
    ...(giba ? ["giba"] : []),
    ...(giba && aka ? ["usim"] : []),
    ...(nba ? ["nba"] : []),
    // TS 24.229 5.3.1.2: the IMPI that a network derives from the IMPU is the IMPU without its scheme.
    ...(entry.impu.includes(`sip:${entry.impi}`) ? ["derivable-impi"] : []),
  ];
  return {
    name: entry.name ?? entry.impi.split("@")[0] ?? entry.impi,
    impi: entry.impi,
    impus: entry.impu,
    implicitSet,
    barred,
    otherSet,
    traits: [...new Set(traits)],
    ...(aka ? { aka: definedOnly(aka) as NonNullable<Subscriber["aka"]> } : {}),
    ...(digest ? { digest } : {}),
    ...(giba ? { giba } : {}),
    ...(nba ? { nba } : {}),
    ...(security ? { security } : {}),
  };
}

/** TS 23.003 13.3: a UE without ISIM has its IMSI in the IMPI. */
function gibaOf(
  { impi }: SubscriberDocument,
  { imsi, msisdn }: NonNullable<SubscriberDocument["giba"]>,
  complain: Complain,
): NonNullable<Subscriber["giba"]> {
  const derived = impi.match(/^(\d{6,15})@/)?.[1];
  if (imsi === undefined && derived === undefined) {
    complain(["giba"], `"giba" needs "imsi": the IMPI "${impi}" does not tell it`);
  }
  return { imsi: imsi ?? derived ?? "", ...(msisdn === undefined ? {} : { msisdn }) };
}

/** Milenage wants OP or OPc and a key of 128 bits (TS 35.206), TUAK TOP or TOPc (TS 35.231). */
function checkKeys(aka: NonNullable<SubscriberDocument["aka"]>, complain: Complain): void {
  const [wanted, foreign] = aka.algorithm === "milenage"
    ? [["op", "opc"], ["top", "topc"]] as const
    : [["top", "topc"], ["op", "opc"]] as const;
  const given = wanted.filter((key) => aka[key] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? "neither" : "both";
    complain(["aka"], `${aka.algorithm} needs "${wanted[0]}" or "${wanted[1]}", found ${found}`);
  }
  for (const key of foreign) {
    if (aka[key] !== undefined) complain(["aka", key], `${aka.algorithm} takes no "${key}"`);
  }
  if (aka.algorithm === "milenage" && aka.k.length !== 16) {
    complain(["aka", "k"], `milenage needs a key of 32 hexadecimal digits, found ${aka.k.length * 2}`);
  }
}

function checkEntry(profile: Profile, complain: Complain): void {
  const scope = profile.scope.map((block) => `"${block}"`).join(", ");
  const outside = (path: Path, address: string) => {
    if (inScope(profile.scope, address)) return;
    complain(
      path,
      `"${formatPath(path)}" is "${address}", outside the scope ${scope}: nothing is sent there`,
    );
  };
  if (Object.keys(profile.entry).length === 0) complain(["entry"], `"entry" needs at least one entry point`);
  for (const [name, point] of Object.entries(profile.entry)) {
    if (Object.keys(point).length === 0) {
      complain(["entry", name], `"entry.${name}" needs at least one transport, like "udp: 192.0.2.1:5060"`);
    }
    for (const [transport, place] of Object.entries(point)) {
      outside(["entry", name, transport], place.address);
    }
  }
  if (profile.dns) outside(["dns", "resolver"], profile.dns.resolver.address);
  if (profile.radius) outside(["radius", "target"], profile.radius.target.address);
  if (!profile.operator) return;
  const host = URL.canParse(profile.operator.url)
    ? new URL(profile.operator.url).hostname.replace(/^\[|\]$/g, "")
    : profile.operator.url;
  outside(["operator", "url"], host);
}

function checkTwice(profile: Profile, complain: Complain): void {
  for (const field of ["name", "impi"] as const) {
    const first = new Map<string, number>();
    profile.subscribers.forEach((subscriber, index) => {
      const value = subscriber[field];
      const earlier = first.get(value);
      first.set(value, earlier ?? index);
      if (earlier !== undefined) {
        complain(["subscribers", index], `Two subscribers have the ${field} "${value}"`);
      }
    });
  }
}

function checkPartners({ interconnect, homeNetworks }: Profile, complain: Complain): void {
  const known = new Set<string>();
  const check = (domain: string, path: Path) => {
    if (known.has(domain)) complain(path, `Two networks have the domain "${domain}"`);
    known.add(domain);
  };
  interconnect?.partners.forEach(({ domain }, index) => check(domain, ["interconnect", "partners", index]));
  homeNetworks?.forEach(({ domain }, index) => check(domain, ["home-networks", index]));
}

function secretsOf(document: ProfileDocument): string[] {
  const secrets: (string | Uint8Array | undefined)[] = document.subscribers.flatMap(({ aka, digest }) => [
    aka?.k,
    aka?.op,
    aka?.opc,
    aka?.top,
    aka?.topc,
    digest?.password,
  ]);
  secrets.push(...Object.values(document.peers ?? {}).map((pair) => pair.key));
  secrets.push(document.pki?.client?.key, document.pki?.issuer?.key, document.radius?.secret);
  return [...new Set(secrets.flatMap((secret) => secret === undefined ? [] : secretForms(secret)))];
}

function definedOnly(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
