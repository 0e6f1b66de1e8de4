/** Calls between a user of ours and one of a partner network, and what an attempt of a stranger came to. */
import { PeerViolation } from "../../harness/errors.ts";
import type { Attempted, Network, TlsConnection } from "../../harness/peer/network/mod.ts";
import { type CipherSuite, suitesFor, TLS_VERSION } from "../../harness/peer/tls_probe/mod.ts";
import type { AcceptOptions, Call, IncomingCall, Ue } from "../../harness/peer/ue/types.ts";

/** What cases at the border need of a profile. */
export const BORDER = { "interconnect.tls": true, "entry.ibcf.tls": true } as const;

export interface BothEnds {
  readonly caller: Call;
  readonly callee: IncomingCall;
}

/**
 * A call from the partner's user, set up. Rejects with PeerViolation where the device refuses it.
 *
 *     partner        border         callee
 *       |--- INVITE ---->|--- INVITE ---->|
 *       |<----- 200 -----|<----- 200 -----|
 *       |----- ACK ----->|----- ACK ----->|
 */
export async function partnerCalls(
  network: Network,
  callee: Ue,
  way?: TlsConnection,
  options?: AcceptOptions,
): Promise<BothEnds> {
  const taking = callee.acceptCall(options);
  const by = way ? { way } : {};
  const call = await network.invite(callee.identity.impus[0]!, by);
  mustBe2xx((await call.answered(by)).status, "the partner's call");
  const taken = await taking;
  await taken.acknowledged();
  return { caller: call, callee: taken };
}

/** A call to the partner's user, set up. Rejects with PeerViolation where the device does not bring it there. */
export async function partnerIsCalled(network: Network, caller: Ue): Promise<BothEnds> {
  const taking = network.acceptCall();
  const call = await caller.invite(network.uri);
  mustBe2xx((await call.answered()).status, "the call to the partner");
  return { caller: call, callee: await taking };
}

/** One of the above, and its end. */
export async function andEnd(calling: Promise<BothEnds>): Promise<void> {
  await (await calling).caller.hangUp();
}

/** Nothing was served: the connection did not come about, or ended, or stayed mute, or 403 said why. */
export function turnedAway({ answer }: Attempted): boolean {
  return answer === undefined || answer.status === 403;
}

/** Of TLS 1.2: without encryption or authentication, or with what can be broken in an afternoon. */
export function weakSuites(): CipherSuite[] {
  return suitesFor(TLS_VERSION["TLSv1.2"]).filter(({ keyExchange = "", cipher }) =>
    /NULL|anon|EXPORT/.test(keyExchange) || /^(NULL|RC[24]_|DES_|DES40_)/.test(cipher)
  );
}

function mustBe2xx(status: number, what: string): void {
  if (status < 200 || status > 299) throw new PeerViolation(`${what} was answered ${status}`);
}
