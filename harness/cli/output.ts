/**
 * The output folder of a run. Evidence is gathered in a folder of its own beside the old one and takes its place when
 * the run is over, together with the reports; until then a reader sees the last run, whole.
 */
import { join } from "node:path";
import { CliError, EXIT, usageError } from "./exit.ts";
import type { Host } from "./host.ts";
import { whyNot } from "./profile_source.ts";

export interface OutputFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Every file a run or report may write, so that none of an earlier run stays behind to be taken for this one's. */
export const REPORT_FILES = {
  json: "results.json",
  junit: "junit.xml",
  html: "index.html",
  tap: "results.tap",
  markdown: "report.md",
} as const;

export class Output {
  readonly #staging: string;
  #used = false;
  /** Did the folder come into being for this run? */
  #isNew = false;
  /** Is there something that could not be put in its place, and must not be taken away? */
  #kept = false;

  private constructor(readonly folder: string, readonly host: Host) {
    this.#staging = join(folder, `.partial-${Deno.pid}`);
  }

  /** Throws CliError (64) where the folder cannot be written, or holds evidence that is not ours to replace. */
  static async open(folder: string, host: Host): Promise<Output> {
    const output = new Output(folder, host);
    try {
      if (host.exists(join(folder, "evidence")) && !host.exists(join(folder, REPORT_FILES.json))) {
        throw usageError(
          `"${join(folder, "evidence")}" was not written by imspeer: no results.json is beside it`,
          "give another folder with --out",
        );
      }
      output.#isNew = !host.exists(folder);
      await Deno.mkdir(output.#staging, { recursive: true });
    } catch (error) {
      throw error instanceof CliError ? error : cannotWrite(folder, error);
    }
    return output;
  }

  /** For the evidence recorder: a path relative to the output folder. */
  async stage(path: string, bytes: Uint8Array): Promise<void> {
    this.#used = true;
    try {
      await this.host.writeFile(join(this.#staging, path), bytes);
    } catch (error) {
      // Without the name of a temporary file, so that cases with the same reason are told as one.
      throw new Error(whyNot(error), { cause: error });
    }
  }

  /** What has been staged so far, for reports that show it. */
  readStaged(path: string): string {
    return this.host.readText(join(this.#staging, path));
  }

  /**
   * Puts evidence and files in the place of the old ones. Where that cannot be done, nothing that was measured is
   * taken away: a CliError (2) tells where it is.
   */
  async commit(files: readonly OutputFile[]): Promise<void> {
    try {
      // First beside the evidence: where there is no room for them, the last run's are still whole.
      for (const { name, content } of files) await this.host.writeFile(join(this.#staging, name), content);
      await removeIfThere(join(this.folder, "evidence"));
      if (this.#used) await Deno.rename(join(this.#staging, "evidence"), join(this.folder, "evidence"));
      for (const { name } of files) await Deno.rename(join(this.#staging, name), join(this.folder, name));
      const kept = new Set(files.map(({ name }) => name));
      for (const name of Object.values(REPORT_FILES)) {
        if (!kept.has(name)) await removeIfThere(join(this.folder, name));
      }
    } catch (error) {
      this.#kept = true;
      throw await this.#rescue(files, error);
    }
    await this.discard();
  }

  /** Leaves the folder as it was. Idempotent. */
  async discard(): Promise<void> {
    if (this.#kept) return;
    await removeIfThere(this.#staging);
    // Not recursive: it goes only when nothing was committed to it.
    if (this.#isNew) await Deno.remove(this.folder).catch(() => {});
  }

  /** Another place for the files; the evidence stays where it was gathered. */
  async #rescue(files: readonly OutputFile[], cause: unknown): Promise<CliError> {
    const hints = [`the evidence that could be written is in "${this.#staging}"`];
    let place: string | undefined;
    try {
      place = await Deno.makeTempDir({ prefix: "imspeer-" });
      for (const { name, content } of files) await this.host.writeFile(join(place, name), content);
      hints.unshift(`the reports are in "${place}"`);
    } catch (error) {
      // Not recursive: what could be written stays.
      if (place !== undefined) await Deno.remove(place).catch(() => {});
      hints.unshift(`nor to a folder for what is temporary: ${whyNot(error)}`);
    }
    return new CliError(EXIT.unjudged, `Cannot write to "${this.folder}": ${whyNot(cause)}`, hints, {
      cause,
    });
  }
}

function cannotWrite(folder: string, error: unknown): CliError {
  const hints = error instanceof Deno.errors.NotCapable
    ? [`Deno was started without that permission; "deno run --allow-write=${folder} … mod.ts run …" has it`]
    : [];
  return new CliError(EXIT.usage, `Cannot write to "${folder}": ${whyNot(error)}`, hints, { cause: error });
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
