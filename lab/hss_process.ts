/** The HSS of the lab as a process: `deno run lab/hss_process.ts BLOCK`. Runs until it is told to end. */
import { labAddresses, PORTS } from "./addresses.ts";
import { openLabHss } from "./hss.ts";
import { openOperator } from "./operator.ts";
import { labProfile } from "./profile.ts";

const addresses = labAddresses(Deno.args[0]);
const profile = labProfile(addresses);
const hss = await openLabHss(profile, addresses);
const operator = await openOperator({ address: addresses.of.hss, port: PORTS.operator }, hss, profile);
// deno-lint-ignore no-console -- this is its log
console.log(`HSS of ${profile.subscribers.length} subscribers on ${addresses.of.hss}:${PORTS.diameter}`);

const { promise, resolve } = Promise.withResolvers<void>();
Deno.addSignalListener("SIGTERM", resolve);
Deno.addSignalListener("SIGINT", resolve);
await promise;
await operator.close();
await hss.close();
Deno.exit(0);
