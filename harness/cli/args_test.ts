import assert from "node:assert/strict";
import { type Args, parseCommandLine } from "./args.ts";
import type { Command } from "./command.ts";
import { CliError, EXIT } from "./exit.ts";

const command: Command = {
  name: "brew",
  summary: "make tea",
  usage: ["brew LEAF [--milk]"],
  description: [],
  options: [
    { name: "milk", short: "m", help: "with milk" },
    { name: "sugar", short: "s", value: "N", help: "lumps" },
    { name: "guest", value: "NAME", repeatable: true, help: "for whom" },
    { name: "pot", value: "KIND", help: "which pot" },
  ],
  positionals: { least: 1, most: 2 },
  examples: [],
  exits: [],
  run: () => Promise.resolve(EXIT.ok),
};

const parse = (...words: string[]): Args => parseCommandLine(command, words);

function refusal(...words: string[]): string {
  try {
    parse(...words);
  } catch (error) {
    assert.ok(error instanceof CliError);
    assert.equal(error.code, EXIT.usage);
    return error.message;
  }
  return "";
}

Deno.test("parseCommandLine() takes switches, values, repetitions and words in any order", () => {
  const args = parse("assam", "-m", "--guest", "ann", "--sugar=2", "--guest=bob", "darjeeling");
  assert.ok(args.flag("milk"));
  assert.equal(args.integer("sugar", 0), 2);
  assert.deepEqual(args.list("guest"), ["ann", "bob"]);
  assert.deepEqual(args.positionals, ["assam", "darjeeling"]);
  assert.equal(args.text("pot"), undefined);
});

Deno.test("parseCommandLine() takes what follows -- as words", () => {
  assert.deepEqual(parse("--", "--milk").positionals, ["--milk"]);
});

Deno.test("parseCommandLine() refuses an unknown option and says what was meant", () => {
  assert.equal(refusal("assam", "--mlik"), `"imspeer brew" has no option "--mlik" (did you mean "--milk"?)`);
  assert.equal(refusal("assam", "--xyzzy"), `"imspeer brew" has no option "--xyzzy"`);
  assert.equal(refusal("assam", "-x"), `"imspeer brew" has no option "-x"`);
});

Deno.test("parseCommandLine() refuses a missing value, also where the next option stands in its place", () => {
  assert.equal(refusal("assam", "--sugar"), `"--sugar" needs a value: N`);
  assert.equal(refusal("assam", "--sugar="), `"--sugar" needs a value: N`);
  assert.equal(
    refusal("assam", "--pot", "--milk"),
    `"--pot" needs a value: KIND; for a value with a dash write "--pot=--milk"`,
  );
  assert.equal(parse("assam", "--pot=-5").text("pot"), "-5");
});

Deno.test("parseCommandLine() refuses a value for a switch, a second value, a surplus and a missing word", () => {
  assert.equal(refusal("assam", "--milk=yes"), `"--milk" takes no value, found "yes"`);
  assert.equal(refusal("assam", "--pot", "a", "--pot", "b"), `"--pot" is given twice`);
  assert.equal(refusal("a", "b", "milk"), `"imspeer brew" does not take "milk" (did you mean "--milk"?)`);
  assert.equal(refusal(), `"imspeer brew" is not complete: imspeer brew LEAF [--milk]`);
  assert.ok(parse("--help").flag("help"));
});

Deno.test("Args.integer() keeps within its bounds", () => {
  for (
    const [text, message] of [
      ["two", `"--sugar" needs a whole number, 0 to 9, found "two"`],
      ["10", `"--sugar" needs a whole number, 0 to 9, found "10"`],
      ["1.5", `"--sugar" needs a whole number, 0 to 9, found "1.5"`],
    ] as const
  ) {
    assert.throws(() => parse("a", "--sugar", text).integer("sugar", 0, 9), { message });
  }
});

Deno.test("Args.choices() takes lists with commas and refuses what it does not know", () => {
  assert.deepEqual(parse("a", "--pot", "x,y", "--guest", "x").choices("pot", ["x", "y"]), ["x", "y"]);
  assert.equal(parse("a").choices("pot", ["x"]), undefined);
  assert.throws(() => parse("a", "--pot", "iorn").choice("pot", ["iron", "clay"]), {
    message: `"--pot" needs "iron" or "clay", found "iorn" (did you mean "iron"?)`,
  });
});

Deno.test("Args refuses to be asked for an option the command does not have", () => {
  assert.throws(() => parse("a").flag("spout"), { name: "LocalMisuseError" });
});
