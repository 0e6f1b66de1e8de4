/** IMS AKA: clauses 5.1, 6.1 and 7.4 of TS 33.203, as far as it can be seen without the protection it sets up. */
import { suite } from "../../harness/runner/case.ts";
import { failures } from "./failures.ts";
import { hss } from "./hss.ts";
import { hssVectors } from "./hss_vectors.ts";
import { identity } from "./identity.ts";
import { indication } from "./indication.ts";
import { mw } from "./mw.ts";
import { networkInitiated } from "./network_initiated.ts";
import { registration } from "./registration.ts";
import { synchronisation } from "./synchronisation.ts";
import { vectors } from "./vectors.ts";

export default suite("aka", "IMS AKA (TS 33.203 clauses 5.1, 6.1, 7.4)", [
  ...registration,
  ...identity,
  ...vectors,
  ...failures,
  ...synchronisation,
  ...networkInitiated,
  ...indication,
  ...mw,
  ...hss,
  ...hssVectors,
]);
