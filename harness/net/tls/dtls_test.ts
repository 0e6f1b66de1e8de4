import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { datagrams } from "./dtls.ts";
import { TlsContext, type TlsEngine, type TlsOptions } from "./mod.ts";
import { SERVER_EC, SERVER_RSA } from "./testing/certificates.ts";
import { Joined } from "./testing/joined.ts";

const DTLS12: TlsOptions = { versions: ["DTLSv1.2", "DTLSv1.2"] };

Deno.test("datagrams() packs whole records up to the size of a datagram", () => {
  const record = (length: number) => {
    const bytes = new Uint8Array(13 + length);
    new DataView(bytes.buffer).setUint16(11, length);
    return [...bytes];
  };
  const lengths = (mtu: number, ...records: number[]) =>
    datagrams(new Uint8Array(records.flatMap(record)), mtu).map(({ length }) => length);
  assert.deepEqual(lengths(100, 20, 20, 30, 10), [66, 66]);
  assert.deepEqual(lengths(100, 200, 20), [213, 33]);
  assert.deepEqual(lengths(100), []);
  assert.deepEqual(datagrams(new Uint8Array(20).fill(1), 100).length, 1);
});

Deno.test("no datagram of a handshake is longer than the MTU that was chosen", () => {
  using client = new TlsContext({ ...DTLS12, dtls: { mtu: 300 } });
  using server = new TlsContext({ ...DTLS12, dtls: { mtu: 300 }, certificates: [SERVER_RSA] });
  using joined = new Joined({ client, server }, { silent: true });
  const lengths: number[] = [];
  joined.pump(0, ({ length }) => {
    lengths.push(length);
    return false;
  });
  assert.equal(joined.count("client", "handshake"), 1);
  assert(Math.max(...lengths) <= 300 && lengths.length > 6, String(lengths));
  assert.deepEqual([joined.client.deadline(), joined.server.deadline()], [undefined, undefined]);
});

Deno.test("a flight that is lost is sent again at the deadline, and the handshake ends well", async () => {
  const options: TlsOptions = { ...DTLS12, dtls: { retransmitMs: 40 } };
  using client = new TlsContext(options);
  using server = new TlsContext({ ...options, certificates: [SERVER_EC] });
  using joined = new Joined({ client, server }, { silent: true });

  const start = systemClock.now();
  const lost = joined.client.toSend(start);
  const due = joined.client.deadline() ?? 0;
  assert(lost.length === 1 && due > start && due <= start + 40, `due after ${due - start} ms`);
  joined.client.expire(start);
  assert.deepEqual(joined.client.toSend(start), [], "nothing is sent before its time");
  await deadlineOf(joined.client);
  const [again] = joined.client.toSend(systemClock.now());
  assert(again !== undefined && again.toHex() !== lost[0]?.toHex(), "another record number");
  assert.equal(again.subarray(13).toHex(), lost[0]?.subarray(13).toHex(), "the same message");
  assert((joined.client.deadline() ?? 0) - systemClock.now() > 40, "then after twice as long");

  joined.server.receive(again, systemClock.now());
  joined.server.toSend(systemClock.now()); // lost
  await deadlineOf(joined.server);
  joined.pump(systemClock.now());
  assert.deepEqual([joined.count("client", "handshake"), joined.count("server", "handshake")], [1, 1]);
});

async function deadlineOf(engine: TlsEngine): Promise<void> {
  for (let due = engine.deadline(); due !== undefined; due = engine.deadline()) {
    await systemClock.wait(due);
    engine.expire(systemClock.now());
    if ((engine.deadline() ?? 0) > due + 20) return;
  }
}
