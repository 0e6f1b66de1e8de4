import { equal, rejects } from "node:assert/strict";
import { buildRequest } from "sip-codec";
import { arrival, placing, silenceIsUndefined } from "./reach.ts";

/** Who is called by one INVITE after the other; tells how each was answered. */
function calleeOf(...callIds: string[]) {
  const answers: number[] = [];
  const waiting = callIds.map((callId) =>
    buildRequest("INVITE", "sip:callee@example.org", { "Call-ID": callId })
  );
  return {
    answers,
    incoming: () =>
      Promise.resolve({
        request: waiting.shift()!,
        flow: FLOW,
        answered: false,
        respond: (status: number) => Promise.resolve(void answers.push(status)),
      }),
  };
}

const END = { address: "192.0.2.1", port: 5060 };
const FLOW = { transport: "udp", local: END, remote: END } as const;

Deno.test("arrival() declines the INVITE of a call that was placed earlier, and goes on waiting", async () => {
  const callee = calleeOf("first", "second");
  placing(callee).as("first");
  const placed = placing(callee);
  const arriving = arrival(callee, 100, placed);
  placed.as("second");
  equal((await arriving)?.get("Call-ID"), "second");
  equal(callee.answers.join(), "486,486");
});

Deno.test("arrival() takes an INVITE under a Call-ID that the network has made", async () => {
  const callee = calleeOf("of-a-b2bua");
  placing(callee).as("first");
  const placed = placing(callee);
  placed.as("second");
  equal((await arrival(callee, 100, placed))?.get("Call-ID"), "of-a-b2bua");
});

Deno.test("silenceIsUndefined() and arrival() may be left alone, and tell who awaits them all the same", async () => {
  const broken = () => Promise.reject(new Error("the connection is closed"));
  const left = [silenceIsUndefined(broken()), arrival({ incoming: broken })];
  await new Promise((resolve) => setTimeout(resolve));
  for (const one of left) await rejects(one, /closed/);
});
