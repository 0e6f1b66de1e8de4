/** The profile of a running core, as a profile file has it (DESIGN 6): what `imspeer core` prints. */
import { toHex } from "../harness/crypto/mod.ts";
import type { Subscriber } from "../profiles/types.ts";
import type { Core } from "./core.ts";
import { DEFAULT_SECURITY } from "./pcscf/ipsec/mod.ts";

/** A document to be written as YAML or JSON. `name` is the profile's. */
export function coreProfile(core: Core, name = "embedded"): Record<string, unknown> {
  const { home, timers, subscribers, bind, access } = core.options;
  const at = ({ address, port }: { address: string; port: number }) =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const { udp, tcp, tls } = core.entry["p-cscf"];
  return {
    name,
    device: { vendor: "imspeer", product: "reference core" },
    scope: [bind.startsWith("127.") ? "127.0.0.0/8" : bind],
    home: { domain: home.domain, mcc: home.mcc, mnc: home.mnc },
    entry: {
      "p-cscf": {
        udp: at(udp),
        tcp: at(tcp),
        ...(tls ? { tls: { at: at(tls), name: tls.name } } : {}),
      },
    },
    ...(access ? { access } : {}),
    capabilities: { ...capabilitiesOf(subscribers), ...ipsecCapabilities(core), ...tlsCapabilities(core) },
    ...(core.options.tls ? { pki: { trust: [core.options.tls.authority.pem()] } } : {}),
    operator: { url: core.operatorUrl, actions: [...core.actions] },
    timers: {
      "reg-await-auth": timers.regAwaitAuth,
      "min-expires": timers.minExpires,
      "expiry-margin": timers.expiryMargin,
      "nonce-lifetime": timers.nonceLifetime,
    },
    subscribers: subscribers.map(subscriberDocument),
  };
}

function capabilitiesOf(subscribers: readonly Subscriber[]): Record<string, boolean> {
  const some = (test: (subscriber: Subscriber) => boolean) => subscribers.some(test);
  return {
    "aka": some(({ aka }) => aka !== undefined),
    "digest": some(({ digest }) => digest !== undefined),
    "proxy-auth": some(({ traits }) => traits.includes("proxy-auth")),
    "outbound": true,
    "privacy": true,
    "privacy-user": true,
    "privacy-header": true,
  };
}

/** By the names of Annex H; what needs protocol 50 is claimed where the core has it. */
function ipsecCapabilities({ ipsec, options }: Core): Record<string, boolean | string[]> {
  if (!ipsec) return {};
  const { pairs, natTraversal } = options.policy?.security ?? DEFAULT_SECURITY;
  return {
    "ipsec": ipsec.native,
    "ipsec.udp-enc": natTraversal,
    "ipsec.alg": [...new Set(pairs.map(({ integrity }) => integrity))],
    "ipsec.ealg": [...new Set(pairs.map(({ encryption }) => encryption))],
  };
}

function tlsCapabilities({ options }: Core): Record<string, boolean | string[]> {
  if (!options.tls) return {};
  return {
    "tls": true,
    "tls.agreement": true,
    "tls.first": true,
    "tls.mandatory": options.policy?.tlsMandatory ?? false,
    "tls.null": false,
    "tls.versions": ["TLSv1.2", "TLSv1.3"],
    "tls.renegotiation": true,
  };
}

function subscriberDocument(subscriber: Subscriber): Record<string, unknown> {
  const { name, impi, impus, implicitSet, barred, otherSet, traits, aka, digest } = subscriber;
  const list = (key: string, values: readonly string[]) => values.length > 0 ? { [key]: [...values] } : {};
  return {
    name,
    impi,
    impu: [...impus],
    ...list("implicit-set", implicitSet),
    ...list("barred", barred),
    ...list("other-set", otherSet),
    ...list("traits", traits),
    ...(aka ? { aka: akaDocument(aka) } : {}),
    ...(digest ? { digest: { ...digest } } : {}),
  };
}

function akaDocument(aka: NonNullable<Subscriber["aka"]>): Record<string, unknown> {
  const entries = Object.entries(aka).map(([key, value]) =>
    [
      key,
      value instanceof Uint8Array ? toHex(value) : key === "sqn" ? `0x${aka.sqn.toString(16)}` : value,
    ] as const
  );
  return Object.fromEntries(entries);
}
