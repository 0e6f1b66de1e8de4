import assert from "node:assert/strict";
import { ANSWERED, answered, ARRIVED, arriving, DEAD, drawn, dying, NOTHING } from "./said.ts";

Deno.test("answered(), drawn(), arriving(), dying() tell yes from no", () => {
  assert.equal(answered(true), ANSWERED);
  assert.notEqual(answered(false), ANSWERED);
  assert.equal(drawn(false), NOTHING);
  assert.notEqual(drawn(true), NOTHING);
  assert.equal(arriving(true), ARRIVED);
  assert.notEqual(arriving(false), ARRIVED);
  assert.equal(dying(true), DEAD);
  assert.notEqual(dying(false), DEAD);
});
