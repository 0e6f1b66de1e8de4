import assert from "node:assert/strict";
import { breaches, importsOf, roomOf } from "./layers.ts";

const judge = (file: string, source: string) =>
  breaches(file, source, importsOf(file, source)).map((breach) => breach.why);

Deno.test("roomOf() takes the longest prefix", () => {
  assert.equal(roomOf("harness/sip-codec/uri.ts")?.path, "harness/sip-codec/");
  assert.equal(roomOf("harness/sip/dialog.ts")?.path, "harness/sip/");
  assert.equal(roomOf("elsewhere/x.ts"), undefined);
});

Deno.test("breaches() refuses refcore to import the tester's judgement", () => {
  assert.deepEqual(judge("refcore/pcscf/mod.ts", `import { Ue } from "../../harness/peer/ue/types.ts";`), [
    `"refcore/" may not import "harness/peer/ue/types.ts"`,
  ]);
  assert.equal(judge("refcore/pcscf/x_test.ts", `import { aka } from "../../suites/aka/mod.ts";`).length, 1);
});

Deno.test("breaches() lets a peer import net as types only", () => {
  assert.deepEqual(judge("harness/peer/ue/ue.ts", `import type { Net } from "../../net/types.ts";`), []);
  assert.deepEqual(
    judge("harness/peer/ue/ue.ts", `import { type Net, type Tap } from "../../net/types.ts";`),
    [],
  );
  assert.deepEqual(judge("harness/peer/ue/ue.ts", `import { systemNet } from "../../net/net.ts";`), [
    `"harness/peer/" may not import "harness/net/net.ts" but as types`,
  ]);
});

Deno.test("breaches() sees the platform in a pure room, not in its comments", () => {
  assert.equal(judge("harness/sip/x.ts", "const now = Date.now();").length, 1);
  assert.equal(judge("harness/wire/x.ts", "/* Deno.open is not here */ // Math.random()").length, 0);
  assert.equal(judge("harness/net/x.ts", "Deno.connect({ port: 1 });").length, 0);
});

Deno.test("breaches() names a file outside every room", () => {
  assert.equal(judge("stray.ts", "")[0], "stands in no room of DESIGN 2");
});

Deno.test("importsOf() reads imports over several lines and dynamic ones", () => {
  const source =
    `import {\n  a,\n  b,\n} from "./a.ts";\nexport { c } from "../c.ts";\nawait import("./d.ts");`;
  assert.deepEqual(importsOf("harness/net/x.ts", source).map((found) => found.target), [
    "harness/net/a.ts",
    "harness/c.ts",
    "harness/net/d.ts",
  ]);
});
