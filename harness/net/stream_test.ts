import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { openStream } from "./stream.ts";
import { bytes, text } from "./testing/framers.ts";
import { loopback } from "./testing/loopback.ts";
import type { TapRecord } from "./types.ts";

const ADDRESS = loopback(1, 6);

Deno.test("openStream() carries octets both ways, and the tap has them with TCP's ports", async () => {
  using listener = Deno.listen({ hostname: ADDRESS, port: 0 });
  const remote = { address: ADDRESS, port: listener.addr.port };
  for (const layer of ["tls", undefined] as const) {
    const taps: TapRecord[] = [];
    const tap = (record: TapRecord) => void taps.push(record);
    const local = { address: ADDRESS, port: 0 };
    const stream = await openStream({
      ...{ clock: systemClock, local, remote, tap },
      ...layer && { layer },
    });
    using peer = await listener.accept();
    const heard = Promise.withResolvers<Uint8Array>();
    const closed = Promise.withResolvers<Error | undefined>();
    stream.start({ data: heard.resolve, closed: closed.resolve });
    await stream.write(bytes("question"));
    const buffer = new Uint8Array(8);
    await peer.read(buffer);
    assert.equal(text(buffer), "question");
    await peer.write(bytes("answer"));
    assert.equal(text(await heard.promise), "answer");
    stream.end?.();
    assert.equal(await peer.read(buffer), null);
    peer.closeWrite();
    assert.equal(await closed.promise, undefined);
    await stream.destroy();
    const how = layer ?? "tcp";
    assert.deepEqual(
      taps.map(({ layer, direction, transport, bytes }) => [layer, direction, transport, text(bytes)]),
      [
        [how, "out", how, "question"],
        [how, "in", how, "answer"],
        ["tcp", "in", how, ""],
      ],
    );
    assert.equal(new Set(taps.map(({ connection }) => connection)).size, 1);
    assert.deepEqual(taps[0]?.local, stream.local);
  }
});

Deno.test("openStream() tells who refuses", async () => {
  const local = { address: ADDRESS, port: 0 };
  const taps: TapRecord[] = [];
  const tap = (record: TapRecord) => void taps.push(record);
  await assert.rejects(
    openStream({ clock: systemClock, local, remote: { address: ADDRESS, port: 1 }, tap }),
    EnvironmentError,
  );
  assert.match(taps[0]?.note ?? "", /refused/);
});
