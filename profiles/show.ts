/** A profile as people may see it: every value in effect, in the form of the file, secrets masked. */
import { isMap, isScalar, parseDocument, stringify, visit } from "yaml";
import { collapseAddresses, inScope } from "./address.ts";
import type { EntryPoint, Partner, Profile, Subscriber } from "./types.ts";

const MASK = "*****";

/** Plain data in the form of the YAML document, defaults filled in; secrets are "*****". */
export function maskedProfile(profile: Profile): Record<string, unknown> {
  const { timers, pki } = profile;
  return {
    name: profile.name,
    ...(profile.device ? { device: profile.device } : {}),
    scope: profile.scope,
    home: profile.home,
    entry: mapValues(profile.entry, (point) => mapValues(point, formatEntryPoint)),
    access: mapValues(profile.access, collapseAddresses),
    capabilities: profile.capabilities,
    timers: {
      t1: `${timers.t1}ms`,
      t2: `${timers.t2}ms`,
      t4: `${timers.t4}ms`,
      answer: `${timers.answer}ms`,
      silence: `${timers.silence}ms`,
      "reg-await-auth": `${timers.regAwaitAuth}ms`,
      "min-expires": `${timers.minExpires}ms`,
      "expiry-margin": `${timers.expiryMargin}ms`,
      "nonce-lifetime": `${timers.nonceLifetime}ms`,
    },
    ...(profile.operator ? { operator: profile.operator } : {}),
    ...(profile.peers ? { peers: mapValues(profile.peers, (pair) => ({ ...pair, key: MASK })) } : {}),
    ...(pki ? { pki: maskedPki(pki) } : {}),
    ...(profile.interconnect
      ? { interconnect: { partners: profile.interconnect.partners.map(shownPartner) } }
      : {}),
    ...(profile.dns ? { dns: { resolver: formatEndpoint(profile.dns.resolver) } } : {}),
    ...playedNodes(profile),
    ...(profile.radius ? { radius: { target: formatEndpoint(profile.radius.target), secret: MASK } } : {}),
    waivers: profile.waivers,
    subscribers: profile.subscribers.map(maskedSubscriber),
  };
}

/** The same as YAML. */
export function showProfile(profile: Profile): string {
  return `# Every value in effect of the profile "${profile.name}". Secrets are masked.\n` +
    compactYaml(maskedProfile(profile));
}

/**
 * The text of a profile with its entry points, operator interface, name server, accounting and certificates replaced,
 * the scope widened to them where need be, and everything else, comments too, as it was: what `imspeer core` prints of
 * the core it has started.
 */
export function withEntry(
  text: string,
  entry: Profile["entry"],
  operator: Profile["operator"],
  comment: string,
  more:
    & Pick<Profile, "dns" | "pki" | "radius" | "homeNetworks" | "hss" | "clf" | "trustedNode">
    & Partial<Pick<Profile, "subscribers">> = {},
): string {
  const document = parseDocument(text);
  const addresses = Object.values(entry).flatMap((point) => Object.values(point)).map(({ address }) =>
    address
  );
  const scope = [document.toJS().scope ?? []].flat() as string[];
  const outside = new Set(addresses.filter((address) => !inScope(scope, address)));
  if (outside.size > 0) document.set("scope", document.createNode([...scope, ...outside]));
  document.commentBefore = comment.split("\n").map((line) => ` ${line}`).join("\n");
  document.set("entry", document.createNode(mapValues(entry, (point) => mapValues(point, formatEntryPoint))));
  if (operator) document.set("operator", document.createNode(operator));
  else document.delete("operator");
  const { dns, pki } = more;
  if (pki) document.set("pki", document.createNode(keyPairs(pki)));
  if (dns) document.set("dns", document.createNode({ resolver: formatEndpoint(dns.resolver) }));
  else document.delete("dns");
  if (more.radius) document.setIn(["radius", "target"], formatEndpoint(more.radius.target));
  // Networks to play towards a border that there is not.
  if (!entry["ibcf"]) document.delete("interconnect");
  // And nodes inside a domain that nobody is admitted to.
  for (const [part, key] of PLAYED) if (more[part] === undefined) document.delete(key);
  if (more.subscribers?.length === 0) document.delete("subscribers");
  return document.toString({ lineWidth: 0 });
}

/** Nodes of ours around a device, and what they are called in a file. */
const PLAYED = [
  ["homeNetworks", "home-networks"],
  ["hss", "hss"],
  ["clf", "clf"],
  ["trustedNode", "trusted-node"],
  ["radius", "radius"],
] as const;

export function formatEndpoint(place: { readonly address: string; readonly port: number }): string {
  return place.address.includes(":") ? `[${place.address}]:${place.port}` : `${place.address}:${place.port}`;
}

function formatEntryPoint({ name, ...place }: EntryPoint): string | { at: string; name: string } {
  return name === undefined ? formatEndpoint(place) : { at: formatEndpoint(place), name };
}

/** As it stands in a file: what is not given is not there. */
function keyPairs({ trust, client, issuer }: NonNullable<Profile["pki"]>): Record<string, unknown> {
  return { trust, ...(client ? { client } : {}), ...(issuer ? { issuer } : {}) };
}

function maskedPki({ trust, client, issuer }: NonNullable<Profile["pki"]>): Record<string, unknown> {
  return {
    trust,
    ...(client ? { client: { ...client, key: MASK } } : {}),
    ...(issuer ? { issuer: { ...issuer, key: MASK } } : {}),
  };
}

function shownPartner({ listen, clear, ...partner }: Partner): Record<string, unknown> {
  return { ...partner, listen: formatEndpoint(listen), clear: formatEndpoint(clear) };
}

/** Nodes of ours, in the form of the file. */
function playedNodes({ homeNetworks, hss, clf, trustedNode }: Profile): Record<string, unknown> {
  const listening = <T extends { readonly listen: EntryPoint }>({ listen, ...rest }: T) => ({
    listen: formatEndpoint(listen),
    ...rest,
  });
  return {
    ...(homeNetworks ? { "home-networks": homeNetworks.map(listening) } : {}),
    ...(hss ? { hss: listening(hss) } : {}),
    ...(clf ? { clf: listening(clf) } : {}),
    ...(trustedNode
      ? {
        "trusted-node": {
          addresses: collapseAddresses(trustedNode.addresses),
          "pani-aware": collapseAddresses(trustedNode.paniAware),
          "visited-network": trustedNode.visitedNetwork,
        },
      }
      : {}),
  };
}

function maskedSubscriber(subscriber: Subscriber): Record<string, unknown> {
  const { aka, digest } = subscriber;
  return {
    name: subscriber.name,
    impi: subscriber.impi,
    impu: subscriber.impus,
    ...(subscriber.implicitSet.length > 0 ? { "implicit-set": subscriber.implicitSet } : {}),
    ...(subscriber.barred.length > 0 ? { barred: subscriber.barred } : {}),
    ...(subscriber.otherSet.length > 0 ? { "other-set": subscriber.otherSet } : {}),
    ...(subscriber.traits.length > 0 ? { traits: subscriber.traits } : {}),
    ...(aka ? { aka: maskedAka(aka) } : {}),
    ...(subscriber.security ? { security: subscriber.security } : {}),
    ...(digest ? { digest: { password: MASK, algorithm: digest.algorithm } } : {}),
    ...(subscriber.giba ? { giba: subscriber.giba } : {}),
    ...(subscriber.nba ? { nba: subscriber.nba } : {}),
  };
}

function maskedAka(aka: NonNullable<Subscriber["aka"]>): Record<string, unknown> {
  const keys = Object.fromEntries(
    (["k", "op", "opc", "top", "topc"] as const).filter((key) => aka[key]).map((key) => [key, MASK]),
  );
  const amf = Array.from(aka.amf, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return { algorithm: aka.algorithm, ...keys, amf, sqn: Number(aka.sqn), ind: aka.ind, digest: aka.digest };
}

/** Lists of bare values and the keys of a subscriber on one line each, so that fifty of them stay readable. */
function compactYaml(value: unknown): string {
  const document = parseDocument(stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }));
  visit(document, {
    Seq(_, node) {
      if (node.items.every((item) => isScalar(item))) node.flow = true;
    },
    Pair(_, pair) {
      const bundle = isScalar(pair.key) && (pair.key.value === "aka" || pair.key.value === "digest");
      if (bundle && isMap(pair.value)) pair.value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
