/** Lines of a NASS: where our CLF places a UE, and what a REGISTER says of it (TS 33.203 R.3, TS 24.229 7.2A.4). */
import type { SipRequest, SipResponse } from "sip-codec";
import type { ClfView, Location } from "../../harness/peer/clf/types.ts";
import type { HomeNetwork } from "../../harness/peer/home_network/types.ts";
import type { Ue, UeOptions } from "../../harness/peer/ue/types.ts";
import type { Check } from "../../harness/runner/check.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";

/** What cases need where the tester is the UE on the NASS and the CLF behind it. */
export const NASS = { nba: true, clf: true, "access.nass": true } as const;

/** What cases need where the tester is the home network behind the P-CSCF. */
export const HOME = { "single.p-cscf": true, "pani-aware": true } as const;

/** What cases need where the tester is the P-CSCF. */
export const MW = { "nba": true, "trusted-node": true, "entry.i-cscf": true } as const;

/** The line that the HSS has for an NBA subscriber. */
export function lineOf({ subscriber }: Pick<Ue, "subscriber">): string {
  return subscriber.nba?.line ?? "";
}

/** A UE at an address of the NASS, and the CLF that places it: by default on the line of its subscriber. */
export async function onTheNass(
  { ue, clf }: Pick<CaseContext, "ue" | "clf">,
  options: UeOptions = {},
  location?: Location,
): Promise<{ readonly ue: Ue; readonly clf: ClfView }> {
  const view = await clf();
  const one = await ue({ ...options, access: "nass" });
  view.place(one.local.address, location ?? { line: lineOf(one) });
  return { ue: one, clf: view };
}

/** P-Access-Network-Info with a line; without the parameter it is a UE's word. */
export function said(line: string, parameter = ";network-provided"): string {
  return `ADSL;dsl-location="${line}"${parameter}`;
}

/** Values of P-Access-Network-Info that say network-provided; what cannot be read is one of them, as it stands. */
export function networkProvided(
  request: SipRequest,
): { readonly accessType: string; readonly line: string | undefined }[] {
  try {
    return request.accessNetworkInfo.filter(({ params }) => params.has("network-provided"))
      .map(({ accessType, params }) => ({ accessType, line: params.get("dsl-location") }));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const written = request.all("P-Access-Network-Info").join(", ");
    return [{ accessType: `unreadable: ${written}`, line: written }];
  }
}

/** Records that this was refused: no registration, and no challenge by which somebody might guess a password (R.2). */
export function isRefused(check: Check, answer: SipResponse | undefined): boolean {
  const refused = answer !== undefined && answer.status >= 400 && answer.status !== 401 &&
    answer.status !== 407;
  return check.about(answer).holds(refused, {
    expected: "an error other than 401 and 407",
    actual: answer ?? "no answer",
  });
}

/** The P-CSCF forwards to the home network what a UE there sends rightly; then it can be asked what it makes of the rest. */
export async function forwardsPlainly(
  { given, timers }: Pick<CaseContext, "given" | "timers">,
  home: HomeNetwork,
  ue: Ue,
): Promise<void> {
  const answer = silenceIsUndefined(ue.attempt({ fresh: true }));
  const arriving = home.nextRegister(64 * timers.t1);
  await given(`a REGISTER with nothing forged from ${ue.local.address} is forwarded`, arriving);
  await answer;
}
