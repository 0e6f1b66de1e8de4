/** The console reporter on this host's screen. */
import { type ConsoleReporter, consoleReporter } from "../../reports/mod.ts";
import type { Host } from "./host.ts";

export function reporterOn(
  host: Host,
  { folder, verbose = false }: { readonly folder: string; readonly verbose?: boolean },
): ConsoleReporter {
  return consoleReporter({
    write: (text) => host.write(text),
    ...host.terminal,
    now: () => performance.now(),
    verbose,
    outPrefix: `${folder}/`,
  });
}
