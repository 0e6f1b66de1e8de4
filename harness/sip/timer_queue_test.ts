import assert from "node:assert/strict";
import fc from "fast-check";
import { type TimerEntry, TimerQueue } from "./timer_queue.ts";

Deno.test("TimerQueue gives entries in the order of their time, then of their coming", () => {
  const queue = new TimerQueue<string>();
  queue.add(5, "b");
  queue.add(3, "a");
  queue.add(5, "c");
  assert.equal(queue.next(), 3);
  assert.equal(queue.pop(2), undefined);
  assert.deepEqual([queue.pop(5), queue.pop(5), queue.pop(5), queue.pop(5)], ["a", "b", "c", undefined]);
  assert.equal(queue.next(), undefined);
});

Deno.test("TimerQueue does what a sorted list does, whatever is added and cancelled", () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(50) }),
    fc.record({ cancel: fc.nat(200) }),
    fc.record({ pop: fc.nat(50) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
    const queue = new TimerQueue<number>();
    const entries = new Map<number, TimerEntry<number>>();
    let model: { at: number; id: number }[] = [];
    for (const [id, each] of steps.entries()) {
      if ("add" in each) {
        entries.set(id, queue.add(each.add, id));
        model.push({ at: each.add, id });
      } else if ("cancel" in each) {
        const entry = entries.get(each.cancel);
        if (entry) queue.cancel(entry);
        model = model.filter(({ id }) => id !== each.cancel);
      } else {
        model.sort((a, b) => a.at - b.at || a.id - b.id);
        const due = model[0] && model[0].at <= each.pop ? model.shift()?.id : undefined;
        assert.equal(queue.pop(each.pop), due);
      }
      assert.equal(queue.size, model.length);
    }
  }));
});
