import { strict as assert } from "node:assert";
import { FakeClock } from "../harness/net/mod.ts";
import { Scheduler } from "./scheduler.ts";

Deno.test("Scheduler rings in order, follows moved alarms and forgets those taken back", async () => {
  const clock = new FakeClock(0);
  const scheduler = new Scheduler(clock);
  const rung: string[] = [];
  scheduler.at(30, () => rung.push("late"));
  scheduler.at(10, () => rung.push("early"));
  const moved = scheduler.at(12, () => rung.push("moved"));
  const gone = scheduler.at(15, () => rung.push("gone"));
  moved.set(20);
  gone.set(undefined);
  await clock.advance(11);
  assert.deepEqual(rung, ["early"]);
  await clock.advance(8);
  assert.deepEqual(rung, ["early"]);
  await clock.advance(20);
  assert.deepEqual(rung, ["early", "moved", "late"]);
  assert.equal(clock.waiting, 0);
  await scheduler.close();
});

Deno.test("Scheduler waits for nothing after close()", async () => {
  const clock = new FakeClock(0);
  const scheduler = new Scheduler(clock);
  const rung: string[] = [];
  scheduler.at(10, () => rung.push("never"));
  await scheduler.close();
  scheduler.at(5, () => rung.push("never"));
  await clock.advance(20);
  assert.deepEqual(rung, []);
  assert.equal(clock.waiting, 0);
});
