/** IPsec through NAT: Annex M of TS 33.203, with what 6.3, Annex H and P.3 say of it. */
import { suite } from "../../harness/runner/case.ts";
import { addresses } from "./addresses.ts";
import { detection } from "./detection.ts";
import { framing } from "./framing.ts";
import { home } from "./home.ts";
import { mode } from "./mode.ts";
import { neighbours } from "./neighbours.ts";
import { ports } from "./ports.ts";
import { protection } from "./protection.ts";
import { reregistration } from "./reregistration.ts";
import { SUBSCRIBER } from "./_tunnel.ts";

export default suite("ipsec-nat", "IPsec through NAT (TS 33.203 Annex M)", [
  ...detection,
  ...mode,
  ...protection,
  ...framing,
  ...addresses,
  ...ports,
  ...neighbours,
  ...reregistration,
  ...home,
], { lease: SUBSCRIBER });
