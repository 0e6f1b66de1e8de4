/** IPsec between UE and P-CSCF: clauses 6.1 to 6.3 and 7 of TS 33.203, Annexes H and I. */
import { suite } from "../../harness/runner/case.ts";
import { binding } from "./sa_binding.ts";
import { integrity } from "./esp_integrity.ts";
import { keyExpansion } from "./key_expansion.ts";
import { ports } from "./ports.ts";
import { sipUser } from "./sip_user.ts";
import { traffic } from "./esp_traffic.ts";
import { protection } from "./protection.ts";
import { failure } from "./sa_failure.ts";
import { firstUse } from "./sa_first_use.ts";
import { lifetime } from "./sa_lifetime.ts";
import { replacement } from "./sa_replacement.ts";
import { users } from "./sa_users.ts";

export default suite("ipsec", "IPsec (TS 33.203 clauses 6 and 7)", [
  ...protection,
  ...firstUse,
  ...replacement,
  ...lifetime,
  ...failure,
  ...users,
  ...integrity,
  ...traffic,
  ...keyExpansion,
  ...ports,
  ...binding,
  ...sipUser,
], { lease: "aka+!akav2" });
