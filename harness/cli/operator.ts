/**
 * The operator interface of a lab over HTTP: POST of {"action": …, parameters} as JSON; 2xx means done. The embedded
 * core has one; a lab that offers the same can be tested as far.
 */
import { EnvironmentError } from "../errors.ts";
import { postJson, scopeCheck, systemNet } from "../net/mod.ts";
import type { Operator } from "../runner/mod.ts";
import type { Profile } from "../../profiles/mod.ts";

/** Nothing outside the scope is asked. Where the profile has no such interface, each call is an EnvironmentError. */
export function operatorOf(profile: Profile): Operator {
  const { operator } = profile;
  if (!operator) {
    return (action) =>
      Promise.reject(
        new EnvironmentError(
          `The profile "${profile.name}" has no operator interface to do "${action}"`,
          `give one under "operator" in the profile`,
        ),
      );
  }
  const check = scopeCheck(profile.scope);
  return async (action, parameters) => {
    await postJson(operator.url, { action, ...parameters }, { clock: systemNet.clock, check });
  };
}
