import { equal, rejects } from "node:assert/strict";
import { buildRequest, Params } from "sip-codec";
import { PeerViolation } from "../../harness/errors.ts";
import type { AkaChallenge, ReceivedChallenge, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { akaIn, servedAsItself } from "./control.ts";

/** As the runner's: what is false or rejects is not met. */
const given: CaseContext["given"] = async (name, what) => {
  const value = await (typeof what === "function" ? (what as () => unknown)() : what);
  if (value === false) throw new Error(name);
  return value as never;
};

/** A caller whose INVITE the callee gets with this in it; undefined: it does not get there. */
function pair(assertedIdentity: string | undefined): [Ue, Ue] {
  const request = buildRequest("INVITE", "sip:callee@example.org", {
    "Call-ID": "call",
    ...(assertedIdentity === undefined ? {} : { "P-Asserted-Identity": assertedIdentity }),
  });
  const caller = {
    identity: { impus: ["sip:caller@example.org"] },
    invite: () => Promise.resolve({ callId: "call", answered: () => Promise.resolve({ status: 486 }) }),
  };
  const callee = {
    identity: { impus: ["sip:callee@example.org"] },
    incoming: () => Promise.resolve({ request, respond: () => Promise.resolve() }),
  };
  return [caller as unknown as Ue, callee as unknown as Ue];
}

Deno.test("servedAsItself() is met by a call that arrives under its caller's name, and by no other", async () => {
  await servedAsItself({ given }, ...pair("<sip:caller@example.org>"));
  for (const asserted of [undefined, "<sip:somebody@example.org>"]) {
    await rejects(
      servedAsItself({ given }, ...pair(asserted)),
      /a call of sip:caller@example.org arrives under its own name/,
    );
  }
});

Deno.test("akaIn() gives the vector of a challenge of AKA, and is not met by another", async () => {
  const aka = { macOk: true } as AkaChallenge;
  const challenge = { parameters: new Params({ algorithm: "MD5" }) } as ReceivedChallenge;
  equal(await akaIn({ given }, { ...challenge, aka }), aka);
  await rejects(akaIn({ given }, challenge), PeerViolation);
});
