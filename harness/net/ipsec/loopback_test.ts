/** The host on real sockets of this machine: raw IP needs root or CAP_NET_RAW, UDP encapsulation nothing. */
import assert from "node:assert/strict";
import { toolTest } from "../../../_tools/foreign_program.ts";
import { EnvironmentError } from "../../errors.ts";
import type { EspPair } from "../../wire/esp.ts";
import { systemClock } from "../clock.ts";
import { systemNet } from "../net.ts";
import { checkRawIp } from "../raw_ip.ts";
import { loopback } from "../testing/loopback.ts";
import { noRawSockets, withoutCapabilities } from "../testing/unprivileged.ts";
import { bytes, lineFramer, text } from "../testing/framers.ts";
import { briefly, counter, flow, framed, lengthFramer, openPair, TestPolicy } from "./testing/pair.ts";
import type { EspPolicy, IpsecOptions } from "./types.ts";

const noRaw = await noRawSockets(() => checkRawIp("127.0.0.1"));
const noRaw6 = noRaw ?? await noRawSockets(() => checkRawIp("::1"));

const PAIRS: EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "null" },
  { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
  { integrity: "aes-gmac", encryption: "null" },
  { integrity: "null", encryption: "aes-gcm" },
];

interface Ground {
  readonly name: string;
  readonly missing: string | undefined;
  readonly addresses: readonly [string, string];
  readonly carriers: readonly [IpsecOptions["carriers"], IpsecOptions["carriers"]];
}

// Over IPv6 the loopback has a single address: there the two hosts share it, and encapsulate on ports of their own.
const GROUNDS: Ground[] = [
  {
    name: "raw IPv4",
    missing: noRaw,
    addresses: [loopback(1), loopback(2)],
    carriers: [{ raw: true }, { raw: true }],
  },
  { name: "raw IPv6", missing: noRaw6, addresses: ["::1", "::1"], carriers: [{ raw: true }, { raw: true }] },
  {
    name: "UDP encapsulation over IPv4",
    missing: undefined,
    addresses: [loopback(3), loopback(4)],
    carriers: [{ udp: {} }, { udp: {} }],
  },
  {
    name: "UDP encapsulation over IPv6",
    missing: undefined,
    addresses: ["::1", "::1"],
    carriers: [{ udp: { port: 0 } }, { udp: { port: 0 } }],
  },
];

/** On ::1 a second run of these tests is heard too; it has other keys. */
const SECRET = crypto.getRandomValues(new Uint8Array(16));
const NOTHING: EspPolicy = { outbound: () => "drop", inbound: () => undefined };

async function pair({ addresses, carriers }: Ground, algorithms?: EspPair) {
  const options = { net: systemNet, clock: systemClock, addresses, carriers, secret: SECRET };
  const both = await openPair({ ...options, ...(algorithms ? { algorithms } : {}) });
  for (const [one, other] of [[both.a, both.b], [both.b, both.a]] as const) {
    const outer = other.host.encapsulation;
    if (outer) one.policy.way = () => ({ sa: one.policy.out, outer });
  }
  return both;
}

for (const ground of GROUNDS) {
  for (const algorithms of PAIRS) {
    const what = `${algorithms.integrity} with ${algorithms.encryption}`;
    toolTest(`${ground.name}: messages of all sizes go both ways under ${what}`, ground.missing, async () => {
      const { a, b, close } = await pair(ground, algorithms);
      const ue = await a.host.open("udp", { port: 0 });
      const pcscf = await b.host.open("udp", { port: 0 });
      for (const size of [0, 1, 1200, 9000, 65_000]) {
        await ue.send(framed(Math.max(4, size)).subarray(0, size), flow("udp", ue.local, pcscf.local));
        const incoming = await pcscf.receive();
        assert(incoming);
        assert.deepEqual(incoming.bytes, framed(Math.max(4, size)).subarray(0, size));
        await pcscf.send(incoming.bytes, incoming.flow);
        assert.equal((await ue.receive())?.bytes.length, size);
      }
      await close();
    });
  }

  toolTest(
    `${ground.name}: TCP inside ESP carries a megabyte, and messages both ways`,
    ground.missing,
    async () => {
      const { a, b, close } = await pair(ground);
      const ue = await a.host.open("tcp", { port: 0, listen: false, framer: lengthFramer });
      const pcscf = await b.host.open("tcp", { port: 0, framer: lengthFramer });
      const large = framed(1_000_000);
      const sending = ue.send(large, flow("tcp", ue.local, pcscf.local));
      const incoming = await pcscf.receive();
      await sending;
      assert.deepEqual(incoming?.bytes, large);
      for (let i = 0; i < 20; i++) {
        await pcscf.send(framed(100 + i), incoming!.flow);
        const answer = await ue.receive();
        assert.deepEqual(answer?.bytes, framed(100 + i));
        await ue.send(framed(50 + i), answer!.flow);
        assert.deepEqual((await pcscf.receive())?.bytes, framed(50 + i));
      }
      await close();
    },
  );
}

toolTest("a P-CSCF opens a connection to the UE's server port from its client port", noRaw, async () => {
  const { a, b, close } = await pair(GROUNDS[0]!);
  const server = await a.host.open("tcp", { port: 0, framer: lineFramer });
  const client = await b.host.open("tcp", { port: 0, listen: false, framer: lineFramer });
  await client.send(bytes("INVITE\n"), flow("tcp", client.local, server.local));
  const incoming = await server.receive();
  assert.deepEqual(incoming?.flow.remote, client.local);
  await server.send(bytes("200\n"), incoming!.flow);
  assert.equal(text((await client.receive())?.bytes), "200\n");
  await close();
});

toolTest("both carriers of one host work side by side", noRaw, async () => {
  const carriers = { raw: true, udp: {} };
  const { a, b, close } = await pair({
    name: "both",
    missing: undefined,
    addresses: [loopback(5), loopback(6)],
    carriers: [carriers, carriers],
  });
  const ue = await a.host.open("udp", { port: 0 });
  const pcscf = await b.host.open("udp", { port: 0 });
  for (const carrier of ["udp", "raw"] as const) {
    a.policy.way = () => ({ sa: a.policy.out, carrier });
    await ue.send(bytes(carrier), flow("udp", ue.local, pcscf.local));
    assert.equal(text((await pcscf.receive())?.bytes), carrier);
  }
  await close();
});

toolTest(
  "a packet from another address and a clear one from a protected port arrive as such",
  noRaw,
  async () => {
    const { a, b, close } = await pair(GROUNDS[0]!);
    const pcscf = await b.host.open("udp", { port: 0 });
    const [port = 0] = await a.host.reserve(1);
    const packet = { local: { address: a.host.address, port }, remote: pcscf.local };
    await a.host.sendPacket({ ...packet, payload: bytes("spoofed"), sourceAddress: loopback(9, 9) });
    assert.equal((await pcscf.receive())?.flow.remote.address, loopback(9, 9));
    await a.host.sendPacket({ ...packet, payload: bytes("clear"), clear: true });
    const clear = await pcscf.receive();
    assert.deepEqual([text(clear?.bytes), clear?.flow.security], ["clear", undefined]);
    assert.deepEqual(clear?.flow.remote, packet.local);
    const ue = await a.host.open("udp", { port });
    a.policy.way = () => "clear";
    await ue.send(bytes("clear too"), flow("udp", ue.local, pcscf.local));
    assert.equal((await pcscf.receive())?.flow.security, undefined);
    await close();
  },
);

Deno.test("clear text over TCP on a protected port is the machine's own TCP", async () => {
  const { a, b, close } = await pair(GROUNDS[2]!);
  const ue = await a.host.open("tcp", { port: 0, listen: false, framer: lineFramer });
  const pcscf = await b.host.open("tcp", { port: 0, framer: lineFramer });
  a.policy.connects = () => "clear";
  await ue.send(bytes("clear\n"), flow("tcp", ue.local, pcscf.local));
  const incoming = await pcscf.receive();
  assert.deepEqual([incoming?.flow.security, incoming?.flow.remote], [undefined, ue.local]);
  assert.deepEqual(briefly(b.told, "esp"), []);
  await close();
});

toolTest("a hundred hosts of one process talk at once", noRaw, async () => {
  const pairs = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    pair({
      name: "many",
      missing: undefined,
      addresses: [loopback(i + 1, 1), loopback(i + 1, 2)],
      carriers: [{ raw: true }, { raw: true }],
    })));
  await Promise.all(pairs.map(async ({ a, b }, i) => {
    const ue = await a.host.open("udp", { port: 0 });
    const pcscf = await b.host.open("udp", { port: 0 });
    for (let n = 0; n < 10; n++) {
      await ue.send(bytes(`${i} ${n}`), flow("udp", ue.local, pcscf.local));
      assert.equal(text((await pcscf.receive())?.bytes), `${i} ${n}`);
    }
    assert.equal(b.policy.arrivals.length, 10);
  }));
  await Promise.all(pairs.map(({ close }) => close()));
});

Deno.test("two hosts cannot share a UDP port, and the error says which", async () => {
  const open = (port: number) =>
    systemNet.ipsec!({
      address: loopback(7),
      carriers: { udp: { port } },
      policy: NOTHING,
      clock: systemClock,
      random: counter(3),
    });
  const first = await open(0);
  const { port = 0 } = first.encapsulation ?? {};
  await assert.rejects(
    open(port),
    (error) => error instanceof EnvironmentError && error.message.includes(`${loopback(7)}:${port}`),
  );
  await first.close();
});

toolTest("a host that cannot have its UDP port lets go of raw IP", noRaw, async () => {
  const options = {
    address: loopback(8),
    policy: NOTHING,
    clock: systemClock,
    random: counter(3),
  } as const;
  const first = await systemNet.ipsec!({ ...options, carriers: { udp: {} } });
  await assert.rejects(systemNet.ipsec!({ ...options, carriers: { raw: true, udp: {} } }), EnvironmentError);
  await first.close();
});

toolTest(
  "without privilege raw IP is refused with a remedy, and UDP encapsulation works",
  noRaw,
  async () => {
    const script = new URL("testing/unprivileged.ts", import.meta.url);
    const ffi = "--allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64";
    const [raw = "", udp] =
      (await withoutCapabilities(script, [ffi, "--unstable-net", "--allow-net=127.0.0.0/8"]))
        .trim().split("\n");
    assert.match(raw, /lacks the capability CAP_NET_RAW \| .*UDP-encapsulated ESP works without it/);
    assert.equal(udp, "REGISTER inside ESP");
  },
);

Deno.test("a policy that throws does not silence the host", async () => {
  const { a, b, close } = await pair(GROUNDS[2]!);
  const ue = await a.host.open("udp", { port: 0 });
  const pcscf = await b.host.open("udp", { port: 0 });
  const thrown = new Promise<unknown>((resolve) => {
    const hear = (event: ErrorEvent) => {
      event.preventDefault();
      globalThis.removeEventListener("error", hear);
      resolve(event.error);
    };
    globalThis.addEventListener("error", hear);
  });
  b.policy.onArrival = () => {
    throw new TypeError("a bug");
  };
  await ue.send(bytes("1"), flow("udp", ue.local, pcscf.local));
  assert.match(String(await thrown), /a bug/);
  b.policy.onArrival = () => {};
  await ue.send(bytes("2"), flow("udp", ue.local, pcscf.local));
  assert.equal(text((await pcscf.receive())?.bytes), "2");
  assert.ok(b.policy instanceof TestPolicy);
  await close();
});
