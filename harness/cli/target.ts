/** What a run is pointed at: the device of a profile, or the reference core started for it. */
import type { DialectId } from "../../refcore/dialects/mod.ts";
import { type DummyId, startDummy } from "../../refcore/dummies/mod.ts";
import { type CoreOptions, startCore } from "../../refcore/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import { type Authority, createAuthority, toPem } from "../crypto/pki/mod.ts";
import { EnvironmentError } from "../errors.ts";
import { checkTls, systemNet } from "../net/mod.ts";
import { seededRandom } from "../runner/mod.ts";
import { usageError } from "./exit.ts";
import { elsewhere } from "./places.ts";
import type { LoadedProfile } from "./profile_source.ts";

export interface Target {
  readonly profile: Profile;
  /** What went wrong inside the embedded core: a bug of ours. Empty for a real device. */
  readonly problems: readonly unknown[];
  close(): Promise<void>;
}

/** Throws CliError (64): real equipment has faults of its own. */
export function refuseFaults({ embedded, profile }: LoadedProfile, faults: readonly string[]): void {
  if (faults.length === 0 || embedded) return;
  throw usageError(
    `"--fault" breaks the embedded core, and the profile is "${profile.name}"`,
    "leave --profile out to run against the embedded core",
  );
}

/** For the embedded profile starts a core on any free port. */
export async function openTarget(
  loaded: LoadedProfile,
  faults: readonly string[],
  seed: string = crypto.randomUUID(),
): Promise<Target> {
  if (!loaded.embedded) return { profile: loaded.profile, problems: [], close: () => Promise.resolve() };
  return await openCoreAnywhere(loaded.profile, faults, seed);
}

/** A core on a loopback address that nobody else is likely to use, so that several runs can share a machine. */
export async function openCoreAnywhere(
  profile: Profile,
  faults: readonly string[],
  seed: string,
  dialect?: DialectId,
): Promise<Target> {
  for (let left = 5;; left--) {
    const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3));
    // 127.16 to 127.239, and no octet 0 or 255 at the end.
    const bind = `127.${16 + a % 224}.${b}.${1 + c % 254}`;
    try {
      return await openCore({ ...profile, ...elsewhere(profile, bind, seed) }, {
        faults,
        seed,
        bind,
        dialect,
      });
    } catch (error) {
      if (!(error instanceof EnvironmentError) || left === 0) throw error;
    }
  }
}

/** A dummy in the place of this core, at its address. */
export async function openDummy(id: DummyId, core: Profile, seed: string): Promise<Target> {
  const { "p-cscf": pcscf } = core.entry;
  const bind = Object.values(pcscf ?? {})[0]?.address ?? "127.0.0.1";
  const random = seededRandom(seed, `dummy ${id}`);
  const dummy = await startDummy(id, { net: systemNet, bind, random, entry: core.entry, home: core.home });
  // It answers at once or never, so there is nothing to wait for.
  const timers = { ...core.timers, t1: 40 };
  return { profile: { ...core, timers, entry: dummy.entry }, problems: [], close: () => dummy.close() };
}

export interface CoreWishes {
  readonly faults: readonly string[];
  readonly bind: string;
  readonly ports?: NonNullable<CoreOptions["ports"]>;
  readonly dialect?: DialectId | undefined;
  /** The core's nonces come from it, too, so that a run can be repeated. */
  readonly seed: string;
}

/** The core as a target: the profile with the entry points it really has. */
export async function openCore(
  profile: Profile,
  { faults, seed, dialect, ...where }: CoreWishes,
): Promise<Target> {
  const authority = await tlsAuthority();
  const interconnect = authority && borderFor(profile, where.bind, authority);
  const core = await startCore({
    ...where,
    net: systemNet,
    faults: new Set(faults),
    subscribers: profile.subscribers,
    home: profile.home,
    timers: profile.timers,
    access: profile.access,
    ...(isLoopback(where.bind) ? surroundings(profile) : {}),
    ipsec: {},
    ...(authority ? { tls: { authority } } : {}),
    ...(interconnect ? { interconnect } : {}),
    ...(dialect ? { dialect } : {}),
    random: seededRandom(seed, "core"),
  });
  const { interconnect: played, dns: _dns, ...common } = isLoopback(where.bind) ? profile : aloof(profile);
  return {
    profile: {
      ...common,
      entry: core.entry,
      operator: { url: core.operatorUrl, actions: core.actions },
      ...(authority ? { pki: pkiOf(authority, core.crls) } : {}),
      ...(played && interconnect ? { interconnect: played } : {}),
      ...(core.dns ? { dns: { resolver: core.dns } } : {}),
      ...(core.radius && common.radius ? { radius: { ...common.radius, target: core.radius } } : {}),
    },
    problems: core.problems,
    close: () => core.close(),
  };
}

/** Who issues a core's certificates; undefined without OpenSSL, where what needs TLS is inconclusive. */
export async function tlsAuthority(): Promise<Authority | undefined> {
  return canSpeakTls() ? await rootAuthority() : undefined;
}

function canSpeakTls(): boolean {
  try {
    checkTls();
    return true;
  } catch (error) {
    if (error instanceof EnvironmentError) return false;
    throw error;
  }
}

/** One for all cores of this process: keys and certificates take longer than all else of a core's start. */
function rootAuthority(): Promise<Authority> {
  return root ??= createAuthority({ name: "imspeer root CA", now: systemNet.clock.now() });
}

let root: Promise<Authority> | undefined;

/** Both ends of TLS trust one root, and the tester may issue under it. CRLs stand behind it, as in a CA file. */
export function pkiOf(
  { certificate, keys }: Authority,
  crls: readonly Uint8Array[],
): NonNullable<Profile["pki"]> {
  const pem = toPem("CERTIFICATE", certificate);
  return {
    trust: [[pem, ...crls.map((crl) => toPem("X509 CRL", crl))].join("")],
    client: null,
    issuer: { certificate: pem, key: toPem("PRIVATE KEY", keys.privateKey) },
  };
}

/** The border has an address of its own, the next one; only the loopback network has one to give away. */
function borderFor(profile: Profile, bind: string, authority: Authority): CoreOptions["interconnect"] {
  const [, network, last] = bind.match(/^(127\.\d+\.\d+)\.(\d+)$/) ?? [];
  if (!profile.interconnect || network === undefined) return undefined;
  return {
    address: `${network}.${Number(last) < 254 ? Number(last) + 1 : 253}`,
    partners: profile.interconnect.partners,
    authority,
  };
}

/** What is played around a core is on this machine: no network but the loopback one has so many addresses to give away. */
function isLoopback(bind: string): boolean {
  return bind.startsWith("127.");
}

/** Without the nodes that only a core on the loopback network has around it. */
function aloof(profile: Profile): Profile {
  const { homeNetworks: _, hss: __, clf: ___, trustedNode: ____, radius: _____, ...rest } = profile;
  return rest;
}

function surroundings(profile: Profile): Partial<CoreOptions> {
  const { homeNetworks, hss, clf, radius } = profile;
  return {
    policy: trustOf(profile),
    mw: { ...(homeNetworks ? { homeNetworks } : {}), ...(hss ? { hss: hss.listen } : {}) },
    cx: true,
    ...(radius ? { radius: { secret: radius.secret } } : {}),
    ...(clf ? { clf } : {}),
  };
}

/** The tester's hosts that are nodes of the core's network domain. */
function trustOf({ trustedNode }: Profile): NonNullable<CoreOptions["policy"]> {
  if (!trustedNode) return {};
  const { addresses, paniAware, visitedNetwork } = trustedNode;
  return { trusted: [...addresses, ...paniAware], paniAware, visitedNetworks: [visitedNetwork] };
}
