import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { operatorOf } from "./operator.ts";
import { loadProfile } from "./profile_source.ts";
import { FakeHost } from "./testing/fake_host.ts";

const { profile } = loadProfile(undefined, new FakeHost());
const signal = new AbortController().signal;

Deno.test("operatorOf() posts the action with its parameters", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    resolve(await request.json());
    return Response.json({ ok: true });
  });
  try {
    const ask = operatorOf({
      ...profile,
      operator: { url: `http://127.0.0.1:${server.addr.port}/lab`, actions: [] },
    });
    await ask("deregister", { impi: "alice@home1.net" }, signal);
    assert.deepEqual(await promise, { action: "deregister", impi: "alice@home1.net" });
  } finally {
    await server.shutdown();
  }
});

Deno.test("operatorOf() says what to do where there is no interface, and keeps within the scope", async () => {
  await assert.rejects(operatorOf({ ...profile, operator: null })("reset", {}, signal), (error) => {
    return error instanceof EnvironmentError && /no operator interface to do "reset"/.test(error.message);
  });
  const outside = { ...profile, operator: { url: "http://192.0.2.1/", actions: [] } };
  await assert.rejects(operatorOf(outside)("reset", {}, signal), EnvironmentError);
});
