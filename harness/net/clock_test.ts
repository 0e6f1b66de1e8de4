import assert from "node:assert/strict";
import { systemClock } from "./clock.ts";
import { FakeClock } from "./clock_fake.ts";

Deno.test("systemClock tells epoch milliseconds that do not go back", () => {
  const first = systemClock.now();
  assert(Math.abs(first - Date.now()) < 1000);
  assert(systemClock.now() >= first);
});

Deno.test("systemClock waits until then, or until aborted, and leaves no timer", async () => {
  const until = systemClock.now() + 3;
  await systemClock.wait(until);
  assert(systemClock.now() >= until);
  await systemClock.wait(systemClock.now() - 1);
  const abort = new AbortController();
  const waiting = systemClock.wait(systemClock.now() + 10 * 24 * 3600 * 1000 * 100, abort.signal);
  abort.abort();
  await waiting;
  await systemClock.wait(systemClock.now() + 1e9, abort.signal);
});

Deno.test("systemClock lets what came while the program was held up be read before a wait ends", async () => {
  const socket = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const here = socket();
  const there = socket();
  const seen: string[] = [];
  const reading = here.receive().then(() => seen.push("datagram"));
  const waiting = systemClock.wait(systemClock.now() + 5).then(() => seen.push("end of the wait"));
  await there.send(new Uint8Array(1), here.addr);
  const heldUp = systemClock.now() + 80;
  while (systemClock.now() < heldUp);
  await Promise.all([reading, waiting]);
  here.close();
  there.close();
  assert.deepEqual(seen, ["datagram", "end of the wait"]);
});

Deno.test("FakeClock lets things happen in the order of their time", async () => {
  const clock = new FakeClock(0);
  const seen: string[] = [];
  const note = async (at: number, what: string) => {
    await clock.wait(at);
    seen.push(`${what}@${clock.now()}`);
  };
  const all = [note(30, "c"), note(10, "a"), note(20, "b").then(() => note(25, "b2"))];
  await clock.advance(20);
  assert.deepEqual(seen, ["a@10", "b@20"]);
  await clock.advance(100);
  assert.deepEqual(seen, ["a@10", "b@20", "b2@25", "c@30"]);
  assert.equal(clock.now(), 120);
  await Promise.all(all);
});

Deno.test("FakeClock.run() lets time pass until the promise settles", async () => {
  const clock = new FakeClock(0);
  assert.equal(await clock.run(clock.wait(5000).then(() => clock.wait(7000)).then(() => clock.now())), 7000);
  await assert.rejects(clock.run(clock.wait(8000).then(() => Promise.reject(new Error("x")))), /^Error: x$/);
  await assert.rejects(clock.run(new Promise(() => {})), /nothing waits/);
  await assert.rejects(clock.run(clock.wait(1e9), 1000), /more than 1000 ms/);
});

Deno.test("FakeClock forgets who was aborted", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const waiting = clock.wait(clock.now() + 10, abort.signal);
  assert.equal(clock.waiting, 1);
  abort.abort();
  await waiting;
  assert.equal(clock.waiting, 0);
});
