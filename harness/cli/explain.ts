/** `imspeer explain`: a case, a requirement or a fault in words. */
import {
  type CaseExplanation,
  type CaseInfo,
  everyCase,
  explain,
  type RequirementExplanation,
} from "../runner/mod.ts";
import type { Fault } from "../../refcore/faults.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import type { Host } from "./host.ts";
import { ladderOf } from "./ladder.ts";
import { catalogue, faultIds, faults, suites } from "./registry.ts";

export const explainCommand: Command = {
  name: "explain",
  summary: "tell what a case sends and expects, what a requirement asks, what a fault breaks",
  usage: ["explain CASE|REQUIREMENT|FAULT"],
  description: [
    "For a case: its message ladder, the clauses it judges, what it needs, and the faults of the reference core that " +
    "make it fail. For a requirement: what the clause asks, how it is observed, and which cases judge it. " +
    "For a fault of the reference core: what it breaks, and which cases must see it. Ids of cases are those of " +
    '"imspeer list", ids of requirements those of "imspeer trace --csv".',
  ],
  options: [],
  positionals: { least: 1, most: 1 },
  examples: [
    { command: "imspeer explain aka/mutual-authentication", says: "a case" },
    { command: "imspeer explain 33.203/6.1.1/09", says: "a requirement" },
    { command: "imspeer explain pcscf/leaks-ck-ik", says: "a fault" },
  ],
  exits: [EXIT.ok],
  run(args, host) {
    const [name = ""] = args.positionals;
    const fault = faults.find(({ id }) => id === name);
    if (fault) tellFault(fault, host);
    else {
      // A slip in the id of a fault gets its own "did you mean".
      if (faults.some(({ id }) => id.startsWith(`${name.split("/", 1)[0]}/`))) faultIds([name]);
      const known = explain(name, { suites, catalogue, faults });
      if (known.kind === "case") tellCase(known, host);
      else tellRequirement(known, host);
    }
    return Promise.resolve(EXIT.ok);
  },
};

function tellCase(known: CaseExplanation, host: Host): void {
  const { id, title, suite, priority, peer } = known.case;
  host.say(`${id}: ${title}`);
  host.say(`suite ${suite}, priority ${priority}, played as ${peer}`);
  const needs = Object.entries(known.needs).map(([need, value]) =>
    value === true ? need : `${need} = ${value}`
  );
  host.say(`needs ${needs.join(", ") || "nothing of the profile"}; leases ${known.leases.join(" and ")}`);
  if (known.exclusive) host.say("runs alone");
  if (known.tags.length > 0) host.say(`tags ${known.tags.join(", ")}`);
  const ladder = ladderOf(id, suite);
  if (ladder) tellBlock("What it does", ladder, host);
  host.say("");
  host.say("What it judges");
  for (const requirement of known.requirements) {
    host.say(`  ${requirement.id}  ${requirement.level}: ${requirement.title}`);
    tellText(`clause ${requirement.clause} of ${requirement.source}: ${requirement.statement}`, 6, host);
    tellText(`sent: ${requirement.how}`, 6, host);
    tellText(`measured: ${requirement.oracle}`, 6, host);
  }
  tellFaults("Faults of the reference core that must make it fail", known.faults, host);
}

function tellRequirement({ requirement, cases, faults }: RequirementExplanation, host: Host): void {
  const { id, title, level, subject, source, clause, suite, priority, peer } = requirement;
  host.say(`${id}: ${title}`);
  host.say(
    `${subject} ${level}; ${source} clause ${clause}; suite ${suite}, priority ${priority}, seen as ${peer}`,
  );
  for (
    const [head, text] of [
      ["What it asks", requirement.statement],
      ["How it is seen", requirement.how],
      ["What is measured", requirement.oracle],
      ["A device that breaks it", requirement.fault],
      ...(requirement.untestable ? [["Why no case can judge it", requirement.untestable] as const] : []),
    ] as const
  ) {
    host.say("");
    host.say(head);
    tellText(text, 2, host);
  }
  tellCases("Cases that judge it", cases, host);
  tellFaults("Faults of the reference core that break it", faults, host);
}

function tellFault(fault: Fault, host: Host): void {
  host.say(`${fault.id}: ${fault.title}`);
  const requirement = catalogue.get(fault.requirement);
  host.say(`breaks ${fault.requirement}${requirement ? `  ${requirement.title}` : ""}`);
  const cases = everyCase(suites, catalogue).map(({ info }) => info);
  tellCases("Cases that must fail with it", cases.filter(({ kills }) => kills.includes(fault.id)), host);
  host.say("");
  host.say(`Try it: imspeer run --fault ${fault.id}`);
}

function tellCases(head: string, cases: readonly CaseInfo[], host: Host): void {
  tellBlock(head, cases.length > 0 ? cases.map(({ id, title }) => `${id}  ${title}`) : ["none"], host);
}

function tellFaults(head: string, known: readonly Fault[], host: Host): void {
  tellBlock(head, known.length > 0 ? known.map(({ id, title }) => `${id}  ${title}`) : ["none"], host);
}

function tellBlock(head: string, lines: readonly string[], host: Host): void {
  host.say("");
  host.say(head);
  for (const line of lines) host.say(line === "" ? "" : `  ${line}`);
}

function tellText(text: string, indent: number, host: Host): void {
  let line = "";
  const width = 104 - indent;
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length >= width) {
      host.say(" ".repeat(indent) + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  host.say(" ".repeat(indent) + line);
}
