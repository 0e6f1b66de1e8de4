/** What the cases of this suite say, rightly and wrongly. */
import type { SipRequest } from "sip-codec";
import type { AnswerOptions, ReceivedChallenge, Registered, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

/** A new challenge, answered as told. */
export async function answeredWith(
  ue: Ue,
  given: CaseContext["given"],
  answer: AnswerOptions,
): Promise<Registered> {
  const challenge = await given("the network challenges", ue.challenge({ fresh: true }));
  return await ue.answer(challenge, answer);
}

export function nonceOf(challenge: Pick<ReceivedChallenge, "parameters"> | undefined): string {
  return challenge?.parameters.get("nonce") ?? "";
}

export function isStale(challenge: Pick<ReceivedChallenge, "parameters"> | undefined): boolean {
  return challenge?.parameters.get("stale")?.toLowerCase() === "true";
}

/** Another host in the sent-by of the topmost Via. */
export function sentBy(host: string): (request: SipRequest) => void {
  return (request) => {
    const [, before = "", after = ""] =
      request.get("Via")?.match(/^(SIP\s*\/\s*2\.0\s*\/\s*\S+\s+)[^\s;]+(.*)$/s) ?? [];
    request.set("Via", `${before}${host}${after}`);
  };
}

/** As a UE behind a NAT writes it that knows nothing of the NAT: a private address in Via and Contact. */
export function behindNat(request: SipRequest): void {
  sentBy("192.168.77.2:5060")(request);
  const contact = request.get("Contact");
  if (contact) request.set("Contact", contact.replace(/@[^;>]+/, "@192.168.77.2:5060"));
}
