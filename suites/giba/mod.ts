/** GPRS-IMS-bundled authentication: TS 33.203 Annexes T and V. */
import { suite } from "../../harness/runner/case.ts";
import { access } from "./access.ts";
import { SIM } from "./_attached.ts";
import { biddingDown } from "./bidding_down.ts";
import { comparison } from "./comparison.ts";
import { contexts } from "./contexts.ts";
import { cx } from "./cx.ts";
import { hss } from "./hss.ts";
import { identities } from "./identities.ts";
import { interworkingCase } from "./interworking.ts";
import { INTERWORKING } from "./_interworking_table.ts";
import { theft } from "./theft.ts";
import { via } from "./via.ts";

export default suite("giba", "GPRS-IMS-bundled authentication (TS 33.203 Annexes T and V)", [
  ...access,
  ...theft,
  ...identities,
  ...contexts,
  ...comparison,
  ...via,
  ...cx,
  ...hss,
  ...biddingDown,
  ...INTERWORKING.map(interworkingCase),
], { lease: SIM });
