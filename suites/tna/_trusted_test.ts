import { deepEqual, rejects } from "node:assert/strict";
import { EnvironmentError } from "../../harness/errors.ts";
import { lookAfterWindow } from "./_trusted.ts";

const STAGE = { wait: () => Promise.resolve(), timers: { silence: 0 } } as unknown as Parameters<
  typeof lookAfterWindow
>[0];

function failed(code: string): Promise<string> {
  const cause = Object.assign(new Error("the system said so"), { code });
  return Promise.reject(new EnvironmentError("Cannot send", "See why.", { cause }));
}

Deno.test("lookAfterWindow() counts what comes while it asks, and a refused connection as no answer", async () => {
  const late = Promise.withResolvers<string>();
  const flows = [failed("ECONNREFUSED"), Promise.resolve("403"), late.promise];
  const found = await lookAfterWindow(STAGE, flows, async () => {
    late.resolve("200");
    await late.promise;
    return true;
  });
  deepEqual(found, { outcomes: [undefined, "403", "200"], registered: true });
});

Deno.test("lookAfterWindow() passes on what is our own trouble", async () => {
  const flows = [failed("EADDRNOTAVAIL")];
  await rejects(lookAfterWindow(STAGE, flows, () => Promise.resolve(false)), EnvironmentError);
});
