/** What a run is pointed at: the device of a profile, or the reference core started for it. */
import { startCore } from "../../refcore/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import { EnvironmentError } from "../errors.ts";
import { systemNet } from "../net/mod.ts";
import { seededRandom } from "../runner/mod.ts";
import { usageError } from "./exit.ts";
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
): Promise<Target> {
  for (let left = 5;; left--) {
    const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3));
    // 127.16 to 127.239, and no octet 0 or 255 at the end.
    const bind = `127.${16 + a % 224}.${b}.${1 + c % 254}`;
    try {
      return await openCore(profile, { faults, seed, bind });
    } catch (error) {
      if (!(error instanceof EnvironmentError) || left === 0) throw error;
    }
  }
}

export interface CoreWishes {
  readonly faults: readonly string[];
  readonly bind: string;
  readonly ports?: { readonly gm?: number; readonly operator?: number };
  /** The core's nonces come from it, too, so that a run can be repeated. */
  readonly seed: string;
}

/** The core as a target: the profile with the entry points it really has. */
export async function openCore(profile: Profile, { faults, seed, ...where }: CoreWishes): Promise<Target> {
  const core = await startCore({
    ...where,
    net: systemNet,
    faults: new Set(faults),
    subscribers: profile.subscribers,
    home: profile.home,
    timers: profile.timers,
    access: profile.access,
    ipsec: {},
    random: seededRandom(seed, "core"),
  });
  return {
    profile: { ...profile, entry: core.entry, operator: { url: core.operatorUrl, actions: core.actions } },
    problems: core.problems,
    close: () => core.close(),
  };
}
