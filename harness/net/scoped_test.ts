import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { AddressSyntaxError } from "./cidr.ts";
import { FakeClock } from "./clock_fake.ts";
import type { EspPolicy } from "./ipsec/types.ts";
import { MemoryNet } from "./memory.ts";
import { netOf } from "./net.ts";
import { scopeCheck, scoped } from "./scoped.ts";
import { bytes, lineFramer, text } from "./testing/framers.ts";
import { SERVER_EC } from "./tls/testing/certificates.ts";

Deno.test("scoped() sends inside the scope and refuses everything else, naming address and scope", async () => {
  const clock = new FakeClock();
  const net = scoped(new MemoryNet(clock), ["10.0.0.0/30", "2001:db8::/64"]);
  const a = await net.open("udp", { local: { address: "10.0.0.1", port: 5060 }, clock });
  const b = await net.open("udp", { local: { address: "10.0.0.2", port: 5060 }, clock });
  assert.deepEqual(a.local, { address: "10.0.0.1", port: 5060 });
  await a.send(bytes("in"), { transport: "udp", local: a.local, remote: b.local });
  assert.equal(text((await b.receive())?.bytes), "in");
  for (const address of ["10.0.0.4", "192.0.2.1", "2001:db8:0:1::1", "pcscf.home1.net", "::ffff:192.0.2.1"]) {
    await assert.rejects(
      a.send(bytes("out"), { transport: "udp", local: a.local, remote: { address, port: 5060 } }),
      (error) =>
        error instanceof EnvironmentError && error.message.includes(`"${address}"`) &&
        error.message.includes('"10.0.0.0/30", "2001:db8::/64"'),
    );
  }
  await Promise.all([a.close(), b.close()]);
});

Deno.test("scoped() holds for IPsec too", async () => {
  const clock = new FakeClock();
  const net = scoped(new MemoryNet(clock), ["10.0.0.0/30"]);
  const policy: EspPolicy = { outbound: () => "drop", inbound: () => undefined };
  const random = (octets: number) => new Uint8Array(octets);
  const host = await net.ipsec?.({ address: "10.0.0.1", carriers: { raw: true }, policy, clock, random });
  assert(host);
  await host.sendEsp(bytes("in"), { to: { address: "10.0.0.2", port: 0 } });
  await assert.rejects(
    host.sendEsp(bytes("out"), { to: { address: "10.0.0.4", port: 0 } }),
    EnvironmentError,
  );
  await host.close();
  assert.equal(scoped(netOf(clock, {}), []).ipsec, undefined);
});

Deno.test("scopeCheck() refuses a range that is none, and everything for an empty scope", () => {
  assert.throws(() => scopeCheck(["10.0.0.0/99"]), AddressSyntaxError);
  assert.throws(() => scopeCheck([])("127.0.0.1"), /empty/);
});

Deno.test("netOf() says which transports there are", async () => {
  const net = netOf(new FakeClock(), {});
  await assert.rejects(
    net.open("wss", { local: { address: "127.0.0.1", port: 0 }, clock: net.clock }),
    (error) => error instanceof EnvironmentError && error.message.includes('"wss"'),
  );
});

Deno.test("scoped() opens no stream and no TLS connection to an address outside, and answers none from there", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const inside = scoped(net, ["192.0.2.0/28"]);
  const common = { clock, framer: lineFramer };
  const local = { address: "192.0.2.1", port: 5061 };
  const host = await inside.tls!({ ...common, local, server: { certificates: [SERVER_EC] } });
  const outside = { address: "192.0.2.99", port: 5061 };
  for (
    const sent of [
      host.connect(outside),
      host.send(new Uint8Array(1), { transport: "tls", local, remote: outside }),
      inside.stream!({ clock, local, remote: outside }),
    ]
  ) await assert.rejects(sent, (error) => error instanceof EnvironmentError && /scope/.test(error.message));
  const stranger = await net.tls({ ...common, local: outside });
  await assert.rejects(stranger.connect(local));
  assert.deepEqual(host.connections, []);
  const friend = await net.tls({ ...common, local: { address: "192.0.2.2", port: 0 } });
  assert(await friend.connect(local));
  await Promise.all([host, stranger, friend].map((each) => each.close()));
});
