/** Every command, in the order of the help. A new one: its file, one line here. */
import type { Command } from "./command.ts";
import { coreCommand } from "./core.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
import { listCommand } from "./list.ts";
import { profileCommand } from "./profile.ts";
import { reportCommand } from "./report.ts";
import { runCommand } from "./run.ts";
import { selfcheckCommand } from "./selfcheck.ts";
import { traceCommand } from "./trace.ts";

export const COMMANDS: readonly Command[] = [
  runCommand,
  listCommand,
  explainCommand,
  profileCommand,
  doctorCommand,
  reportCommand,
  diffCommand,
  traceCommand,
  selfcheckCommand,
  coreCommand,
];
