import assert from "node:assert/strict";
import { targetCommand } from "./environment.ts";

Deno.test("targetCommand() says what is tested, for a shell, and no path from the root", () => {
  const command = (profile?: string, faults: string[] = [], asAble = false) =>
    targetCommand({ profile, faults, asAble });
  assert.equal(command(), "imspeer run");
  assert.equal(command("labs/lab.yaml"), "imspeer run --profile labs/lab.yaml");
  assert.equal(command("/home/somebody/lab.yaml"), "imspeer run --profile lab.yaml");
  assert.equal(command("my lab's.yaml"), `imspeer run --profile 'my lab'\\''s.yaml'`);
  assert.equal(
    command("embedded", ["hss/x", "scscf/y"], true),
    "imspeer run --profile embedded --fault hss/x --fault scscf/y --as-able",
  );
});
