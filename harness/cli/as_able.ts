/** `--as-able`: a profile that claims no more than this machine can test. */
import { checkRawIp } from "../net/mod.ts";
import { EnvironmentError } from "../errors.ts";
import type { Host } from "./host.ts";
import type { LoadedProfile } from "./profile_source.ts";

/** Without CAP_NET_RAW transport mode is not claimed; its cases are then notApplicable, and that is said once. */
export async function asAble(loaded: LoadedProfile, host: Host): Promise<LoadedProfile> {
  const { profile } = loaded;
  if (profile.capabilities["ipsec"] !== true) return loaded;
  try {
    await checkRawIp("127.0.0.1");
    return loaded;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    host.say("imspeer: this machine lacks CAP_NET_RAW: cases on IPsec in transport mode are left out");
    return {
      ...loaded,
      profile: {
        ...profile,
        name: `${profile.name} without CAP_NET_RAW`,
        capabilities: { ...profile.capabilities, ipsec: false },
      },
    };
  }
}
