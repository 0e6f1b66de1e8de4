/** Somebody else on a connection that carries a registration already (O.2.2, O.2.3). */
import type { SipResponse } from "sip-codec";
import type { Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { asserted } from "../_shared/register.ts";
import { impuOf, through, type TlsConnection, tries } from "./_sessions.ts";

export interface Parties {
  /** Whose connection it is. */
  readonly alice: Ue;
  readonly connection: TlsConnection;
  /** Who comes later. */
  readonly bob: Ue;
  /** Who is called. */
  readonly friend: Ue;
}

/**
 * Bob registers with his own credentials by messages on Alice's connection; "challenged" stops before the answer. Gives
 * the last answer, undefined where none came or the device closed the connection.
 */
export async function registersThrough(
  context: Pick<CaseContext, "timers">,
  { alice, bob, connection }: Parties,
  until: "challenged" | "answered" = "answered",
): Promise<SipResponse | undefined> {
  const first = bob.draft.register({ fresh: true });
  const answer = await through(context, alice, connection, first);
  if (answer?.status !== 401 || until === "challenged") return answer;
  const challenge = bob.takeApart(answer, first);
  const second = bob.draft.register();
  const { method, requestUri: uri } = second;
  second.set("Authorization", bob.credentials(challenge, { method, uri }));
  return await through(context, alice, connection, second);
}

/** Judges whom requests on the connection are asserted as: one user at most, Bob only where he has registered. */
export async function servesOneUser(
  context: Pick<CaseContext, "check" | "timers">,
  requirement: string,
  name: string,
  parties: Parties,
  { aliceMay, bobMay }: { readonly aliceMay: boolean; readonly bobMay: boolean },
): Promise<void> {
  const { check } = context;
  const { alice, bob, friend, connection } = parties;
  const seen = new Set<string>();
  for (const who of [alice, bob]) {
    const lie = { from: impuOf(who), preferredIdentity: impuOf(who), way: connection };
    const { invite } = connection.open ? await tries(context, alice, friend, lie) : { invite: undefined };
    for (const identity of asserted(invite)) seen.add(identity);
  }
  const identities = [...seen];
  const [asAlice, asBob] = [alice, bob].map((who) => seen.has(impuOf(who)));
  check(`${name}: one user at most is served on the connection`, requirement).holds(!(asAlice && asBob), {
    expected: "the identities of one of them",
    actual: identities,
  });
  if (!aliceMay) check(`${name}: A is not asserted`, requirement).that(identities).lacks(impuOf(alice));
  if (!bobMay) check(`${name}: B is not asserted`, requirement).that(identities).lacks(impuOf(bob));
}
