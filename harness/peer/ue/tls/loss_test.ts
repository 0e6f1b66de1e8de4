/** What becomes of a UE whose connection ends, and what the network does besides SIP. */
import assert from "node:assert/strict";
import { LocalMisuseError } from "../../../errors.ts";
import { NoAnswer } from "../../no_answer.ts";
import { answer } from "../testing/scripted_network.ts";
import { DORA, inWorld, type World } from "../testing/world.ts";
import type { TlsPcscf } from "../testing/tls_pcscf.ts";
import type { Ue } from "../types.ts";
import type { UeTlsOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";

function registered(
  security: Partial<UeTlsOptions>,
  act: (dora: Ue, pcscf: TlsPcscf, world: World) => Promise<void>,
): Promise<void> {
  return inWorld(async (world) => {
    const pcscf = await world.tls();
    const dora = await world.run(world.ue(DORA, { security: { mechanism: "tls", ...security } }));
    assert.equal((await world.run(dora.register())).ok, true);
    await act(dora, pcscf, world);
  });
}

Deno.test("a UE whose connection is lost is not registered, and registers anew on another one (O.4.1)", async () => {
  for (const agreement of [true, false]) {
    await registered({ agreement }, async (dora, pcscf, { run, network }) => {
      const first = dora.tls?.current;
      await run(pcscf.host.connections[0]!.close());
      await run(first!.ended(1000));
      assert.deepEqual([dora.registered, dora.tls?.current, dora.tls?.stranded], [false, undefined, true]);
      const exchange = await dora.request("MESSAGE", BOB);
      await assert.rejects(
        () => run(exchange.final()),
        (error) => error instanceof NoAnswer && /close_notify/.test(error.message),
      );
      assert.equal((await run(dora.register())).ok, true);
      assert.equal(network.of("REGISTER").length, agreement ? 2 : 0);
      assert.deepEqual([dora.registered, dora.tls?.stranded], [true, false]);
      assert.notEqual(dora.tls?.current, first);
    });
  }
});

Deno.test("deregister() works on a new connection where the old one is gone", () =>
  registered({}, async (dora, pcscf, { run }) => {
    await run(pcscf.host.connections[0]!.close("reset"));
    await run(dora.tls!.connections[0]!.ended(1000));
    assert.equal(dora.tls?.stranded, true);
    assert.equal((await run(dora.deregister())).ok, true);
    assert.deepEqual([dora.registered, dora.tls?.stranded], [false, false]);
  }));

Deno.test("who waits for an answer on a connection that ends need not wait longer", () =>
  registered({}, async (dora, pcscf, { run, clock }) => {
    pcscf.scripts.set("MESSAGE", () => (void pcscf.host.connections[0]!.close(), undefined));
    const before = clock.now();
    const exchange = await dora.request("MESSAGE", BOB);
    await assert.rejects(() => run(exchange.final()), /the end of the connection/);
    assert.ok(clock.now() - before < 1000);
    assert.equal(await run(exchange.unanswered()), true);
  }));

Deno.test("what came before the end of a connection is heard", () =>
  registered({}, async (dora, pcscf, { run }) => {
    pcscf.scripts.set("MESSAGE", (request) => {
      const connection = pcscf.host.connections[0]!;
      void pcscf.host.send(answer(request, 403).toBytes(), connection.flow).then(() => connection.close());
      return undefined;
    });
    const exchange = await dora.request("MESSAGE", BOB);
    assert.equal((await run(exchange.final())).status, 403);
  }));

Deno.test("a connection that a case has closed cannot be sent on", () =>
  registered({}, async (dora, _pcscf, { run }) => {
    const current = dora.tls!.current!;
    await run(current.close());
    const exchange = await dora.request("MESSAGE", BOB, { way: current });
    await assert.rejects(() => run(exchange.final()), LocalMisuseError);
  }));

Deno.test("keepAlive() asks on the registered connection, or on another", () =>
  registered({}, async (dora, _pcscf, { run }) => {
    assert.equal(await run(dora.keepAlive()), true);
    const other = await run(dora.tls!.connect());
    assert.equal(await run(dora.keepAlive(1000, { way: other })), true);
  }));

Deno.test("connections of the network to the UE's Contact are noticed", () =>
  registered({}, async (dora, pcscf, { run }) => {
    assert.equal(dora.tls?.accepted.length, 0);
    await assert.rejects(() => run(pcscf.host.connect(dora.local)));
    assert.deepEqual(dora.tls?.accepted.map(({ from }) => from.address), ["10.0.0.1"]);
  }));

Deno.test("the UE renegotiates when the network asks for it, and goes on (O.4.1)", () =>
  registered({ client: { versions: ["TLSv1.2", "TLSv1.2"] } }, async (dora, pcscf, { run }) => {
    pcscf.scripts.set("MESSAGE", (request) => answer(request, 202));
    const asked = await run(pcscf.host.connections[0]!.renegotiate(1000));
    assert.ok(asked);
    assert.equal(dora.tls?.current?.handshakes, 2);
    assert.equal((await run(dora.message(BOB, "still there"))).status, 202);
  }));
