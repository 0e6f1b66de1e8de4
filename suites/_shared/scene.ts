/** How most cases begin: somebody is registered. What does not come about makes the case inconclusive. */
import type { Registered, Subscription, Ue, UeOptions } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "./reach.ts";
import { register } from "./register.ts";

type Stage = Pick<CaseContext, "ue" | "given">;

/** A UE of the next lease (or as `options` say), registered, and how that went. */
export async function registered(
  { ue, given }: Stage,
  options?: UeOptions,
): Promise<{ readonly ue: Ue; readonly registered: Registered }> {
  const one = await ue(options);
  return { ue: one, registered: await given(`${one.identity.impi} registers`, register(one)) };
}

/** UEs of the first two leases, both registered. */
export async function registeredPair(stage: Stage, options: UeOptions = {}): Promise<[Ue, Ue]> {
  const first = await registered(stage, { ...options, as: 0 });
  const second = await registered(stage, { ...options, as: 1 });
  return [first.ue, second.ue];
}

/** UEs of the first three leases, all registered. */
export async function registeredTrio(stage: Stage): Promise<[Ue, Ue, Ue]> {
  return [...await registeredPair(stage), (await registered(stage, { as: 2 })).ue];
}

/** Takes away what a UE had bound that the case has closed since: left there it would draw the calls of later cases. */
export async function forget({ ue }: Pick<Stage, "ue">, closed: Ue): Promise<void> {
  const heir = await ue({ like: closed });
  await silenceIsUndefined(heir.deregister({ contact: "*" }));
}

/**
 * A registered UE that has been told of its state, and an operator who then asks for its re-authentication. The
 * NOTIFY that tells the UE so has not been taken yet.
 *
 *     UE                          network          operator
 *      |--- REGISTER, answered ----->|                |
 *      |--- SUBSCRIBE reg ---------->|                |
 *      |<-- NOTIFY active -----------|                |
 *                                    |<-- re-authenticate --|
 */
export async function askedToReregister(
  { given, operator }: Pick<CaseContext, "given" | "operator">,
  ue: Ue,
): Promise<Subscription> {
  const subscription = await given("the UE subscribes to its reg event", ue.subscribeReg());
  await given("the first NOTIFY comes", subscription.notify());
  const asking = operator("reauthenticate", { impi: ue.identity.impi });
  await given("the operator asks for re-authentication", asking);
  return subscription;
}
