import assert from "node:assert/strict";
import { toolTest } from "../../_tools/foreign_program.ts";
import { EnvironmentError } from "../errors.ts";
import { buildIp, IP_PROTOCOL, parseIp } from "../wire/mod.ts";
import { Inbox } from "./inbox.ts";
import { checkRawIp, openRawIp, type RawPacket } from "./raw_ip.ts";
import { loopback } from "./testing/loopback.ts";
import { noRawSockets, withoutCapabilities } from "./testing/unprivileged.ts";

const missing = await noRawSockets(() => checkRawIp("127.0.0.1"));
const missing6 = missing ?? await noRawSockets(() => checkRawIp("::1"));

async function open(address: string) {
  const inbox = new Inbox<RawPacket>();
  const raw = await openRawIp(address, (packet) => isOurs(packet) && inbox.push(packet));
  return Object.assign(raw, { receive: () => inbox.receive() });
}

/** Other tests that run at the same time see our packets on ::1, and we theirs: ours begin with this. */
const OURS = crypto.getRandomValues(new Uint8Array(8));

function payload(mark: number, length = 40): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => OURS[i] ?? mark);
}

function isOurs({ payload }: RawPacket): boolean {
  return OURS.every((octet, i) => payload[i] === octet);
}

toolTest(
  "openRawIp() carries packets between addresses of this machine and shows them whole",
  missing,
  async () => {
    const a = await open(loopback(1));
    const b = await open(loopback(2));
    const sent = a.send(payload(1), loopback(2));
    const got = await b.receive();
    assert(got);
    assert.deepEqual([got.source, got.destination], [loopback(1), loopback(2)]);
    assert.deepEqual(got.payload, payload(1));
    const [one, other] = [parseIp(sent), parseIp(got.packet)];
    assert.deepEqual([one.protocol, one.payload, one.hopLimit], [
      other.protocol,
      other.payload,
      other.hopLimit,
    ]);
    assert.equal(other.protocol, IP_PROTOCOL.esp);
    assert.ok(other.checksumOk);
    b.send(payload(2), loopback(1));
    assert.deepEqual((await a.receive())?.payload, payload(2));
    await Promise.all([a.close(), b.close()]);
  },
);

toolTest("openRawIp() works over IPv6", missing6, async () => {
  const a = await open("::1");
  a.send(payload(3), "::1");
  const got = await a.receive();
  assert(got);
  assert.deepEqual([got.source, got.destination], ["::1", "::1"]);
  assert.deepEqual(got.payload, payload(3));
  assert.deepEqual(parseIp(got.packet).payload, payload(3));
  await a.close();
});

toolTest("a source address of someone else can be put into the header", missing, async () => {
  const a = await open(loopback(3));
  const b = await open(loopback(4));
  a.send(payload(4), loopback(4), "198.51.100.7");
  assert.equal((await b.receive())?.source, "198.51.100.7");
  a.send(payload(5), loopback(4), loopback(9));
  assert.equal((await b.receive())?.source, loopback(9));
  await Promise.all([a.close(), b.close()]);
});

toolTest("a source address of someone else can be put into an IPv6 header", missing6, async () => {
  const a = await open("::1");
  a.send(payload(6), "::1", "2001:db8::7");
  assert.equal((await a.receive())?.source, "2001:db8::7");
  await a.close();
});

toolTest("sendPacket() sends an IP packet as it is", missing, async () => {
  const a = await open(loopback(5));
  const packet = buildIp({
    source: loopback(6),
    destination: loopback(5),
    protocol: IP_PROTOCOL.esp,
    payload: payload(7),
    identification: 0x1234,
    hopLimit: 3,
  });
  a.sendPacket(packet, loopback(5));
  assert.deepEqual((await a.receive())?.packet, packet);
  await a.close();
});

toolTest("large packets pass, too large ones are refused with a remedy", missing, async () => {
  const a = await open(loopback(7));
  const b = await open(loopback(8));
  a.send(payload(8, 65_000), loopback(8));
  assert.equal((await b.receive())?.payload.length, 65_000);
  for (const source of [undefined, loopback(7)]) {
    assert.throws(
      () => a.send(payload(9, 65_516), loopback(8), source),
      (error) =>
        error instanceof EnvironmentError && /too long/.test(error.message) && /TCP/.test(error.remedy),
    );
  }
  await Promise.all([a.close(), b.close()]);
});

toolTest("an address is heard by all who opened it, and a closed one by nobody", missing, async () => {
  const a = await open(loopback(10));
  const twice = [await open(loopback(11)), await open(loopback(11))];
  a.send(payload(10), loopback(11));
  for (const one of twice) assert.deepEqual((await one.receive())?.payload, payload(10));
  await twice[0]?.close();
  await twice[0]?.close();
  a.send(payload(11), loopback(11));
  assert.deepEqual((await twice[1]?.receive())?.payload, payload(11));
  await Promise.all([a.close(), twice[1]?.close()]);
});

toolTest("the hub comes and goes with its users, also at once", missing, async () => {
  for (let round = 0; round < 5; round++) {
    const hosts = await Promise.all(Array.from({ length: 100 }, (_, i) => open(loopback(i + 1, 1))));
    hosts[0]?.send(payload(round), loopback(100, 1));
    assert.deepEqual((await hosts[99]?.receive())?.payload, payload(round));
    const closing = hosts.map((host) => host.close());
    const again = await open(loopback(1, 1));
    await Promise.all([...closing, again.close()]);
  }
});

toolTest("an address that is not this machine's is refused", missing, async () => {
  await assert.rejects(
    open("192.0.2.77"),
    (error) => error instanceof EnvironmentError && /does not have the address/.test(error.message),
  );
});

toolTest("without CAP_NET_RAW the error names it, and what to do", missing, async () => {
  const script = new URL("testing/raw_ip_unprivileged.ts", import.meta.url);
  const ffi = "--allow-ffi=/lib,/usr/lib,/lib64,/usr/lib64";
  const lines = (await withoutCapabilities(script, [ffi])).trim().split("\n");
  assert.equal(lines.length, 2, lines.join("\n"));
  for (const line of lines) assert.match(line, /lacks the capability CAP_NET_RAW \| .*setcap cap_net_raw/);
});

toolTest("without permission for foreign functions the error names it", missing, async () => {
  const script = new URL("testing/raw_ip_unprivileged.ts", import.meta.url);
  assert.match(
    await withoutCapabilities(script, []),
    /permissions do not allow foreign functions \| .*--allow-ffi=/,
  );
});
