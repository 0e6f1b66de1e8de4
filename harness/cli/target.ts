/** What a run is pointed at: the device of a profile, or the reference core started for it. */
import { startCore } from "../../refcore/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
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
  return await openCore(loaded.profile, { faults, seed, bind: "127.0.0.1", ports: { gm: 0 } });
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
    random: seededRandom(seed, "core"),
  });
  return {
    profile: { ...profile, entry: core.entry, operator: { url: core.operatorUrl, actions: core.actions } },
    problems: core.problems,
    close: () => core.close(),
  };
}
