import assert from "node:assert/strict";
import { COMMANDS } from "./commands.ts";
import { COMMON_OPTIONS } from "./command.ts";
import { commandHelp, programHelp } from "./help.ts";

Deno.test("programHelp() names every command and every exit code", () => {
  const text = programHelp(COMMANDS, "1.2.3");
  for (const { name, summary } of COMMANDS) {
    assert.ok(text.includes(`  ${name}`) && text.includes(summary), name);
  }
  for (const code of [0, 1, 2, 64, 65, 70, 130]) assert.match(text, new RegExp(`^ +${code}  \\S`, "m"));
});

Deno.test("commandHelp() has usage, every option, an example and exit codes, and fits a screen's width", () => {
  for (const command of COMMANDS) {
    const text = commandHelp(command);
    assert.match(text, new RegExp(`^Usage: imspeer ${command.name}\\b`, "m"));
    for (const { name } of [...command.options, ...COMMON_OPTIONS]) {
      assert.ok(text.includes(`--${name}`), name);
    }
    assert.ok(command.examples.length > 0, command.name);
    for (const { command: line } of command.examples) {
      assert.match(line, /^imspeer \w/);
    }
    for (const line of text.split("\n")) assert.ok(line.length <= 120, `${command.name}: ${line}`);
    assert.match(text, /^ +64 {2}/m);
  }
});

Deno.test("every option has one name, and every default is told in the help", () => {
  for (const command of COMMANDS) {
    const options = [...command.options, ...COMMON_OPTIONS];
    const names = options.flatMap(({ name, short }) => short === undefined ? [name] : [name, short]);
    assert.equal(new Set(names).size, names.length, command.name);
  }
});
