/** What a UE that is registered over TLS says outside its connection. */
import type { SendingOptions } from "../../harness/peer/ue/sending.ts";
import type { TlsWay } from "../../harness/peer/ue/tls/types.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { impuOf, isNoSuccess, isRefused, tries, unlessClosed } from "./_sessions.ts";

/** Judges an INVITE, a MESSAGE and a SUBSCRIBE that go this way: they get nowhere. */
export async function getNowhere(
  context: Pick<CaseContext, "check" | "timers">,
  requirement: string,
  name: string,
  { alice, friend }: { readonly alice: Ue; readonly friend: Ue },
  how: Pick<SendingOptions, "over"> & { readonly way: TlsWay },
): Promise<void> {
  const { check, timers } = context;
  isRefused(context, requirement, `INVITE ${name}`, await tries(context, alice, friend, how));
  const send = async (method: string, target: string, options: Parameters<Ue["request"]>[2]) => {
    const exchange = await unlessClosed(how.way, () => alice.request(method, target, { ...how, ...options }));
    await unlessClosed(how.way, async () => await exchange?.unanswered(timers.silence));
    isNoSuccess(context, requirement, `${method} ${name}: no success`, exchange?.responses.at(-1));
  };
  await send("MESSAGE", impuOf(friend), { body: { type: "text/plain", content: "?" } });
  await check(`MESSAGE ${name}: goes nowhere`, requirement).never(
    friend.silent("MESSAGE", timers.silence),
    "a MESSAGE",
  );
  await send("SUBSCRIBE", impuOf(alice), {
    headers: { Event: "reg", Accept: "application/reginfo+xml", Expires: "60" },
  });
}
