import assert from "node:assert/strict";
import { LocalMisuseError } from "../errors.ts";
import { INVITE_CLIENT } from "./invite_client.ts";
import { INVITE_SERVER } from "./invite_server.ts";
import { NON_INVITE_CLIENT } from "./non_invite_client.ts";
import { NON_INVITE_SERVER } from "./non_invite_server.ts";
import { REGISTRATION } from "./registration_states.ts";
import { SUBSCRIPTION } from "./subscription.ts";
import { type Table, transition } from "./table.ts";

const TABLES: Readonly<Record<string, Table<string, string, string>>> = {
  "INVITE client": INVITE_CLIENT,
  "INVITE server": INVITE_SERVER,
  "non-INVITE client": NON_INVITE_CLIENT,
  "non-INVITE server": NON_INVITE_SERVER,
  "registration": REGISTRATION,
  "subscription": SUBSCRIPTION,
};

/** What the network, not we, decides: it may come at any time. */
const FROM_OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  "INVITE client": ["1xx", "2xx", "3xx-6xx", "transport error"],
  "INVITE server": ["request", "transport error"],
  "non-INVITE client": ["1xx", "2xx", "3xx-6xx", "transport error"],
  "non-INVITE server": ["request", "transport error"],
  "registration": ["removed"],
  "subscription": [],
};

for (const [name, table] of Object.entries(TABLES)) {
  const states = Object.keys(table);
  const resting = states.filter((state) => state !== "terminated" && state !== "initial");

  Deno.test(`${name} table: every transition leads to a state of the table, and every state is reached`, () => {
    const targets = new Set(
      states.flatMap((state) => Object.values(table[state]!).map((found) => found![0])),
    );
    for (const target of targets) assert(states.includes(target), target);
    for (const state of states) assert(targets.has(state) || state === "initial", state);
  });

  Deno.test(`${name} table: whatever the network brings is listed in every state`, () => {
    for (const state of resting) {
      for (const event of FROM_OUTSIDE[name]!) assert(table[state]![event], `${state} lacks "${event}"`);
    }
  });

  Deno.test(`${name} table: a timer that is started can fire in the state it leads to`, () => {
    for (const state of states) {
      for (const [target, ...actions] of Object.values(table[state]!).map((found) => found!)) {
        for (const action of actions) {
          const timer = /^(?:start|double) (\S+)/.exec(action)?.[1];
          if (timer) assert(table[target]![`timer ${timer}`], `"${target}" lacks timer ${timer}`);
        }
      }
    }
  });

  Deno.test(`${name} table: what is not listed throws and names what would do`, () => {
    const events = new Set(states.flatMap((state) => Object.keys(table[state]!)));
    for (const state of states) {
      for (const event of events) {
        if (table[state]![event]) continue;
        assert.throws(
          () => transition("It", table, state, event),
          (error) =>
            error instanceof LocalMisuseError &&
            error.message.startsWith(`It cannot take "${event}" in state "${state}"`),
        );
      }
    }
  });
}
