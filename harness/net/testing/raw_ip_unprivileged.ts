/** Run by raw_ip_test.ts without capabilities. */
import { EnvironmentError } from "../../errors.ts";
import { checkRawIp } from "../raw_ip.ts";

for (const address of ["127.0.0.1", "::1"]) {
  const told = await checkRawIp(address).then(
    () => "it works",
    (error) => error instanceof EnvironmentError ? `${error.message} | ${error.remedy}` : `wrong: ${error}`,
  );
  // deno-lint-ignore no-console -- read by the test
  console.log(told);
}
