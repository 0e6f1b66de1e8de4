/**
 * State machines as tables: state x event -> next state and the actions on the way. What a table does not list is
 * illegal. Whatever the network may bring at any time is therefore listed in every state, if only to be ignored.
 */
import { LocalMisuseError } from "../errors.ts";

export type Transition<State extends string, Action extends string> = readonly [State, ...Action[]];

export type Table<State extends string, Event extends string, Action extends string> = {
  readonly [S in State]: { readonly [E in Event]?: Transition<State, Action> };
};

/**
 * The transition of `event` in `state`.
 * @throws LocalMisuseError where the table has none; nothing has changed then.
 */
export function transition<State extends string, Event extends string, Action extends string>(
  machine: string,
  table: Table<State, Event, Action>,
  state: State,
  event: Event,
): Transition<State, Action> {
  const row = table[state];
  const found = row[event];
  if (found) return found;
  const possible = Object.keys(row).map((name) => `"${name}"`).join(", ");
  throw new LocalMisuseError(
    `${machine} cannot take "${event}" in state "${state}"; it can take ${possible || "nothing any more"}`,
  );
}
