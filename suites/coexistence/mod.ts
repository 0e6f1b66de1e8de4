/** Authentication schemes side by side: Annex P of TS 33.203. */
import { suite } from "../../harness/runner/case.ts";
import { schemes } from "./schemes.ts";
import { tls } from "./tls.ts";

export default suite("coexistence", "Co-existence of authentication schemes (TS 33.203 Annex P)", [
  ...schemes,
  ...tls,
], { lease: "any" });
