import assert from "node:assert/strict";
import { parseResults, resultsJson, resultsSchema, ResultsSyntaxError } from "./results.ts";
import { SAMPLE } from "./testing/sample.ts";

Deno.test("parseResults() reads what resultsJson() wrote, without loss", () => {
  assert.deepEqual(parseResults(resultsJson(SAMPLE)), SAMPLE);
});

Deno.test("parseResults() keeps fields it does not know: additions only", () => {
  const text = resultsJson(SAMPLE).replace('"tool"', '"newer": {"x": 1}, "tool"');
  assert.deepEqual(Reflect.get(parseResults(text).run, "newer"), { x: 1 });
});

Deno.test("parseResults() names the field, what was found and what was needed", () => {
  const text = resultsJson(SAMPLE).replace('"verdict": "fail"', '"verdict": "failed"');
  assert.throws(() => parseResults(text), (error: ResultsSyntaxError) => {
    assert.equal(error.path, "cases[1].verdict");
    assert.match(error.message, /"cases\[1\]\.verdict".*"pass"\|"fail"/);
    return error instanceof SyntaxError;
  });
});

Deno.test("parseResults() counts further problems", () => {
  assert.throws(() => parseResults('{"schema": 1}'), /"run".*and 2 more/);
});

Deno.test("parseResults() gives the offset of what is no JSON", () => {
  assert.throws(() => parseResults('{"schema": 1,,}'), (error: ResultsSyntaxError) => error.offset === 13);
  assert.throws(() => parseResults(""), ResultsSyntaxError);
  assert.throws(() => parseResults("[]"), ResultsSyntaxError);
});

Deno.test("parseResults() refuses a version it does not read, and a case told twice", () => {
  assert.throws(() => parseResults('{"schema": 2}'), /version "2", this imspeer reads "1"/);
  const twice = { ...SAMPLE, cases: [SAMPLE.cases[0], SAMPLE.cases[0]] };
  assert.throws(() => parseResults(JSON.stringify(twice)), /"aka\/registers" twice/);
});

Deno.test("resultsSchema() describes every field that results.json has", () => {
  const schema = resultsSchema();
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  const properties = schema.properties as Record<
    string,
    { properties?: object; items?: { properties: object } }
  >;
  assert.deepEqual(Object.keys(properties), ["schema", "run", "cases", "summary"]);
  assert.deepEqual(Object.keys(properties.run!.properties!), Object.keys(SAMPLE.run));
  assert.deepEqual(
    Object.keys(properties.cases!.items!.properties).sort(),
    Object.keys(SAMPLE.cases[0]!).sort(),
  );
  assert.deepEqual(Object.keys(properties.summary!.properties!), Object.keys(SAMPLE.summary));
});

Deno.test("results.schema.json is what resultsSchema() gives", async () => {
  const path = new URL("results.schema.json", import.meta.url);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), JSON.parse(JSON.stringify(resultsSchema())));
});
