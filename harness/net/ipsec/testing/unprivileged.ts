/** Run by loopback_test.ts without capabilities. */
import { EnvironmentError } from "../../../errors.ts";
import { systemClock } from "../../clock.ts";
import { systemNet } from "../../net.ts";
import { loopback } from "../../testing/loopback.ts";
import { flow, openPair } from "./pair.ts";

const addresses = [loopback(1, 3), loopback(2, 3)] as const;
const options = { net: systemNet, clock: systemClock, addresses };

const told = await openPair({ ...options, carriers: [{ raw: true }, { raw: true }] }).then(
  () => "it works",
  (error) => error instanceof EnvironmentError ? `${error.message} | ${error.remedy}` : `wrong: ${error}`,
);
// deno-lint-ignore no-console -- read by the test
console.log(told);

const { a, b, close } = await openPair({ ...options, carriers: [{ udp: {} }, { udp: {} }] });
const ue = await a.host.open("udp", { port: 0 });
const pcscf = await b.host.open("udp", { port: 0 });
await ue.send(new TextEncoder().encode("REGISTER"), flow("udp", ue.local, pcscf.local));
const incoming = await pcscf.receive();
// deno-lint-ignore no-console -- read by the test
console.log(
  `${new TextDecoder().decode(incoming?.bytes)} ${incoming?.flow.security ? "inside ESP" : "in the clear"}`,
);
await close();
