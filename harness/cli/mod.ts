export { program } from "./program.ts";
export { main } from "./main.ts";
export { denoHost, type Host } from "./host.ts";
export { EXIT, type ExitCode } from "./exit.ts";
