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

Deno.test("before its deadline nothing is sent again", () => {
  using context = new TlsContext({ ...DTLS12, dtls: { retransmitMs: 60_000 } });
  using client = context.connect();
  assert.equal(client.toSend(1000).length, 1);
  const due = client.deadline() ?? 0;
  assert(due > 1000 && due <= 61_000, `due at ${due}`);
  client.expire(1000);
  assert.deepEqual(client.toSend(1000), []);
});

Deno.test("a flight that is lost is sent again at the deadline, and the handshake ends well", async () => {
  const options: TlsOptions = { ...DTLS12, dtls: { retransmitMs: 100 } };
  using client = new TlsContext(options);
  using server = new TlsContext({ ...options, certificates: [SERVER_EC] });
  using joined = new Joined({ client, server }, { silent: true });

  const [lost] = joined.client.toSend(systemClock.now());
  const [again] = await sentAgain(joined.client);
  assert(lost !== undefined && again !== undefined);
  assert.notEqual(again.subarray(3, 11).toHex(), lost.subarray(3, 11).toHex(), "another record number");
  assert.equal(again.subarray(13).toHex(), lost.subarray(13).toHex(), "the same message");
  assert((joined.client.deadline() ?? 0) - systemClock.now() > 100, "then after twice as long");

  joined.server.receive(again, systemClock.now());
  const unheard = joined.server.toSend(systemClock.now());
  for (const bytes of await sentAgain(joined.server)) joined.client.receive(bytes, systemClock.now());
  assert(unheard.length > 0);
  joined.pump(systemClock.now());
  assert.deepEqual([joined.count("client", "handshake"), joined.count("server", "handshake")], [1, 1]);
});

/** What comes when the machine's clock reaches the deadline. */
async function sentAgain(engine: TlsEngine): Promise<Uint8Array[]> {
  for (let due = engine.deadline(); due !== undefined; due = engine.deadline()) {
    await systemClock.wait(due);
    engine.expire(systemClock.now());
    const sent = engine.toSend(systemClock.now());
    if (sent.length > 0) return sent;
  }
  return [];
}
