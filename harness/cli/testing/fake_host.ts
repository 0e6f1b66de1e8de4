/** A machine for commands under test: files in memory, and everything printed kept. */
import type { Host } from "../host.ts";

export class FakeHost implements Host {
  readonly files = new Map<string, string | Uint8Array>();
  readonly variables = new Map<string, string>();
  readonly #interrupt = new AbortController();
  readonly interrupted = this.#interrupt.signal;
  readonly terminal = { live: false, color: false, columns: () => 100 };
  stdout = "";
  stderr = "";

  out(text: string): void {
    this.stdout += text;
  }

  say(line: string): void {
    this.stderr += `${line}\n`;
  }

  write(text: string): void {
    this.stderr += text;
  }

  env(name: string): string | undefined {
    return this.variables.get(name);
  }

  /** Files put here; what comes with imspeer is read where it is. */
  readText(path: string): string {
    const content = this.files.get(path);
    if (content === undefined) return Deno.readTextFileSync(path);
    return typeof content === "string" ? content : new TextDecoder().decode(content);
  }

  writeFile(path: string, content: string | Uint8Array): Promise<void> {
    this.files.set(path, content);
    return Promise.resolve();
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  interrupt(): void {
    this.#interrupt.abort();
  }
}
