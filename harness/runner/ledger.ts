/** What one attempt at a case has judged, and what it got wrong itself. */
import type { CheckLedger } from "./check.ts";
import type { CheckResult } from "./events.ts";

export class Ledger implements CheckLedger {
  readonly checks: CheckResult[] = [];
  readonly misuses: string[] = [];
  readonly #pending = new Map<symbol, string>();
  #sealed = false;

  record(result: CheckResult): void {
    if (!this.#sealed) this.checks.push(result);
  }

  misuse(message: string): void {
    if (!this.#sealed) this.misuses.push(message);
  }

  pending(what: string): () => void {
    const key = Symbol();
    this.#pending.set(key, what);
    return () => void this.#pending.delete(key);
  }

  /** What was begun and is not done: a promise that the case forgot to await. */
  underWay(): string[] {
    return [...this.#pending.values()];
  }

  /** From now on nothing is recorded: the case is over, whatever of it still runs. */
  seal(): void {
    this.#sealed = true;
  }
}
