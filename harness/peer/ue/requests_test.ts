import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { granted, isRight } from "./testing/registrar.ts";
import { answer, type Script } from "./testing/scripted_network.ts";
import { DORA, inWorld, type World } from "./testing/world.ts";
import type { Ue, UeOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";
const challenge407 = (nonce: string) => ({
  "Proxy-Authenticate": `Digest realm="home1.example", nonce="${nonce}", algorithm=MD5, qop="auth"`,
});

/** Challenges what has no credentials for `nonce`. */
const proxy = (nonce: string, status = 200): Script => (request) =>
  request.proxyAuthorization[0]?.parameters.get("nonce") === nonce
    ? answer(request, status)
    : answer(request, 407, challenge407(nonce));

async function registered({ ue, run, network }: World, options?: UeOptions): Promise<Ue> {
  network.on("REGISTER", (request) => granted(request));
  const dora = await ue(DORA, options);
  await run(dora.register());
  return dora;
}

Deno.test("request() fills Route, identities and access as TS 24.229 5.1.2A says", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("MESSAGE", (request) => answer(request, 202));
    assert.equal((await world.run(dora.message(BOB, "hello"))).status, 202);
    const [message] = world.network.of("MESSAGE");
    assert.deepEqual(message?.all("Route"), ["<sip:10.0.0.1:5060;lr>", "<sip:orig@scscf.home1.example;lr>"]);
    assert.equal(message?.get("P-Preferred-Identity"), "<sip:dora@home1.example>");
    assert.equal(message?.get("P-Access-Network-Info"), "IEEE-802.3");
    assert.match(message?.get("From") ?? "", /^<sip:dora@home1\.example>;tag=/);
    assert.equal(message?.has("Contact"), false);
    assert.equal(message?.text(), "hello");
  }));

Deno.test("request() says who it is as the options tell", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("OPTIONS", (request) => answer(request, 200));
    const exchange = await world.run(dora.request("OPTIONS", BOB, {
      from: "sip:eve@home1.example",
      preferredIdentity: null,
      headers: { Privacy: "id", Route: ["<sip:a;lr>", "<sip:b;lr>"] },
      tamper: (request) => void request.set("P-Asserted-Identity", "<sip:eve@home1.example>"),
    }));
    await world.run(exchange.final());
    const [options] = world.network.of("OPTIONS");
    assert.match(options?.get("From") ?? "", /^<sip:eve@/);
    assert.equal(options?.has("P-Preferred-Identity"), false);
    assert.deepEqual(options?.all("Route"), ["<sip:a;lr>", "<sip:b;lr>"]);
    assert.equal(options?.get("Privacy"), "id");
    assert.equal(options?.get("P-Asserted-Identity"), "<sip:eve@home1.example>");
  }));

Deno.test("request() answers one 407, and uses its nonce for the next requests", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("MESSAGE", proxy("bm9uY2U="));
    const exchange = await world.run(
      dora.request("MESSAGE", BOB, { body: { type: "text/plain", content: "x" } }),
    );
    assert.equal((await world.run(exchange.final())).status, 200);
    assert.deepEqual(exchange.responses.map(({ status }) => status), [407, 200]);
    assert.equal((await world.run(exchange.next())).status, 200);
    assert.equal((await world.run(dora.message(BOB, "again"))).status, 200);
    const [first, second, third] = world.network.of("MESSAGE");
    assert.equal(second?.callId, first?.callId);
    assert.equal(second?.cseq?.seq, 2);
    assert.notEqual(second?.via?.branch, first?.via?.branch);
    assert.equal(isRight(second!, "open sesame", "bm9uY2U="), true);
    assert.equal(third?.proxyAuthorization[0]?.parameters.get("nc"), "00000002");
    assert.equal(isRight(third!, "open sesame", "bm9uY2U="), true);
    assert.equal(world.network.of("MESSAGE").length, 3);
  }));

Deno.test("request() leaves the 407 to a case that says so, which may answer it with again()", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("MESSAGE", proxy("bm9uY2U="));
    const exchange = await world.run(dora.request("MESSAGE", BOB, { authenticate: false }));
    const response = await world.run(exchange.final());
    assert.equal(response.status, 407);
    const challenge = dora.takeApart(response, exchange.request);
    assert.equal(challenge.status, 407);
    const again = await world.run(dora.again(challenge, { username: "eve" }));
    assert.equal((await world.run(again.final())).status, 200);
    assert.equal(world.network.of("MESSAGE")[1]?.proxyAuthorization[0]?.parameters.get("username"), "eve");
    const credentials = dora.credentials(challenge, { method: "MESSAGE", uri: BOB }, { nc: 7, cnonce: "c" });
    assert.match(credentials, /^Digest username="dora@home1\.example".*cnonce="c", nc=00000007/);
    await world.run(dora.request("MESSAGE", BOB, { authenticate: false }));
    await world.clock.advance(1);
    assert.equal(world.network.of("MESSAGE").at(-1)?.has("Proxy-Authorization"), false);
  }));

Deno.test("request() answers 407 with the options given, once", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("MESSAGE", (request) => answer(request, 407, challenge407("bm9uY2U=")));
    const response = await world.run(dora.message(BOB, "x", { authenticate: { password: "guess" } }));
    assert.equal(response.status, 407);
    assert.equal(world.network.of("MESSAGE").length, 2);
    assert.equal(isRight(world.network.of("MESSAGE")[1]!, "guess", "bm9uY2U="), true);
  }));

Deno.test("unanswered() tells silence from an answer", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    const ignored = await world.run(dora.request("MESSAGE", BOB));
    assert.equal(await world.run(ignored.unanswered()), true);
    world.network.on("OPTIONS", (request) => answer(request, 200));
    const answered = await world.run(dora.request("OPTIONS", BOB));
    assert.equal(await world.run(answered.unanswered()), false);
  }));

Deno.test("until() gives the first response of a class, and fails when another ends the matter", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("OPTIONS", (request) => [answer(request, 180), answer(request, 403)]);
    const exchange = await world.run(dora.request("OPTIONS", BOB));
    assert.equal((await world.run(exchange.until(1))).status, 180);
    await assert.rejects(
      world.run(exchange.until(2)),
      /Waited 0 ms for a response 2xx to "OPTIONS", and 403 Forbidden/,
    );
  }));

Deno.test("send() sends a request as it stands and tracks its answers", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("OPTIONS", (request) => answer(request, 200));
    const request = dora.draft.request("OPTIONS", BOB).set("CSeq", "77 OPTIONS");
    const exchange = await world.run(dora.send(request));
    assert.equal((await world.run(exchange.final())).cseq?.seq, 77);
    const register = dora.draft.register({ expires: 0 });
    assert.equal(register.method, "REGISTER");
    assert.equal(register.get("Expires"), "0");
  }));

Deno.test("sendRaw() sends octets, whose answers come by stray()", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    world.network.on("OPTIONS", (request) => answer(request, 200));
    await dora.sendRaw(dora.draft.request("OPTIONS", BOB).toBytes());
    const stray = await world.run(dora.stray());
    assert.equal(stray?.kind === "response" && stray.status, 200);
    assert.equal(await world.run(dora.stray()), undefined);
    await dora.sendRaw(new TextEncoder().encode("nonsense"));
    await world.clock.advance(1);
    assert.equal(world.network.raw.length, 1);
  }));

Deno.test("incoming() queues requests by method until they are answered", () =>
  inWorld(async (world) => {
    const { network, run } = world;
    const dora = await registered(world);
    await network.send(network.request("INFO", dora.contact.slice(1, dora.contact.indexOf(">"))));
    await network.send(network.request("MESSAGE", "sip:dora@home1.example"));
    const message = await run(dora.incoming("MESSAGE"));
    assert.equal(message.answered, false);
    await message.respond(200, { headers: { "X-Note": "yes" } });
    assert.equal(message.answered, true);
    await assert.rejects(message.respond(404), LocalMisuseError);
    assert.equal((await run(dora.incoming())).request.method, "INFO");
    await world.clock.advance(1);
    assert.equal(network.responses[0]?.get("X-Note"), "yes");
    assert.match(network.responses[0]?.get("To") ?? "", /;tag=/);
    await assert.rejects(
      run(dora.incoming("MESSAGE", 50)),
      /Waited 50 ms for a request "MESSAGE", and none came/,
    );
  }));

Deno.test("respond() lets a case tamper with the answer", () =>
  inWorld(async (world) => {
    const { network, run } = world;
    const dora = await registered(world);
    await network.send(network.request("MESSAGE", "sip:dora@home1.example"));
    await (await run(dora.incoming("MESSAGE"))).respond(200, {
      tamper: (response) => void response.set("To", "<sip:x>"),
    });
    await world.clock.advance(1);
    assert.equal(network.responses[0]?.get("To"), "<sip:x>");
  }));

Deno.test("the UE answers OPTIONS and stray NOTIFYs by itself, unless told not to", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    await network.send(network.request("OPTIONS", "sip:dora@home1.example"));
    await network.send(network.request("NOTIFY", "sip:dora@home1.example", { Event: "reg" }));
    await clock.advance(1);
    assert.deepEqual(network.responses.map(({ status }) => status), [200, 481]);
    const options = await run(dora.incoming("OPTIONS"));
    await options.respond(200); // has been said already
    await assert.rejects(options.respond(500), LocalMisuseError);

    const calm = await registered(world, { automatic: [], local: { address: "10.2.0.2" } });
    await network.send(network.request("OPTIONS", "sip:dora@home1.example"));
    await (await run(calm.incoming("OPTIONS"))).respond(486);
    await clock.advance(1);
    assert.equal(network.responses.at(-1)?.status, 486);
  }));

Deno.test("silent() looks at what came and at what comes", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    assert.equal(await run(dora.silent()), true);
    await network.send(network.request("MESSAGE", "sip:dora@home1.example"));
    await clock.advance(1);
    assert.equal(await run(dora.silent("INVITE")), true);
    assert.equal(await run(dora.silent("MESSAGE")), false);
    assert.equal((await run(dora.incoming("MESSAGE"))).request.method, "MESSAGE");
  }));

Deno.test("malformed keeps octets that are no message", () =>
  inWorld(async (world) => {
    const dora = await registered(world);
    await world.network.send(new TextEncoder().encode("SIP/2.0 nonsense\r\n\r\n"));
    await world.clock.advance(1);
    assert.equal(dora.malformed.length, 1);
    assert(dora.malformed[0]?.error instanceof SyntaxError);
  }));

Deno.test("over TCP the UE stays on its connection, and keeps it alive", () =>
  inWorld(async (world) => {
    const { network, run } = world;
    const dora = await registered(world);
    network.on("MESSAGE", (request) => answer(request, 200));
    await run(dora.message(BOB, "x"));
    const connections = new Set(world.tapped.map(({ connection }) => connection));
    assert.equal(connections.size, 1);
    assert.match(network.of("MESSAGE")[0]?.get("Via") ?? "", /^SIP\/2\.0\/TCP /);
    assert.match(dora.contact, /;transport=tcp>/);
    const alive = dora.keepAlive();
    await network.send(new TextEncoder().encode("\r\n"));
    assert.equal(await run(alive), true);
    assert.equal(await run(dora.keepAlive(100)), false);
  }, "tcp"));

Deno.test("a target that refuses the connection ends the exchange with EnvironmentError", () =>
  inWorld(async (world) => {
    const dora = await world.ue(DORA);
    await world.network.close();
    await assert.rejects(world.run(dora.attempt()), { name: "EnvironmentError" });
  }, "tcp"));
