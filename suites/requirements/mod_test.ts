import assert from "node:assert/strict";
import { catalogue, CatalogueError, loadCatalogue } from "./mod.ts";

Deno.test("catalogue holds all 892 requirements in the order of the files", () => {
  const ids = [...catalogue.keys()];
  assert.equal(ids.length, 892);
  assert.equal(ids[0], "33.203/4/01");
  assert.equal(catalogue.get("33.203/6.1.1/09")?.suite, "aka");
});

Deno.test("catalogue gives a reason for every requirement that nobody outside can see", () => {
  for (const entry of catalogue.values()) {
    if (entry.peer === "none") assert.ok(entry.untestable, entry.id);
  }
});

const entry = { ...catalogue.get("33.203/6.1.1/09")! };
const refused = (change: Record<string, unknown>, message: RegExp) =>
  assert.throws(() => loadCatalogue({ "part.json": [{ ...entry, ...change }] }), (error) => {
    assert.ok(error instanceof CatalogueError);
    assert.match(error.message, message);
    return true;
  });

Deno.test("loadCatalogue() refuses a requirement with a field missing, wrong or unknown", () => {
  refused({ title: "" }, /part\.json, entry 1 \("33\.203\/6\.1\.1\/09"\): "title" is not a text/);
  refused({ level: "must" }, /"level" is "must", not one of shall/);
  refused({ priority: 4 }, /"priority" is 4/);
  refused({ colour: "red" }, /"colour" is no field/);
  refused({ id: "nothing" }, /the id is not/);
  refused({ untestable: "" }, /"untestable" is not a reason/);
  refused({ peer: "none" }, /gives no reason/);
});

Deno.test("loadCatalogue() refuses an id that is taken and a part that is no list", () => {
  assert.throws(() => loadCatalogue({ "a.json": [entry], "b.json": [entry] }), /b\.json, entry 1: id .* taken already/);
  assert.throws(() => loadCatalogue({ "a.json": {} }), /"a\.json" is not a list/);
});
