/** Whether the device still answers, and after which case it did not any more. */
import type { EvidenceSink } from "./evidence_sink.ts";

export class Life {
  /** The last case in which anything came from the device. */
  #lastHeard: string | undefined;
  #death: string | undefined;
  #asking: Promise<unknown> = Promise.resolve();

  /** The same recorder, with an ear on what comes in. */
  listen(caseId: string, sink: EvidenceSink): EvidenceSink {
    return {
      tap: (actor) => {
        const tap = sink.tap(actor);
        return (record) => {
          if (record.direction === "in" && record.bytes.length > 0) this.#lastHeard = caseId;
          tap(record);
        };
      },
      latest: () => sink.latest(),
      numberOf: (message) => sink.numberOf(message),
      ...(sink.attach ? { attach: sink.attach.bind(sink) } : {}),
      ...(sink.tlsKeyLog ? { tlsKeyLog: sink.tlsKeyLog.bind(sink) } : {}),
      note: (text) => sink.note(text),
      finish: () => sink.finish(),
    };
  }

  /** What to say of a device that is dead; undefined while it lives. */
  get death(): string | undefined {
    return this.#death;
  }

  /**
   * After a case in which the device was silent: asks it once more. One question at a time; a dead one is not asked
   * again. Gives whether it was this case that found it dead.
   */
  async ask(caseId: string, isAlive: () => Promise<boolean>): Promise<"alive" | "found dead" | "was dead"> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#asking;
    this.#asking = promise;
    try {
      await before;
      if (this.#death !== undefined) return "was dead";
      const lastHeard = this.#lastHeard;
      if (await isAlive()) return "alive";
      this.#death = obituary(caseId, lastHeard);
      return "found dead";
    } finally {
      resolve();
    }
  }

  /** The device did not answer at the end of the run. */
  deadAtEnd(): string {
    return this.#death ??= this.#lastHeard === undefined
      ? "The device does not answer any more"
      : `The device died after "${this.#lastHeard}", the last case in which it answered`;
  }
}

function obituary(caseId: string, lastHeard: string | undefined): string {
  const found = `The device died after "${caseId}": it answered neither this case nor a REGISTER behind it`;
  return lastHeard === undefined || lastHeard === caseId
    ? found
    : `${found}; it last answered in "${lastHeard}"`;
}
