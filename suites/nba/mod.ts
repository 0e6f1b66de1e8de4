/** NASS-IMS-bundled authentication: Annex R of TS 33.203, and Annex P where it is about NBA. */
import { suite } from "../../harness/runner/case.ts";
import { accessInfo } from "./access_info.ts";
import { comparison } from "./comparison.ts";
import { forwarder } from "./forwarder.ts";
import { hss } from "./hss.ts";
import { location } from "./location.ts";
import { registration } from "./registration.ts";

export default suite("nba", "NASS-IMS-bundled authentication (TS 33.203 Annex R)", [
  ...registration,
  ...location,
  ...accessInfo,
  ...comparison,
  ...forwarder,
  ...hss,
]);
