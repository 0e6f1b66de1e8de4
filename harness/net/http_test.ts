import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { FakeClock } from "./clock_fake.ts";
import { postJson } from "./http.ts";
import { scopeCheck } from "./scoped.ts";
import { text } from "./testing/framers.ts";
import type { TapRecord } from "./types.ts";

async function served(
  handler: (request: Request) => Response | Promise<Response>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await use(`http://127.0.0.1:${server.addr.port}/operator`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("postJson() sends JSON, gives the answer's, and taps both", async () => {
  const told: TapRecord[] = [];
  await served(async (request) => {
    assert.equal(request.headers.get("content-type"), "application/json");
    return Response.json({ did: await request.json() });
  }, async (url) => {
    const answer = await postJson(url, { action: "deregister" }, {
      clock: systemClock,
      tap: (record) => void told.push(record),
    });
    assert.deepEqual(answer, { did: { action: "deregister" } });
  });
  assert.deepEqual(told.map(({ direction, layer }) => [direction, layer]), [["out", "http"], ["in", "http"]]);
  assert.match(
    text(told[0]?.bytes) ?? "",
    /^POST \/operator HTTP\/1.1\r\n(.|\r\n)*\r\n\r\n{"action":"deregister"}$/,
  );
  assert.match(text(told[1]?.bytes) ?? "", /^HTTP\/1.1 200 OK\r\n(.|\r\n)*\r\n\r\n{"did":/);
  assert.equal(told[0]?.remote.address, "127.0.0.1");
});

Deno.test("postJson() takes an empty answer", async () => {
  await served(() => new Response(null, { status: 204 }), async (url) => {
    assert.equal(await postJson(url, {}, { clock: systemClock }), undefined);
  });
});

Deno.test("postJson() says what was answered in place of success", async () => {
  await served(() => new Response("no such subscriber", { status: 404 }), async (url) => {
    await assert.rejects(
      postJson(url, {}, { clock: systemClock }),
      (error) => error instanceof EnvironmentError && /404 Not Found: no such subscriber/.test(error.message),
    );
  });
  await served(() => new Response("<html>"), async (url) => {
    await assert.rejects(postJson(url, {}, { clock: systemClock }), /no JSON/);
  });
});

Deno.test("postJson() gives up when no answer comes", async () => {
  const clock = new FakeClock();
  let release = () => {};
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => void (asked = resolve));
  const held = new Promise<void>((resolve) => void (release = resolve));
  await served(async () => {
    asked();
    await held;
    return new Response();
  }, async (url) => {
    const posted = postJson(url, {}, { clock, timeoutMs: 700 }).catch((error) => error);
    await arrived;
    await clock.advance(700);
    const error = await posted;
    assert(error instanceof EnvironmentError && /no answer in 700 ms/.test(error.message));
    release();
  });
  assert.equal(clock.waiting, 0);
});

Deno.test("postJson() names an interface that is not there, and a URL that is none", async () => {
  let url = "";
  await served(() => new Response(), (each) => Promise.resolve(void (url = each)));
  await assert.rejects(
    postJson(url, {}, { clock: systemClock }),
    (error) => error instanceof EnvironmentError && /refused the connection/.test(error.message),
  );
  for (const wrong of ["ftp://x/", "operator"]) {
    await assert.rejects(postJson(wrong, {}, { clock: systemClock }), EnvironmentError);
  }
});

Deno.test("postJson() does not speak to an address outside the scope", async () => {
  let asked = 0;
  await served(() => (asked++, new Response()), async (url) => {
    const check = scopeCheck(["10.0.0.0/8"]);
    await assert.rejects(postJson(url, {}, { clock: systemClock, check }), /outside the profile's scope/);
    const byName = url.replace("127.0.0.1", "localhost");
    await assert.rejects(postJson(byName, {}, { clock: systemClock, check }), /outside the profile's scope/);
    await postJson(url, {}, { clock: systemClock, check: scopeCheck(["127.0.0.0/8"]) });
  });
  assert.equal(asked, 1);
});
