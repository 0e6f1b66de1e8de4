/** Trusted node authentication: Annex U of TS 33.203, and Annex P where it is about TNA. */
import { suite } from "../../harness/runner/case.ts";
import { cx } from "./cx.ts";
import { registration } from "./registration.ts";
import { trust } from "./trust.ts";

export default suite("tna", "Trusted node authentication (TS 33.203 Annex U)", [
  ...trust,
  ...registration,
  ...cx,
]);
