/** What a flow comes to within the window of silence, for flows that nobody should answer. */
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "./reach.ts";

/** Undefined where the flow has not come to its end by then; it goes on in the background. */
export async function withinWindow<T>(
  { wait, timers }: Pick<CaseContext, "wait" | "timers">,
  flow: Promise<T>,
): Promise<T | undefined> {
  let outcome: { readonly value: T | undefined } | { readonly error: unknown } | undefined;
  silenceIsUndefined(flow).then((value) => outcome = { value }, (error) => outcome = { error });
  await wait(timers.silence);
  if (outcome && "error" in outcome) throw outcome.error;
  return outcome?.value;
}
