/**
 * The YAML document of a profile, section by section (DESIGN 6). Keys are written with hyphens, as they stand in
 * the file; `build.ts` makes the in-memory Profile of it. Every object is strict: an unknown key is an error.
 */
import { z } from "zod";
import { CAPABILITIES, CAPABILITY_VALUES } from "./capabilities.ts";
import {
  addresses,
  choice,
  cidr,
  day,
  duration,
  endpoint,
  entryPoint as namedEndpoint,
  flag,
  octets,
  oneOrMany,
  pattern,
  sequenceNumber,
  text,
} from "./leaves.ts";
import { parseRange } from "./ranges.ts";

const SIP_URI = /^(sips?:[^\s@]+@[^\s@]+|tel:\+?[0-9A-Fa-f*#().-]+(;\S+)?)$/;
const DOMAIN = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const IMPU_NEEDS = `needs a public identity, like "sip:alice@home1.net" or "tel:+15551234567"`;

const RANGE_NEEDS = `needs two numbers, the lower first, like "1..12" (at most 10000 subscribers)`;

const device = z.strictObject({
  vendor: text("needs the vendor's name").default("unknown"),
  product: text("needs the product's name"),
  version: text("needs the version under test, in quotes").default("unknown"),
}).meta({ description: "What is under test; goes into every report." });

const home = z.strictObject({
  domain: pattern(DOMAIN, 'needs a domain name, like "home1.net"'),
  mcc: pattern(/^\d{3}$/, "needs three digits, in quotes").optional(),
  mnc: pattern(/^\d{2,3}$/, "needs two or three digits, in quotes").optional(),
}).meta({
  description: "The home network. mcc and mnc may be left out where the domain is ims.mncXXX.mccYYY.…",
});

const entryPoint = z.strictObject({
  udp: namedEndpoint(5060),
  tcp: namedEndpoint(5060),
  tls: namedEndpoint(5061),
  ws: namedEndpoint(80),
  wss: namedEndpoint(443),
}).partial().meta({
  description:
    `Where it listens: transport and "address:port", or { at: "address:port", name: FQDN } where its ` +
    "certificate must be for that name.",
});

const entry = z.strictObject({
  "p-cscf": entryPoint,
  "i-cscf": entryPoint,
  "s-cscf": entryPoint,
  "i-cscf-hss": entryPoint,
  "s-cscf-hss": entryPoint,
  "hss": entryPoint,
  "ibcf": entryPoint,
  "conference-factory": entryPoint,
  "ms": entryPoint,
  "authorization-server": entryPoint,
  "turn": entryPoint,
  "kms": entryPoint,
}).partial().meta({
  description:
    "Entry points of the device under test. Those with -hss ask our HSS; hss itself takes Diameter.",
});

const local = oneOrMany(addresses()).transform((lists) => lists.flat());
const access = z.strictObject({
  "3gpp": local,
  "fixed": local,
  "nass": local,
  "wlan": local,
}).partial().meta({
  description: "Addresses of this machine to send from, by the access network the device takes them for.",
});

const aka = z.strictObject({
  algorithm: choice(["milenage", "tuak"]).default("milenage"),
  k: octets(16, 32),
  op: octets(16).optional(),
  opc: octets(16).optional(),
  top: octets(32).optional(),
  topc: octets(32).optional(),
  amf: octets(2).prefault("8000"),
  sqn: sequenceNumber().prefault(0),
  ind: z.int({ error: "needs a number of bits, 0 to 16" }).min(0, { error: "needs 0 or more bits" })
    .max(16, { error: "needs 16 bits or fewer" }).default(5),
  digest: choice(["AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256"]).default("AKAv1-MD5"),
}).meta({
  description:
    "ISIM data. k with op or opc (milenage), top or topc (tuak); sqn is the highest the ISIM has " +
    "seen, ind the number of its bits that are IND (TS 33.102 Annex C).",
});

const digest = z.strictObject({
  password: text("needs the password, in quotes"),
  algorithm: choice(["MD5", "SHA-256"]).default("MD5"),
}).meta({ description: "SIP Digest data." });

const giba = z.strictObject({
  imsi: pattern(/^\d{6,15}$/, "needs an IMSI: 6 to 15 digits, in quotes").optional(),
  msisdn: pattern(/^\d{5,15}$/, "needs the digits of a telephone number, in quotes").optional(),
}).meta({
  description:
    "GPRS-IMS-bundled authentication (TS 33.203 Annex T). Without imsi it is the user part of impi.",
});

const nba = z.strictObject({
  line: text("needs a line identifier, in quotes"),
}).meta({
  description: "NASS-IMS-bundled authentication (TS 33.203 Annex R): the line in the user's profile.",
});

const impus = oneOrMany(pattern(SIP_URI, IMPU_NEEDS));
const subscriber = z.strictObject({
  range: text(RANGE_NEEDS).refine((value) => parseRange(value) !== undefined, { error: RANGE_NEEDS })
    .optional()
    .meta({
      description: `Makes a block of subscribers: "1..12" puts 1 to 12 for {n}, 001 to 012 for {n:03}.`,
    }),
  name: text("needs a short name, used in reports").optional(),
  impi: pattern(/^[^\s@]+@[^\s@]+$/, `needs a private identity, like "alice@home1.net"`),
  impu: impus.refine((list) => list.length > 0, { error: IMPU_NEEDS }),
  "implicit-set": impus.optional(),
  barred: impus.optional(),
  "other-set": impus.optional(),
  traits: oneOrMany(pattern(/^[a-z0-9][a-z0-9-]*$/, "needs a word of small letters, digits and hyphens"))
    .optional(),
  aka: aka.optional(),
  digest: digest.optional(),
  giba: giba.optional(),
  nba: nba.optional(),
  security: choice(["none", "ipsec-3gpp", "tls"]).optional().meta({
    description: "What this subscriber's UE protects its signalling with, where a case does not say it.",
  }),
}).meta({ description: "A provisioned subscriber, or a block of them." });

const operator = z.strictObject({
  url: pattern(/^https?:\/\/\S+$/, `needs a URL, like "http://192.0.2.1:8080"`),
  actions: oneOrMany(text("needs the name of an action")).default([]),
}).meta({ description: "HTTP interface that does what a UE cannot ask for (de-register a user …)." });

const timers = z.strictObject({
  t1: duration(),
  t2: duration(),
  t4: duration(),
  answer: duration(),
  silence: duration(),
  "reg-await-auth": duration(),
  "min-expires": duration(),
  "expiry-margin": duration(),
  "nonce-lifetime": duration(),
}).partial().meta({ description: `Times in milliseconds, or with a unit ("500ms", "30s").` });

const keyPair = z.strictObject({
  certificate: text("needs a certificate (file:path)"),
  key: text("needs a private key (file:path)"),
});

const pki = z.strictObject({
  trust: oneOrMany(text("needs a certificate (file:path)")).default([]),
  client: keyPair.optional(),
  issuer: keyPair.optional(),
}).meta({
  description:
    "Trust anchors for the device's certificates, our own client certificate, and a CA that the device " +
    "trusts: with its key the certificates of the roles we play are issued, good ones and bad ones.",
});

const partner = z.strictObject({
  domain: pattern(DOMAIN, 'needs a domain name, like "partner.example.net"'),
  listen: endpoint(5061).meta({ description: "Where the device reaches us by TLS." }),
  clear: endpoint(5060).optional().meta({
    description: "Where SIP in the clear would come to; without it the port below that of listen.",
  }),
  user: text("needs the user part of a SIP URI").default("peer"),
  trusted: z.boolean().optional().meta({
    description:
      "Whether there is an agreement by which the device trusts it (TS 33.203 5.4); without it yes.",
  }),
}).meta({ description: "A network we play; the device has it in its table of partners (TS 33.203 6.5)." });

const interconnect = z.strictObject({
  partners: z.array(partner).min(1, { error: "needs at least one network" }),
}).meta({ description: "Networks we play towards the device's border. As many cases run side by side." });

const dns = z.strictObject({
  resolver: endpoint(53),
}).meta({ description: "Where the home network's records are asked for, over UDP (RFC 3263)." });

const homeNetwork = z.strictObject({
  domain: pattern(DOMAIN, 'needs a domain name, like "roaming.example.net"'),
  listen: endpoint(5060).meta({ description: "Where the P-CSCF reaches us by UDP and TCP." }),
}).meta({ description: "A network we play, whose users come to the device's P-CSCF." });

function diameterServer(description: string) {
  const identity = pattern(DOMAIN, 'needs a host name, like "hss.home1.net"');
  return z.strictObject({
    listen: endpoint(3868),
    host: identity.meta({ description: "Origin-Host" }),
    realm: identity.meta({ description: "Origin-Realm" }),
  }).meta({ description });
}

const trustedNode = z.strictObject({
  addresses: local.meta({
    description:
      "Addresses of this machine that the device takes for nodes of its own domain: trusted nodes, GGSNs.",
  }),
  "pani-aware": local.default([]).meta({
    description: "Addresses that the S-CSCF has in its list of PANI-aware P-CSCFs (TS 33.203 P.5).",
  }),
  "visited-network": pattern(DOMAIN, 'needs a domain name, like "visited.example.net"').meta({
    description: "A network that the device accepts in P-Visited-Network-ID beside its own.",
  }),
}).meta({ description: "Hosts of ours on Mw. The device knows them by address (it stands for NDS/IP)." });

const radius = z.strictObject({
  target: endpoint(1813),
  secret: text("needs the shared secret, in quotes"),
}).meta({ description: "Where the HSS takes RADIUS accounting from GGSNs (TS 33.203 T.4)." });

function capability(name: string) {
  const values = CAPABILITY_VALUES[name];
  return values ? oneOrMany(choice(values)) : flag();
}

const waiver = z.strictObject({
  case: text(`needs a case, or a glob like "aka/*"`).optional(),
  requirement: text("needs the id of a requirement").optional(),
  reason: text("needs the reason in words"),
  link: pattern(/^\S+:\S+$/, "needs a link").optional(),
  until: day().optional(),
}).refine((value) => value.case !== undefined || value.requirement !== undefined, {
  error: `needs "case" or "requirement"`,
}).meta({ description: "A known deviation. A waived case that passes makes the run fail as stale." });

const capabilities = z.strictObject(
  Object.fromEntries(
    Object.entries(CAPABILITIES).map((
      [name, says],
    ) => [name, capability(name).optional().meta({ description: says })]),
  ),
).meta({ description: "What the device claims (the PICS). Cases that need more are not applicable." });

export const profileSchema = z.strictObject({
  name: pattern(/^[A-Za-z0-9][\w.-]*$/, "needs a name of letters, digits, hyphens and dots"),
  device: device.optional(),
  scope: oneOrMany(cidr()).meta({ description: "CIDR blocks; nothing outside is ever sent to." }),
  home,
  entry,
  access: access.optional(),
  capabilities: capabilities.prefault({}),
  subscribers: z.array(subscriber).default([]),
  operator: operator.optional(),
  timers: timers.optional(),
  peers: z.record(z.string(), keyPair).optional()
    .meta({ description: "Keys and certificates of the roles we play, by role." }),
  pki: pki.optional(),
  interconnect: interconnect.optional(),
  dns: dns.optional(),
  "home-networks": z.array(homeNetwork).min(1, { error: "needs at least one network" }).optional().meta({
    description: "Home networks we play towards the device's P-CSCF. As many cases run side by side.",
  }),
  hss: diameterServer("The HSS we play; I- and S-CSCF of the device connect to it (Cx).").optional(),
  clf: diameterServer("The CLF we play; the P-CSCF of the device connects to it (e2).").optional(),
  "trusted-node": trustedNode.optional(),
  radius: radius.optional(),
  waivers: z.array(waiver).default([]),
});

export type ProfileDocument = z.output<typeof profileSchema>;
export type SubscriberDocument = z.output<typeof subscriber>;

/** Keys whose values are secrets: masked wherever a profile is shown, and allowed to be `file:…`. */
export const SECRET_KEYS: ReadonlySet<string> = new Set([
  "k",
  "op",
  "opc",
  "top",
  "topc",
  "password",
  "key",
  "secret",
]);

/** Keys whose values are files' contents but no secrets. */
export const FILE_KEYS: ReadonlySet<string> = new Set(["certificate", "trust"]);

/**
 * Keys whose values are text even where YAML takes them for a number (an all-digit key, the mnc "01").
 * The digits as written are used.
 */
export const TEXT_KEYS: ReadonlySet<string> = new Set([
  ...SECRET_KEYS,
  "amf",
  "sqn",
  "mcc",
  "mnc",
  "version",
  "name",
  "product",
  "range",
  "imsi",
  "msisdn",
  "line",
]);
