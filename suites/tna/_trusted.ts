/** What became of a REGISTER that a node of the core network should not have got through (TS 33.203 U.1, U.2). */
import type { SipResponse } from "sip-codec";
import { EnvironmentError } from "../../harness/errors.ts";
import type { TrustedNode } from "../../harness/peer/trusted_node/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";

/** What cases need where the tester is a trusted node, and the device takes its word. */
export const TRUSTED = { "tna": true, "trusted-node": true, "entry.i-cscf": true } as const;

/** Refused, or not answered at all, as where network domain security lets nothing through. */
export function turnedAway(answer: SipResponse | undefined): boolean {
  return answer === undefined || answer.status >= 400;
}

/** For `Check.holds()`. */
export function told(
  answer: SipResponse | undefined,
): { readonly expected: string; readonly actual: unknown } {
  return { expected: "an error, or no answer", actual: answer ?? "no answer" };
}

/**
 * Whether a public identity is registered, whoever was told so: OPTIONS from a node inside.
 *
 *     node                     I-CSCF, S-CSCF          contact
 *      |--- OPTIONS to the IMPU --->|--- if registered --->|
 *      |<-- 404, 480 or its answer -|
 */
export async function isRegistered(node: TrustedNode, impu: string): Promise<boolean> {
  const exchange = await node.request("OPTIONS", impu, { route: [] });
  const answer = await silenceIsUndefined(exchange.final());
  // No answer: it may have gone to a contact where nobody is.
  return answer === undefined || answer.status < 400 || answer.status === 408;
}

/**
 * REGISTERs that perhaps nobody answers. When the window is over it is told by OPTIONS who is registered, and only then
 * looked which of them have been answered: what comes late comes before that.
 */
export async function lookAfterWindow<T>(
  { wait, timers }: Pick<CaseContext, "wait" | "timers">,
  flows: readonly Promise<T>[],
  isOne: () => Promise<boolean>,
): Promise<{ readonly outcomes: readonly (T | undefined)[]; readonly registered: boolean }> {
  const outcomes: (T | undefined)[] = flows.map(() => undefined);
  const errors: unknown[] = [];
  for (const [index, flow] of flows.entries()) {
    silenceIsUndefined(flow).then((value) => outcomes[index] = value, (error) => {
      if (!isShutOut(error)) errors.push(error);
    });
  }
  await wait(timers.silence);
  const registered = await isOne();
  if (errors.length > 0) throw errors[0];
  return { outcomes, registered };
}

/** The connection was refused or ended: network domain security lets nothing through, which is no answer, either. */
function isShutOut(error: unknown): boolean {
  const cause = error instanceof EnvironmentError ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code);
}

/** Before a case says that nobody has become registered: nobody was, and it can be told. */
export async function isFree(
  { given }: Pick<CaseContext, "given">,
  node: TrustedNode,
  impu: string,
): Promise<void> {
  await given(
    `"${impu}" is not registered yet: OPTIONS to it is refused`,
    async () => !await isRegistered(node, impu),
  );
}

/** And at its end: the right node registers her, and OPTIONS tells. */
export async function registersRightly(
  { given }: Pick<CaseContext, "given">,
  node: TrustedNode,
  impu: string,
): Promise<void> {
  await given(`the trusted node itself registers "${impu}"`, node.registerTrusted({ fresh: true }));
  await given(`"${impu}" is registered then: OPTIONS to it is answered`, isRegistered(node, impu));
}
