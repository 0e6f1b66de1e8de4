import assert from "node:assert/strict";
import { FakeClock } from "../../net/mod.ts";
import { NoAnswer } from "../no_answer.ts";
import { Inbox } from "./inbox.ts";

const even = { what: "an even number", fits: (n: number) => n % 2 === 0 };
const any = { what: "a number", fits: () => true };

Deno.test("take() gives the oldest item that fits and leaves the others", async () => {
  const inbox = new Inbox<number>(new FakeClock());
  for (const n of [1, 2, 4]) inbox.put(n);
  assert.equal(await inbox.take(even), 2);
  assert.deepEqual(inbox.waiting, [1, 4]);
});

Deno.test("take() waits in turn", async () => {
  const inbox = new Inbox<number>(new FakeClock());
  const waits = [inbox.take(even), inbox.take(any), inbox.take(any)];
  for (const n of [1, 2, 3]) inbox.put(n);
  assert.deepEqual(await Promise.all(waits), [2, 1, 3]);
});

Deno.test("take() rejects with NoAnswer at the end of its window, and stops its timer when it has its item", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox<number>(clock);
  const missed = inbox.take(even, 100);
  const got = inbox.take(any, 200);
  inbox.put(1);
  assert.equal(await got, 1);
  await assert.rejects(clock.run(missed), new NoAnswer("an even number", 100));
  assert.equal(clock.waiting, 0);
});

Deno.test("look() leaves the item for who takes it", async () => {
  const inbox = new Inbox<number>(new FakeClock());
  const seen = inbox.look(any);
  const taken = inbox.take(any);
  inbox.put(5);
  assert.deepEqual(await Promise.all([seen, taken]), [5, 5]);
  assert.equal(inbox.waiting.length, 0);
});

Deno.test("close() rejects those that wait and those that come", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox<number>(clock);
  const before = inbox.take(any, 1000);
  inbox.close();
  for (const wait of [before, inbox.take(any)]) {
    await assert.rejects(wait, (error: unknown) => error instanceof NoAnswer && error.closed);
  }
  await clock.advance(0);
  assert.equal(clock.waiting, 0);
});
