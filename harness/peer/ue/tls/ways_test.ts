import assert from "node:assert/strict";
import { LocalMisuseError } from "../../../errors.ts";
import type { SipRequest } from "sip-codec";
import { answer } from "../testing/scripted_network.ts";
import { DORA, inWorld, type World } from "../testing/world.ts";
import type { TlsPcscf } from "../testing/tls_pcscf.ts";
import type { Ue, UeOptions } from "../types.ts";
import type { UeTlsOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";

/** Dora is registered over TLS. */
function registered(
  security: Partial<UeTlsOptions>,
  act: (dora: Ue, pcscf: TlsPcscf, world: World) => Promise<void>,
): Promise<void> {
  return inWorld(async (world) => {
    const pcscf = await world.tls();
    const ok = (request: SipRequest) => answer(request, 200);
    for (const method of ["MESSAGE", "OPTIONS"]) {
      pcscf.scripts.set(method, ok);
      world.network.on(method, ok);
    }
    const options: UeOptions = { security: { mechanism: "tls", ...security } };
    const dora = await world.run(world.ue(DORA, options));
    assert.equal((await world.run(dora.register())).ok, true);
    await act(dora, pcscf, world);
  });
}

Deno.test("`way` sends a request by the way that a case names", () =>
  registered({}, async (dora, pcscf, { run, network }) => {
    const current = dora.tls?.current;
    const sends = async (options: Parameters<Ue["request"]>[2]) => {
      const exchange = await dora.request("MESSAGE", BOB, options);
      const response = await run(exchange.final());
      return dora.tls?.carried(response);
    };
    assert.equal(await sends({}), current);
    assert.equal(await sends({ way: "current" }), current);
    assert.equal(await sends({ way: "clear" }), undefined);
    assert.match(network.of("MESSAGE").at(-1)?.get("Via") ?? "", /^SIP\/2.0\/UDP/);
    assert.equal(network.of("MESSAGE").at(-1)?.has("Security-Verify"), false);
    const connected = await sends({ way: "connect" });
    assert.ok(connected && connected !== current);
    assert.equal(connected, dora.tls?.connections[1]);
    assert.equal(pcscf.of("MESSAGE").at(-1)?.get("Security-Verify"), "tls;q=0.2");
    const other = await run(dora.tls!.connect());
    assert.equal(await sends({ way: other }), other);
    assert.equal(dora.tls?.current, current);
    dora.tls?.use(other);
    assert.equal(await sends({}), other);
  }));

Deno.test("a 407 to a request on a connection of its own is answered on that connection", () =>
  registered({}, async (dora, pcscf, { run }) => {
    let asked = 0;
    pcscf.scripts.set("MESSAGE", (request) => {
      if (asked++ > 0) return answer(request, 200);
      const field = 'Digest realm="home1.example", nonce="x", algorithm=MD5, qop="auth"';
      return answer(request, 407, { "Proxy-Authenticate": field });
    });
    const exchange = await dora.request("MESSAGE", BOB, { way: "connect" });
    assert.equal((await run(exchange.final())).status, 200);
    assert.equal(dora.tls?.connections.length, 2);
  }));

Deno.test("a way that a UE with TLS does not have is the case's mistake", () =>
  registered({}, async (dora) => {
    await assert.rejects(
      () => dora.request("MESSAGE", BOB, { way: "old" }),
      (error) => error instanceof LocalMisuseError && /no way "old"; it has "clear"/.test(error.message),
    );
    await assert.rejects(() => dora.request("MESSAGE", BOB, { way: { set: "set 1" } }), LocalMisuseError);
  }));

Deno.test("before it is registered a UE needs to be told the way of a request", () =>
  inWorld(async ({ ue, run, tls }) => {
    const pcscf = await tls();
    pcscf.scripts.set("MESSAGE", (request) => answer(request, 403));
    const dora = await run(ue(DORA, { security: "tls" }));
    await assert.rejects(() => dora.request("MESSAGE", BOB), /not registered; say { way }/);
    const exchange = await dora.request("MESSAGE", BOB, { way: "connect" });
    assert.equal((await run(exchange.final())).status, 403);
  }));

Deno.test("a REGISTER in the clear begins anew; the connection of its answer becomes the current one", () =>
  registered({}, async (dora, _pcscf, { run, network }) => {
    const before = dora.tls?.current;
    assert.equal((await run(dora.register({ way: "clear" }))).ok, true);
    assert.equal(network.of("REGISTER").length, 2);
    assert.equal(dora.tls?.connections.length, 2);
    assert.equal(dora.tls?.current, dora.tls?.connections[1]);
    assert.equal(before?.open, true);
  }));

Deno.test("a REGISTER on a connection of its own makes that the current one", () =>
  registered({ agreement: false }, async (dora, _pcscf, { run }) => {
    assert.equal((await run(dora.register({ way: "connect" }))).ok, true);
    assert.equal(dora.tls?.current, dora.tls?.connections[1]);
  }));

Deno.test("requests in the clear are discarded, unless a case wants them; a call back from an emergency is not", async () => {
  await registered({}, async (dora, pcscf, { run, network }) => {
    const flow = network.lastFlow;
    await network.send(pcscf.build("MESSAGE", "UDP"), flow);
    const discarded = await run(dora.tls!.nextDiscarded());
    assert.match(discarded?.why ?? "", /MESSAGE came in the clear, needs to come on the TLS connection/);
    assert.equal(dora.tls?.discarded.length, 1);
    assert.equal(dora.tls?.carried(discarded!.message), undefined);
    assert.equal(await run(dora.silent("MESSAGE")), true);
    await network.send(pcscf.build("INVITE", "UDP", { Priority: "psap-callback" }), flow);
    assert.ok(await run(dora.incoming("INVITE")));
  });
  await registered({ wrongWay: "take" }, async (dora, pcscf, { run, network }) => {
    await network.send(pcscf.build("MESSAGE", "UDP"));
    const arrived = await run(dora.incoming("MESSAGE"));
    assert.equal(dora.tls?.carried(arrived.request), undefined);
    assert.equal(dora.tls?.discarded.length, 1);
  });
});

Deno.test("requests on a connection that carries no registration are discarded", () =>
  registered({}, async (dora, pcscf, { run }) => {
    const other = await run(dora.tls!.connect());
    assert.equal(await run(dora.keepAlive(10, { way: other })), true);
    const flow = pcscf.host.connections.at(-1)!.flow;
    await pcscf.request("MESSAGE", flow);
    const discarded = await run(dora.tls!.nextDiscarded());
    assert.match(discarded?.why ?? "", /which carries no registration/);
    assert.equal(dora.tls?.carried(discarded!.message), other);
  }));

Deno.test("responses come as their request went; errors and those of REGISTER may come in the clear (O.2.2)", async () => {
  for (const agreement of [true, false]) {
    await registered({ agreement }, async (dora, pcscf, { run, network }) => {
      // SM1 in the clear tells the network where the UE is.
      await (await dora.request("OPTIONS", BOB, { way: "clear" })).final();
      const clear = network.lastFlow!;
      pcscf.scripts.set("MESSAGE", (request) => (void network.send(answer(request, 200), clear), undefined));
      const served = await dora.request("MESSAGE", BOB);
      assert.equal(await run(served.unanswered()), false);
      assert.deepEqual([served.responses.length, served.discarded[0]?.status], [0, 200]);
      pcscf.scripts.set("MESSAGE", (request) => (void network.send(answer(request, 500), clear), undefined));
      const failed = await dora.request("MESSAGE", BOB);
      await run(failed.unanswered());
      assert.deepEqual([failed.responses.length, failed.discarded.length], agreement ? [1, 0] : [0, 1]);
    });
  }
});

Deno.test("a response goes on the connection of its request, or where a case sends it", () =>
  registered({}, async (dora, pcscf, { run, network }) => {
    const asks = async () => {
      await pcscf.request("MESSAGE");
      return await run(dora.incoming("MESSAGE"));
    };
    await (await asks()).respond(200);
    await run(dora.keepAlive());
    assert.equal(pcscf.responses.length, 1);
    await (await asks()).respond(200, { way: "clear" });
    await run(dora.keepAlive());
    assert.deepEqual([pcscf.responses.length, network.responses.length], [1, 1]);
    await (await asks()).respond(200, { way: "connect" });
    await run(dora.keepAlive());
    assert.equal(pcscf.responses.length, 2);
    assert.equal(
      pcscf.heard.findLast(({ message }) => "status" in message)?.flow.connection,
      pcscf.host.connections.at(-1)?.id,
    );
  }));

Deno.test("clear-to-tls-port says SIP past TLS", () =>
  registered({}, async (dora, pcscf, { run, network, net, clock }) => {
    const socket = await net.open("udp", { local: { address: "10.0.0.1", port: 5061 }, clock });
    const exchange = await dora.request("OPTIONS", BOB, { way: "clear-to-tls-port", over: "udp" });
    assert.equal(await run(exchange.unanswered()), true);
    assert.equal((await socket.receive())?.flow.remote.address, "10.2.0.1");
    await socket.close();
    assert.deepEqual([pcscf.of("OPTIONS").length, network.of("OPTIONS").length], [0, 0]);
  }));
