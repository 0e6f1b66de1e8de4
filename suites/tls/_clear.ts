/** What a UE that is registered over TLS says outside its connection. */
import type { SendingOptions } from "../../harness/peer/ue/sending.ts";
import type { TlsWay } from "../../harness/peer/ue/tls/types.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { impuOf, isNoSuccess, isRefused, messageWith, tries, unlessClosed } from "./_sessions.ts";

/** Judges an INVITE, a MESSAGE and a SUBSCRIBE that go this way: they get nowhere. */
export async function getNowhere(
  context: Pick<CaseContext, "check" | "random" | "timers">,
  requirement: string,
  name: string,
  { alice, friend }: { readonly alice: Ue; readonly friend: Ue },
  how: Pick<SendingOptions, "over"> & { readonly way: TlsWay },
): Promise<void> {
  const { check, random, timers } = context;
  isRefused(context, requirement, `INVITE ${name}`, await tries(context, alice, friend, how));
  const send = async (method: string, target: string, options: Parameters<Ue["request"]>[2]) =>
    await unlessClosed(how.way, () => alice.request(method, target, { ...how, ...options }));
  const judge = async (exchange: Awaited<ReturnType<typeof send>>, method: string) => {
    await unlessClosed(how.way, async () => await exchange?.unanswered(timers.silence));
    isNoSuccess(context, requirement, `${method} ${name}: no success`, exchange?.responses.at(-1));
  };
  const content = random.token(16);
  const sent = await send("MESSAGE", impuOf(friend), { body: { type: "text/plain", content } });
  const message = await messageWith(content, friend, timers.silence);
  check(`MESSAGE ${name}: goes nowhere`, requirement).about(message).holds(message === undefined, {
    expected: "no MESSAGE at the callee",
    actual: message ?? "no MESSAGE came",
  });
  await judge(sent, "MESSAGE");
  const headers = { Event: "reg", Accept: "application/reginfo+xml", Expires: "60" };
  await judge(await send("SUBSCRIBE", impuOf(alice), { headers }), "SUBSCRIBE");
}
