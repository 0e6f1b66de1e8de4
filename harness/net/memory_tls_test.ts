import assert from "node:assert/strict";
import { FakeClock } from "./clock_fake.ts";
import { MemoryNet } from "./memory.ts";
import { bytes, lineFramer, text } from "./testing/framers.ts";
import { SERVER_EC } from "./tls/testing/certificates.ts";
import { TlsFailure } from "./tls/types.ts";

Deno.test("MemoryNet: TLS hosts talk, close, reset, and time out by the clock in hand", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const common = { clock, framer: lineFramer };
  const server = await net.tls({
    ...common,
    local: { address: "192.0.2.1", port: 5061 },
    server: { certificates: [SERVER_EC] },
  });
  const client = await net.tls({ ...common, local: { address: "192.0.2.2", port: 0 } });
  const first = await client.connect(server.local);
  await client.send(bytes("REGISTER\n"), first.flow);
  const there = await server.receive();
  assert.equal(text(there?.bytes), "REGISTER\n");
  await server.send(bytes("200\n"), there!.flow);
  assert.equal(text((await client.receive())?.bytes), "200\n");
  await first.close();
  assert.deepEqual(server.connections.map(({ open }) => open), [false]);

  const second = await client.connect(server.local);
  await second.close("reset");
  assert.equal((await server.connections[1]!.ended(0))?.how, "reset");

  const silent = await net.stream({ clock, local: { address: "192.0.2.3", port: 0 }, remote: server.local });
  silent.start({ data() {}, closed() {} });
  await clock.advance(5000);
  assert.equal(server.refused[0]?.how, "handshake-timeout");
  await silent.destroy();
  await assert.rejects(
    net.stream({
      clock,
      local: { address: "192.0.2.3", port: 0 },
      remote: { address: "192.0.2.9", port: 1 },
    }),
    /refused/,
  );
  const failing = client.connect(server.local, { versions: ["TLSv1.1", "TLSv1.1"], trust: { anchors: [] } });
  await assert.rejects(failing, TlsFailure);
  await Promise.all([client.close(), server.close()]);
});
