/** The protection that Annex O describes. */
import { EnvironmentError } from "../../../errors.ts";
import type { Endpoint } from "../../../net/types.ts";
import type { Protection } from "../protection.ts";
import type { UeSetup } from "../types.ts";
import type { UeTlsOptions } from "./types.ts";

export function openTlsProtection(
  _setup: UeSetup,
  _local: Endpoint,
  _options: UeTlsOptions,
): Promise<Protection> {
  return Promise.reject(new EnvironmentError("This UE does not speak TLS yet", "Leave `security` out."));
}
