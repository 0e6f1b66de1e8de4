/** Whether the profile's resolver leads anywhere. */
import type { Profile } from "../../profiles/mod.ts";
import { EnvironmentError } from "../errors.ts";
import { formatEndpoint, type Net } from "../net/mod.ts";
import type { Finding } from "./doctor_machine.ts";

/** None where the profile names no resolver. */
export async function resolverFindings(net: Net, profile: Profile): Promise<Finding[]> {
  const resolver = profile.dns?.resolver;
  if (!resolver || !net.locate) return [];
  const name = `dns resolver ${formatEndpoint(resolver)}`;
  const { domain } = profile.home;
  try {
    const { targets } = await net.locate({ scheme: "sips", host: domain }, {
      resolver,
      clock: net.clock,
      random: { integer: (below) => Math.floor(Math.random() * below) },
    });
    const places = targets.map((target) => `${target.transport} ${formatEndpoint(target)}`).join(", ");
    if (places) return [{ name, status: "ok", detail: `"sips:${domain}" leads to ${places}`, remedy: null }];
    return [{
      name,
      status: "missing",
      detail: `no record leads from "sips:${domain}" to a server`,
      remedy: "see whether the resolver answers for the home domain",
    }];
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return [{ name, status: "missing", detail: error.message, remedy: error.remedy }];
  }
}
