/** Between networks: TS 33.203 clause 4, clause 5.1.4, Annex S.5. */
import { suite } from "../../harness/runner/case.ts";
import { clear } from "./clear.ts";
import { home } from "./home.ts";
import { mutual } from "./mutual.ts";
import { offers } from "./offers.ts";

export default suite("interconnect", "Network interconnect (TS 33.203 clauses 4, 5.1.4, S.5)", [
  ...mutual,
  ...offers,
  ...clear,
  ...home,
], { lease: "digest" });
