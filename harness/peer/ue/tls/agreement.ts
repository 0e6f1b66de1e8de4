/** Security agreement with the mechanism "tls" as the UE goes through it (RFC 3329, TS 33.203 O.2.2, Annex H). */
import type { SipRequest } from "sip-codec";
import { lenient } from "../lenient.ts";
import type { Sending } from "../protection.ts";
import { dressAnswer, dressFirst, dressRequest } from "../sec_agree_fields.ts";
import type { ReceivedChallenge } from "../types.ts";
import type { Link } from "./link.ts";

export class Agreement {
  /** What Security-Server said of the registration that this connection carries. */
  readonly #agreed = new WeakMap<Link, readonly string[]>();
  #latest: readonly string[] | undefined;

  /** @param link what the answer goes on, or the challenged request went on */
  heard({ response }: ReceivedChallenge, link: Link | undefined): void {
    const server = response.all("Security-Server");
    if (server.length === 0) return;
    this.#latest = server;
    if (link) this.#agreed.set(link, server);
  }

  /** @param link undefined in the clear, and where it is not known yet */
  dress(request: SipRequest, { step, challenge }: Sending, overTls: boolean, link: Link | undefined): void {
    const verify = overTls ? this.#verify(link, step) : undefined;
    if (step === "register" || step === "failure") dressFirst(request, [MECHANISM], verify);
    else if (step === "answer") {
      // Where a case took away the offer, nothing was agreed on.
      if (!(challenge?.request.has("Security-Client") ?? true)) return;
      const server = challenge?.response.all("Security-Server") ?? [];
      dressAnswer(request, server.length > 0 ? server : verify ?? []);
    } else if (verify) dressRequest(request, verify);
  }

  /** Why SM6 chose nothing that the UE could go on with (O.3.2 with 7.3.2.2). */
  objection({ request, response }: ReceivedChallenge): string | undefined {
    if (!request.has("Security-Client")) return undefined;
    const mechanisms = lenient(() => response.securityServer) ?? [];
    if (mechanisms.some(({ mechanism }) => mechanism.toLowerCase() === MECHANISM)) return undefined;
    const server = response.all("Security-Server");
    return server.length === 0
      ? `The ${response.status} has no Security-Server, needs one with tls`
      : `Security-Server offers "${server.join(", ")}", needs tls`;
  }

  /** Another connection than the registration's says what that would. */
  #verify(link: Link | undefined, step: Sending["step"]): readonly string[] | undefined {
    const agreed = link && this.#agreed.get(link);
    return agreed ?? (step === "request" ? this.#latest : undefined);
  }
}

/** Annex H. */
const MECHANISM = "tls";
