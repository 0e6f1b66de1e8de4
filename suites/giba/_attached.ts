/** UEs with a PDP context: a GGSN has told the HSS by RADIUS which address whose is (TS 33.203 T.4). */
import type { Ggsn, PdpContext } from "../../harness/peer/ggsn/types.ts";
import type { Ue, UeOptions } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { register } from "../_shared/register.ts";

/** What cases need whose UEs have a PDP context. */
export const GIBA = { "giba": true, "radius": true, "access.3gpp": true } as const;

/** Whose UE has a SIM, whose a USIM with GIBA besides. */
export const SIM = "giba+!usim";
export const USIM = "giba+usim";

export interface Attached {
  readonly ue: Ue;
  readonly ggsn: Ggsn;
  /** Of the accounting session. */
  readonly session: string;
}

type Stage = Pick<CaseContext, "ue" | "ggsn" | "given">;

/**
 * A UE on 3GPP access whose address the HSS knows.
 *
 *     UE                  GGSN                            HSS
 *      |= PDP context ====>|--- Accounting-Request Start ->|
 *                          |<-- Accounting-Response -------|
 */
export async function attached(stage: Stage, options: UeOptions = {}): Promise<Attached> {
  const ue = await stage.ue({ access: "3gpp", ...options });
  const ggsn = await stage.ggsn();
  const session = await stage.given("the HSS hears of the UE's address", ggsn.start(contextOf(ue)));
  return { ue, ggsn, session };
}

/** The same, registered. */
export async function registered(stage: Stage, options: UeOptions = {}): Promise<Attached> {
  const one = await attached(stage, options);
  await stage.given(`${one.ue.identity.impi} registers`, register(one.ue));
  return one;
}

/** What a GGSN tells of a UE's context: whose it is, and its address. */
export function contextOf({ subscriber, local }: Ue, address = local.address): PdpContext {
  return contextAt(subscriber, address);
}

/** The same of who has no UE. */
export function contextAt({ giba, impi }: Ue["subscriber"], address: string): PdpContext {
  // TS 23.003 13.3: whose IMPI is derived has the IMSI in it.
  const imsi = giba?.imsi ?? impi.split("@")[0] ?? "";
  return { imsi, ...(giba?.msisdn ? { msisdn: giba.msisdn } : {}), address, apn: "ims" };
}

export function impuOf(ue: Pick<Ue, "identity">): string {
  return ue.identity.impus[0] ?? "";
}
