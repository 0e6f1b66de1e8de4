/** What a validated profile looks like in memory (DESIGN 6). Secrets are resolved; times in milliseconds. */
import type { TransportName } from "../harness/net/types.ts";

export interface Profile {
  readonly name: string;
  readonly device: { readonly vendor: string; readonly product: string; readonly version: string } | null;
  /** CIDRs; nothing outside is ever sent to. */
  readonly scope: readonly string[];
  readonly home: { readonly domain: string; readonly mcc: string; readonly mnc: string };
  /** Entry points by name ("p-cscf", "i-cscf", "s-cscf", …) and transport. */
  readonly entry: Readonly<Record<string, Readonly<Partial<Record<TransportName, EntryPoint>>>>>;
  /** Local addresses of this machine per access ("3gpp", "fixed", "nass", "wlan"), taken in turn. */
  readonly access: Readonly<Record<string, readonly string[]>>;
  /** The PICS, flattened: "aka", "digest", "proxy-auth", "outbound"… */
  readonly capabilities: Readonly<Record<string, boolean | string | number | readonly string[]>>;
  readonly subscribers: readonly Subscriber[];
  /** How the operator's side is asked for things a UE cannot do; absent where the lab has no such interface. */
  readonly operator: { readonly url: string; readonly actions: readonly string[] } | null;
  readonly timers: {
    /** SIP T1, T2, T4 (RFC 3261 table 4). */
    readonly t1: number;
    readonly t2: number;
    readonly t4: number;
    /** How long we wait for a request that should come. */
    readonly answer: number;
    /** Window of "nothing must come". */
    readonly silence: number;
    /** reg-await-auth of TS 24.229: an unanswered challenge dies after it. */
    readonly regAwaitAuth: number;
    /** Shortest registration the network grants. */
    readonly minExpires: number;
    /** After its expiry a registration lives on this long at most. */
    readonly expiryMargin: number;
    /** Lifetime of a proxy-authentication nonce. */
    readonly nonceLifetime: number;
  };
  /** Keys and certificates (PEM) of the roles we play, by role; empty where none is given. */
  readonly peers?: Readonly<Record<string, KeyPair>>;
  /** Trust anchors (PEM) for the device's certificates, CRLs beside them, and our own client certificate. */
  readonly pki?: {
    readonly trust: readonly string[];
    readonly client: KeyPair | null;
    /** A CA that the device trusts, to issue certificates of the roles we play with: its certificate and key. */
    readonly issuer: KeyPair | null;
  };
  /** The networks we play towards the device's border; a case has one of them to itself. */
  readonly interconnect?: { readonly partners: readonly Partner[] };
  /** Where the records of the home network are asked for, over UDP (RFC 3263). */
  readonly dns?: { readonly resolver: { readonly address: string; readonly port: number } };
  /** Home networks we play towards a P-CSCF that their users roam to; a case has one of them to itself. */
  readonly homeNetworks?: readonly HomeNetworkSeat[];
  /** Our HSS, which I- and S-CSCF ask over Cx, and our CLF, which a P-CSCF asks over e2: one each for a whole run. */
  readonly hss?: DiameterServer;
  readonly clf?: DiameterServer;
  /** Hosts of ours that the device takes for nodes of its own domain (Mw). */
  readonly trustedNode?: TrustedNode;
  /** Where the device's HSS hears from GGSNs which address a user has (RADIUS accounting, TS 33.203 T.4). */
  readonly radius?: {
    readonly target: { readonly address: string; readonly port: number };
    readonly secret: string;
  };
  readonly waivers: readonly Waiver[];
  /** Every secret value of this profile, for redaction. */
  readonly secrets: readonly string[];
}

/** Where the device listens. */
export interface EntryPoint {
  readonly address: string;
  readonly port: number;
  /** The FQDN that its certificate must be for; what SNI asks for. Absent where the profile does not tell it. */
  readonly name?: string;
}

/** PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A network that the device interworks with: it has the same in its table of partners (TS 33.203 6.5). */
export interface Partner {
  /** What our certificates there are for, and what the device's users call. */
  readonly domain: string;
  /** Where the device reaches us by TLS. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Where SIP in the clear would come to; nothing should. */
  readonly clear: { readonly address: string; readonly port: number };
  /** User part of somebody there. */
  readonly user: string;
  /** False: there is no agreement by which the device would believe what it asserts, or tell it what is private. */
  readonly trusted?: boolean;
}

/** A network whose users come to the device's P-CSCF: it sends what they ask for to `listen`, over UDP or TCP. */
export interface HomeNetworkSeat {
  /** Realm and Request-URI of their REGISTER. */
  readonly domain: string;
  readonly listen: { readonly address: string; readonly port: number };
}

/** A Diameter node of ours that the device connects to. */
export interface DiameterServer {
  readonly listen: { readonly address: string; readonly port: number };
  /** Origin-Host and Origin-Realm. */
  readonly host: string;
  readonly realm: string;
}

/** Network domain security is not spoken here; the device knows its own domain's nodes by their addresses. */
export interface TrustedNode {
  /** Of trusted nodes, of P-CSCFs that are not PANI-aware, and of GGSNs (TS 33.203 P.5, T.4, U.2). */
  readonly addresses: readonly string[];
  /** Of P-CSCFs that the S-CSCF is configured to take for PANI-aware ones of its own network (P.5). */
  readonly paniAware: readonly string[];
  /** A network beside the home network whose name in P-Visited-Network-ID the device accepts. */
  readonly visitedNetwork: string;
}

export interface Subscriber {
  /** Unique within the profile; what reports call it. */
  readonly name: string;
  readonly impi: string;
  readonly impus: readonly string[];
  /** Further IMPUs that are provisioned in the same implicit set, barred, or in another set. */
  readonly implicitSet: readonly string[];
  readonly barred: readonly string[];
  readonly otherSet: readonly string[];
  /**
   * Words a case leases by. As the profile gives them, and those that follow from the entry: "tuak", "akav2",
   * "sha-256", "implicit-set", "barred", "other-set", "tel", "derivable-impi", "ipsec", "tls", "giba", "nba", "usim" (AKA keys
   * beside "giba").
   */
  readonly traits: readonly string[];
  readonly aka?: {
    readonly algorithm: "milenage" | "tuak";
    readonly k: Uint8Array;
    readonly op?: Uint8Array;
    readonly opc?: Uint8Array;
    readonly top?: Uint8Array;
    readonly topc?: Uint8Array;
    readonly amf: Uint8Array;
    /** Highest SQN the ISIM has accepted. */
    readonly sqn: bigint;
    /** How many low bits of SQN are IND (TS 33.102 Annex C). */
    readonly ind: number;
    /** "AKAv1-MD5", "AKAv2-SHA-256"… as the network should ask. */
    readonly digest: string;
  };
  readonly digest?: { readonly password: string; readonly algorithm: "MD5" | "SHA-256" };
  /** Known by the address that the packet network gave to this IMSI (TS 33.203 Annex T); MSISDN in digits. */
  readonly giba?: { readonly imsi: string; readonly msisdn?: string };
  /** Known by the line that the access comes from (TS 33.203 Annex R). */
  readonly nba?: { readonly line: string };
  /** What this subscriber's UE protects its signalling with, where a case does not say it; default "none". */
  readonly security?: "none" | "ipsec-3gpp" | "tls";
}

export interface Waiver {
  /** Case id or glob; "*" where only a requirement is named. */
  readonly case: string;
  readonly requirement: string | null;
  readonly reason: string;
  readonly link: string | null;
  readonly until: string | null;
}
