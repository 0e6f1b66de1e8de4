/** Privacy of identities and addresses: clause 5.3 of TS 33.203, TR 33.829, the liaison and slides of 2001. */
import { suite } from "../../harness/runner/case.ts";
import { borders } from "./borders.ts";
import { called } from "./called.ts";
import { caller } from "./caller.ts";

export default suite("privacy", "Privacy (TS 33.203 clause 5.3)", [...caller, ...called, ...borders], {
  lease: "any",
});
