/** The process around `main()`: its machine, its signals, its end. */
import { EXIT } from "./exit.ts";
import { denoHost } from "./host.ts";
import { main } from "./main.ts";

/** Runs the command line and ends the process with its exit code. */
export async function program(words: readonly string[]): Promise<never> {
  const host = denoHost();
  // What nobody awaited is a bug of ours all the same, and no reason for a stack on the user's screen.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const { reason } = event;
    host.say(
      `imspeer: internal error: ${
        reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)
      }`,
    );
    if (words.includes("--debug") && reason instanceof Error && reason.stack) host.say(reason.stack);
    else host.say("  This is a bug in imspeer. Run again with --debug and report what it shows.");
    Deno.exit(EXIT.internal);
  });
  const code = await main(words, host);
  host.stop();
  Deno.exit(code);
}
