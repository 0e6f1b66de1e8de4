/** The selectors that run, list and selfcheck share. */
import type { Selectors } from "../runner/mod.ts";
import type { Args } from "./args.ts";
import type { OptionSpec } from "./command.ts";

const group = "Which cases (all of them, unless told otherwise)";

export const SELECTOR_OPTIONS: readonly OptionSpec[] = [
  {
    name: "suite",
    value: "ID",
    repeatable: true,
    group,
    help: "cases of this suite, as tls; * stands for anything",
  },
  { name: "case", value: "GLOB", repeatable: true, group, help: "cases whose id is like this, as aka/*" },
  {
    name: "requirement",
    value: "GLOB",
    repeatable: true,
    group,
    help: "cases that verify a requirement like this, as 33.203/6.1.1/*",
  },
  {
    name: "priority",
    value: "N",
    group,
    help: "cases of priority 1 to N: 1 is security-critical, 3 is optional",
  },
  {
    name: "tag",
    value: "T",
    repeatable: true,
    group,
    help: "cases with this tag: slow, operator, privileged",
  },
];

export const PROFILE_OPTION: OptionSpec = {
  name: "profile",
  short: "p",
  value: "NAME|FILE",
  help: "the device under test",
  default: "embedded, the reference core inside this program",
  group: "Target",
};

export function selectorsOf(args: Args): Selectors {
  const priority = args.integer("priority", 1, 3);
  return {
    suites: args.list("suite"),
    cases: args.list("case"),
    requirements: args.list("requirement"),
    tags: args.list("tag"),
    ...(priority === undefined ? {} : { priority }),
  };
}
